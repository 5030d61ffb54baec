/** Stochastic interpolants: paths between noise and data that are themselves noisy in between. */
import type { FloatArray } from '../geometry/coordinates.js';
import { straightSchedule, type Schedule } from './schedule.js';

/**
 * x_t = data(t)·x1 + noise(t)·x0 + strength·√(2t(1−t))·z with z standard normal: two ends joined by a Brownian bridge.
 * Strength 0 is plain flow matching.
 *
 * Albergo, Boffi & Vanden-Eijnden, "Stochastic interpolants" (arXiv:2303.08797), definition 2.1.
 */
export interface Interpolant {
  readonly schedule: Schedule;
  /** In the unit of x. */
  readonly strength: number;
}

/** The interpolant of that schedule and strength; throws for a negative strength. */
export function createInterpolant({
  schedule = straightSchedule,
  strength = 0,
}: Partial<Interpolant> = {}): Interpolant {
  if (!(strength >= 0)) throw new Error(`Interpolant: the strength is ${strength}; expected 0 or more.`);
  return { schedule, strength };
}

/** Standard deviation of the noise on the path at t, and its derivative, which is infinite at the ends. */
export function bridge({ strength }: Interpolant, t: number): { readonly deviation: number; readonly rate: number } {
  if (strength === 0) return { deviation: 0, rate: 0 };
  const root = Math.sqrt(2 * t * (1 - t));
  return { deviation: strength * root, rate: (strength * (1 - 2 * t)) / root };
}

/** Writes x_t into `out`, from the ends x0 and x1 and the normal numbers z, all of one length. */
export function interpolateNoisily(
  out: FloatArray,
  interpolant: Interpolant,
  x0: FloatArray,
  x1: FloatArray,
  z: FloatArray,
  t: number,
): void {
  const a = interpolant.schedule.data(t);
  const b = interpolant.schedule.noise(t);
  const { deviation } = bridge(interpolant, t);
  for (let i = 0; i < out.length; i++) out[i] = a * x1[i] + b * x0[i] + deviation * z[i];
}

/**
 * Writes the velocity of that path at t in (0,1) into `out`: dataRate·x1 + noiseRate·x0 + γ'(t)·z, γ the deviation.
 * Its mean given x_t is the marginal velocity.
 */
export function interpolantVelocity(
  out: FloatArray,
  interpolant: Interpolant,
  x0: FloatArray,
  x1: FloatArray,
  z: FloatArray,
  t: number,
): void {
  const a = interpolant.schedule.dataRate(t);
  const b = interpolant.schedule.noiseRate(t);
  const { rate } = bridge(interpolant, t);
  for (let i = 0; i < out.length; i++) out[i] = a * x1[i] + b * x0[i] + rate * z[i];
}

/**
 * The drift of dx = drift·dt + √(2·diffusion)·dW, which has the marginals of the flow whatever the diffusion (≥ 0):
 * v + diffusion·∇ log p_t. On a path without noise of its own (strength 0), with x0
 * Gaussian of standard deviation `scale` and independent of x1, the score is −E[x0 | x_t]/(noise(t)·scale²), so that
 * no more than a prediction of the data is needed; t in (0,1).
 *
 * Albergo et al. (arXiv:2303.08797), corollary 2.10.
 */
export function stochasticDrift({
  x,
  data,
  t,
  diffusion,
  scale = 1,
  schedule = straightSchedule,
}: {
  readonly x: Float64Array;
  /** x̂1 = E[x1 | x_t = x]. */
  readonly data: Float64Array;
  readonly t: number;
  readonly diffusion: number;
  readonly scale?: number;
  readonly schedule?: Schedule;
}): Float64Array {
  const a = schedule.data(t);
  const b = schedule.noise(t);
  return x.map((v, i) => {
    const noise = (v - a * data[i]) / b;
    return schedule.dataRate(t) * data[i] + schedule.noiseRate(t) * noise - (diffusion * noise) / (b * scale * scale);
  });
}
