/**
 * Large files of the viewer that the package has in another place already, so that it need not hold them twice: the
 * WebAssembly of its dependencies, and its models.
 */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const OWNERS: Readonly<Record<string, string>> = {
  'RDKit_minimal.wasm': '@rdkit/rdkit',
  'ort-wasm-simd-threaded.wasm': 'onnxruntime-web',
  'ort-wasm-simd-threaded.asyncify.wasm': 'onnxruntime-web',
};

/** All that the page may ask for. */
export const LARGE_FILES = [...Object.keys(OWNERS), 'molflow-base.safetensors', 'molflow-fast.safetensors'];

/** Where the file of this name lies; undefined where it is none of them or not installed. */
export function largeFile(name: string): string | undefined {
  if (name.endsWith('.safetensors')) return fileURLToPath(new URL(`../../../models/${name}`, import.meta.url));
  const owner = OWNERS[name];
  try {
    return owner && createRequire(import.meta.url).resolve(`${owner}/${name}`);
  } catch {
    return undefined;
  }
}
