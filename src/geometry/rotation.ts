/** Rotations of three-dimensional space: from quaternions, at random, applied to coordinates. */
import type { FloatArray } from './coordinates.js';

/** Writes the rotation matrix [3,3] of the unit quaternion w + xi + yj + zk into `out` (row-major, y = R·x). */
export function rotationFromQuaternion(out: FloatArray, w: number, x: number, y: number, z: number): void {
  out[0] = 1 - 2 * (y * y + z * z);
  out[1] = 2 * (x * y - z * w);
  out[2] = 2 * (x * z + y * w);
  out[3] = 2 * (x * y + z * w);
  out[4] = 1 - 2 * (x * x + z * z);
  out[5] = 2 * (y * z - x * w);
  out[6] = 2 * (x * z - y * w);
  out[7] = 2 * (y * z + x * w);
  out[8] = 1 - 2 * (x * x + y * y);
}

/**
 * Writes a rotation [3,3] drawn uniformly from SO(3) into `out`. `uniform` gives numbers in (0,1); five are used on
 * average.
 *
 * Marsaglia, Ann. Math. Stat. 43, 645 (1972): a point on the unit 3-sphere by rejection. No sine or cosine, so the
 * result is the same on every platform.
 */
export function randomRotation(out: FloatArray, uniform: () => number): void {
  let a: number;
  let b: number;
  let first: number;
  do {
    a = 2 * uniform() - 1;
    b = 2 * uniform() - 1;
    first = a * a + b * b;
  } while (first >= 1);
  let c: number;
  let d: number;
  let second: number;
  do {
    c = 2 * uniform() - 1;
    d = 2 * uniform() - 1;
    second = c * c + d * d;
  } while (second >= 1 || second === 0);
  const scale = Math.sqrt((1 - first) / second);
  rotationFromQuaternion(out, a, b, c * scale, d * scale);
}

/** Writes R·x of every row of `x` [n,3] into `out` [n,3], which may be `x` itself. */
export function rotate(out: FloatArray, rotation: FloatArray, x: FloatArray, n: number): void {
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = rotation;
  for (let i = 0; i < 3 * n; i += 3) {
    const a = x[i];
    const b = x[i + 1];
    const c = x[i + 2];
    out[i] = xx * a + xy * b + xz * c;
    out[i + 1] = yx * a + yy * b + yz * c;
    out[i + 2] = zx * a + zy * b + zz * c;
  }
}
