/** Opens a generator in the browser, best in a worker: RDKit, model and engine from the addresses where they are served. */
import { loadRDKit } from '../chem/rdkit.js';
import { openWebEngine, type WebEngineOptions } from '../engine/onnx.web.js';
import { readModel } from '../network/model.js';
import type { Phase } from '../network/phase-names.js';
import { FAST_MODEL_UP_TO } from './fast-model.js';
import { createGenerator, type Generator } from './generator.js';

export interface OpenGeneratorOptions extends WebEngineOptions {
  /** Where the model's .safetensors file is served. */
  readonly model: string;
  /** Where molflow-base is served, where the model is molflow-fast: it makes molecules beyond twelve heavy atoms, and those of which that makes nothing. */
  readonly fallback?: string | undefined;
  /** Where RDKit_minimal.wasm is served. */
  readonly rdkitWasm: string;
  /** Where the molecules are: in the gas phase by default. */
  readonly phase?: Phase | undefined;
}

/**
 * A generator to be used for many molecules; `dispose()` it when done.
 * @throws Error where a file cannot be fetched, with its address and status, or the model was not trained on that phase.
 */
export async function openGenerator({
  model,
  fallback,
  rdkitWasm,
  phase,
  ...engine
}: OpenGeneratorOptions): Promise<Generator> {
  const read = async (address: string) => readModel(await fetchBytes(address), address);
  const [rdkit, opened, loaded] = await Promise.all([
    loadRDKit({ locateFile: () => rdkitWasm }),
    openWebEngine(engine),
    read(model),
  ]);
  return createGenerator({
    rdkit,
    model: loaded,
    engine: opened,
    phase,
    ...(fallback !== undefined && { fallback: { beyond: FAST_MODEL_UP_TO, open: () => read(fallback) } }),
  });
}

async function fetchBytes(address: string): Promise<Uint8Array> {
  const response = await fetch(address);
  if (!response.ok)
    throw new Error(`${address} answered ${response.status} ${response.statusText}; expected a model file`);
  return new Uint8Array(await response.arrayBuffer());
}
