/** Log likelihood of coordinates under a flow, by the instantaneous change of variables. */
import { centre } from '../geometry/coordinates.js';
import type { Prior } from './prior.js';
import type { Random } from './random.js';
import { solveOde } from './solve.js';
import { dormandPrince } from './solvers/dormand-prince.js';
import type { ButcherTableau } from './solvers/tableau.js';

/**
 * The velocity at (x, t) and, for each direction w, J·w or wᵀ·J, J its Jacobian [d,d] at x: a trace does not tell
 * which. All arrays have the length d of x.
 */
export type VelocityDerivative = (
  x: Float64Array,
  t: number,
  directions: readonly Float64Array[],
) => Promise<{ readonly velocity: Float64Array; readonly products: readonly Float64Array[] }>;

/** How the divergence is found: exactly from d directions, or estimated from a few random ones. */
export type DivergenceMethod =
  | { readonly kind: 'exact' }
  /**
   * Hutchinson's estimator ∇·v ≈ mean εᵀJε, E[εεᵀ] = 1, with the same `probes` directions at all times of a solve:
   * Grathwohl et al., "FFJORD" (arXiv:1810.01367), eq. 7.
   */
  | {
      readonly kind: 'hutchinson';
      readonly distribution: 'rademacher' | 'gaussian';
      readonly probes: number;
      readonly random: Random;
    };

/**
 * Derivatives by central differences of width `step` (Å): two evaluations of the velocity a direction. Exact for a
 * velocity that is affine in x; otherwise the error is of order step². A network in float32 needs about 1e-2, or
 * rounding drowns the difference.
 */
export function differenceDerivative(
  velocity: (x: Float64Array, t: number) => Promise<Float64Array> | Float64Array,
  step = 1e-4,
): VelocityDerivative {
  return async (x, t, directions) => {
    const products: Float64Array[] = [];
    for (const w of directions) {
      const above = (
        await velocity(
          x.map((v, i) => v + step * w[i]),
          t,
        )
      ).slice();
      const below = await velocity(
        x.map((v, i) => v - step * w[i]),
        t,
      );
      products.push(above.map((v, i) => (v - below[i]) / (2 * step)));
    }
    return { velocity: (await velocity(x, t)).slice(), products };
  };
}

/**
 * The directions w with Σ wᵀJw = ∇·v on the space of coordinates [n,3] with mean zero: for the exact divergence an
 * orthonormal basis of its 3(n−1) dimensions (Helmert's), for the estimate random vectors with their mean taken out,
 * weighted to an average.
 */
export function divergenceDirections(atoms: number, method: DivergenceMethod): Float64Array[] {
  if (method.kind === 'exact') {
    return Array.from({ length: 3 * (atoms - 1) }, (_, index) => {
      const w = new Float64Array(3 * atoms);
      const row = Math.floor(index / 3) + 1;
      const norm = 1 / Math.sqrt(row * (row + 1));
      for (let i = 0; i < row; i++) w[3 * i + (index % 3)] = norm;
      w[3 * row + (index % 3)] = -row * norm;
      return w;
    });
  }
  const { probes, distribution, random } = method;
  if (!(Number.isInteger(probes) && probes > 0)) {
    throw new Error(`Hutchinson's estimator: probes is ${probes}; expected 1 or more.`);
  }
  return Array.from({ length: probes }, () => {
    const w = Float64Array.from({ length: 3 * atoms }, () =>
      distribution === 'gaussian' ? random.normal() : random.uniform() < 0.5 ? -1 : 1,
    );
    centre(w, w, atoms);
    return w.map((v) => v / Math.sqrt(probes));
  });
}

/** A likelihood and how it came about. */
export interface Likelihood {
  /** log p(x) in Å^−3(n−1), with respect to the volume of the space of coordinates with mean zero. */
  readonly logLikelihood: number;
  /** The noise x0 that the flow turns into x. */
  readonly noise: Float64Array;
  /** log p0(x0). */
  readonly logPrior: number;
  /** ∫ ∇·v dt along the path: what the flow spreads. */
  readonly divergence: number;
  readonly evaluations: number;
}

/**
 * log p1(x) = log p0(x0) − ∫₀¹ ∇·v(x_t, t) dt, following dx/dt = v from `x` [n,3] (centred first) at `t1` back to the
 * noise at t = 0, in double precision. The velocity must keep the mean at zero. It is invariant under rotation where
 * the velocity is equivariant. With x1-prediction the velocity cannot be evaluated at 1: pass a t1 just below (0.999),
 * which takes x for a state of the flow at that time.
 *
 * Chen et al., "Neural ordinary differential equations" (arXiv:1806.07366), theorem 1.
 */
export async function logLikelihood({
  x,
  prior,
  derivative,
  method = { kind: 'exact' },
  t1 = 1,
  solver = dormandPrince,
  steps,
  rtol = 1e-5,
  atol = 1e-5,
}: {
  readonly x: ArrayLike<number>;
  readonly prior: Prior;
  readonly derivative: VelocityDerivative;
  readonly method?: DivergenceMethod;
  readonly t1?: number;
  readonly solver?: ButcherTableau;
  /** Equal steps; without them, the solver must be adaptive. */
  readonly steps?: number;
  readonly rtol?: number;
  readonly atol?: number;
}): Promise<Likelihood> {
  const { atoms } = prior;
  const size = 3 * atoms;
  if (x.length !== size) throw new Error(`Likelihood: ${x.length} numbers were given; expected ${atoms} × 3.`);
  const directions = divergenceDirections(atoms, method);
  const start = new Float64Array(size + 1);
  const coordinates = start.subarray(0, size);
  coordinates.set(x);
  centre(coordinates, coordinates, atoms);
  const slope = new Float64Array(size + 1);
  const solution = await solveOde({
    velocity: async (state: Float64Array, t) => {
      const { velocity, products } = await derivative(state.slice(0, size), t, directions);
      slope.set(velocity);
      slope[size] = 0;
      directions.forEach((w, k) => {
        for (let i = 0; i < size; i++) slope[size] += w[i] * products[k][i];
      });
      return slope;
    },
    x0: start,
    t0: t1,
    t1: 0,
    solver,
    rtol,
    atol,
    ...(steps !== undefined && { steps }),
  });
  const noise = solution.x.slice(0, size);
  // The integral ran from t1 to 0, so it has the opposite sign.
  const divergence = -solution.x[size];
  const logPrior = prior.logDensity(noise);
  return { logLikelihood: logPrior - divergence, noise, logPrior, divergence, evaluations: solution.evaluations };
}
