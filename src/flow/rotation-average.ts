/** The SO(3)-averaged target: the mean of the data over all orientations it may have, given x_t. */
import type { FloatArray } from '../geometry/coordinates.js';
import { davenportMatrix } from '../geometry/kabsch.js';
import { rotationFromQuaternion, rotate } from '../geometry/rotation.js';
import { symmetricEigen } from '../geometry/symmetric-eigen.js';

/**
 * Writes into `out` [n,3] the posterior mean E[R·x1 | x_t] of data whose orientation R is uniform, when
 * x_t = (1−t)·x0 + t·R·x1 and x0 is Gaussian noise of standard deviation `scale` (Å) in every dimension:
 * p(R | x_t) ∝ exp(κ Σ x_tᵢ·R x1ᵢ), κ = t/((1−t)²·scale²), a matrix Fisher distribution.
 * It is the best answer of a network to x_t when `data` [n,3], centred, is the only conformer. At t = 0 it is zero;
 * towards t = 1 it is the data superposed on x_t. `x` is x_t, centred.
 *
 * Cao et al., "Efficient molecular conformer generation with SO(3)-averaged flow matching and reflow" (ICML 2025,
 * arXiv:2507.09785), which averages the velocity over the same posterior.
 */
export function rotationAveragedData(
  out: FloatArray,
  x: FloatArray,
  data: FloatArray,
  { atoms, t, scale }: { readonly atoms: number; readonly t: number; readonly scale: number },
): void {
  if (!(t >= 0 && t < 1)) throw new Error(`Rotation average: t is ${t}; expected a time in [0, 1).`);
  const concentration = t / ((1 - t) * (1 - t) * scale * scale);
  const s = new Float64Array(9);
  for (let i = 0; i < 3 * atoms; i += 3) {
    for (let p = 0; p < 3; p++) for (let q = 0; q < 3; q++) s[3 * p + q] += concentration * data[i + p] * x[i + q];
  }
  const mean = new Float64Array(9);
  meanRotation(mean, s);
  rotate(out, mean, data, atoms);
}

/**
 * Writes into `out` [3,3] the mean ∫ R p(R) dR of the matrix Fisher distribution p(R) ∝ exp(Σ_pq S[p,q]·R[q,p]) over
 * rotations, so that S = κ Σ a bᵀ favours the R that turns a onto b. The mean is no rotation: it is shorter the
 * wider p is.
 *
 * In the eigenbasis of Davenport's matrix the mean is diagonal with dᵢ = ∂ log c/∂sᵢ, c the normalising constant as
 * a function of the proper singular values; c is a one-dimensional integral of Bessel functions: Lee, "Bayesian
 * attitude estimation with the matrix Fisher distribution on SO(3)", IEEE Trans. Autom. Control 63, 3377 (2018), §II.
 */
export function meanRotation(out: FloatArray, s: ArrayLike<number>): void {
  const matrix = new Float64Array(16);
  const vectors = new Float64Array(16);
  davenportMatrix(matrix, s);
  symmetricEigen(matrix, vectors, 4);
  const order = [0, 1, 2, 3].sort((a, b) => matrix[5 * b] - matrix[5 * a]);
  const [l1, l2, l3, l4] = order.map((k) => matrix[5 * k]);
  const [d1, d2, d3] = meanDiagonal((l1 + l2) / 2, (l1 + l3) / 2, (l1 + l4) / 2);
  // E[q qᵀ] has the eigenvectors of Davenport's matrix; its eigenvalues follow from those of the mean.
  const weights = [1 + d1 + d2 + d3, 1 + d1 - d2 - d3, 1 - d1 + d2 - d3, 1 - d1 - d2 + d3];
  const rotation = new Float64Array(9);
  out.fill(0, 0, 9);
  order.forEach((k, rank) => {
    rotationFromQuaternion(rotation, vectors[k], vectors[4 + k], vectors[8 + k], vectors[12 + k]);
    for (let i = 0; i < 9; i++) out[i] += (weights[rank] / 4) * rotation[i];
  });
}

