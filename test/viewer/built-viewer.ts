/** The viewer built from the sources as they are, for tests in the browser. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const viewerFolder = join(root, 'dist', 'viewer');

/** Builds dist/viewer, unless it is newer than everything that it is made of. */
export async function buildViewer(): Promise<void> {
  const built = ['index.html', 'page.html'].map((file) => join(viewerFolder, file));
  const made = built.every(existsSync) ? Math.min(...built.map((file) => statSync(file).mtimeMs)) : 0;
  if (made > Math.max(newest(join(root, 'viewer')), newest(join(root, 'src')))) return;
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const build = (...more: string[]): Promise<unknown> =>
    promisify(execFile)(process.execPath, [vite, 'build', 'viewer', '--config', 'viewer/vite.config.ts', '--logLevel', 'error', ...more], { cwd: root });
  await build();
  await build('--mode', 'page');
}

function newest(folder: string): number {
  return Math.max(
    ...readdirSync(folder, { withFileTypes: true }).map((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? newest(path) : statSync(path).mtimeMs;
    }),
    0,
  );
}
