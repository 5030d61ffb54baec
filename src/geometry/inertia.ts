/** The inertia tensor of a set of points. */
import type { FloatArray } from './coordinates.js';

/**
 * Writes the inertia tensor [3,3] of `x` [n,3] about its centre of mass into `out`: Σ m(r²·1 − r rᵀ), in Å² times the
 * unit of `masses` [n] (all 1 where none are given).
 */
export function inertiaTensor(out: Float64Array, x: FloatArray, n: number, masses?: ArrayLike<number>): void {
  let total = 0;
  const mean = [0, 0, 0];
  for (let i = 0; i < n; i++) {
    const m = masses ? masses[i] : 1;
    total += m;
    for (let k = 0; k < 3; k++) mean[k] += m * x[3 * i + k];
  }
  for (let k = 0; k < 3; k++) mean[k] /= total;
  out.fill(0, 0, 9);
  for (let i = 0; i < n; i++) {
    const m = masses ? masses[i] : 1;
    const r = [x[3 * i] - mean[0], x[3 * i + 1] - mean[1], x[3 * i + 2] - mean[2]];
    const square = r[0] * r[0] + r[1] * r[1] + r[2] * r[2];
    for (let p = 0; p < 3; p++) {
      for (let q = 0; q < 3; q++) out[3 * p + q] += m * ((p === q ? square : 0) - r[p] * r[q]);
    }
  }
}
