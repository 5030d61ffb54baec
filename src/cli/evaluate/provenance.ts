/** What a saved result was measured with: the version of molflow, and a hash of the weights of each model. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { modelFile } from '../../network/load-model.node.js';
import { VERSION } from '../version.js';

export interface Provenance {
  /** Version of molflow. */
  readonly version: string;
  /** `weightsHash` of each model, by the name that the results give it; empty where none took part. */
  readonly weights: Readonly<Record<string, string>>;
}

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

/** @param models names of shipped models or paths of files, by the name that the results give them. */
export async function provenanceOf(models: Readonly<Record<string, string>>): Promise<Provenance> {
  const hashes = Object.entries(models).map(
    async ([name, nameOrPath]) => [name, weightsHash(await readFile(modelFile(nameOrPath)))] as const,
  );
  return { version: VERSION, weights: Object.fromEntries(await Promise.all(hashes)) };
}
