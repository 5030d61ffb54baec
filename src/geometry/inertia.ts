/** How a set of points is spread: radius of gyration, inertia tensor and principal moments. */
import { centroid, type FloatArray } from './coordinates.js';
import { symmetricEigen } from './symmetric-eigen.js';

/** Radius of gyration in Å of `x` [n,3], unit masses: the root-mean-square distance from the mean. */
export function radiusOfGyration(x: FloatArray, n: number): number {
  const mean = new Float64Array(3);
  centroid(mean, x, n);
  let sum = 0;
  for (let i = 0; i < 3 * n; i++) {
    const d = x[i] - mean[i % 3];
    sum += d * d;
  }
  return Math.sqrt(sum / n);
}

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

/** The three principal moments of inertia in ascending order, in Å² times the unit of `masses`. */
export function principalMoments(x: FloatArray, n: number, masses?: ArrayLike<number>): [number, number, number] {
  const tensor = new Float64Array(9);
  inertiaTensor(tensor, x, n, masses);
  symmetricEigen(tensor, new Float64Array(9), 3);
  const moments = [tensor[0], tensor[4], tensor[8]].sort((a, b) => a - b);
  return [moments[0], moments[1], moments[2]];
}
