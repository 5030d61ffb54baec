/** docs/command.md has the help of every command as it is built, and names every command. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('the flags in docs/command.md are those of --help', { timeout: 120_000 }, () => {
  execFileSync(process.execPath, ['scripts/docs/command-help.mjs', '--check'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const help = execFileSync(process.execPath, ['dist/cli/main.js', '--help'], { encoding: 'utf8' });
  const commands = [...help.slice(help.indexOf('Commands:')).matchAll(/^ {2}(\w+)/gm)].map(([, name]) => name);
  const page = readFileSync('docs/command.md', 'utf8');
  expect(commands.length).toBeGreaterThan(8);
  for (const name of commands.filter((name) => name !== 'help'))
    expect(page).toMatch(new RegExp(`<!-- help ${name}( \\w+)? -->`));
});
