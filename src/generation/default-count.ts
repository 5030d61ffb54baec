/** How many conformers a molecule's flexibility asks for. */
import type { Molecule } from '../chem/molecule.js';
import { countRotatableBonds } from '../chem/rotatable-bonds.js';

/** 50, 200 or 300 conformers for up to 7, up to 12 and more rotatable bonds (Ebejer, Morris, Deane 2012). */
export function defaultCount(molecule: Molecule): number {
  const bonds = countRotatableBonds(molecule);
  return bonds <= 7 ? 50 : bonds <= 12 ? 200 : 300;
}
