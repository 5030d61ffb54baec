/** Starts the worker that makes conformers; an exported page has none (start-generator.page.ts). */
import ortWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import ortWebGpu from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import rdkitWasm from '@rdkit/rdkit/RDKit_minimal.wasm?url';
import { assetUrl } from '../assets.js';
import model from 'virtual:shipped-model';
import type { StartGenerator } from './protocol.js';

/** Undefined where this build of the viewer has no model. */
export function startGenerator(): Worker | undefined {
  if (model === undefined) return undefined;
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'generator' });
  const message: StartGenerator = {
    kind: 'start',
    model: assetUrl('model', model),
    rdkitWasm: assetUrl('rdkit', rdkitWasm),
    ortWasm: assetUrl('ort', ortWasm),
    ortWebGpu: assetUrl('ort-webgpu', ortWebGpu),
  };
  worker.postMessage(message);
  return worker;
}
