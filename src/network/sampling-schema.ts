/** Checks the sampling settings that a model's file or a training configuration holds. */
import * as v from 'valibot';
import { solverNames } from '../flow/solvers/by-name.js';
import type { HydrogenSampling, NamedSampler, SkeletonSampling } from './sampling.js';

// Bounds are far above what makes sense: they are there so that an absurd number is refused by name before it is used.
const steps = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000));
const atoms = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(100_000));
const time = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const before1 = v.pipe(v.number(), v.minValue(0), v.maxValue(0.9999));
const part = v.pipe(v.number(), v.minValue(0), v.maxValue(100));
const temperature = v.optional(part);
const extrapolation = v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(1)));
const share = v.pipe(v.number(), v.minValue(0), v.maxValue(1));
const solver = v.picklist(solverNames);
const spacing = v.variant('kind', [
  v.object({ kind: v.literal('uniform') }),
  v.object({ kind: v.literal('power'), power: v.pipe(v.number(), v.minValue(0.01), v.maxValue(100)) }),
  v.object({ kind: v.literal('cosine') }),
]);
const noise = v.object({
  freshShare: v.union([share, v.literal('ancestral')]),
  from: v.optional(time),
  to: v.optional(time),
  temperature,
  aligned: v.optional(v.boolean()),
});
const sampler = v.variant('kind', [
  v.object({ kind: v.literal('ode'), solver, steps, spacing: v.optional(spacing) }),
  v.object({
    kind: v.literal('stochastic'),
    steps,
    noise,
    extrapolation,
    spacing: v.optional(spacing),
    fullDepthSteps: v.optional(steps),
  }),
  v.object({
    kind: v.literal('mode-selection'),
    candidates: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
    selectionTime: v.pipe(before1, v.minValue(0.001)),
    selectionSteps: steps,
    finishSteps: steps,
    noise: v.object({ freshShare: share, temperature }),
    clusterWidth: part,
    minClusterSize: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000)),
    extrapolation,
    fullDepthSteps: v.optional(steps),
  }),
]);
const draws = v.pipe(v.number(), v.minValue(1), v.maxValue(100));
const oversampling = v.pipe(
  v.object({ first: draws, most: draws }),
  v.check(({ first, most }) => first <= most, 'oversampling must have first ≤ most'),
);
const curve = v.pipe(
  v.array(v.tuple([time, v.pipe(v.number(), v.minValue(0), v.maxValue(10_000))])),
  v.minLength(1),
  v.maxLength(1000),
  v.check((points) => points.every(([t], i) => i === 0 || t > points[i - 1][0]), 'the times of a curve must increase'),
);

export const SkeletonSamplingSchema = v.object({
  kind: v.literal('skeleton'),
  classes: v.pipe(
    v.array(
      v.object({
        upTo: v.optional(atoms),
        samplers: v.pipe(v.array(sampler), v.minLength(1), v.maxLength(100)),
        oversampling: v.optional(oversampling),
        fast: v.optional(v.object({ sampler, oversampling })),
        thorough: v.optional(v.object({ sampler, oversampling })),
        budget: v.optional(
          v.object({
            evaluationsPerSelectionStep: steps,
            candidateShare: share,
            singleStepTime: v.pipe(before1, v.minValue(0.001)),
          }),
        ),
      }),
    ),
    v.minLength(1),
    v.maxLength(100),
    v.check(
      (classes) =>
        classes.every(({ upTo }, i) =>
          i === classes.length - 1 ? upTo === undefined : upTo !== undefined && upTo > (classes[i - 1]?.upTo ?? 0),
        ),
      'classes must have an increasing upTo, the last none',
    ),
  ),
  refine: v.object({
    shapeTime: before1,
    inputNoise: curve,
    steps: curve,
    sampler: v.variant('kind', [
      v.object({ kind: v.literal('stochastic'), temperature: curve, extrapolation: curve, fullDepthSteps: steps }),
      v.object({ kind: v.literal('ode'), solver }),
    ]),
  }),
}) satisfies v.GenericSchema<unknown, SkeletonSampling>;

export const HydrogenSamplingSchema = v.object({
  kind: v.literal('hydrogens'),
  steps,
  spacing,
  refine: v.object({ time: before1, noise: part, steps }),
}) satisfies v.GenericSchema<unknown, HydrogenSampling>;

export const NamedSamplerSchema = v.object({
  name: v.picklist(['spread', 'stochastic', 'ancestral', ...solverNames]),
  steps,
  noises: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(1000))),
}) satisfies v.GenericSchema<unknown, NamedSampler>;
