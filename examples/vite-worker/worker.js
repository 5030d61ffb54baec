/** The worker: opens a generator once, then makes conformers of one SMILES after another. */
import rdkitWasm from '@rdkit/rdkit/RDKit_minimal.wasm?url';
import { conformerSdf, generate, openGenerator } from 'molflow/browser';
import model from 'molflow/models/molflow-base.safetensors?url';
import ortWebGpu from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import ortWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';

const opened = openGenerator({ model, rdkitWasm, ortWasm, ortWebGpu });

addEventListener('message', async ({ data: { smiles } }) => {
  try {
    const result = await generate(smiles, { generator: await opened, count: 2, seed: 1 });
    postMessage({ model: result.model, delivered: result.conformers.length, sdf: conformerSdf(result) });
  } catch (error) {
    postMessage({ error: error.message });
  }
});
