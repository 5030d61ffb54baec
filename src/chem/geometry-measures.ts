/** The measures behind the geometry checks: angles between the planes of two ends, bonds through rings. */
import type { EndPlanes } from './geometry-plan.js';

const DEGREES = 180 / Math.PI;

/**
 * How far the planes of two ends are from where they should be, in degrees, 0 to 90: from each other, or from a right
 * angle where they are to be perpendicular. An end's plane is told by the line through its two neighbours, or from the
 * end to the only one, seen along the axis; so it does not feel whether the end is pyramidal.
 * @param x [n,3] Å.
 */
export function planeDeviation(x: Float32Array, { a, b, ofA, ofB, perpendicular }: EndPlanes): number {
  const axis = [x[3 * b] - x[3 * a], x[3 * b + 1] - x[3 * a + 1], x[3 * b + 2] - x[3 * a + 2]];
  const length = Math.hypot(axis[0], axis[1], axis[2]);
  for (let k = 0; k < 3; k++) axis[k] /= length;
  lineOf(lineA, x, a, ofA, axis);
  lineOf(lineB, x, b, ofB, axis);
  const product = lineA[0] * lineB[0] + lineA[1] * lineB[1] + lineA[2] * lineB[2];
  const between = Math.acos(Math.min(1, Math.abs(product))) * DEGREES;
  return perpendicular ? 90 - between : between;
}

const lineA = [0, 0, 0];
const lineB = [0, 0, 0];

/** Unit vector of an end's line, perpendicular to the axis. */
function lineOf(out: number[], x: Float32Array, end: number, around: readonly number[], axis: readonly number[]): void {
  const [p, q = end] = around;
  let along = 0;
  for (let k = 0; k < 3; k++) {
    out[k] = x[3 * p + k] - x[3 * q + k];
    along += out[k] * axis[k];
  }
  for (let k = 0; k < 3; k++) out[k] -= along * axis[k];
  const length = Math.hypot(out[0], out[1], out[2]);
  for (let k = 0; k < 3; k++) out[k] /= length;
}

/**
 * Whether the segment between rows i and j passes through the surface of a ring, spanned from its centre to its bonds
 * (Möller and Trumbore, J. Graph. Tools 1997, 2, 21, for each triangle).
 * @param x [n,3] Å.
 */
export function passesThrough(
  x: Float32Array,
  i: number,
  j: number,
  ring: readonly number[],
  centre: readonly number[],
): boolean {
  const [ox, oy, oz] = [x[3 * i], x[3 * i + 1], x[3 * i + 2]];
  const [dx, dy, dz] = [x[3 * j] - ox, x[3 * j + 1] - oy, x[3 * j + 2] - oz];
  const [tx, ty, tz] = [ox - centre[0], oy - centre[1], oz - centre[2]];
  for (let k = 0; k < ring.length; k++) {
    const p = 3 * ring[k];
    const q = 3 * ring[(k + 1) % ring.length];
    const [ax, ay, az] = [x[p] - centre[0], x[p + 1] - centre[1], x[p + 2] - centre[2]];
    const [bx, by, bz] = [x[q] - centre[0], x[q + 1] - centre[1], x[q + 2] - centre[2]];
    const [hx, hy, hz] = [dy * bz - dz * by, dz * bx - dx * bz, dx * by - dy * bx];
    const det = ax * hx + ay * hy + az * hz;
    if (Math.abs(det) < 1e-9) continue;
    const u = (tx * hx + ty * hy + tz * hz) / det;
    if (u < 0 || u > 1) continue;
    const [qx, qy, qz] = [ty * az - tz * ay, tz * ax - tx * az, tx * ay - ty * ax];
    const v = (dx * qx + dy * qy + dz * qz) / det;
    if (v < 0 || u + v > 1) continue;
    const t = (bx * qx + by * qy + bz * qz) / det;
    if (t >= 0 && t <= 1) return true;
  }
  return false;
}
