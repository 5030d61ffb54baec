/** Starts the worker that makes conformers; an exported page has none (start-generator.page.ts). */
import ortWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import ortWebGpu from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import rdkitWasm from '@rdkit/rdkit/RDKit_minimal.wasm?url';
import { base, fast } from 'virtual:shipped-models';
import { staticVersion } from '../unpack.js';
import type { StartGenerator } from './protocol.js';

/** Addresses in a worker are relative to its script, not to the page. */
function absolute(address: string): string {
  return new URL(address, document.baseURI).href;
}

/** Whether this build has a model. */
export const canGenerate = base !== undefined;

/** Whether this build has molflow-fast. */
export const hasFastModel = fast !== undefined;

/** Undefined where the viewer was built without a model. */
export function startGenerator(): Worker | undefined {
  if (base === undefined) return undefined;
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'generator' });
  const message: StartGenerator = {
    kind: 'start',
    models: { base: absolute(base), fast: fast && absolute(fast) },
    rdkitWasm: absolute(rdkitWasm),
    ortWasm: absolute(ortWasm),
    ortWebGpu: absolute(ortWebGpu),
    device: new URLSearchParams(location.search).get('device') === 'webgpu' ? 'auto' : 'wasm',
    version: staticVersion(),
  };
  worker.postMessage(message);
  return worker;
}
