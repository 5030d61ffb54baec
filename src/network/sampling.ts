/**
 * How a checkpoint is sampled: settings that were tuned to its weights, kept in its file beside them, so that a new model
 * brings its own. A stage without them is sampled by DEFAULT_SKELETON_SAMPLING or DEFAULT_HYDROGEN_SAMPLING.
 */
import type { ModeSelectionSettings, SamplerSettings } from '../flow/sampler-settings.js';
import { isSolverName, solverNames, type SolverName } from '../flow/solvers/by-name.js';
import type { GridSpacing } from '../flow/time-grid.js';

/** Samplers of skeletons of some size. */
export interface SizeClass {
  /** Skeleton atoms of the largest molecule of the class; the last class has none, and takes all that are larger. */
  readonly upTo?: number | undefined;
  /** The first is the default; the others are for who asks for a sampler by name. */
  readonly samplers: readonly SamplerSettings[];
  /** How a given number of evaluations is shared out by mode selection; without it, it is a conformer's own steps, in the proportion of the settings. */
  readonly budget?: EvaluationBudget | undefined;
  /** How many conformers are drawn for each that is asked for; by default DEFAULT_OVERSAMPLING. */
  readonly oversampling?: Oversampling | undefined;
  /** For who has none: a quicker sampler, whose draws are delivered as they come where they pass the checks. */
  readonly fast?: { readonly sampler: SamplerSettings; readonly oversampling: Oversampling } | undefined;
  /** For who has time: a slower sampler whose draws are nearer to minima, and a choice among more of them. */
  readonly thorough?: { readonly sampler: SamplerSettings; readonly oversampling: Oversampling } | undefined;
}

/** Draws for each conformer asked for. */
export interface Oversampling {
  /** In the first round. Those above 1 are chosen among: see generation/choose.ts. */
  readonly first: number;
  /** In all rounds: further ones run while they still find new conformers. */
  readonly most: number;
}

/** Mode selection has chosen already, and begins with one draw for each. */
export const DEFAULT_OVERSAMPLING = {
  selected: { first: 1, most: 4 },
  independent: { first: 2, most: 4 },
} as const satisfies Readonly<Record<string, Oversampling>>;

/** For mode selection within n evaluations of the network for a conformer. */
export interface EvaluationBudget {
  /** One selection step for each so many evaluations, rounded down; with none there is no selection. */
  readonly evaluationsPerSelectionStep: number;
  /** Candidates are at most this part of the evaluations. */
  readonly candidateShare: number;
  /** Selection time where there is one selection step alone, which is not to lead as far. */
  readonly singleStepTime: number;
}

/** A value at some times, [t, value] in order, linear between them and constant outside. */
export type Curve = readonly (readonly [time: number, value: number])[];

/** How given conformers are refined, by the time t in [0,1) to which they are noised: see generation/refine.ts. */
export interface RefineSampling {
  /** From this time on the state shows which shape is meant. */
  readonly shapeTime: number;
  /** Size of the noise put on a skeleton, as a part of the prior's. */
  readonly inputNoise: Curve;
  /** Steps from t to 1: rounded up, 2 at least. */
  readonly steps: Curve;
  readonly sampler:
    | {
        readonly kind: 'stochastic';
        /** Noise temperature. */
        readonly temperature: Curve;
        readonly extrapolation: Curve;
        /** From shapeTime on, where the sampler of the molecule's size has fullDepthSteps. */
        readonly fullDepthSteps: number;
      }
    | { readonly kind: 'ode'; readonly solver: SolverName };
}

export interface SkeletonSampling {
  readonly kind: 'skeleton';
  /** By increasing size. */
  readonly classes: readonly SizeClass[];
  readonly refine: RefineSampling;
}

export interface HydrogenSampling {
  readonly kind: 'hydrogens';
  readonly steps: number;
  readonly spacing: GridSpacing;
  /** Hydrogens of a given conformer: noised to `time` with noise of this part of the prior's, and settled in so many steps. */
  readonly refine: { readonly time: number; readonly noise: number; readonly steps: number };
}

export type StageSampling = SkeletonSampling | HydrogenSampling;

/**
 * Short form, in training configurations and in models before format 4: one sampler by name for all sizes; 'spread' is
 * the default sampling, whose steps are its own.
 */
export interface NamedSampler {
  readonly name: string;
  readonly steps: number;
  /** Above 1, with an ODE solver: mode selection among so many candidates halfway. */
  readonly noises?: number | undefined;
}

const ANCESTRAL: SamplerSettings = { kind: 'stochastic', steps: 20, noise: { freshShare: 'ancestral' } };
const SOLVERS: readonly SamplerSettings[] = solverNames.map((solver) => ({ kind: 'ode', solver, steps: 20 }));

/**
 * Of a model that says nothing: fresh noise late in t, where it repairs geometry (early it costs diversity: from t = 0.4,
 * up to twelve atoms from 0.6); from four to twelve atoms mode selection among six candidates; beyond twelve the last
 * three steps at full depth. Three atoms have one shape, and large skeletons, which find theirs late, need the steps more
 * than the choice. Measured in docs/experiments.md.
 */
