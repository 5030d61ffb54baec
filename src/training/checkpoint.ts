/** What a training run keeps on disk: its state, from which either engine resumes, and the current model. */
import { rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readIfThere } from '../dataset/read-if-there.js';
import { createRandom } from '../flow/random.js';
import { initialParameters } from '../network/egnn.js';
import { flatten, type ParameterSlice } from '../network/flat-parameters.js';
import { grownParameters } from '../network/grow.js';
import { samplingNamed } from '../network/sampling.js';
import { readPartialModel, writeModel, type Model, type StageModel } from '../network/model.js';
import type { StageConfig, StageName } from './config.js';

/** All [P], flat. */
export const STATE_ARRAYS = ['weights', 'average', 'first', 'second'] as const;

export interface TrainingState extends Readonly<Record<(typeof STATE_ARRAYS)[number], Float32Array>> {
  readonly step: number;
  /** Training time so far in ms, over all runs. */
  readonly elapsed: number;
}

interface Parameters {
  readonly slices: readonly ParameterSlice[];
  readonly total: number;
}

export const runFiles = (folder: string, stage: StageName) => ({
  statePath: path.join(folder, `${stage}.state.bin`),
  metricsPath: path.join(folder, `${stage}.metrics.jsonl`),
});

/** The initial state of a run: random weights, or those of a model that may have fewer layers or vectors. */
export function firstState(config: StageConfig, { slices, total }: Parameters, initial?: StageModel): TrainingState {
  const random = createRandom(config.seed);
  const normal = () => random.normal();
  const start = initial ? grownParameters(config.network, initial, normal) : initialParameters(config.network, normal);
  const weights = flatten(start, slices, total);
  return {
    step: 0,
    elapsed: 0,
    weights,
    average: weights,
    first: new Float32Array(total),
    second: new Float32Array(total),
  };
}

/** The state as bytes: parameter count, step and elapsed time as float64, then weights, their average and the moments. */
export async function writeState(file: string, { step, elapsed, ...arrays }: TrainingState): Promise<void> {
  const head = Float64Array.of(arrays.weights.length, step, elapsed);
  const parts = [head, ...STATE_ARRAYS.map((part) => arrays[part])];
  await replace(file, Buffer.concat(parts.map((a) => new Uint8Array(a.buffer, a.byteOffset, a.byteLength))));
}

/**
 * Reads the state in `file`; undefined where there is no such file.
 * @throws Error where its network has not `total` parameters.
 */
export async function readState(file: string, total: number): Promise<TrainingState | undefined> {
  const bytes = await readIfThere(file);
  if (!bytes) return undefined;
  const head = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 24));
  if (head[0] !== total || bytes.length !== 24 + 16 * total)
    throw new Error(
      `'${file}' is of a network with ${head[0]} parameters; the configuration has ${total}. Give another output folder, or delete it.`,
    );
  const array = (k: number) => {
    const at = bytes.byteOffset + 24 + 4 * total * k;
    return new Float32Array(bytes.buffer.slice(at, at + 4 * total));
  };
  return { step: head[1], elapsed: head[2], weights: array(0), average: array(1), first: array(2), second: array(3) };
}

export interface ModelOfRun {
  readonly name: string;
  readonly stage: StageName;
  readonly config: StageConfig;
  readonly folder: string;
  /** Stages that are not trained, to be written into the model beside this one. */
  readonly kept: Partial<Model>;
  readonly parameters: Parameters;
  /** Averaged weights [P]. */
  readonly average: Float32Array;
  readonly training: StageModel['training'];
}

/** Writes model.safetensors. Its other stage is the one already in the file, else the one of `kept`. */
export async function writeModelOf({
  name,
  stage,
  config,
  folder,
  kept,
  parameters,
  average,
  training,
}: ModelOfRun): Promise<void> {
  const modelPath = path.join(folder, 'model.safetensors');
  const weights = Object.fromEntries(
    parameters.slices.map((s) => [s.name, average.subarray(s.offset, s.offset + s.size)]),
  );
  const bytes = await readIfThere(modelPath);
  const others = bytes ? readPartialModel(bytes, modelPath) : kept;
  const { network, prior, target, path: flowPath, sampler, earlyExit, crowding } = config;
  const sampling = config.sampling ?? (sampler && samplingNamed(stage, sampler));
  const header = {
    network,
    prior,
    target,
    ...(flowPath.kind !== 'straight' && { path: flowPath }),
    ...(sampling && { sampling }),
    ...(earlyExit && { earlyExit }),
    ...(crowding && { crowding }),
  };
  await replace(modelPath, writeModel({ ...others, name, [stage]: { ...header, weights, training } }));
}

/** Writes to a second file and renames it, so that a run killed while writing leaves the older file intact. */
async function replace(file: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${file}.new`, bytes);
  await rename(`${file}.new`, file);
}
