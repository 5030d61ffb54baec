/** Chooses and opens an engine in Node. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { openOnnxEngine } from './onnx.node.js';
import type { Device, EngineChoice } from './names.js';
import type { Engine } from './program.js';
import { tfjsEngine } from './tfjs.js';
import { openTorchEngine } from './torch.node.js';

export interface OpenEngineOptions {
  readonly engine?: EngineChoice;
  /** Execution provider of the compiled engine; torch has cpu and cuda. */
  readonly device?: Device;
  /** Threads of the compiled engine. */
  readonly threads?: number;
}

/**
 * Opens the named engine; `auto` opens the first of onnx, tfjs-node and wasm that loads.
 * @throws Error where the engine does not load, with the reason; for `auto`, with the reason for each.
 */
export async function openEngine({
  engine = 'auto',
  device = 'cpu',
  threads = 1,
}: OpenEngineOptions = {}): Promise<Engine> {
  const open = {
    onnx: () => openOnnxEngine({ device, threads }),
    'tfjs-node': openTfjsNode,
    wasm: openWasm,
  };
  if (engine === 'torch') return openTorchEngine({ device, threads });
  if (engine !== 'auto') return open[engine]();
  const reasons: string[] = [];
  for (const [name, attempt] of Object.entries(open))
    try {
      return await attempt();
    } catch (error) {
      reasons.push(`${name}: ${(error as Error).message.split('\n')[0]}`);
    }
  throw new Error(`no engine loads on this machine\n  ${reasons.join('\n  ')}`);
}

async function openTfjsNode(): Promise<Engine> {
  // An optional dependency: its download of libtensorflow fails behind many firewalls.
  const specifier = '@tensorflow/tfjs-node';
  const { version } = (await import(specifier)) as { version: { 'tfjs-node'?: string; tfjs?: string } };
  return tfjsEngine({
    name: 'tfjs-node',
    backend: 'tensorflow',
    description: `tfjs-node ${version['tfjs-node'] ?? version.tfjs}`,
  });
}

async function openWasm(): Promise<Engine> {
  const tf = await import('@tensorflow/tfjs-core');
  const wasm = await import('@tensorflow/tfjs-backend-wasm');
  const main = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(`${path.dirname(main)}${path.sep}`);
  const previous = tf.getBackend();
  await tf.setBackend('wasm');
  await tf.ready();
  if (tf.getBackend() !== 'wasm') throw new Error('the wasm backend of tfjs does not start');
  if (previous) await tf.setBackend(previous);
  return tfjsEngine({ name: 'wasm', backend: 'wasm', description: `tfjs ${wasm.version_wasm}, WebAssembly` });
}
