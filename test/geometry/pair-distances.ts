import { distance } from '../../src/geometry/internal-coordinates.js';

/** All pair distances of `x` [n,3], [n,n] row-major: what says everything of a shape but its hand. */
export function pairDistances(x: ArrayLike<number> & (Float32Array | Float64Array), n: number): number[] {
  return Array.from({ length: n * n }, (_, k) => distance(x, Math.floor(k / n), k % n));
}
