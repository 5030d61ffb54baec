/** Opens a generator in Node: RDKit, a model by name or path, and the fastest engine that loads. */
import { loadRDKit } from '../chem/rdkit.js';
import { openEngine, type OpenEngineOptions } from '../engine/open.node.js';
import { loadModel } from '../network/load-model.node.js';
import type { Phase } from '../network/phase-names.js';
import { createGenerator, type Generator } from './generator.js';
import { FAST_MODEL, FAST_MODEL_UP_TO } from './fast-model.js';

/** Models that make small molecules alone, with the largest of these, by skeleton atoms, and the one that makes the others. */
const FALLBACKS: Readonly<Record<string, { readonly beyond: number; readonly model: string }>> = {
  [FAST_MODEL]: { beyond: FAST_MODEL_UP_TO, model: 'molflow-base' },
};

export interface OpenGeneratorOptions extends OpenEngineOptions {
  /** A shipped model by name (by default molflow-base), or the path of a .safetensors file. Beyond twelve heavy atoms, and where molflow-fast makes nothing, molflow-base stands in for it. */
  readonly model?: string;
  /** Where the molecules are: in the gas phase by default. */
  readonly phase?: Phase | undefined;
}

/**
 * A generator to be used for many molecules; `dispose()` it when done.
 * @throws Error where there is no such model or it is no model file, the engine does not load, or the model was not trained on that phase.
 */
export async function openGenerator({ model, phase, ...engine }: OpenGeneratorOptions = {}): Promise<Generator> {
  const [rdkit, loaded, opened] = await Promise.all([loadRDKit(), loadModel(model), openEngine(engine)]);
  const other = model === undefined ? undefined : FALLBACKS[model];
  return createGenerator({
    rdkit,
    model: loaded,
    engine: opened,
    phase,
    ...(other && { fallback: { beyond: other.beyond, open: () => loadModel(other.model) } }),
  });
}
