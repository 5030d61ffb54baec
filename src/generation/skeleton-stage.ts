/** Stage one: the heavy atoms of a molecule, from noise or from given coordinates. */
import type { Molecule } from '../chem/molecule.js';
import { sampleFlow, startingState, type DrawKey, type Frame, type FreshNoise, type SampleStart } from '../flow/sampler.js';
import { pathSchedule, scheduleTime, straightTime, type PathSettings } from '../flow/path-schedule.js';
import { velocityFromData } from '../flow/path.js';
import { timeGrid, type GridSpacing } from '../flow/time-grid.js';
import { solveOde } from '../flow/solve.js';
import { solverByName, solverNames } from '../flow/solvers/by-name.js';
import { graphFeatures } from '../network/features.js';
import type { StageModel } from '../network/model.js';
import type { Predictor } from '../network/predictor.js';
import { skeletonPrior } from '../network/priors.js';

export interface SamplerSettings {
  /** One of SAMPLERS. */
  readonly sampler: string;
  readonly steps: number;
  readonly noise: FreshNoise;
  readonly spacing?: GridSpacing;
}

/** With fresh aligned noise: a set share of it, or the share of the reverse chain of diffusion; or an ODE solver. */
export const SAMPLERS: readonly string[] = ['stochastic', 'ancestral', ...solverNames];
export const DEFAULT_STEPS = 20;
/** Largest skeleton of which the noise of t = 0.5 still decides the shape; larger ones have found theirs by then. */
const SMALL = 12;

/**
 * The sampler that the model was trained for, where it names one. Else fresh noise: late in t it repairs geometry, early
 * it would cost diversity. See docs/experiments.md.
 */
export function defaultSampler({ skeletonCount }: Pick<Molecule, 'skeletonCount'>, { sampler }: Pick<StageModel, 'sampler'> = {}): SamplerSettings {
  const { name = 'stochastic', steps = DEFAULT_STEPS } = sampler ?? {};
  return { sampler: name, steps, noise: name === 'ancestral' ? { share: 'ancestral' } : { share: 1, from: skeletonCount <= SMALL ? 0.6 : 0.4 } };
}

/** The default with the sampler and steps that a user named. */
export function chosenSampler(
  molecule: Pick<Molecule, 'skeletonCount'>,
  { sampler, steps, noise }: { sampler?: string | undefined; steps?: number | undefined; noise?: FreshNoise | undefined },
  stage: Pick<StageModel, 'sampler'> = {},
): SamplerSettings {
  // The steps that a model was trained for are those of its own sampler.
  const usual = defaultSampler(molecule, sampler === undefined || sampler === stage.sampler?.name ? stage : {});
  const name = sampler ?? usual.sampler;
  return {
    sampler: name,
    steps: steps ?? usual.steps,
    noise: noise ?? (name === 'ancestral' ? { share: 'ancestral' } : usual.noise),
  };
}

export interface SkeletonOptions {
  readonly molecule: Molecule;
  readonly predictor: Predictor;
  readonly seed: number;
  /** At most predictor.batchLimit(skeletonCount) draws. */
  readonly draws: readonly DrawKey[];
  readonly settings?: SamplerSettings;
  readonly start?: SampleStart;
  /** As the training used them. */
  readonly automorphisms?: readonly ArrayLike<number>[];
  /** With an ODE solver every frame costs one more prediction: solvers keep theirs to themselves. */
  readonly onFrame?: (frame: Frame) => void;
}

/** Skeletons [B, skeletonCount, 3] in Å, each centred on its mean. */
export async function sampleSkeletons({
  molecule,
  predictor,
  seed,
  draws,
  settings = defaultSampler(molecule, predictor.stage),
  start = { kind: 'prior' },
  automorphisms = [],
  onFrame,
}: SkeletonOptions): Promise<Float32Array> {
  // One atom has one place, and two have no shape to be flown to but a length, which the network knows.
  if (molecule.skeletonCount === 1) return new Float32Array(draws.length * 3);
  const prior = skeletonPrior(molecule, predictor.stage.prior);
  const predict = predictor.bind(graphFeatures(molecule));
  const { sampler, noise } = settings;
  const from = start.kind === 'prior' ? 0 : start.time;
  const times = stepTimes(settings, from, predictor.stage.path);
  if (sampler === 'stochastic' || sampler === 'ancestral')
    return sampleFlow({ prior, predict, seed, draws, times, noise, start, automorphisms, ...(onFrame && { onFrame }) });

  const solver = solverByName(sampler);
  const x0 = startingState({ prior, seed, draws, start, automorphisms });
  const { x } = await solveOde<Float32Array>({
    solver,
    x0,
    t0: from,
    t1: 1,
    eulerFinish: true,
    ...(solver.embedded ? { rtol: 1e-3, atol: 1e-3 } : { grid: times }),
    async velocity(state, t) {
      const data = await predict(state, t);
      const velocity = new Float32Array(state.length);
      velocityFromData(velocity, state, data, t);
      return velocity;
    },
    ...(onFrame && {
      onStep: async (step: number, time: number, state: Float32Array) =>
        onFrame({ step, time, x: state, data: time < 1 ? await predict(state, time) : state }),
    }),
  });
  return x;
}

/** The times of the steps on the straight path; a model of another path spaces them in the time it was trained in. */
function stepTimes({ steps, spacing = { kind: 'uniform' } }: SamplerSettings, from: number, path?: PathSettings): number[] {
  if (!path) return timeGrid({ steps, spacing, from });
  const schedule = pathSchedule(path);
  return timeGrid({ steps, spacing, from: scheduleTime(schedule, from) }).map((t) => straightTime(schedule, t));
}
