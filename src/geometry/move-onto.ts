/** Moves a whole structure as a superposition of some of its points asks. */
import { centroid, type FloatArray } from './coordinates.js';
import { kabschRotation } from './kabsch.js';
import { rotate } from './rotation.js';

const rotation = new Float64Array(9);
const there = new Float64Array(3);
const here = new Float64Array(3);

/** Turns and moves all rows of `x`, in place, by the proper rotation and translation that bring `points` [n,3] closest to `target` [n,3]. */
export function moveOnto(x: FloatArray, points: FloatArray, target: FloatArray, n: number): void {
  kabschRotation(rotation, points, target, n);
  centroid(here, points, n);
  centroid(there, target, n);
  for (let i = 0; i < x.length; i++) x[i] -= here[i % 3];
  rotate(x, rotation, x, x.length / 3);
  for (let i = 0; i < x.length; i++) x[i] += there[i % 3];
}

/** The rows of `x` [n,3] with these indices, one after another. */
export function rowsOf(x: FloatArray, rows: ArrayLike<number>): Float32Array {
  return Float32Array.from({ length: 3 * rows.length }, (_, i) => x[3 * rows[Math.floor(i / 3)] + (i % 3)]);
}
