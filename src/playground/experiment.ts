/** What the playground shows: couplings side by side, diffusion beside flow matching, and reflow. */
import type { Engine } from '../engine/program.js';
import { LINEAR_VARIANCE, variancePreservingSchedule } from '../flow/diffusion.js';
import { createRandom } from '../flow/random.js';
import { straightSchedule } from '../flow/schedule.js';
import { drawPoints, eightGaussians, sampleDistance, standardGaussian, twoMoons } from './densities.js';
import { trainField, type Field, type Objective, type Pairs } from './field.js';
import { BATCH, fixedPairs, pairSource, type Coupling } from './pairing.js';
import { carry, meanCurvature, type CarryOptions, type Paths } from './transport.js';

export const FLOW_OBJECTIVE: Objective = { schedule: straightSchedule, prediction: 'velocity' };
export const DIFFUSION_OBJECTIVE: Objective = {
  schedule: variancePreservingSchedule(LINEAR_VARIANCE),
  prediction: 'noise',
};

/** Steps of the sampler at which quality is measured. */
export const QUALITY_STEPS = [1, 2, 5, 20, 100] as const;
/** Number of points that are sampled, measured and shown. */
const POINTS = 256;
/** Steps of the paths that are shown and whose curvature is measured. */
const PATH_STEPS = 40;
/** Number of the model's own pairs that reflow trains on. */
const REFLOW_PAIRS = 4096;

/** Quality of one sampler: 2-Wasserstein distance to the data by number of steps. */
export interface QualityCurve {
  readonly label: string;
  readonly points: readonly { readonly steps: number; readonly distance: number }[];
}

/** One trained flow from the eight Gaussians to the moons. */
export interface FlowRun {
  readonly label: string;
  /** Mean over the last tenth of the training. */
  readonly loss: number;
  readonly trainingSteps: number;
  /** Mean curvature of the paths, 0 for straight ones. */
  readonly curvature: number;
  readonly paths: Paths;
  readonly quality: QualityCurve;
}

export interface PlaygroundResult {
  readonly seed: number;
  /** Distance between two samples of the data: what a perfect model would reach. */
  readonly floor: number;
  readonly couplings: readonly FlowRun[];
  /** The flow of the independent coupling, trained again on its own pairs. */
  readonly reflow?: { readonly before: FlowRun; readonly after: FlowRun } | undefined;
  /** From standard Gaussian noise to the moons, with the same network and as many training steps. */
  readonly objectives: readonly QualityCurve[];
}

export interface PlaygroundOptions {
  readonly engine: Engine;
  readonly couplings: readonly Coupling[];
  readonly objectives: readonly ('flow' | 'diffusion')[];
  readonly reflow: boolean;
  /** Training steps of each network. */
  readonly steps: number;
  readonly seed: number;
  /** Time limit of each training in seconds; with one the result depends on the machine. */
  readonly seconds?: number;
  /** Called when a training begins. */
  readonly onTraining?: (label: string) => void;
}

/** Trains the networks one after the other and measures them. */
export async function runPlayground({
  engine,
  couplings,
  objectives,
  reflow,
  steps,
  seed,
  seconds = Infinity,
  onTraining = () => {},
}: PlaygroundOptions): Promise<PlaygroundResult> {
  const data = drawPoints(twoMoons, POINTS, createRandom(seed, 10));
  const floor = sampleDistance(data, drawPoints(twoMoons, POINTS, createRandom(seed, 11)));
  const start = drawPoints(eightGaussians, POINTS, createRandom(seed, 12));

  const train = (label: string, objective: Objective, pairs: (step: number) => Pairs): Promise<Field> => {
    onTraining(label);
    const from = performance.now();
    const shouldStop = () => performance.now() - from > 1000 * seconds;
    return trainField({ engine, objective, pairs, size: BATCH, steps, seed, shouldStop });
  };
  const quality = async (label: string, options: Omit<CarryOptions, 'steps'>): Promise<QualityCurve> => {
    const points = [];
    for (const count of QUALITY_STEPS) {
      const { states } = await carry({ ...options, steps: count, seed });
      points.push({ steps: count, distance: sampleDistance(states[count], data) });
    }
    return { label, points };
  };
  const measure = async (label: string, field: Field): Promise<FlowRun> => {
    const paths = await carry({ field, x0: start, steps: PATH_STEPS });
    return {
      label,
      loss: field.loss,
      trainingSteps: field.steps,
      curvature: meanCurvature(paths),
      paths,
      quality: await quality(label, { field, x0: start }),
    };
  };

  const runs: FlowRun[] = [];
  let reflowed: PlaygroundResult['reflow'];
  for (const coupling of new Set<Coupling>(reflow ? [...couplings, 'independent'] : couplings)) {
    const source = pairSource({ from: eightGaussians, to: twoMoons, coupling, seed });
    const field = await train(`${coupling} coupling`, FLOW_OBJECTIVE, source);
    try {
      const run = await measure(coupling, field);
      if (couplings.includes(coupling)) runs.push(run);
      if (reflow && coupling === 'independent') {
        const x0 = drawPoints(eightGaussians, REFLOW_PAIRS, createRandom(seed, 13));
        const { states } = await carry({ field, x0, steps: PATH_STEPS });
        const again = await train('reflow', FLOW_OBJECTIVE, fixedPairs({ x0, x1: states[PATH_STEPS] }, seed));
        try {
          const label = 'before reflow';
          const before = { ...run, label, quality: { ...run.quality, label } };
          reflowed = { before, after: await measure('after reflow', again) };
        } finally {
          await again.dispose();
        }
      }
    } finally {
      await field.dispose();
    }
  }

  const curves: QualityCurve[] = [];
  const noise = drawPoints(standardGaussian, POINTS, createRandom(seed, 14));
  const pairs = pairSource({ from: standardGaussian, to: twoMoons, coupling: 'independent', seed });
  for (const kind of objectives) {
    const field = await train(kind, kind === 'flow' ? FLOW_OBJECTIVE : DIFFUSION_OBJECTIVE, pairs);
    try {
      for (const sampler of ['ode', 'ancestral'] as const) {
        curves.push(
          await quality(`${kind}, ${sampler === 'ode' ? 'ODE' : 'ancestral'}`, { field, x0: noise, sampler }),
        );
      }
    } finally {
      await field.dispose();
    }
  }
  return { seed, floor, couplings: runs, reflow: reflowed, objectives: curves };
}
