/** Starts the worker that makes conformers; an exported page has none (start-generator.page.ts). */
import ortWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import ortWebGpu from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import rdkitWasm from '@rdkit/rdkit/RDKit_minimal.wasm?url';
import { fast, thorough } from 'virtual:shipped-models';
import type { StartGenerator } from './protocol.js';

/** A worker reads addresses from where its own script lies, not from where the page does. */
function absolute(address: string): string {
  return new URL(address, document.baseURI).href;
}

/** Whether this build has a second, faster model. */
export const hasFastModel = fast !== undefined;

/** Undefined where this build of the viewer has no model. */
export function startGenerator(): Worker | undefined {
  if (thorough === undefined) return undefined;
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'generator' });
  const message: StartGenerator = {
    kind: 'start',
    models: { thorough: absolute(thorough), fast: fast && absolute(fast) },
    rdkitWasm: absolute(rdkitWasm),
    ortWasm: absolute(ortWasm),
    ortWebGpu: absolute(ortWebGpu),
  };
  worker.postMessage(message);
  return worker;
}
