/** Stage one: the heavy atoms of a molecule, from noise or from given coordinates. */
import type { Molecule } from '../chem/molecule.js';
import {
  sampleFlow,
  startingState,
  type DrawKey,
  type Frame,
  type FreshNoise,
  type SampleStart,
} from '../flow/sampler.js';
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
  /** As sampleFlow takes it; of the solvers none does. */
  readonly ahead?: number;
  readonly spacing?: GridSpacing;
  /** The last steps, which take the whole network where others stop at its early exit; undefined where all do. Of the solvers every step does. */
  readonly wholeSteps?: number | undefined;
  /** Where there is a choice of noises; its steps and not `steps` are then those of the flow. */
  readonly spread?: Spread;
}

/** A choice among noises: see spread.ts. */
export interface Spread {
  /** Noises flown for each conformer. */
  readonly noises: number;
  /** Equal steps from t = 0 to `time`, which every noise takes. */
  readonly steps: number;
  /** Flow time at which their predictions are compared. */
  readonly time: number;
  /** Steps from there on. */
  readonly rest: number;
  /** Å: predictions nearer than this are of one shape. */
  readonly width: number;
  /** Noises that must be bound for a shape before it gets a conformer of its own. */
  readonly enough: number;
}

/**
 * With fresh aligned noise: from noises chosen by the shapes they lead to, from any noise, or with the share of the
 * reverse chain of diffusion; or an ODE solver.
 */
export const SAMPLERS: readonly string[] = ['spread', 'stochastic', 'ancestral', ...solverNames];
/** Steps for a conformer; where a noise is chosen, those of all noises flown are among them. */
export const DEFAULT_STEPS = { spread: 26, plain: 20 } as const;
/** Largest skeleton of which the noise of t = 0.5 still decides the shape; larger ones have found theirs by then. */
const SMALL = 12;
/** Noises flown for each conformer by the sampler 'spread'. */
const NOISES = 6;
/** Å: predictions nearer than this are of one shape. */
const WIDTH = 0.3;
/** Steps of a large skeleton that take the whole network, the last ones: they make good what those before lack. */
const WHOLE_STEPS = 3;
/** Size of the fresh noise after the choice: shapes are chosen by then, and small noise settles them better. */
const COOL = 0.4;

/**
 * The sampler that the model was trained for, where it names one. Else fresh noise: late in t it repairs geometry, early
 * it would cost diversity. See docs/experiments.md.
 */
export function defaultSampler(
  molecule: Pick<Molecule, 'skeletonCount'>,
  { sampler }: Pick<StageModel, 'sampler'> = {},
): SamplerSettings {
  return samplerNamed(molecule, sampler ?? { name: 'spread' });
}

/** The default with the sampler and steps that a user named. */
export function chosenSampler(
  molecule: Pick<Molecule, 'skeletonCount'>,
  { sampler, steps }: { sampler?: string | undefined; steps?: number | undefined },
  stage: Pick<StageModel, 'sampler'> = {},
): SamplerSettings {
  // The steps that a model was trained for are those of its own sampler.
  const own = sampler === undefined || sampler === stage.sampler?.name ? stage.sampler : undefined;
  return samplerNamed(molecule, {
    name: sampler ?? own?.name ?? 'spread',
    steps: steps ?? own?.steps,
    noises: own?.noises,
  });
}

function samplerNamed(
  { skeletonCount }: Pick<Molecule, 'skeletonCount'>,
  {
    name,
    steps: asked,
    noises = 1,
  }: { readonly name: string; readonly steps?: number | undefined; readonly noises?: number | undefined },
): SamplerSettings {
  // Three atoms have one shape. Large skeletons find theirs late, and need the steps more than the choice.
  const hasChoice = skeletonCount >= 4 && skeletonCount <= SMALL;
  const steps = asked ?? DEFAULT_STEPS[name === 'spread' && hasChoice ? 'spread' : 'plain'];
  if (name === 'ancestral') return { sampler: name, steps, noise: { share: 'ancestral' } };
  const from = skeletonCount <= SMALL ? 0.6 : 0.4;
  const settings = { sampler: name, steps, noise: { share: 1, from } };
  // Small ones have conformers that differ by hundredths of Å.
  if (skeletonCount > SMALL) return { ...settings, wholeSteps: WHOLE_STEPS };
  if (!hasChoice) return settings;
  if (name === 'euler' && noises > 1 && steps > 1) {
    const before = Math.ceil(steps / 2);
    const spread = {
      noises,
      steps: before,
      time: before / steps,
      rest: steps - before,
      width: WIDTH,
      enough: noises > 2 ? 2 : 1,
    };
    return { ...settings, noise: { share: 0 }, spread };
  }
  // Few steps are not shared out among several noises.
  if (name !== 'spread' || steps < 8) return settings;
  const before = Math.floor(steps / 8);
  const flown = Math.min(NOISES, Math.floor(steps / 2));
  // One step alone is not to lead as far.
  const time = before === 1 ? 0.5 : from;
  const spread = { noises: flown, steps: before, time, rest: steps - flown * before, width: WIDTH, enough: 2 };
  // The noise of the flow that was chosen is what it was chosen for: fresh noise enters after.
  return { ...settings, noise: { share: 1, from: time + 0.01, scale: COOL }, spread };
}

