/** The torsions of a molecule's rotatable bonds. */
import { adjacency } from '../../../src/chem/adjacency.js';
import type { Molecule } from '../../../src/chem/molecule.js';
import { isRotatable } from '../../../src/chem/rotatable-bonds.js';

export type Quadruple = readonly [number, number, number, number];

/**
 * For each rotatable bond its torsions: the first between the heaviest neighbours (of equal ones the first), then those
 * about the same bond that an automorphism makes of it. Which of these is which is a matter of numbering alone.
 */
export function bondTorsions(molecule: Molecule, permutations: readonly ArrayLike<number>[]): Quadruple[][] {
  const { atoms, bonds } = molecule;
  const neighbours = adjacency(atoms.length, bonds);
  const heaviest = (end: number, far: number): number =>
    neighbours[end]
      .filter((atom) => atom !== far)
      .reduce((best, atom) => (atoms[atom].element > atoms[best].element ? atom : best));
  return bonds
    .filter((bond) => isRotatable(molecule, bond))
    .map(({ a, b }) => {
      const [j, k] = [Math.min(a, b), Math.max(a, b)];
      const torsion: Quadruple = [heaviest(j, k), j, k, heaviest(k, j)];
      const alike = new Map([[torsion.join(), torsion]]);
      for (const permutation of permutations) {
        const [p, q, r, s] = torsion.map((atom) => permutation[atom]);
        const moved: Quadruple = q === k ? [s, r, q, p] : [p, q, r, s];
        if (moved[1] === j && moved[2] === k) alike.set(moved.join(), moved);
      }
      return [...alike.values()];
    });
}
