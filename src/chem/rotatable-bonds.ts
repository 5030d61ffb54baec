/** Bonds that turn, and how many conformers their number asks for. */
import type { Bond, Molecule } from './molecule.js';

/** An acyclic single bond between heavy atoms that each have another heavy neighbour and are not linear. */
export function isRotatable({ atoms, bonds }: Molecule, bond: Bond): boolean {
  const turns = (end: number, far: number): boolean =>
    atoms[end].element > 1 &&
    atoms[end].hybridisation !== 'sp' &&
    bonds.some(
      ({ a, b }) =>
        (a === end && b !== far && atoms[b].element > 1) || (b === end && a !== far && atoms[a].element > 1),
    );
  return bond.order === 1 && !bond.aromatic && !bond.inRing && turns(bond.a, bond.b) && turns(bond.b, bond.a);
}

export function countRotatableBonds(molecule: Molecule): number {
  return molecule.bonds.filter((bond) => isRotatable(molecule, bond)).length;
}

/** 50, 200 or 300 conformers for up to 7, up to 12 and more rotatable bonds (Ebejer, Morris, Deane 2012). */
export function defaultCount(molecule: Molecule): number {
  const bonds = countRotatableBonds(molecule);
  return bonds <= 7 ? 50 : bonds <= 12 ? 200 : 300;
}
