/** A lower bound of the RMSD without superposition, which rules out most pairs of conformers that are far apart. */
import { centroid, type FloatArray } from './coordinates.js';

const mean = new Float64Array(3);

/** The distances in Å of the n atoms of `x` [n,3] from their mean. */
export function radii(x: FloatArray, n: number): Float64Array {
  centroid(mean, x, n);
  const [mx, my, mz] = mean;
  return Float64Array.from({ length: n }, (_, i) => Math.hypot(x[3 * i] - mx, x[3 * i + 1] - my, x[3 * i + 2] - mz));
}

/**
 * Whether the radii of two conformers prove that their `bestRmsd` over the permutations is at least `threshold` Å.
 * Superposed conformers share their mean, so |aᵢ − R bᵢ| ≥ ||aᵢ| − |bᵢ||.
 */
export function areFarApart(
  a: Float64Array,
  b: Float64Array,
  permutations: readonly ArrayLike<number>[],
  threshold: number,
): boolean {
  const n = a.length;
  const least = n * threshold * threshold;
  return permutations.every((permutation) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += (a[i] - b[permutation[i]]) ** 2;
    return sum >= least;
  });
}