export interface SkeletonOptions {
  readonly molecule: Molecule;
  readonly predictor: Predictor;
  readonly seed: number;
  /** At most predictor.batchLimit(skeletonCount) draws. */
  readonly draws: readonly DrawKey[];
  readonly settings: SamplerSettings;
  readonly start?: SampleStart;
  /** As the training used them. */
  readonly automorphisms?: readonly ArrayLike<number>[];
  /**
   * With an ODE solver every frame costs one more prediction: solvers keep theirs to themselves. One that chooses its
   * own steps has frames of one draw after the other.
   */
  readonly onFrame?: (frame: Frame) => void;
}

/** Skeletons [B, skeletonCount, 3] in Å, each centred on its mean. */
export async function sampleSkeletons({
  molecule,
  predictor,
  seed,
  draws,
  settings,
  start = { kind: 'prior' },
  automorphisms = [],
  onFrame,
}: SkeletonOptions): Promise<Float32Array> {
  // One atom has one place, and two have no shape to be flown to but a length, which the network knows.
  if (molecule.skeletonCount === 1) return new Float32Array(draws.length * 3);
  const prior = skeletonPrior(molecule, predictor.stage.prior);
  const graph = graphFeatures(molecule);
  const predict = predictor.bind(graph);
  const { sampler, noise, wholeSteps, ahead = 0 } = settings;
  const from = start.kind === 'prior' ? 0 : start.time;
  const times = stepTimes(settings, start, predictor.stage.path);
  if (sampler === 'spread' || sampler === 'stochastic' || sampler === 'ancestral') {
    const nearly = predictor.bind(graph, { early: true });
    // A model without an exit makes all predictions in the same way.
    const exits = wholeSteps !== undefined && predictor.stage.earlyExit !== undefined;
    const wholeFrom = exits ? (times.at(-1 - wholeSteps) ?? 0) : 0;
    const common = {
      prior,
      seed,
      draws,
      times,
      noise,
      ahead,
      anew: wholeFrom,
      start,
      automorphisms,
      ...(onFrame && { onFrame }),
    };
    return sampleFlow({ ...common, predict: (x, t) => (t < wholeFrom ? nearly : predict)(x, t) });
  }

  const solver = solverByName(sampler);
  const x0 = startingState({ prior, seed, draws, start, automorphisms });
  const solve = async (x0: Float32Array): Promise<Float32Array> => {
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
  };
  if (!solver.embedded) return solve(x0);
  // One by one: steps that fit all of a batch would make a conformer depend on its neighbours there.
  const size = x0.length / draws.length;
  const all = new Float32Array(x0.length);
  for (let at = 0; at < all.length; at += size) all.set(await solve(x0.slice(at, at + size)), at);
  return all;
}

/** The times of the steps on the straight path; a model of another path spaces them in the time it was trained in. */
function stepTimes(
  { steps, spacing = { kind: 'uniform' }, spread }: SamplerSettings,
  start: SampleStart,
  path?: PathSettings,
): number[] {
  const from = start.kind === 'prior' ? 0 : start.time;
  if (spread && start.kind !== 'noised') {
    const rest = grid({ steps: spread.rest, spacing, from: spread.time }, path);
    return start.kind === 'state' ? rest : [...flightTimes(spread, path).slice(0, -1), ...rest];
  }
  return grid({ steps, spacing, from }, path);
}

/** The times of the steps up to the choice among noises. */
export function flightTimes({ steps, time }: Spread, path?: PathSettings): number[] {
  return grid({ steps, from: 0, to: time }, path);
}

function grid(
  { steps, spacing, from, to = 1 }: { steps: number; spacing?: GridSpacing; from: number; to?: number },
  path?: PathSettings,
): number[] {
  const common = { steps, ...(spacing && { spacing }) };
  if (!path) return timeGrid({ ...common, from, to });
  const schedule = pathSchedule(path);
  return timeGrid({ ...common, from: scheduleTime(schedule, from), to: scheduleTime(schedule, to) }).map((t) =>
    straightTime(schedule, t),
  );
}
