/** Whether the page can show a file: asked before it is put into a page, so that the command fails and not the page. */
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { readMolecules, structureFormatOf } from '../../chem/io/read-molecules.js';

const KINDS = 'The viewer opens SDF, MOL, MOL2, CIF, PDB and XYZ, plain or gzipped.';
/** An XYZ file begins with a number of atoms alone on its line. */
const XYZ = /^\s*\d+[ \t]*(\r\n|\r|\n)/;
const ATOM_OF_XYZ = /^\s*([A-Za-z]{1,3}|\d+)(\s+[-+.\deE]+){3}/;

/** @throws Error that says what is wrong with the file. */
export async function requireShowable(file: string): Promise<void> {
  const bytes = await readFile(file).catch((error: NodeJS.ErrnoException) => {
    throw new Error(`${file} cannot be opened: ${error.code === 'ENOENT' ? 'there is no such file' : error.message}.`);
  });
  const zipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const plain = zipped
    ? await promisify(gunzip)(bytes).catch(() => {
        throw new Error(`${file} cannot be read: its gzip data is damaged.`);
      })
    : bytes;
  const text = plain.toString('utf8');
  if (text.trim() === '') throw new Error(`${file} is empty.`);
  if (text.includes('\0')) throw new Error(`${file} is a binary file. ${KINDS}`);
  const name = basename(file).toLowerCase().replace(/\.gz$/, '');
  if (
    name.endsWith('.xyz') ||
    (!/\.(sdf|sd|mol|mol2|cif|mmcif|pdb|ent)$/.test(name) && XYZ.test(text) && !/V[23]000/.test(text.slice(0, 2000)))
  ) {
    const lines = text.split(/\r\n|\r|\n/);
    const first = lines.findIndex((line) => line.trim() !== '');
    if (!XYZ.test(`${lines[first]}\n`) || !ATOM_OF_XYZ.test(lines[first + 2] ?? ''))
      throw new Error(`${file} is no XYZ file: expected a number of atoms, a title and a line for each atom. ${KINDS}`);
    return;
  }
  const problems: string[] = [];
  for await (const record of readMolecules([text], { file, format: structureFormatOf(name) }))
    if (record.kind === 'error') problems.push(record.error.message);
    else if (record.kind === 'structure' && record.structure.coordinates !== undefined) return;
  throw new Error(
    `${file} holds no molecule that can be shown. ${KINDS}${problems[0] === undefined ? '' : ` (${problems[0]})`}`,
  );
}
