/** A trained model: the two stages, each with its configuration and weights; one safetensors file. */
import * as v from 'valibot';
import type { Shape } from '../engine/program.js';
import type { Crowding } from './crowding.js';
import { parameterShapes, type NetworkConfig } from './egnn.js';
import type { PathSettings } from '../flow/path-schedule.js';
import type { PriorSettings } from './priors.js';
import { HydrogenSamplingSchema, NamedSamplerSchema, SkeletonSamplingSchema } from './sampling-schema.js';
import { samplingNamed, type StageSampling } from './sampling.js';
import { readSafetensors, writeSafetensors, type NamedArray } from './safetensors.js';

export interface StageModel {
  readonly network: NetworkConfig;
  readonly prior: PriorSettings;
  /** Whether the network's displacement is x̂1 − x or the velocity. */
  readonly target: 'data' | 'velocity';
  /** The path it was trained on, where that is not the straight one. */
  readonly path?: PathSettings | undefined;
  /** How it is sampled, tuned to its weights; where there is none, as sampling.ts has it by default. */
  readonly sampling?: StageSampling | undefined;
  /** The layer after which atoms are nearly where the last one puts them: steps that others follow need no more of the network. */
  readonly earlyExit?: number | undefined;
  /** How molecules of more atoms than it was trained on are kept from running away. */
  readonly crowding?: Crowding | undefined;
  readonly weights: Readonly<Record<string, Float32Array>>;
  /** Facts of the training, for people: steps, minutes, losses. */
  readonly training: Readonly<Record<string, string | number>>;
}

export interface Model {
  readonly name: string;
  readonly skeleton: StageModel;
  readonly hydrogens: StageModel;
}

/**
 * The first format whose readers know all that a stage has: before 2 there were no vectors and no path but the straight
 * one, before 3 no carried messages, before 4 no sampling but the short form. Keys that a reader does not know it leaves.
 */
const formatOf = ({ network, path, sampling }: StageModel): 1 | 2 | 3 | 4 =>
  sampling ? 4 : network.carried ? 3 : (path ?? network.vectors) ? 2 : 1;

const atMost = (limit: number) => v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(limit));
const width = atMost(4096);
const layers = atMost(64);
const positive = v.pipe(v.number(), v.minValue(Number.MIN_VALUE), v.maxValue(1e4));
/** Shapes of a network; larger ones are refused before anything is made of them. */
export const NetworkSchema = v.object({
  width,
  edgeWidth: width,
  layers,
  chiralWidth: width,
  vectors: v.optional(width),
  carried: v.optional(v.boolean()),
  local: v.optional(v.object({ bonds: atMost(6), wholeEvery: atMost(64) })),
});
/** See crowding.ts. */
export const CrowdingSchema = v.object({ radius: positive, most: atMost(10_000) });
const Path = v.variant('kind', [
  v.object({ kind: v.picklist(['straight', 'cosine']) }),
  v.object({ kind: v.literal('polynomial'), power: v.number() }),
  v.object({ kind: v.literal('variance-preserving'), betaMin: v.number(), betaMax: v.number() }),
]);
const stage = {
  network: NetworkSchema,
  prior: v.object({ kind: v.picklist(['gaussian', 'harmonic']), alpha: positive, hydrogenScale: positive }),
  target: v.picklist(['data', 'velocity']),
  path: v.optional(Path),
  sampler: v.optional(NamedSamplerSchema),
  earlyExit: v.optional(layers),
  crowding: v.optional(CrowdingSchema),
  training: v.record(v.string(), v.union([v.string(), v.number()])),
};
const EXIT_BEYOND = 'earlyExit is a layer beyond the last';
const SkeletonHeader = v.pipe(
  v.object({ ...stage, sampling: v.optional(SkeletonSamplingSchema) }),
  v.check(({ network: { layers }, earlyExit = layers }) => earlyExit <= layers, EXIT_BEYOND),
);
const HydrogenHeader = v.pipe(
  v.object({ ...stage, sampling: v.optional(HydrogenSamplingSchema) }),
  v.check(({ network: { layers }, earlyExit = layers }) => earlyExit <= layers, EXIT_BEYOND),
);
type StageHeader = v.InferOutput<typeof SkeletonHeader> | v.InferOutput<typeof HydrogenHeader>;
const Header = v.object({
  format: v.picklist([1, 2, 3, 4]),
  name: v.string(),
  skeleton: v.optional(SkeletonHeader),
  hydrogens: v.optional(HydrogenHeader),
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
  let header: unknown;
  try {
    header = JSON.parse(metadata['molflow']);
  } catch {
    throw new Error(`${source}: its 'molflow' metadata are not JSON`);
  }
  const parsed = v.safeParse(Header, header);
  if (!parsed.success)
    throw new Error(
      `${source} is a molflow model that this version cannot read: ${parsed.issues.map((i) => `${v.getDotPath(i)}: ${i.message}`).join('; ')}`,
    );
  const { name, skeleton, hydrogens } = parsed.output;
  const stage = (prefix: StageSampling['kind'], { sampler, ...header }: StageHeader): StageModel => ({
    ...header,
    ...(sampler && !header.sampling && { sampling: samplingNamed(prefix, sampler) }),
    weights: Object.fromEntries(
      Object.entries(parameterShapes(header.network)).map(([name, shape]) => {
        const found = withPhase(name, shape, tensors[`${prefix}.${name}`]);
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

/** Weights from before the network was told the phase: those of water are nothing. */
function withPhase(name: string, [rows, columns]: Shape, given: NamedArray | undefined): NamedArray | undefined {
  if (name !== 'embed.atoms' || given?.shape[0] !== rows - 1) return given;
  const data = new Float32Array(rows * columns);
  data.set(given.data);
  return { shape: [rows, columns], data };
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
