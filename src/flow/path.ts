/** The path from noise to data, straight unless told otherwise, what a network may predict on it, and how its times are drawn. */
import type { FloatArray } from '../geometry/coordinates.js';
import type { Random } from './random.js';
import { straightSchedule, type Schedule } from './schedule.js';

/**
 * Writes x_t = (1−t)·x0 + t·x1 into `out`, or noise(t)·x0 + data(t)·x1 of another schedule; all have the same length.
 *
 * Lipman et al., "Flow matching for generative modeling" (arXiv:2210.02747), eq. 22 with σ_min = 0; Liu, Gong & Liu,
 * "Flow straight and fast" (arXiv:2209.03003), eq. 1.
 */
export function interpolate(
  out: FloatArray,
  x0: FloatArray,
  x1: FloatArray,
  t: number,
  schedule: Schedule = straightSchedule,
): void {
  const a = schedule.data(t);
  const b = schedule.noise(t);
  for (let i = 0; i < out.length; i++) out[i] = b * x0[i] + a * x1[i];
}

/** Writes the velocity target x1 − x0 of the straight path into `out`; it does not depend on t. */
export function velocityTarget(out: FloatArray, x0: FloatArray, x1: FloatArray): void {
  for (let i = 0; i < out.length; i++) out[i] = x1[i] - x0[i];
}

/** Writes v = (x̂1 − x)/(1 − t), the velocity that a data prediction x̂1 at (x, t) stands for, into `out`; t < 1. */
export function velocityFromData(out: FloatArray, x: FloatArray, data: FloatArray, t: number): void {
  const rate = 1 / (1 - t);
  for (let i = 0; i < out.length; i++) out[i] = (data[i] - x[i]) * rate;
}

/** Writes x̂1 = x + (1 − t)·v, the data that a velocity at (x, t) points to, into `out`. */
export function dataFromVelocity(out: FloatArray, x: FloatArray, velocity: FloatArray, t: number): void {
  for (let i = 0; i < out.length; i++) out[i] = x[i] + (1 - t) * velocity[i];
}

/** Writes x̂0 = (x − t·x̂1)/(1 − t), the noise that a data prediction at (x, t) implies, into `out`; t < 1. */
export function noiseFromData(out: FloatArray, x: FloatArray, data: FloatArray, t: number): void {
  const rate = 1 / (1 - t);
  for (let i = 0; i < out.length; i++) out[i] = (x[i] - t * data[i]) * rate;
}

/**
 * Weight of the squared error of x̂1 where the path holds so much noise: 1/noise², and 100 where that would grow
 * beyond. On the straight path it makes the loss that of the velocity (v − v* = (x̂1 − x1)/(1 − t)); on a
 * variance-preserving one it is the signal-to-noise ratio plus one, the loss of v-prediction: that of the noise and of
 * the data together.
 *
 * Salimans & Ho, "Progressive distillation" (arXiv:2202.00512), §4.
 */
export function dataLossWeight(noise: number): number {
  const rest = Math.max(noise, 0.1);
  return 1 / (rest * rest);
}

/**
 * How training times are drawn from (0,1): uniformly; from Beta(alpha, beta), of which Beta(a, 1) with a > 1 prefers
 * late times; as the logistic of a normal number (Esser et al., arXiv:2403.03206, §3.1), which prefers the middle; or
 * from the times at which a sampler of so many equal steps asks, 0 among them, to distil a flow to these steps.
 */
export type TimeDistribution =
  | { readonly kind: 'uniform' }
  | { readonly kind: 'beta'; readonly alpha: number; readonly beta: number }
  | { readonly kind: 'logit-normal'; readonly mean: number; readonly deviation: number }
  | { readonly kind: 'steps'; readonly steps: number };

/** Draws one training time, in (0,1) but for the 0 of 'steps'. */
export function sampleTime(distribution: TimeDistribution, random: Random): number {
  switch (distribution.kind) {
    case 'uniform':
      return random.uniform();
    case 'beta': {
      const a = gamma(distribution.alpha, random);
      const b = gamma(distribution.beta, random);
      return a / (a + b);
    }
    case 'logit-normal':
      return 1 / (1 + Math.exp(-(distribution.mean + distribution.deviation * random.normal())));
    case 'steps':
      return random.integer(distribution.steps) / distribution.steps;
  }
}

/** Gamma(shape, 1) by Marsaglia & Tsang, ACM Trans. Math. Softw. 26, 363 (2000); shapes below 1 by their boost. */
function gamma(shape: number, random: Random): number {
  if (!(shape > 0)) throw new Error(`Beta-distributed times: a parameter is ${shape}; expected a number above 0.`);
  if (shape < 1) return gamma(shape + 1, random) * Math.pow(random.uniform(), 1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const z = random.normal();
    const v = (1 + c * z) ** 3;
    if (v > 0 && Math.log(random.uniform()) < 0.5 * z * z + d - d * v + d * Math.log(v)) return d * v;
  }
}
