/** Writes the viewer and molecule files into one HTML page that plays without a server and without a network. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { requireBuilt } from './server.js';

const PLACE = '<!--molflow-data-->';

/**
 * The page as text; everything in it is inside the page, gzipped.
 * @throws Error where a file cannot be read or the viewer is not built
 */
export async function exportedPage({
  folder,
  files,
  references = [],
}: {
  readonly folder: string;
  readonly files: readonly string[];
  readonly references?: readonly string[];
}): Promise<string> {
  const template = join(folder, 'page.html');
  await requireBuilt(template);
  const html = await readFile(template, 'utf8');
  const at = html.indexOf(PLACE);
  if (at < 0) throw new Error(`${template} has no place for data; build the viewer again.`);
  const rdkit = createRequire(import.meta.url).resolve('@rdkit/rdkit/RDKit_minimal.wasm');
  const blocks = await Promise.all([
    block('asset', 'rdkit', rdkit),
    ...files.map((file) => block('file', basename(file).replace(/\.gz$/, ''), file)),
    ...references.map((file) => block('reference', basename(file).replace(/\.gz$/, ''), file)),
  ]);
  return html.slice(0, at) + blocks.join('\n') + html.slice(at + PLACE.length);
}

/** A data block: base64 holds no character that could end it, and the name is escaped. */
async function block(kind: 'asset' | 'file' | 'reference', name: string, file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${file} cannot be read: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}.`);
  });
  const plain = bytes[0] === 0x1f && bytes[1] === 0x8b ? await promisify(gunzip)(bytes) : bytes;
  const packed = await promisify(gzip)(plain, { level: 9 });
  const escaped = name.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<script type="application/octet-stream" data-kind="${kind}" data-name="${escaped}">${packed.toString('base64')}</script>`;
}
