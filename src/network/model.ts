/** A trained model: the two stages, each with its configuration and weights; one safetensors file. */
import * as v from 'valibot';
import { parameterShapes, type NetworkConfig } from './egnn.js';
import type { PathSettings } from '../flow/path-schedule.js';
import type { PriorSettings } from './priors.js';
import { readSafetensors, writeSafetensors, type NamedArray } from './safetensors.js';

export interface StageModel {
  readonly network: NetworkConfig;
  readonly prior: PriorSettings;
  /** Whether the network's displacement is x̂1 − x or the velocity. */
  readonly target: 'data' | 'velocity';
  /** The path it was trained on, where that is not the straight one. */
  readonly path?: PathSettings | undefined;
  /** The sampler it was trained for, by its name in generation, where that is not the usual one; `noises` to choose among. */
  readonly sampler?:
    { readonly name: string; readonly steps: number; readonly noises?: number | undefined } | undefined;
  /** The layer after which atoms are nearly where the last one puts them: steps that others follow need no more of the network. */
  readonly earlyExit?: number | undefined;
  readonly weights: Readonly<Record<string, Float32Array>>;
  /** Facts of the training, for people: steps, minutes, losses. */
  readonly training: Readonly<Record<string, string | number>>;
}

export interface Model {
  readonly name: string;
  readonly skeleton: StageModel;
  readonly hydrogens: StageModel;
}

/** The first format whose readers know all that a stage has: before 2 there were no vectors and no path but the straight one, before 3 no carried messages. */
const formatOf = ({ network, path }: StageModel): 1 | 2 | 3 =>
  network.carried ? 3 : (path ?? network.vectors) ? 2 : 1;

const whole = v.pipe(v.number(), v.integer(), v.minValue(1));
const Path = v.variant('kind', [
  v.object({ kind: v.picklist(['straight', 'cosine']) }),
  v.object({ kind: v.literal('polynomial'), power: v.number() }),
  v.object({ kind: v.literal('variance-preserving'), betaMin: v.number(), betaMax: v.number() }),
]);
const StageHeader = v.pipe(
  v.object({
    network: v.object({
      width: whole,
      edgeWidth: whole,
      layers: whole,
      chiralWidth: whole,
      vectors: v.optional(whole),
      carried: v.optional(v.boolean()),
    }),
    prior: v.object({ kind: v.picklist(['gaussian', 'harmonic']), alpha: v.number(), hydrogenScale: v.number() }),
    target: v.picklist(['data', 'velocity']),
    path: v.optional(Path),
    sampler: v.optional(v.object({ name: v.string(), steps: whole, noises: v.optional(whole) })),
    earlyExit: v.optional(whole),
    training: v.record(v.string(), v.union([v.string(), v.number()])),
  }),
  v.check(({ network: { layers }, earlyExit = layers }) => earlyExit <= layers, 'earlyExit is a layer beyond the last'),
);
const Header = v.object({
  format: v.picklist([1, 2, 3]),
  name: v.string(),
  skeleton: v.optional(StageHeader),
  hydrogens: v.optional(StageHeader),
});

/** The file of a model; while training, one stage may still be missing. */
export function writeModel(model: Pick<Model, 'name'> & Partial<Model>, { half = false } = {}): Uint8Array {
  const stages = (['skeleton', 'hydrogens'] as const).flatMap((name) =>
    model[name] ? [[name, model[name]] as const] : [],
  );
  const tensors: Record<string, NamedArray> = {};
  for (const [stage, { network, weights }] of stages)
    for (const [name, shape] of Object.entries(parameterShapes(network)))
      tensors[`${stage}.${name}`] = { shape, data: weights[name] };
  const headers = Object.fromEntries(stages.map(([name, { weights: _, ...header }]) => [name, header]));
  const format = Math.max(...stages.map(([, stage]) => formatOf(stage)));
  return writeSafetensors(
    { metadata: { molflow: JSON.stringify({ format, name: model.name, ...headers }) }, tensors },
    { half },
  );
}

/**
 * @throws Error where the file is no molflow model, or its arrays do not fit its configuration.
 */
export function readPartialModel(bytes: Uint8Array, source = 'model'): Pick<Model, 'name'> & Partial<Model> {
  const { metadata, tensors } = readSafetensors(bytes, source);
  if (!metadata['molflow'])
    throw new Error(`${source} has no 'molflow' entry in its metadata: it is not a molflow model`);
  const parsed = v.safeParse(Header, JSON.parse(metadata['molflow']));
  if (!parsed.success)
    throw new Error(
      `${source} is a molflow model that this version cannot read: ${parsed.issues.map((i) => `${v.getDotPath(i)}: ${i.message}`).join('; ')}`,
    );
  const { name, skeleton, hydrogens } = parsed.output;
  const stage = (prefix: string, header: v.InferOutput<typeof StageHeader>): StageModel => ({
    ...header,
    weights: Object.fromEntries(
      Object.entries(parameterShapes(header.network)).map(([name, shape]) => {
        const found = tensors[`${prefix}.${name}`];
        if (!found || found.shape.join() !== shape.join())
          throw new Error(
            `${source}: '${prefix}.${name}' is ${found ? `[${found.shape.join(', ')}]` : 'missing'}; its configuration expects [${shape.join(', ')}]`,
          );
        return [name, found.data];
      }),
    ),
  });
  return {
    name,
    ...(skeleton && { skeleton: stage('skeleton', skeleton) }),
    ...(hydrogens && { hydrogens: stage('hydrogens', hydrogens) }),
  };
}

/** @throws Error as readPartialModel, and where a stage is missing. */
export function readModel(bytes: Uint8Array, source = 'model'): Model {
  const { name, skeleton, hydrogens } = readPartialModel(bytes, source);
  if (!skeleton || !hydrogens)
    throw new Error(
      `${source} has no ${skeleton ? 'hydrogens' : 'skeleton'} stage; train both before generating with it`,
    );
  return { name, skeleton, hydrogens };
}
