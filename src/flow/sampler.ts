/** The sampler: from noise to data by repeated prediction, with a chosen share of fresh, aligned noise. */
import { alignNoise } from './coupling.js';
import { ancestralShare } from './fresh-noise.js';
import { interpolate } from './path.js';
import type { Prior } from './prior.js';
import { createNoise } from './random.js';
import { timeGrid, type GridSpacing } from './time-grid.js';

/** Identifies one draw: the result depends on it, the seed, the model and its settings alone, never on its neighbours in the batch. */
export interface DrawKey {
  /** Index of the conformer. */
  readonly conformer: number;
  /** Which noise of this conformer: 0 is the first, and each one tried instead of it has a number of its own. */
  readonly attempt: number;
}

/** As records name it: the conformer and the attempt, `3.0`. */
export const drawName = ({ conformer, attempt }: DrawKey): string => `${conformer}.${attempt}`;

/** Where sampling starts. Coordinates are [B,n,3] in Å, each conformer with mean zero; `time` is in [0, 1). */
export type SampleStart =
  /** Noise from the prior, at t = 0. */
  | { readonly kind: 'prior' }
  /** Given conformers, noised to `time` first: x_t = (1−t)·s·ε + t·x, ε aligned onto x, s = `scale` or 1. For refinement. */
  | { readonly kind: 'noised'; readonly coordinates: Float32Array; readonly time: number; readonly scale?: number }
  /** A state of the flow at `time`, taken as it is; `step` is how many steps it took to there, so that noise goes on as it would have. */
  | { readonly kind: 'state'; readonly coordinates: Float32Array; readonly time: number; readonly step?: number };

/** How much of the noise is drawn anew at each step. */
export interface FreshNoise {
  /**
   * γ in [0,1]: 0 is Euler's method on the ODE, 1 replaces the noise altogether. 'ancestral' is the share that shrinks
   * with the step (see fresh-noise.ts): the only one besides 0 at which many steps do not narrow the distribution.
   */
  readonly freshShare: number | 'ancestral';
  /** Fresh noise enters at steps that end at a time in [from, to]. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Noise temperature: size of the fresh noise as a part of the prior's. Below 1 likelier shapes are preferred. Default 1. */
  readonly temperature?: number | undefined;
  /** Whether fresh noise is rotated onto the prediction, as training pairs are. Default true. */
  readonly aligned?: boolean | undefined;
}

/** One moment of a trajectory. The arrays are lent until the callback is done: copy what is kept. */
export interface Frame {
  /** 0 at the start, `steps` at the end. */
  readonly step: number;
  readonly time: number;
  /** x_t [B,n,3]. */
  readonly x: Float32Array;
  /** The prediction x̂1 [B,n,3] at x_t; at the end, x itself. */
  readonly data: Float32Array;
}

export interface SampleOptions {
  readonly prior: Prior;
  /**
   * The model: x̂1 [B,n,3] for x_t [B,n,3] at time t, of mean zero wherever x_t is. It may reuse the array it returns
   * and must not keep or change `x`.
   */
  readonly predict: (x: Float32Array, t: number) => Promise<Float32Array> | Float32Array;
  readonly seed: number;
  /** The B draws of this batch. */
  readonly draws: readonly DrawKey[];
  readonly steps?: number;
  readonly spacing?: GridSpacing;
  /** The times of the steps, increasing, instead of `steps` and `spacing`; the flow ends where they do. */
  readonly times?: readonly number[];
  readonly noise?: FreshNoise;
  /** Second-order extrapolation: part of the last change of the prediction that is added to it, from the second step on. ½ makes equal steps of second order. */
  readonly extrapolation?: number;
  /** Flow times of steps that are not extrapolated: their predictions do not compare with those before, being made in another way, or the flow may begin there. */
  readonly restartAt?: readonly number[];
  readonly start?: SampleStart;
  /** As in training: the automorphisms over which noise was aligned there. */
  readonly automorphisms?: readonly ArrayLike<number>[];
  /** Changes the prediction [n,3] of one draw in place, before it is used: for what must come out as it is given. */
  readonly hold?: ((prediction: Float32Array) => void) | undefined;
  readonly onFrame?: (frame: Frame) => void | Promise<void>;
}

/** Share of the implied noise in what fresh noise is aligned onto: it only decides between equally good rotations. */
const TIE_BREAK = 1e-3;

/**
 * Draws a batch of conformers of one molecule, [B,n,3] in Å. A step from t to u takes the prediction x̂1 at (x_t, t)
 * and the noise it implies, ε̂ = (x_t − t·x̂1)/(1 − t), to
 * x_u = u·x̂1 + (1−u)·ε, ε = √(1−γ)·ε̂ + τ√γ·(fresh noise from the prior, rotated onto x̂1), τ the noise temperature.
 * The last step ends on x̂1. With an equivariant model the whole is equivariant, fresh noise included: a turned start
 * turns x̂1, and with it the noise that is aligned onto it. Where several rotations align equally well (atoms on a
 * line), the implied noise, which turns along, decides. Unaligned noise is equivariant only in distribution.
 *
 * With `extrapolation` a, x̂1 above is x̂1 + a·(x̂1 − x̂1 of the step before), where there was one: for a = ½ and equal steps the
 * two-step method of Lu et al., "DPM-Solver++" (arXiv:2211.01095, algorithm 2, r = 1), to second order.
 *
 * With `hold`, a part of x̂1 is replaced by what is given, so that at every time x_t of that part is (1−t)·noise + t·given.
 *
 * With γ = 0 this is Euler's method for v = (x̂1 − x)/(1 − t); γ = 1 is the sampler of Bansal et al., "Cold diffusion"
 * (arXiv:2208.09392, algorithm 1) with noise as the degradation; between them it is the family of Song, Meng & Ermon,
 * "Denoising diffusion implicit models" (arXiv:2010.02502, eq. 12) on the straight path, but for the alignment.
 */
