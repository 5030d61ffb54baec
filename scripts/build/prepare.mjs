/**
 * What npm runs after `npm ci` and before packing: the build. `npx molflow` in a clone installs the clone as a dependency
 * of its own, and runs this again before its first conformer: what is built is not built a second time then.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));
const isBuilt = existsSync(`${root}dist/cli/main.js`) && existsSync(`${root}dist/viewer`);
if (process.env['npm_command'] !== 'exec' || !isBuilt) {
  const { status } = spawnSync('npm', ['run', 'build'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  process.exitCode = status ?? 1;
}
