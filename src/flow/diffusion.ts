/** Diffusion in the terms of flow matching: variance-preserving schedules as data, and steps from noise to data. */
import { convertPrediction, cosineSchedule, type Prediction, type Schedule } from './schedule.js';

/** A schedule whose data² + noise² = 1, as plain data for configurations. */
export type VariancePreserving =
  /** The continuous limit of DDPM: β grows linearly from betaMin at the data to betaMax at the noise. */
  { readonly kind: 'linear'; readonly betaMin: number; readonly betaMax: number } | { readonly kind: 'cosine' };

/** The linear schedule of Song et al. (arXiv:2011.13456), appendix C. */
export const LINEAR_VARIANCE = { kind: 'linear', betaMin: 0.1, betaMax: 20 } as const satisfies VariancePreserving;

/**
 * The schedule that a variance-preserving diffusion follows. Diffusion time s runs from data to noise, so s = 1 − t.
 * Linear: data = exp(−¼s²(βmax − βmin) − ½sβmin), noise = √(1 − data²); at t = 0 a trace of the data is left (0.0066
 * with the usual numbers), and noiseRate is infinite at t = 1. Cosine: that of schedule.ts.
 *
 * Song et al., "Score-based generative modeling through SDEs" (arXiv:2011.13456), eqs. 29 and 33; Nichol & Dhariwal
 * (arXiv:2102.09672), §3.2 without their offset.
 */
export function variancePreservingSchedule(settings: VariancePreserving): Schedule {
  if (settings.kind === 'cosine') return cosineSchedule;
  const { betaMin, betaMax } = settings;
  if (!(betaMin > 0 && betaMax >= betaMin)) {
    throw new Error(`Linear variance schedule: β from ${betaMin} to ${betaMax}; expected 0 < betaMin ≤ betaMax.`);
  }
  const exponent = (t: number) => -0.25 * (1 - t) ** 2 * (betaMax - betaMin) - 0.5 * (1 - t) * betaMin;
  const data = (t: number) => Math.exp(exponent(t));
  // 1 − data² loses its digits near t = 1.
  const noise = (t: number) => Math.sqrt(-Math.expm1(2 * exponent(t)));
  const dataRate = (t: number) => 0.5 * (betaMin + (1 - t) * (betaMax - betaMin)) * data(t);
  return { name: 'linear-variance', data, noise, dataRate, noiseRate: (t) => (-data(t) * dataRate(t)) / noise(t) };
}

/**
 * The share γ = 1 − (data(t)·noise(u)/(data(u)·noise(t)))² of fresh noise at which a step from t to u > t is the
 * reverse of the Markov chain that adds noise. With the straight schedule it is `ancestralShare` of fresh-noise.ts.
 *
 * Song, Meng & Ermon (arXiv:2010.02502), eq. 16 with η = 1: the posterior variance of DDPM (arXiv:2006.11239, eq. 7).
 */
export function ancestralShareOf(schedule: Schedule, t: number, u: number): number {
  const kept = (schedule.data(t) * schedule.noise(u)) / (schedule.data(u) * schedule.noise(t));
  return 1 - kept * kept;
}

/**
 * One step from t to u > t: x_u = data(u)·x̂1 + noise(u)·(√(1−γ)·x̂0 + √γ·z), x̂1 and x̂0 the data and noise that the
 * prediction implies, z fresh standard normal noise. γ = 0 follows the probability-flow ODE (DDIM; Euler's method
 * where the schedule is straight), the ancestral share samples the reverse chain. At t = 1 there is no step left.
 *
 * Song, Meng & Ermon, "Denoising diffusion implicit models" (arXiv:2010.02502), eq. 12.
 */
export function diffusionStep({
  x,
  value,
  prediction,
  t,
  u,
  schedule,
  share = 0,
  fresh,
}: {
  readonly x: Float64Array;
  /** What was predicted at (x, t). */
  readonly value: Float64Array;
  readonly prediction: Prediction;
  readonly t: number;
  readonly u: number;
  readonly schedule: Schedule;
  readonly share?: number;
  /** z, needed where share > 0. */
  readonly fresh?: Float64Array;
}): Float64Array {
  if (share > 0 && !fresh) throw new Error(`Diffusion step: a share of ${share} needs fresh noise.`);
  const convert = (to: Prediction) => convertPrediction({ from: prediction, to, value, x, t, schedule });
  const data = convert('data');
  const noise = convert('noise');
  const a = schedule.data(u);
  const b = schedule.noise(u);
  const keep = Math.sqrt(1 - share);
  const renew = Math.sqrt(share);
  return data.map((v, i) => a * v + b * (keep * noise[i] + (fresh ? renew * fresh[i] : 0)));
}

/**
 * The velocity ½β(x − x̂0/noise) of the probability-flow ODE in t, from the score −x̂0/noise(t) of unit Gaussian noise;
 * β = 2·dataRate/data. It is what `convertPrediction` makes of a noise prediction: diffusion and flow matching learn
 * the same ODE.
 *
 * Song et al. (arXiv:2011.13456), eq. 13 with f = −½βx and g² = β, time reversed.
 */
export function probabilityFlowVelocity({
  x,
  noise,
  t,
  schedule,
}: {
  readonly x: Float64Array;
  /** x̂0 = E[x0 | x_t = x]. */
  readonly noise: Float64Array;
  readonly t: number;
  readonly schedule: Schedule;
}): Float64Array {
  const halfBeta = schedule.dataRate(t) / schedule.data(t);
  const deviation = schedule.noise(t);
  return x.map((v, i) => halfBeta * (v - noise[i] / deviation));
}
