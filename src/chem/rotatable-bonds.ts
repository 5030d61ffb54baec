/** Which bonds turn. */
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
