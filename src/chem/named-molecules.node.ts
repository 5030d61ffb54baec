/** Reads the list of well-known molecules that comes with the package. */

import { readFile } from 'node:fs/promises';
import { parseNamedMolecules, type NamedMolecule } from './named-molecules.js';

// The same place from src/chem and from dist/chem.
const FILE = new URL('../../molecules/molecules.json', import.meta.url);

export async function loadNamedMolecules(): Promise<readonly NamedMolecule[]> {
  return parseNamedMolecules(await readFile(FILE, 'utf8'));
}
