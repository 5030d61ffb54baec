/** Writes the viewer as a folder of plain files, which any web server can serve, under any path. */
import { createHash } from 'node:crypto';
import { access, copyFile, cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';
import { LARGE_FILES, largeFile } from './large-files.js';
import { SPLIT, splitBytes } from '../../embed/packed-files.js';
import { requireBuilt } from './server.js';

/** By this file a folder is known that was written before, and may be written again. */
const OWN = 'molflow-viewer.js';

/** The page of `--export` before anything is in it. */
const TEMPLATE = 'page.html';

/** Fetched where the address of the page asks for WebGPU alone. */
const SELDOM = /asyncify/;

/**
 * The files of the page; beside each large one the same compressed with brotli, which the page prefers, and the list of
 * what it keeps to work without a network (offline.json).
 * @param options.quality of brotli: 11, the default, takes a minute of a processor
 * @throws Error where the viewer is not built, or the folder holds something else
 */
export async function writeStaticViewer({
  folder,
  to,
  quality = constants.BROTLI_MAX_QUALITY,
}: {
  /** The built viewer. */
  readonly folder: string;
  readonly to: string;
  readonly quality?: number;
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
  const often = LARGE_FILES.filter((name) => !SELDOM.test(name));
  const packed = await Promise.all(often.map((name) => pack(join(assets, name), quality)));
  const version = await versionOf(to, often);
  const index = join(to, 'index.html');
  await writeFile(index, (await readFile(index, 'utf8')).replace('<html', `<html data-static="${version}"`));
  const small = (await readdir(assets)).filter((name) => /\.(js|css|svg)$/.test(name));
  const files = [
    './',
    OWN,
    ...small.map((name) => `assets/${name}`),
    ...packed.map((name) => `assets/${name}?${version}`),
  ];
  await writeFile(join(to, 'offline.json'), JSON.stringify({ files }));
}

/** Writes the compressed file beside a file; gives its name. */
async function pack(file: string, quality: number): Promise<string> {
  const plain = await readFile(file);
  const split = file.endsWith('.safetensors');
  const bytes = split ? splitBytes(plain) : plain;
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_MAX_WINDOW_BITS, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = {
    [BROTLI_PARAM_QUALITY]: quality,
    [BROTLI_PARAM_LGWIN]: BROTLI_MAX_WINDOW_BITS,
    [BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const target = `${file}${split ? SPLIT : ''}.br`;
  await writeFile(target, await promisify(brotliCompress)(bytes, { params }));
  return basename(target);
}

/** Of the page and its large files: browsers keep those of each apart. */
async function versionOf(folder: string, names: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const name of ['index.html', ...names.map((one) => join('assets', one))])
    hash.update(await readFile(join(folder, name)));
  return hash.digest('hex').slice(0, 12);
}