export async function sampleFlow({
  prior,
  predict,
  seed,
  draws,
  steps: asked = 20,
  spacing = { kind: 'uniform' },
  times: given,
  noise = { freshShare: 1, from: 0.4 },
  extrapolation = 0,
  restartAt = [],
  start = { kind: 'prior' },
  automorphisms = [],
  hold,
  onFrame,
}: SampleOptions): Promise<Float32Array> {
  const { atoms } = prior;
  const size = 3 * atoms;
  const { freshShare, from = 0, to = 1, temperature = 1, aligned = true } = noise;
  if (freshShare !== 'ancestral' && !(freshShare >= 0 && freshShare <= 1)) {
    throw new Error(`Sampler: the share of fresh noise is ${freshShare}; expected a number in [0, 1], or 'ancestral'.`);
  }
  if (!(temperature >= 0)) throw new Error(`Sampler: the noise temperature is ${temperature}; expected 0 or more.`);
  const coupling = { atoms, automorphisms };
  const x = startingState({ prior, seed, draws, start, automorphisms });
  const times = given ?? timeGrid({ steps: asked, spacing, from: start.kind === 'prior' ? 0 : start.time });
  const steps = times.length - 1;
  const before = start.kind === 'state' ? (start.step ?? 0) : 0;
  const fresh = new Float32Array(size);
  const target = new Float32Array(size);
  let last: Float32Array | undefined;

  for (let step = 1; step <= steps; step++) {
    const t = times[step - 1];
    const u = times[step];
    const predicted = await predict(x, t);
    if (predicted.length !== x.length) {
      throw new Error(`Sampler: the model returned ${predicted.length} numbers for ${x.length} at t = ${t}.`);
    }
    if (restartAt.includes(t)) last = undefined;
    const data =
      extrapolation === 0 ? predicted : predicted.map((now, i) => now + extrapolation * (now - (last?.[i] ?? now)));
    if (extrapolation !== 0) last = predicted.slice();
    if (hold) draws.forEach((_, b) => hold(data.subarray(b * size, (b + 1) * size)));
    await onFrame?.({ step: step - 1, time: t, x, data });
    if (u === 1) {
      x.set(data);
    } else if (freshShare !== 0 && u >= from && u <= to) {
      const gamma = freshShare === 'ancestral' ? ancestralShare(t, u) : freshShare;
      const keep = Math.sqrt(1 - gamma);
      const renew = temperature * Math.sqrt(gamma);
      draws.forEach((draw, b) => {
        const at = b * size;
        const conformer = data.subarray(at, at + size);
        if (renew > 0) prior.sample(fresh, createNoise({ seed, ...draw, step: before + step }));
        if (renew > 0 && aligned) {
          for (let i = 0; i < size; i++) {
            const implied = (x[at + i] - t * conformer[i]) / (1 - t);
            target[i] = conformer[i] + TIE_BREAK * implied;
          }
          alignNoise(fresh, fresh, target, coupling);
        }
        for (let i = 0; i < size; i++) {
          const implied = (x[at + i] - t * conformer[i]) / (1 - t);
          x[at + i] = u * conformer[i] + (1 - u) * (keep * implied + renew * fresh[i]);
        }
      });
    } else {
      // The same as u·x̂1 + (1−u)·ε̂, written so that an atom whose prediction is where it stands does not move at all.
      const fraction = (u - t) / (1 - t);
      for (let i = 0; i < x.length; i++) x[i] += fraction * (data[i] - x[i]);
    }
  }
  if (times[steps] === 1) await onFrame?.({ step: steps, time: 1, x, data: x });
  return x;
}

/** The state [B,n,3] in which a batch starts, by whatever sampler or solver it goes on. */
export function startingState({
  prior,
  seed,
  draws,
  start = { kind: 'prior' },
  automorphisms = [],
}: Pick<SampleOptions, 'prior' | 'seed' | 'draws' | 'start' | 'automorphisms'>): Float32Array {
  const { atoms } = prior;
  const size = 3 * atoms;
  const state = new Float32Array(draws.length * size);
  if (start.kind !== 'prior') {
    if (start.coordinates.length !== state.length) {
      throw new Error(
        `Sampler: the start has ${start.coordinates.length} numbers; expected ${draws.length} × ${atoms} × 3.`,
      );
    }
    if (!(start.time >= 0 && start.time < 1)) {
      throw new Error(`Sampler: the start is at t = ${start.time}; expected a time in [0, 1).`);
    }
  }
  draws.forEach((draw, b) => {
    const conformer = state.subarray(b * size, (b + 1) * size);
    if (start.kind === 'state') {
      conformer.set(start.coordinates.subarray(b * size, (b + 1) * size));
      return;
    }
    prior.sample(conformer, createNoise({ seed, ...draw }));
    if (start.kind === 'noised') {
      const given = start.coordinates.subarray(b * size, (b + 1) * size);
      alignNoise(conformer, conformer, given, { atoms, automorphisms });
      const { scale = 1 } = start;
      for (let i = 0; i < size; i++) conformer[i] *= scale;
      interpolate(conformer, conformer, given, start.time);
    }
  });
  return state;
}
