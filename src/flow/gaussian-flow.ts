/** Flow matching between two Gaussians, where everything has a closed form: what theory can be held against. */
import { symmetricFunction } from '../geometry/symmetric-eigen.js';

/** A normal distribution of d dimensions: mean [d] and positive definite covariance [d,d], row-major. */
export interface Gaussian {
  readonly mean: Float64Array;
  readonly covariance: Float64Array;
}

/** A flow whose state is normal at all times, and its velocity, which is affine in x. */
export interface GaussianFlow {
  /** Distribution of x_t. */
  marginal(t: number): Gaussian;
  /** Marginal velocity at (x, t). */
  velocity(x: Float64Array, t: number): Float64Array;
  /** ∇·v at time t: the same everywhere. */
  divergence(t: number): number;
}

/** Log density of a Gaussian at x. */
export function gaussianLogDensity({ mean, covariance }: Gaussian, x: Float64Array): number {
  const d = mean.length;
  const precision = symmetricFunction(covariance, d, (v) => 1 / v);
  const logarithm = symmetricFunction(covariance, d, Math.log);
  let sum = d * Math.log(2 * Math.PI);
  for (let i = 0; i < d; i++) {
    sum += logarithm[i * d + i];
    for (let j = 0; j < d; j++) sum += (x[i] - mean[i]) * precision[i * d + j] * (x[j] - mean[j]);
  }
  return -sum / 2;
}

/**
 * The straight path x_t = (1−t)·x0 + t·x1 between independent Gaussians: x_t is normal with mean (1−t)m0 + t·m1 and
 * covariance Σ = (1−t)²C0 + t²C1, and v(x, t) = E[x1 − x0 | x_t = x] = m1 − m0 + (t·C1 − (1−t)C0) Σ⁻¹ (x − m_t).
 *
 * Albergo, Boffi & Vanden-Eijnden, "Stochastic interpolants" (arXiv:2303.08797), appendix on Gaussian mixtures.
 */
export function independentGaussianFlow(from: Gaussian, to: Gaussian): GaussianFlow {
  const d = from.mean.length;
  const marginal = (t: number): Gaussian => ({
    mean: from.mean.map((m, i) => (1 - t) * m + t * to.mean[i]),
    covariance: from.covariance.map((c, i) => (1 - t) ** 2 * c + t ** 2 * to.covariance[i]),
  });
  const slope = (t: number) => {
    const precision = symmetricFunction(marginal(t).covariance, d, (v) => 1 / v);
    const cross = from.covariance.map((c, i) => t * to.covariance[i] - (1 - t) * c);
    return multiply(cross, precision, d);
  };
  return affineFlow(from, to, marginal, slope);
}

/**
 * The straight path between Gaussians paired by optimal transport, x1 = m1 + A(x0 − m0) with
 * A = C0^−½ (C0^½ C1 C0^½)^½ C0^−½: McCann's displacement interpolation. No two paths cross, so the velocity of each is
 * the marginal one, v(x, t) = m1 − m0 + (A − 1) ((1−t) + t·A)⁻¹ (x − m_t), and Euler's method is exact in one step.
 *
 * McCann, Adv. Math. 128, 153 (1997); Gaussian maps: Peyré & Cuturi, Computational Optimal Transport, remark 2.31.
 */
export function optimalGaussianFlow(from: Gaussian, to: Gaussian): GaussianFlow {
  const d = from.mean.length;
  const map = optimalMap(from, to);
  const stretch = (t: number) => map.map((a, i) => t * a + (i % (d + 1) === 0 ? 1 - t : 0));
  const marginal = (t: number): Gaussian => {
    const s = stretch(t);
    return {
      mean: from.mean.map((m, i) => (1 - t) * m + t * to.mean[i]),
      covariance: multiply(multiply(s, from.covariance, d), s, d),
    };
  };
  const slope = (t: number) => {
    const inverse = symmetricFunction(stretch(t), d, (v) => 1 / v);
    return multiply(
      map.map((a, i) => a - (i % (d + 1) === 0 ? 1 : 0)),
      inverse,
      d,
    );
  };
  return affineFlow(from, to, marginal, slope);
}

/**
 * Squared 2-Wasserstein distance |m0 − m1|² + tr(C0 + C1 − 2(C0^½ C1 C0^½)^½): the least mean squared length of paths
 * from one Gaussian to the other.
 */
export function squaredWasserstein(from: Gaussian, to: Gaussian): number {
  const d = from.mean.length;
  const root = symmetricFunction(from.covariance, d, Math.sqrt);
  const middle = symmetricFunction(multiply(multiply(root, to.covariance, d), root, d), d, Math.sqrt);
  let sum = 0;
  for (let i = 0; i < d; i++) {
    const at = i * d + i;
    sum += (from.mean[i] - to.mean[i]) ** 2 + from.covariance[at] + to.covariance[at] - 2 * middle[at];
  }
  return sum;
}

/** The symmetric matrix A [d,d] of the optimal map between two Gaussians. */
function optimalMap(from: Gaussian, to: Gaussian): Float64Array {
  const d = from.mean.length;
  const root = symmetricFunction(from.covariance, d, Math.sqrt);
  const inverse = symmetricFunction(from.covariance, d, (v) => 1 / Math.sqrt(v));
  const middle = symmetricFunction(multiply(multiply(root, to.covariance, d), root, d), d, Math.sqrt);
  return multiply(multiply(inverse, middle, d), inverse, d);
}

function affineFlow(
  from: Gaussian,
  to: Gaussian,
  marginal: (t: number) => Gaussian,
  slope: (t: number) => Float64Array,
): GaussianFlow {
  const d = from.mean.length;
  if (to.mean.length !== d || from.covariance.length !== d * d || to.covariance.length !== d * d) {
    throw new Error(`Gaussian flow: means of ${d} and ${to.mean.length} dimensions do not fit their covariances.`);
  }
  return {
    marginal,
    velocity(x, t) {
      const { mean } = marginal(t);
      const matrix = slope(t);
      return from.mean.map((m, i) => {
        let v = to.mean[i] - m;
        for (let j = 0; j < d; j++) v += matrix[i * d + j] * (x[j] - mean[j]);
        return v;
      });
    },
    divergence(t) {
      const matrix = slope(t);
      let trace = 0;
      for (let i = 0; i < d; i++) trace += matrix[i * d + i];
      return trace;
    },
  };
}

function multiply(a: Float64Array, b: Float64Array, d: number): Float64Array {
  const out = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let k = 0; k < d; k++) {
      for (let j = 0; j < d; j++) out[i * d + j] += a[i * d + k] * b[k * d + j];
    }
  }
  return out;
}
