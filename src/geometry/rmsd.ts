/** RMSD between conformers: without superposition, superposed, and over symmetry permutations. */
import { centre, type FloatArray } from './coordinates.js';
import { centredMoments, davenportMatrix } from './kabsch.js';
import { symmetricEigen } from './symmetric-eigen.js';

const davenport = new Float64Array(16);
const vectors = new Float64Array(16);
const covariance = new Float64Array(9);
const moments = new Float64Array(15);

/** RMSD in Å between `a` and `b` [n,3] without superposition. */
export function rmsd(a: FloatArray, b: FloatArray, n: number): number {
  let sum = 0;
  for (let i = 0; i < 3 * n; i++) {
    const d = a[i] - b[i];
    sum += d * d;
  }
  return Math.sqrt(sum / n);
}

/**
 * The largest eigenvalue of Davenport's matrix of the cross-covariance `s` [3,3]: the greatest Σ bᵢ·R aᵢ over all
 * rotations R. `bound` is any upper bound of it, such as half the sum of all squares.
 *
 * Newton's method on the characteristic polynomial λ⁴ − 2|S|²λ² − 8 det(S) λ + |S|⁴ − 4|adj S|², from above:
 * Theobald, Acta Cryst. A 61, 478 (2005), with the constant term written through the adjugate. Where the root is
 * nearly double (points on a line) Newton loses digits, and a Jacobi diagonalisation takes over.
 */
function largestOverlap(s: ArrayLike<number>, bound: number): number {
  const xx = s[0];
  const xy = s[1];
  const xz = s[2];
  const yx = s[3];
  const yy = s[4];
  const yz = s[5];
  const zx = s[6];
  const zy = s[7];
  const zz = s[8];
  const cxx = yy * zz - yz * zy;
  const cxy = yz * zx - yx * zz;
  const cxz = yx * zy - yy * zx;
  const cyx = xz * zy - xy * zz;
  const cyy = xx * zz - xz * zx;
  const cyz = xy * zx - xx * zy;
  const czx = xy * yz - xz * yy;
  const czy = xz * yx - xx * yz;
  const czz = xx * yy - xy * yx;
  const square = xx * xx + xy * xy + xz * xz + yx * yx + yy * yy + yz * yz + zx * zx + zy * zy + zz * zz;
  if (square === 0) return 0;
  const adjugate =
    cxx * cxx + cxy * cxy + cxz * cxz + cyx * cyx + cyy * cyy + cyz * cyz + czx * czx + czy * czy + czz * czz;
  const c2 = -2 * square;
  const c1 = -8 * (xx * cxx + xy * cxy + xz * cxz);
  const c0 = square * square - 4 * adjugate;
  let lambda = Math.min(bound, Math.sqrt(3 * square));
  for (let iteration = 0; iteration < 40; iteration++) {
    const l2 = lambda * lambda;
    const value = (l2 + c2) * l2 + c1 * lambda + c0;
    const slope = (4 * l2 + 2 * c2) * lambda + c1;
    if (slope < 1e-2 * l2 * lambda) break;
    const step = value / slope;
    lambda -= step;
    if (Math.abs(step) < 1e-13 * lambda) return lambda;
  }
  davenportMatrix(davenport, s);
  symmetricEigen(davenport, vectors, 4);
  return Math.max(davenport[0], davenport[5], davenport[10], davenport[15]);
}

/** RMSD in Å between `a` and `b` [n,3] after superposition (proper rotation and translation). */
export function rmsdAligned(a: FloatArray, b: FloatArray, n: number): number {
  centredMoments(moments, a, b, n);
  const squares = centredSquares(a, moments, 9, n) + centredSquares(b, moments, 12, n);
  const overlap = largestOverlap(moments, squares / 2);
  return Math.sqrt(Math.max(0, squares - 2 * overlap) / n);
}

function centredSquares(x: FloatArray, means: Float64Array, at: number, n: number): number {
  let sum = 0;
  for (let i = 0; i < 3 * n; i += 3) {
    const dx = x[i] - means[at];
    const dy = x[i + 1] - means[at + 1];
    const dz = x[i + 2] - means[at + 2];
    sum += dx * dx + dy * dy + dz * dz;
  }
  return sum;
}

/** The least RMSD over a list of permutations, and which of them gives it. */
export interface BestRmsd {
  /** Å. */
  readonly rmsd: number;
  /** Row i of the first conformer is paired with row `permutation[i]` of the second. */
  readonly permutation: ArrayLike<number>;
}

/**
 * Symmetry-aware RMSD: the least over `permutations`, each after superposition. A permutation `p` of length n pairs row
 * i of `a` with row p[i] of `b`; n may be less than the number of atoms, and rows that do not occur in it (hydrogens
 * after the heavy atoms) are ignored. `permutations` must not be empty.
 */
export function bestRmsd(a: FloatArray, b: FloatArray, permutations: readonly ArrayLike<number>[]): BestRmsd {
  if (permutations.length === 0) throw new Error('bestRmsd: no permutation was given; pass at least the identity.');
  const n = permutations[0].length;
  const p = new Float64Array(3 * n);
  const q = new Float64Array(3 * n);
  centre(p, a, n);
  centre(q, b, n);
  let squares = 0;
  for (let i = 0; i < 3 * n; i++) squares += p[i] * p[i] + q[i] * q[i];
  let best = -Infinity;
  let winner = permutations[0];
  for (const permutation of permutations) {
    overlapCovariance(covariance, p, q, permutation, n);
    // |S|·√3 is an upper bound of the overlap, which rules out most permutations of a large group.
    if (best > 0 && 3 * squareOf(covariance) <= best * best) continue;
    const overlap = largestOverlap(covariance, squares / 2);
    if (overlap > best) {
      best = overlap;
      winner = permutation;
    }
  }
  return { rmsd: Math.sqrt(Math.max(0, squares - 2 * best) / n), permutation: winner };
}

function squareOf(s: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < 9; k++) sum += s[k] * s[k];
  return sum;
}

/** S[p,q] = Σᵢ a[i]_p b[permutation[i]]_q of centred `a` and `b`, into `out` [3,3]. */
function overlapCovariance(
  out: Float64Array,
  a: FloatArray,
  b: FloatArray,
  permutation: ArrayLike<number>,
  n: number,
): void {
  let xx = 0;
  let xy = 0;
  let xz = 0;
  let yx = 0;
  let yy = 0;
  let yz = 0;
  let zx = 0;
  let zy = 0;
  let zz = 0;
  for (let i = 0; i < n; i++) {
    const j = 3 * permutation[i];
    const ax = a[3 * i];
    const ay = a[3 * i + 1];
    const az = a[3 * i + 2];
    const bx = b[j];
    const by = b[j + 1];
    const bz = b[j + 2];
    xx += ax * bx;
    xy += ax * by;
    xz += ax * bz;
    yx += ay * bx;
    yy += ay * by;
    yz += ay * bz;
    zx += az * bx;
    zy += az * by;
    zz += az * bz;
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
}
