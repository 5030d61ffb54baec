/** molflow in Node: conformers from SMILES. */
import { loadRDKit } from './chem/rdkit.js';
import { parseSmiles } from './chem/parse.js';
import { openEngine, type OpenEngineOptions } from './engine/open.node.js';
import { createGenerator, type Generator } from './generation/generator.js';
import { generateConformers, type GenerateOptions, type GenerationResult } from './generation/generate.js';
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

/**
 * Conformers of a SMILES, by the default model and engine, which stay loaded for the next call.
 * @throws MoleculeError where the SMILES is no single molecule; Error where the network does not know an element.
 */
export async function generate(smiles: string, options: GenerateOptions = {}): Promise<GenerationResult> {
  shared ??= openGenerator().catch((error: unknown) => {
    shared = undefined;
    throw error;
  });
  const generator = await shared;
  return generateConformers(generator, parseSmiles(generator.rdkit, smiles), options);
}
