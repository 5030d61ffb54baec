/** Stage one: the heavy atoms of a molecule, from noise or from given coordinates. */
import { pathSchedule, scheduleTime, straightTime, type PathSettings } from '../flow/path-schedule.js';
import { velocityFromData } from '../flow/path.js';
import {
  sampleFlow,
  startingState,
  type DrawKey,
  type Frame,
  type SampleOptions,
  type SampleStart,
} from '../flow/sampler.js';
import type { ModeSelectionSettings, OdeSettings, SamplerSettings } from '../flow/sampler-settings.js';
import { solveOde } from '../flow/solve.js';
import { solverByName } from '../flow/solvers/by-name.js';
import { timeGrid, type GridSpacing } from '../flow/time-grid.js';
import type { Prediction, Predictor } from '../network/predictor.js';
import type { PreparedSkeleton } from './prepare.js';

export interface SkeletonOptions {
  readonly prepared: PreparedSkeleton;
  readonly predictor: Predictor;
  readonly seed: number;
  readonly draws: readonly DrawKey[];
  readonly settings: SamplerSettings;
  readonly start?: SampleStart | undefined;
  /** See the sampler's option; not with an ODE solver. */
  readonly hold?: SampleOptions['hold'];
  /**
   * With an ODE solver every frame costs one more prediction: solvers keep theirs to themselves. One that chooses its
   * own steps has frames of one draw after the other.
   */
  readonly onFrame?: ((frame: SkeletonFrame) => void) | undefined;
}

export interface SkeletonFrame extends Frame {
  /** Which of the draws is the first of the frame. */
  readonly row: number;
}

/** Skeletons [B, skeletonCount, 3] in Å, each centred on its mean. */
export async function sampleSkeletons({
  prepared: { molecule, skeleton: graph, prior, automorphisms },
  predictor,
  seed,
  draws,
  settings,
  start = { kind: 'prior' },
  hold,
  onFrame,
}: SkeletonOptions): Promise<Float32Array> {
  // One atom has one place.
  if (molecule.skeletonCount === 1) return new Float32Array(draws.length * 3);
  const predict = predictor.bind(graph);
  const times = stepTimes(settings, start, predictor.stage.path);
  if (settings.kind === 'ode') {
    const x0 = startingState({ prior, seed, draws, start, automorphisms });
    return followOde({ x0, draws: draws.length, settings, times, predict, onFrame });
  }
  const { extrapolation = 0, fullDepthSteps } = settings;
  const early = predictor.bind(graph, { early: true });
  // A model without an early exit makes all predictions in the same way.
  const exits = fullDepthSteps !== undefined && predictor.stage.earlyExit !== undefined;
  const fullDepthFrom = exits ? (times.at(-1 - fullDepthSteps) ?? 0) : 0;
  return sampleFlow({
    prior,
    predict: (x, t) => (t < fullDepthFrom ? early : predict)(x, t),
    seed,
    draws,
    times,
    noise: settings.kind === 'stochastic' ? settings.noise : finishNoise(settings),
    extrapolation,
    // From the selection on a conformer comes out the same whether it is followed from there or from noise.
    restartAt: [fullDepthFrom, ...(settings.kind === 'mode-selection' ? [settings.selectionTime] : [])],
    start,
    automorphisms,
    hold,
    ...(onFrame && { onFrame: (frame) => onFrame({ ...frame, row: 0 }) }),
  });
}

interface OdeOptions extends Pick<SkeletonOptions, 'onFrame'> {
  readonly x0: Float32Array;
  readonly draws: number;
  readonly settings: OdeSettings;
  readonly times: readonly number[];
  readonly predict: Prediction;
}

async function followOde({ x0, draws, settings, times, predict, onFrame }: OdeOptions): Promise<Float32Array> {
  const solver = solverByName(settings.solver);
  const solve = async (x0: Float32Array, row: number): Promise<Float32Array> => {
    const { x } = await solveOde<Float32Array>({
      solver,
      x0,
      t0: times[0],
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
          onFrame({ step, time, x: state, data: time < 1 ? await predict(state, time) : state, row }),
      }),
    });
    return x;
  };
  if (!solver.embedded) return solve(x0, 0);
  // One by one: steps that fit all of a batch would make a conformer depend on its neighbours there.
  const size = x0.length / draws;
  const all = new Float32Array(x0.length);
  for (let row = 0; row < draws; row++) all.set(await solve(x0.slice(row * size, (row + 1) * size), row), row * size);
  return all;
}

/** The times of the steps on the straight path; a model of another path spaces them in the time it was trained in. */
function stepTimes(settings: SamplerSettings, start: SampleStart, path?: PathSettings): number[] {
  const from = start.kind === 'prior' ? 0 : start.time;
  if (settings.kind !== 'mode-selection') return grid({ ...settings, from }, path);
  const rest = grid({ steps: settings.finishSteps, from: settings.selectionTime }, path);
  return start.kind === 'state' ? rest : [...selectionTimes(settings, path).slice(0, -1), ...rest];
}

/** The times of a candidate's steps up to the selection. */
export function selectionTimes(
  { selectionSteps, selectionTime }: ModeSelectionSettings,
  path?: PathSettings,
): number[] {
  return grid({ steps: selectionSteps, from: 0, to: selectionTime }, path);
}

/** The candidate chosen is chosen for where its noise leads: fresh noise enters at the steps after. */
function finishNoise({ selectionTime, finishSteps, noise }: ModeSelectionSettings) {
  return { ...noise, from: selectionTime + (1 - selectionTime) / (100 * finishSteps) };
}

function grid(
  {
    steps,
    spacing = { kind: 'uniform' },
    from,
    to = 1,
  }: { steps: number; spacing?: GridSpacing | undefined; from: number; to?: number },
  path?: PathSettings,
): number[] {
  if (!path) return timeGrid({ steps, spacing, from, to });
  const schedule = pathSchedule(path);
  return timeGrid({ steps, spacing, from: scheduleTime(schedule, from), to: scheduleTime(schedule, to) }).map((t) =>
    straightTime(schedule, t),
  );
}
