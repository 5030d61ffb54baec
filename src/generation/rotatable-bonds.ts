/** How flexible a molecule is, and how many conformers that asks for. */
import type { Molecule } from '../chem/molecule.js';

/**
 * Rotatable bonds: single, outside rings, between two heavy atoms that each have another heavy neighbour, and neither
 * end linear. Amides count, unlike in some definitions: they have two forms worth having.
 */
export function rotatableBonds({ atoms, bonds }: Molecule): number {
  const heavyNeighbours = new Int32Array(atoms.length);
  for (const { a, b } of bonds) {
    if (atoms[b]!.element > 1) heavyNeighbours[a]!++;
    if (atoms[a]!.element > 1) heavyNeighbours[b]!++;
  }
  const turns = (i: number) => atoms[i]!.element > 1 && heavyNeighbours[i]! > 1 && atoms[i]!.hybridisation !== 'sp';
  return bonds.filter(({ a, b, order, aromatic, inRing }) => order === 1 && !aromatic && !inRing && turns(a) && turns(b)).length;
}

/** 50, 200 or 300 conformers for up to 7, up to 12 and more rotatable bonds (Ebejer, Morris, Deane 2012). */
export function defaultCount(molecule: Molecule): number {
  const bonds = rotatableBonds(molecule);
  return bonds <= 7 ? 50 : bonds <= 12 ? 200 : 300;
}