export const DEFAULT_SKELETON_SAMPLING: SkeletonSampling = {
  kind: 'skeleton',
  classes: [
    { upTo: 3, samplers: [fresh(0.6), ANCESTRAL, ...SOLVERS] },
    {
      upTo: 12,
      samplers: [
        {
          kind: 'mode-selection',
          candidates: 6,
          selectionTime: 0.6,
          selectionSteps: 3,
          finishSteps: 8,
          // The mode is chosen by then, and small noise settles it better.
          noise: { freshShare: 1, temperature: 0.4 },
          clusterWidth: 0.3,
          minClusterSize: 2,
        },
        fresh(0.6),
        ANCESTRAL,
        ...SOLVERS,
      ],
      budget: { evaluationsPerSelectionStep: 8, candidateShare: 0.5, singleStepTime: 0.5 },
    },
    { samplers: [{ ...fresh(0.4), fullDepthSteps: 3 }, ANCESTRAL, ...SOLVERS] },
  ],
  refine: {
    shapeTime: 0.25,
    // Whole noise leads away from the shape that is given.
    inputNoise: [
      [0, 1],
      [0.25, 0.65],
    ],
    steps: [
      [0, 15],
      [0.25, 6],
      [1, 0],
    ],
    sampler: {
      kind: 'stochastic',
      temperature: [
        [0, 1],
        [0.25, 0.5],
        [0.6, 0.3],
      ],
      // So few steps need the second order.
      extrapolation: [
        [0, 0],
        [0.25, 0.5],
      ],
      fullDepthSteps: 1,
    },
  },
};

/** Steps that get shorter towards t = 1, where hydrogens settle: half the strain of equal ones (docs/experiments.md). */
export const DEFAULT_HYDROGEN_SAMPLING: HydrogenSampling = {
  kind: 'hydrogens',
  steps: 8,
  spacing: { kind: 'power', power: 3 },
  refine: { time: 0.7, noise: 0.3, steps: 2 },
};

function fresh(from: number): Extract<SamplerSettings, { kind: 'stochastic' }> {
  return { kind: 'stochastic', steps: 20, noise: { freshShare: 1, from } };
}

/** The sampling of a stage of a model. */
export function skeletonSampling({ sampling }: { readonly sampling?: StageSampling | undefined }): SkeletonSampling {
  return sampling?.kind === 'skeleton' ? sampling : DEFAULT_SKELETON_SAMPLING;
}

export function hydrogenSampling({ sampling }: { readonly sampling?: StageSampling | undefined }): HydrogenSampling {
  return sampling?.kind === 'hydrogens' ? sampling : DEFAULT_HYDROGEN_SAMPLING;
}

/** What the short form stands for. */
export function samplingNamed(stage: StageSampling['kind'], { name, steps, noises = 1 }: NamedSampler): StageSampling {
  if (stage === 'hydrogens') return { ...DEFAULT_HYDROGEN_SAMPLING, steps };
  const { classes, refine } = DEFAULT_SKELETON_SAMPLING;
  if (!isSolverName(name)) {
    const isNamed = (settings: SamplerSettings) =>
      name === 'ancestral'
        ? settings === ANCESTRAL
        : settings.kind === 'stochastic' && settings.noise.freshShare !== 'ancestral';
    const named = (samplers: readonly SamplerSettings[]) =>
      samplers.filter(isNamed).map((settings) => ({ ...settings, steps }) as SamplerSettings);
    // Mode selection has evaluations of its own.
    return name === 'spread'
      ? DEFAULT_SKELETON_SAMPLING
      : { kind: 'skeleton', classes: classes.map((c) => ({ ...c, samplers: named(c.samplers) })), refine };
  }
  const ode: SamplerSettings = { kind: 'ode', solver: name, steps };
  const selectionSteps = Math.ceil(steps / 2);
  const modes: readonly ModeSelectionSettings[] =
    noises > 1 && steps > 1
      ? [
          {
            kind: 'mode-selection',
            candidates: noises,
            selectionTime: selectionSteps / steps,
            selectionSteps,
            finishSteps: steps - selectionSteps,
            noise: { freshShare: 0 },
            clusterWidth: 0.3,
            minClusterSize: noises > 2 ? 2 : 1,
          },
        ]
      : [];
  return {
    kind: 'skeleton',
    classes: [{ upTo: 3, samplers: [ode] }, { upTo: 12, samplers: [...modes, ode] }, { samplers: [ode] }],
    refine: {
      shapeTime: refine.shapeTime,
      inputNoise: refine.inputNoise,
      steps: refine.steps.map(([t, n]) => [t, Math.min(n, steps)] as const),
      sampler: { kind: 'ode', solver: name },
    },
  };
}

/** The value of a curve at time t. */
export function curveAt(curve: Curve, t: number): number {
  const after = curve.findIndex(([time]) => time > t);
  if (after === 0) return curve[0][1];
  const [from, start] = curve[(after < 0 ? curve.length : after) - 1];
  if (after < 0) return start;
  const [to, end] = curve[after];
  return start + ((end - start) * (t - from)) / (to - from);
}