/** Beyond this the asymptotic expansion of the mean is exact to double precision where it is used. */
const SHARP = 1e7;

/** Gauss–Legendre points and weights on (0,1), 12 of them. */
const LEGENDRE = gaussLegendre(12);

/**
 * The mean of the diagonal of R under exp(s1·R11 + s2·R22 + s3·R33), s1 ≥ s2 ≥ |s3|. The integral over u in (−1,1)
 * is cut at 1 − u = 2^{1−m}, since it may be as narrow as 1/s at u = 1.
 */
function meanDiagonal(s1: number, s2: number, s3: number): [number, number, number] {
  const [a, b, c] = [s2 + s3, s1 + s3, s1 + s2];
  if (a > SHARP) return [1 - (1 / b + 1 / c) / 2, 1 - (1 / a + 1 / c) / 2, 1 - (1 / a + 1 / b) / 2];
  let total = 0;
  let first = 0;
  let second = 0;
  let third = 0;
  const pieces = 6 + Math.ceil(Math.log2(1 + c));
  let upper = 2;
  for (let piece = 0; piece <= pieces; piece++) {
    const lower = piece === pieces ? 0 : upper / 2;
    // The weight falls at least as exp(−(s1 + s3)(1 − u)).
    if (b * lower < 45) {
      for (const { point, weight } of LEGENDRE) {
        const gap = lower + (upper - lower) * point;
        const [minus0, minus1] = scaledBessel(((s2 - s3) / 2) * gap);
        const [plus0, plus1] = scaledBessel((a / 2) * (2 - gap));
        const w = (upper - lower) * weight * Math.exp(-b * gap);
        total += w * minus0 * plus0;
        first += w * (1 - gap) * minus0 * plus0;
        const across = (gap / 2) * minus1 * plus0;
        const along = ((2 - gap) / 2) * minus0 * plus1;
        second += w * (across + along);
        third += w * (along - across);
      }
    }
    upper = lower;
  }
  return [first / total, second / total, third / total];
}

/** e^{−z}·I0(z) and e^{−z}·I1(z) for z ≥ 0: the power series, or Hankel's expansion where it is exact. */
function scaledBessel(z: number): [number, number] {
  if (z > 25) {
    const scale = 1 / Math.sqrt(2 * Math.PI * z);
    return [scale * hankel(z, 0), scale * hankel(z, 4)];
  }
  const quarter = (z * z) / 4;
  let term = 1;
  let i0 = 0;
  let i1 = 0;
  for (let k = 0; term > 1e-17 * i0; k++) {
    i0 += term;
    i1 += term / (k + 1);
    term *= quarter / ((k + 1) * (k + 1));
  }
  const decay = Math.exp(-z);
  return [decay * i0, decay * (z / 2) * i1];
}

/** Σ (−1)^k (μ−1)(μ−9)…(μ−(2k−1)²)/(k!(8z)^k), μ = 4ν² (Abramowitz & Stegun 9.7.1). */
function hankel(z: number, mu: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; k < 25; k++) {
    term *= -(mu - (2 * k - 1) ** 2) / (8 * k * z);
    sum += term;
    if (Math.abs(term) < 1e-17) break;
  }
  return sum;
}

/** Nodes and weights of the Gauss–Legendre rule on (0,1), by Newton's method on the Legendre polynomial. */
function gaussLegendre(n: number): readonly { point: number; weight: number }[] {
  return Array.from({ length: n }, (_, i) => {
    let x = Math.cos((Math.PI * (i + 0.75)) / (n + 0.5));
    let slope = 1;
    for (let iteration = 0; iteration < 20; iteration++) {
      let p = 1;
      let previous = 0;
      for (let k = 1; k <= n; k++) [p, previous] = [((2 * k - 1) * x * p - (k - 1) * previous) / k, p];
      slope = (n * (x * p - previous)) / (x * x - 1);
      x -= p / slope;
    }
    return { point: (1 + x) / 2, weight: 1 / ((1 - x * x) * slope * slope) };
  });
}
