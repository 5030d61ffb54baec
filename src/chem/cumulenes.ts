/** Chains of cumulated double bonds: allenes, butatrienes and longer. */
import { adjacency } from './adjacency.js';
import type { Molecule } from './molecule.js';

export interface Cumulene {
  /** All atoms of the chain, from one end to the other; their double bonds are one fewer. */
  readonly chain: readonly number[];
  /** The other neighbours of each end. */
  readonly substituents: readonly [readonly number[], readonly number[]];
}

/**
 * Every chain of two and more double bonds through carbon atoms, once. With an even number of double bonds the ends' planes are
 * perpendicular, with an odd one they coincide.
 */
export function cumulenes({ atoms, bonds }: Pick<Molecule, 'atoms' | 'bonds'>): Cumulene[] {
  const count = atoms.length;
  const double = bonds.filter(({ order, aromatic }) => order === 2 && !aromatic);
  if (double.length < 2) return [];
  const neighbours = adjacency(count, bonds);
  const doubles = adjacency(count, double);
  const inner = (atom: number): boolean =>
    atoms[atom].element === 6 && neighbours[atom].length === 2 && doubles[atom].length === 2;
  const found: Cumulene[] = [];
  for (let start = 0; start < count; start++) {
    if (inner(start)) continue;
    for (const first of doubles[start]) {
      const chain = [start];
      let [last, next] = [start, first];
      while (inner(next) && chain.length <= count) {
        chain.push(next);
        const [one, other] = doubles[next];
        [last, next] = [next, one === last ? other : one];
      }
      // Each chain is met from both of its ends.
      if (chain.length < 2 || next < start) continue;
      chain.push(next);
      found.push({
        chain,
        substituents: [
          neighbours[start].filter((other) => other !== first),
          neighbours[next].filter((other) => other !== last),
        ],
      });
    }
  }
  return found;
}
