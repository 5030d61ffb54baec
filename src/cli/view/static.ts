/** Writes the viewer as a folder of plain files, which any web server can serve, under any path. */
import { access, copyFile, cp, mkdir, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LARGE_FILES, largeFile } from './large-files.js';
import { requireBuilt } from './server.js';

/** By this file a folder is known that was written before, and may be written again. */
const OWN = 'molflow-viewer.js';

/** The page of `--export` before anything is in it. */
const TEMPLATE = 'page.html';

/** @throws Error where the viewer is not built, or the folder holds something else */
export async function writeStaticViewer({
  folder,
  to,
}: {
  /** The built viewer. */
  readonly folder: string;
  readonly to: string;
}): Promise<void> {
  await requireBuilt(join(folder, 'index.html'));
  const there = await readdir(to).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === 'ENOENT') return [];
    throw new Error(`${to} cannot be written: ${error.code === 'ENOTDIR' ? 'it is a file' : error.message}.`);
  });
  if (there.length > 0 && !there.includes(OWN))
    throw new Error(`${to} holds other files already. Give a folder that is empty or not there yet.`);
  await cp(folder, to, { recursive: true, filter: (path) => basename(path) !== TEMPLATE });
  const assets = join(to, 'assets');
  await mkdir(assets, { recursive: true });
  const copied = new Set(await readdir(assets));
  for (const name of LARGE_FILES.filter((one) => !copied.has(one))) {
    const file = largeFile(name);
    if (file === undefined) throw new Error(`${name} is not installed: install molflow anew.`);
    await access(file).catch(() => {
      throw new Error(`${file} is missing: install molflow anew.`);
    });
    await copyFile(file, join(assets, name));
  }
}
