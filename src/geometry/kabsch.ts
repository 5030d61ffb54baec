/** Optimal superposition: the proper rotation that brings one set of points closest to another. */
import type { FloatArray } from './coordinates.js';
import { rotationFromQuaternion } from './rotation.js';
import { symmetricEigen } from './symmetric-eigen.js';

const moments = new Float64Array(15);
const covariance = moments.subarray(0, 9);
const davenport = new Float64Array(16);
const vectors = new Float64Array(16);
const rotation = new Float64Array(9);

/**
 * Writes into `out`: 0–8 the cross-covariance S[p,q] = Σᵢ (aᵢ − ā)_p (bᵢ − b̄)_q of two point sets [n,3], 9–11 the mean
 * of a, 12–14 the mean of b.
 */
export function centredMoments(out: Float64Array, a: FloatArray, b: FloatArray, n: number): void {
  let ax = 0;
  let ay = 0;
  let az = 0;
  let bx = 0;
  let by = 0;
  let bz = 0;
  for (let i = 0; i < 3 * n; i += 3) {
    ax += a[i];
    ay += a[i + 1];
    az += a[i + 2];
    bx += b[i];
    by += b[i + 1];
    bz += b[i + 2];
  }
  ax /= n;
  ay /= n;
  az /= n;
  bx /= n;
  by /= n;
  bz /= n;
  let xx = 0;
  let xy = 0;
  let xz = 0;
  let yx = 0;
  let yy = 0;
  let yz = 0;
  let zx = 0;
  let zy = 0;
  let zz = 0;
  for (let i = 0; i < 3 * n; i += 3) {
    const px = a[i] - ax;
    const py = a[i + 1] - ay;
    const pz = a[i + 2] - az;
    const qx = b[i] - bx;
    const qy = b[i + 1] - by;
    const qz = b[i + 2] - bz;
    xx += px * qx;
    xy += px * qy;
    xz += px * qz;
    yx += py * qx;
    yy += py * qy;
    yz += py * qz;
    zx += pz * qx;
    zy += pz * qy;
    zz += pz * qz;
  }
  out[0] = xx;
  out[1] = xy;
  out[2] = xz;
  out[3] = yx;
  out[4] = yy;
  out[5] = yz;
  out[6] = zx;
  out[7] = zy;
  out[8] = zz;
  out[9] = ax;
  out[10] = ay;
  out[11] = az;
  out[12] = bx;
  out[13] = by;
  out[14] = bz;
}

/**
 * Writes Davenport's symmetric matrix [4,4] of a cross-covariance S [3,3] (S[p,q] = Σ a_p b_q) into `out`. For every
 * unit quaternion u, uᵀ·K·u = Σ bᵢ·R(u)aᵢ, so its top eigenvector is the rotation of a that fits b best.
 *
 * Horn, J. Opt. Soc. Am. A 4, 629 (1987), §4.
 */
export function davenportMatrix(out: Float64Array, s: ArrayLike<number>): void {
  const xx = s[0];
  const xy = s[1];
  const xz = s[2];
  const yx = s[3];
  const yy = s[4];
  const yz = s[5];
  const zx = s[6];
  const zy = s[7];
  const zz = s[8];
  out[0] = xx + yy + zz;
  out[5] = xx - yy - zz;
  out[10] = -xx + yy - zz;
  out[15] = -xx - yy + zz;
  out[1] = out[4] = yz - zy;
  out[2] = out[8] = zx - xz;
  out[3] = out[12] = xy - yx;
  out[6] = out[9] = xy + yx;
  out[7] = out[13] = zx + xz;
  out[11] = out[14] = yz + zy;
}

/** The optimal rotation for a cross-covariance S [3,3], written into `out` [3,3]; S = 0 gives the identity. */
function rotationFromCovariance(out: FloatArray, s: ArrayLike<number>): void {
  davenportMatrix(davenport, s);
  symmetricEigen(davenport, vectors, 4);
  let best = 0;
  for (let k = 1; k < 4; k++) if (davenport[5 * k] > davenport[5 * best]) best = k;
  const w = vectors[best];
  const x = vectors[4 + best];
  const y = vectors[8 + best];
  const z = vectors[12 + best];
  const norm = Math.sqrt(w * w + x * x + y * y + z * z);
  rotationFromQuaternion(out, w / norm, x / norm, y / norm, z / norm);
}

/**
 * Writes into `out` [3,3] the proper rotation R (det +1, row-major) that minimises Σ |R(mᵢ − m̄) − (tᵢ − t̄)|² between
 * `moving` and `target`, both [n,3]. Where many rotations are equally good (n ≤ 2, points on a line) it is one of
 * them; for n = 1 the identity.
 */
export function kabschRotation(out: FloatArray, moving: FloatArray, target: FloatArray, n: number): void {
  centredMoments(moments, moving, target, n);
  rotationFromCovariance(out, covariance);
}

/**
 * Writes `moving` [n,3], rotated and translated to the least squared distance from `target` [n,3], into `out` [n,3],
 * which may be `moving` itself. Reflections are never used.
 */
export function alignOnto(out: FloatArray, moving: FloatArray, target: FloatArray, n: number): void {
  centredMoments(moments, moving, target, n);
  rotationFromCovariance(rotation, covariance);
  const [xx, xy, xz, yx, yy, yz, zx, zy, zz] = rotation;
  const mx = moments[9];
  const my = moments[10];
  const mz = moments[11];
  const tx = moments[12];
  const ty = moments[13];
  const tz = moments[14];
  for (let i = 0; i < 3 * n; i += 3) {
    const a = moving[i] - mx;
    const b = moving[i + 1] - my;
    const c = moving[i + 2] - mz;
    out[i] = xx * a + xy * b + xz * c + tx;
    out[i + 1] = yx * a + yy * b + yz * c + ty;
    out[i + 2] = zx * a + zy * b + zz * c + tz;
  }
}
