/** What a saved result was measured with: the version of molflow, the weights of each model, and how it is sampled. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { modelFile } from '../../network/load-model.node.js';
import { readModel } from '../../network/model.js';
import type { StageSampling } from '../../network/sampling.js';
import { VERSION } from '../version.js';

export interface Provenance {
  /** Version of molflow. */
  readonly version: string;
  /** `weightsHash` of each model, by the name that the results give it; empty where none took part. */
  readonly weights: Readonly<Record<string, string>>;
  /** The sampler settings that each has in its file, by the same names; results of before 0.2.0 lack them. */
  readonly sampling?: Readonly<Record<string, ModelSampling>>;
}

export type ModelSampling = Readonly<Record<'skeleton' | 'hydrogens', StageSampling | null>>;

/**
 * The first 16 hexadecimal digits of the SHA-256 of a safetensors file's tensors. The header is left out: it holds
 * settings of the sampler, which may change while the weights stay. Layout: uint64 length, header, tensors
 * (https://huggingface.co/docs/safetensors).
 */
export function weightsHash(file: Uint8Array): string {
  const header = Number(new DataView(file.buffer, file.byteOffset, 8).getBigUint64(0, true));
  return createHash('sha256')
    .update(file.subarray(8 + header))
    .digest('hex')
    .slice(0, 16);
}

/** Of a model's file. @throws Error where it is none */
export function samplingOf(file: Uint8Array, source: string): ModelSampling {
  const { skeleton, hydrogens } = readModel(file, source);
  return { skeleton: skeleton.sampling ?? null, hydrogens: hydrogens.sampling ?? null };
}

/** @param models names of shipped models or paths of files, by the name that the results give them. */
export async function provenanceOf(models: Readonly<Record<string, string>>): Promise<Required<Provenance>> {
  const files = await Promise.all(
    Object.entries(models).map(async ([name, nameOrPath]) => [name, await readFile(modelFile(nameOrPath))] as const),
  );
  return {
    version: VERSION,
    weights: Object.fromEntries(files.map(([name, file]) => [name, weightsHash(file)])),
    sampling: Object.fromEntries(files.map(([name, file]) => [name, samplingOf(file, name)])),
  };
}
