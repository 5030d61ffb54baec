/** The bonds, angles and torsions of a molecule, each with its kind. */
import { adjacency } from '../chem/adjacency.js';
import { elementSymbol } from '../chem/elements.js';
import type { Molecule } from '../chem/molecule.js';
import { isRotatable } from '../chem/rotatable-bonds.js';

export interface InternalTerm {
  readonly atoms: readonly number[];
  /** Terms of the same kind are compared as one distribution: `C:N`, `C-C(sp3)-O`, `C-C-N-C`. */
  readonly kind: string;
}

export interface InternalTerms {
  readonly bonds: readonly InternalTerm[];
  readonly angles: readonly InternalTerm[];
  /** Heavy-atom torsions about rotatable bonds. */
  readonly torsions: readonly InternalTerm[];
}

const BOND_SIGNS = ['~', '-', '=', '#'] as const;

export function internalTerms(molecule: Molecule): InternalTerms {
  const { atoms, bonds } = molecule;
  const symbol = (i: number): string => elementSymbol(atoms[i].element);
  const neighbours = adjacency(atoms.length, bonds);
  const heavy = (i: number): boolean => atoms[i].element > 1;
  return {
    bonds: bonds.map(({ a, b, order, aromatic }) => ({
      atoms: [a, b],
      kind: [symbol(a), symbol(b)].sort().join(aromatic ? ':' : BOND_SIGNS[order]),
    })),
    angles: neighbours.flatMap((around, centre) =>
      around.flatMap((i, at) =>
        around.slice(at + 1).map((k) => {
          const [first, last] = [symbol(i), symbol(k)].sort();
          return { atoms: [i, centre, k], kind: `${first}-${symbol(centre)}(${atoms[centre].hybridisation})-${last}` };
        }),
      ),
    ),
    torsions: bonds
      .filter((bond) => isRotatable(molecule, bond))
      .flatMap(({ a: j, b: k }) =>
        neighbours[j]
          .filter((i) => i !== k && heavy(i))
          .flatMap((i) =>
            neighbours[k]
              .filter((l) => l !== j && heavy(l))
              .map((l) => {
                const names = [i, j, k, l].map(symbol);
                const [forward, backward] = [names.join('-'), names.toReversed().join('-')];
                return { atoms: [i, j, k, l], kind: forward < backward ? forward : backward };
              }),
          ),
      ),
  };
}
