/** The viewer built from the sources as they are, for tests in the browser. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
export const viewerFolder = join(root, 'dist', 'viewer');

/** Builds dist/viewer, unless it is newer than everything that it is made of. Test files run side by side: one builds. */
export async function buildViewer(): Promise<void> {
  const lock = join(root, 'dist', '.viewer-lock');
  await mkdir(join(root, 'dist'), { recursive: true });
  for (;;) {
    try {
      await mkdir(lock);
      break;
    } catch {
      // One that has not been let go for this long was left by a run that was killed.
      const age = existsSync(lock) ? Date.now() - statSync(lock).mtimeMs : 0;
      if (age > 600_000) await rmdir(lock).catch(() => undefined);
      else await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
  try {
    await buildIfStale();
  } finally {
    await rmdir(lock);
  }
}

async function buildIfStale(): Promise<void> {
  const built = ['index.html', 'page.html'].map((file) => join(viewerFolder, file));
  const made = built.every(existsSync) ? Math.min(...built.map((file) => statSync(file).mtimeMs)) : 0;
  if (made > Math.max(...['viewer', 'src', 'models', 'molecules'].map((part) => newest(join(root, part))))) return;
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const build = (...more: string[]): Promise<unknown> =>
    promisify(execFile)(
      process.execPath,
      [vite, 'build', 'viewer', '--config', 'viewer/vite.config.ts', '--logLevel', 'error', ...more],
      { cwd: root },
    );
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
