/**
 * Whether the version of package.json is the one that CHANGELOG.md and CITATION.cff name, and that of the tag, if given.
 *   node scripts/release/check-version.mjs [v1.2.3]
 */
import { readFile } from 'node:fs/promises';

const read = (file) => readFile(new URL(`../../${file}`, import.meta.url), 'utf8');
const { version } = JSON.parse(await read('package.json'));
const [tag] = process.argv.slice(2);
const cited = /^version: *(\S+)/m.exec(await read('CITATION.cff'))?.[1];
const released = [...(await read('CHANGELOG.md')).matchAll(/^## \[(\d[^\]]*)\]/gm)].map(([, name]) => name);
const faults = [
  cited !== version && `CITATION.cff names ${cited}`,
  released[0] !== version && `the newest version in CHANGELOG.md is ${released[0]}`,
  tag !== undefined && tag !== `v${version}` && `the tag is ${tag}`,
].filter(Boolean);
if (faults.length > 0) {
  process.stderr.write(`package.json has version ${version}, but ${faults.join(', ')}\n`);
  process.exitCode = 1;
} else process.stdout.write(`version ${version} everywhere\n`);
