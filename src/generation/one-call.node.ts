/** As one-call.ts in Node, where a generator of the default model and engine need not be opened first. */
import type { Structure } from '../chem/structure.js';
import type { GenerationResult } from './finish.js';
import type { GenerateOptions } from './generate.js';
import type { Generator } from './generator.js';
import * as oneCall from './one-call.js';
import { openGenerator } from './open-generator.node.js';
import type { RefinedStructure } from './refine-structures.js';
import type { RefineOptions } from './refine.js';

let shared: Promise<Generator> | undefined;

/** The default model and engine, opened by the first call, kept for the next. */
function sharedGenerator(): Promise<Generator> {
  return (shared ??= openGenerator().catch((error: unknown) => {
    shared = undefined;
    throw error;
  }));
}

/**
 * Conformers of a SMILES, by the default model and engine, which stay loaded for the next call, or by `generator`.
 * @throws MoleculeError where the SMILES is no single molecule; Error where the network does not know an element.
 */
export async function generate(
  smiles: string,
  { generator, ...options }: GenerateOptions & Partial<oneCall.WithGenerator> = {},
): Promise<GenerationResult> {
  return oneCall.generate(smiles, { ...options, generator: generator ?? (await sharedGenerator()) });
}

/**
 * 3D structures cleaned up, by the default model and engine or by `generator`: shape, stereo and atom order kept,
 * missing hydrogens appended. Structure i depends on itself, the seed and i alone; conformers of one molecule in a row
 * are fastest.
 * @throws MoleculeError where a structure is no single molecule; Error where it has no 3D coordinates, or the network
 *   does not know an element.
 */
export async function refine(
  structures: readonly Structure[],
  { generator, ...options }: RefineOptions & Partial<oneCall.WithGenerator> = {},
): Promise<RefinedStructure[]> {
  return oneCall.refine(structures, { ...options, generator: generator ?? (await sharedGenerator()) });
}
