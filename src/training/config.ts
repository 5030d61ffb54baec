/** The configuration of a training run, read from configs/*.json and validated. */
import * as v from 'valibot';
import { LINEAR_VARIANCE } from '../flow/diffusion.js';
import { solverNames } from '../flow/solvers/by-name.js';
import { CrowdingSchema, NetworkSchema } from '../network/model.js';
import { HydrogenSamplingSchema, SkeletonSamplingSchema } from '../network/sampling-schema.js';

const positive = v.pipe(v.number(), v.minValue(Number.MIN_VALUE), v.maxValue(1e6));
const wholeUpTo = (most: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(most));
const whole = wholeUpTo(1e6);
const steps = wholeUpTo(10_000);
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));

const Network = v.strictObject(NetworkSchema.entries);

const Time = v.variant('kind', [
  v.strictObject({ kind: v.literal('uniform') }),
  v.strictObject({ kind: v.literal('beta'), alpha: positive, beta: positive }),
  v.strictObject({
    kind: v.literal('logit-normal'),
    mean: v.pipe(v.number(), v.minValue(-100), v.maxValue(100)),
    deviation: positive,
  }),
  v.strictObject({ kind: v.literal('steps'), steps }),
]);

const Path = v.variant('kind', [
  v.strictObject({ kind: v.literal('straight') }),
  v.strictObject({ kind: v.literal('cosine') }),
  v.strictObject({ kind: v.literal('polynomial'), power: v.pipe(v.number(), v.minValue(1), v.maxValue(100)) }),
  v.strictObject({
    kind: v.literal('variance-preserving'),
    betaMin: v.optional(positive, LINEAR_VARIANCE.betaMin),
    betaMax: v.optional(positive, LINEAR_VARIANCE.betaMax),
  }),
]);

const Prior = v.strictObject({
  kind: v.picklist(['gaussian', 'harmonic']),
  alpha: v.optional(positive, 1.33),
  hydrogenScale: v.optional(positive, 0.6),
});

const Optimiser = v.strictObject({
  /** Muon for matrices and AdamW for the rest, or AdamW for all. */
  kind: v.picklist(['muon', 'adamw']),
  learningRate: positive,
  /** Learning rate at the end of the schedule, as a fraction of the highest. */
  finalShare: v.optional(share, 0.005),
  warmupSteps: v.optional(whole, 200),
  weightDecay: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(10)), 0.01),
  /** Gradients are clipped to this norm over all parameters. */
  clip: v.optional(positive, 2),
  /** Decay per step of the moving average of the weights. */
  averageDecay: v.optional(share, 0.999),
});

/** Default sampling weights of molecules. */
export const DEFAULT_WEIGHTS = {
  flexibleSingle: 0.1,
  flexibleSingleFrom: 0,
  forceField: 0.1,
  conformerPower: 0.5,
} as const;

const Stage = v.pipe(
  v.strictObject({
    network: Network,
    prior: Prior,
    target: v.optional(v.picklist(['data', 'velocity']), 'data'),
    time: v.optional(Time, { kind: 'uniform' }),
    /** From noise to data: straight is flow matching, variance-preserving is diffusion. */
    path: v.optional(Path, { kind: 'straight' }),
    coupling: v.optional(
      v.picklist(['aligned', 'independent', 'rotation-averaged', 'transport', 'sinkhorn', 'paired']),
      'aligned',
    ),
    transport: v.optional(
      v.strictObject({ draws: v.optional(whole, 8), regularisation: v.optional(positive, 0.05) }),
      {},
    ),
    automorphisms: v.optional(v.boolean(), true),
    /** Weight of an additional loss on distances between atoms up to three bonds apart; target 'data' only. */
    localDistances: v.optional(positive),
    /** For molecules of up to so many atoms the targets are predictions of the model of --anchor, against forgetting. */
    anchorUpTo: v.optional(whole),
    pairsPerBatch: v.optional(whole, 4800),
    mostMolecules: v.optional(whole, 64),
    mostAtoms: v.optional(whole, 60),
    weights: v.optional(
      v.strictObject({
        flexibleSingle: v.optional(share, DEFAULT_WEIGHTS.flexibleSingle),
        flexibleSingleFrom: v.optional(v.pipe(share, v.maxValue(0.9)), DEFAULT_WEIGHTS.flexibleSingleFrom),
        forceField: v.optional(share, DEFAULT_WEIGHTS.forceField),
        conformerPower: v.optional(share, DEFAULT_WEIGHTS.conformerPower),
      }),
      {},
    ),
    /** Batches whose gradients each worker adds up for one update. */
    batchesPerStep: v.optional(whole, 2),
    optimiser: Optimiser,
    minutes: positive,
    seed: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 32 - 1)), 1),
    /** Share of the molecules that is held out from training. */
    validationShare: v.optional(share, 0.01),
    saveMinutes: v.optional(positive, 4),
    /** How the model is to be sampled, where not by default; see network/sampling.ts. */
    sampling: v.optional(v.variant('kind', [SkeletonSamplingSchema, HydrogenSamplingSchema])),
    /** The short form: one sampler for all sizes; `noises` to choose among, with an ODE solver. */
    sampler: v.optional(
      v.strictObject({
        name: v.picklist(['spread', 'stochastic', 'ancestral', ...solverNames]),
        steps,
        noises: v.optional(wholeUpTo(1000)),
      }),
    ),
    /** Layer of the early exit of generation's steps. `npm run bench -- exits` measures how near it is to the last layer. */
    earlyExit: v.optional(whole),
    /** Of generation, beyond the sizes trained on: see network/crowding.ts. */
    crowding: v.optional(v.strictObject(CrowdingSchema.entries)),
    /** Weight of an additional loss on the prediction of the early exit, so that it may lie at an earlier layer. */
    exitLoss: v.optional(positive),
  }),
  v.check(({ network: { layers }, earlyExit = layers }) => earlyExit <= layers, 'earlyExit is a layer beyond the last'),
  v.check(
    ({ network: { layers }, earlyExit = layers, exitLoss }) => exitLoss === undefined || earlyExit < layers,
    'exitLoss is for an earlyExit before the last layer',
  ),
  v.check(
    ({ target, localDistances }) => localDistances === undefined || target === 'data',
    "localDistances is for target 'data'",
  ),
);

const Config = v.strictObject({
  name: v.pipe(v.string(), v.regex(/^[\w.-]+$/)),
  skeleton: v.optional(Stage),
  hydrogens: v.optional(Stage),
});

export type StageConfig = v.InferOutput<typeof Stage>;
export type TrainingConfig = v.InferOutput<typeof Config>;
export type StageName = 'skeleton' | 'hydrogens';

/**
 * @param source name of the file, for messages.
 * @throws Error listing every field that is wrong, what arrived and what was expected.
 */
export function parseTrainingConfig(json: string, source: string): TrainingConfig {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    throw new Error(`${source} is not JSON: ${(error as Error).message}`);
  }
  const result = v.safeParse(Config, value);
  if (result.success) return result.output;
  const problems = result.issues.map((issue) => `  ${v.getDotPath(issue) ?? '(top)'}: ${issue.message}`);
  throw new Error(`${source} is not a training configuration:\n${problems.join('\n')}`);
}
