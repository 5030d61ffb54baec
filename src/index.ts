/** molflow in Node: conformers from SMILES. */
import { loadRDKit } from './chem/rdkit.js';
import { parseSmiles } from './chem/parse.js';
import { openEngine, type OpenEngineOptions } from './engine/open.node.js';
import { createGenerator, type Generator } from './generation/generator.js';
import { generateConformers, type GenerateOptions, type GenerationResult } from './generation/generate.js';
import type { RefineOptions } from './generation/refine.js';
import { refineStructures, type RefinedStructure } from './generation/refine-structures.js';
import type { Structure } from './chem/structure.js';
import { loadModel } from './load-model.node.js';

export * from './index.shared.js';
export { openEngine, ENGINES, type EngineChoice, type OpenEngineOptions } from './engine/open.node.js';
export { loadModel, shippedModels, DEFAULT_MODEL } from './load-model.node.js';

export interface OpenGeneratorOptions extends OpenEngineOptions {
  /** A shipped model by name, or the path of a .safetensors file. */
  readonly model?: string;
}

/** A generator to be used for many molecules; `dispose()` it when done. */
export async function openGenerator({ model, ...engine }: OpenGeneratorOptions = {}): Promise<Generator> {
  const [rdkit, loaded, opened] = await Promise.all([loadRDKit(), loadModel(model), openEngine(engine)]);
  return createGenerator({ rdkit, model: loaded, engine: opened });
}

let shared: Promise<Generator> | undefined;

/** The default model and engine, opened by the first call. */
function sharedGenerator(): Promise<Generator> {
  return (shared ??= openGenerator().catch((error: unknown) => {
    shared = undefined;
    throw error;
  }));
}

/**
 * Conformers of a SMILES, by the default model and engine, which stay loaded for the next call.
 * @throws MoleculeError where the SMILES is no single molecule; Error where the network does not know an element.
 */
export async function generate(smiles: string, options: GenerateOptions = {}): Promise<GenerationResult> {
  const generator = await sharedGenerator();
  return generateConformers(generator, parseSmiles(generator.rdkit, smiles), options);
}

/**
 * 3D structures cleaned up, by the default model and engine: shape, stereo and atom order kept, missing hydrogens
 * appended. Structure i depends on itself, the seed and i alone; conformers of one molecule in a row are fastest.
 * @throws MoleculeError where a structure is no single molecule; Error where it has no 3D coordinates, or the network
 *   does not know an element.
 */
export async function refine(
  structures: readonly Structure[],
  options: RefineOptions = {},
): Promise<RefinedStructure[]> {
  return refineStructures(await sharedGenerator(), structures, options);
}
