/**
 * Copies the help of every command into docs/command.md, between `<!-- help NAME -->` and `<!-- end -->`. Needs a built
 * dist. Without arguments it writes the file; with --check it fails where the file is not up to date.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const page = fileURLToPath(new URL('docs/command.md', root));
const main = fileURLToPath(new URL('dist/cli/main.js', root));

const before = readFileSync(page, 'utf8');
const after = before.replace(/<!-- help (.+?) -->\n[^]*?<!-- end -->/g, (_, name) => {
  const help = execFileSync(process.execPath, [main, ...name.split(' '), '--help'], { encoding: 'utf8' });
  return `<!-- help ${name} -->\n\n\`\`\`text\n${help.trim()}\n\`\`\`\n\n<!-- end -->`;
});
if (process.argv.includes('--check')) {
  if (before !== after) {
    console.error('docs/command.md differs from --help; run: npm run docs:command');
    process.exit(1);
  }
} else writeFileSync(page, after);
