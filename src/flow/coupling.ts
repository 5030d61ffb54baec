/** Couplings: which noise is paired with which data, so that the straight paths between them cross less. */
import type { FloatArray } from '../geometry/coordinates.js';
import { alignOnto } from '../geometry/kabsch.js';
import { bestRmsd } from '../geometry/rmsd.js';

/** How the rows of the noise may be turned and renumbered before they are paired with the data. */
export interface CouplingOptions {
  /** Number of rows n of both. */
  readonly atoms: number;
  /**
   * Permutations of the n rows that leave the molecule as it is: its graph's automorphisms, those only that keep
   * every tagged stereocentre. Without them, rows keep their number.
   */
  readonly automorphisms?: readonly ArrayLike<number>[];
}

/**
 * Writes into `out` [n,3] the noise turned by the proper rotation, and renumbered by the automorphism, that bring it
 * closest to `data` (least Σ|x0 − x1|²). The noise moves and the data stays. A prior that is the same from every side
 * and under every automorphism stays the marginal of the noise, if the model is equivariant in the same sense, for
 * the pair can be turned back together. `out` may be `noise`; both must have the same mean for the distance to be
 * least.
 *
 * Klein, Krämer & Noé, "Equivariant flow matching" (arXiv:2306.15030), §4.
 */
export function alignNoise(
  out: FloatArray,
  noise: FloatArray,
  data: FloatArray,
  { atoms, automorphisms = [] }: CouplingOptions,
): void {
  if (automorphisms.length < 2) {
    alignOnto(out, noise, data, atoms);
    return;
  }
  const { permutation } = bestRmsd(data, noise, automorphisms);
  if (permutation.length !== atoms) {
    throw new Error(
      `Coupling: an automorphism has ${permutation.length} entries; expected one for each of ${atoms} rows.`,
    );
  }
  const renumbered = new Float64Array(3 * atoms);
  for (let i = 0; i < atoms; i++) {
    const j = 3 * permutation[i];
    renumbered[3 * i] = noise[j];
    renumbered[3 * i + 1] = noise[j + 1];
    renumbered[3 * i + 2] = noise[j + 2];
  }
  alignOnto(out, renumbered, data, atoms);
}

const PERMUTATIONS: (readonly (readonly number[])[])[] = [];

/** All permutations of 0…k−1, kept. */
function permutationsOf(k: number): readonly (readonly number[])[] {
  PERMUTATIONS[k] ??=
    k === 0
      ? [[]]
      : permutationsOf(k - 1).flatMap((p) =>
          Array.from({ length: k }, (_, at) => [...p.slice(0, at), k - 1, ...p.slice(at)]),
        );
  return PERMUTATIONS[k];
}

/** The largest group whose assignment is found by trying every permutation. */
const EXACT_GROUP = 6;

/**
 * Renumbers the rows of `noise` within each group, in place, to the least Σ|noise − data|² where both lie; nothing is
 * turned. Groups are lists of interchangeable rows, such as the hydrogens of one atom. Exact for up to six rows;
 * larger groups are improved by swaps of two until none helps.
 */
export function matchRows(noise: FloatArray, data: FloatArray, groups: readonly (readonly number[])[]): void {
  for (const group of groups) {
    if (group.length < 2) continue;
    const cost = (a: number, b: number) => squaredDistance(noise, group[b], data, group[a]);
    const order = group.length <= EXACT_GROUP ? bestOrder(group.length, cost) : improveBySwaps(group.length, cost);
    const rows = group.map((row) => [noise[3 * row], noise[3 * row + 1], noise[3 * row + 2]]);
    group.forEach((row, a) => noise.set(rows[order[a]], 3 * row));
  }
}

function bestOrder(size: number, cost: (a: number, b: number) => number): readonly number[] {
  const table = Array.from({ length: size }, (_, a) => Array.from({ length: size }, (__, b) => cost(a, b)));
  const all = permutationsOf(size);
  let best = all[0];
  let least = Infinity;
  for (const order of all) {
    let sum = 0;
    for (let a = 0; a < size; a++) sum += table[a][order[a]];
    if (sum < least) {
      least = sum;
      best = order;
    }
  }
  return best;
}

function improveBySwaps(size: number, cost: (a: number, b: number) => number): readonly number[] {
  const order = Array.from({ length: size }, (_, a) => a);
  let improved = true;
  while (improved) {
    improved = false;
    for (let a = 1; a < size; a++) {
      for (let b = 0; b < a; b++) {
        const gain = cost(a, order[a]) + cost(b, order[b]) - cost(a, order[b]) - cost(b, order[a]);
        if (gain > 1e-9) {
          [order[a], order[b]] = [order[b], order[a]];
          improved = true;
        }
      }
    }
  }
  return order;
}

function squaredDistance(a: FloatArray, i: number, b: FloatArray, j: number): number {
  const dx = a[3 * i] - b[3 * j];
  const dy = a[3 * i + 1] - b[3 * j + 1];
  const dz = a[3 * i + 2] - b[3 * j + 2];
  return dx * dx + dy * dy + dz * dz;
}
