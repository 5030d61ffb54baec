/** The compiled engine in the browser: recorded programs run by onnxruntime-web, on WebGPU where there is one. */
import { add } from '@tensorflow/tfjs-core';
import type { InferenceSession, Tensor, TensorConstructor, Env } from 'onnxruntime-common';
import { encodeModel } from '../../../src/engine/onnx-format.js';
import { checkFeeds, type Engine } from '../../../src/engine/program.js';
import { trace } from '../../../src/engine/trace.js';

interface Ort {
  readonly InferenceSession: { create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession> };
  readonly Tensor: TensorConstructor;
  readonly env: Env;
}

interface GpuNavigator {
  readonly gpu?: { requestAdapter(): Promise<object | null> };
}

export async function openWebEngine({ ortWasm, ortWebGpu }: { readonly ortWasm: string; readonly ortWebGpu: string }): Promise<Engine> {
  const adapter = await (navigator as GpuNavigator).gpu?.requestAdapter().catch(() => null);
  if (adapter) {
    try {
      const engine = await open('webgpu', ortWebGpu);
      // A driver may offer itself and then fail: a sum of two numbers shows it.
      const probe = await engine.compile({ inputs: { x: [2] }, build: ({ x }) => ({ twice: add(x, x) }) });
      const { twice } = await probe.run({ x: new Float32Array([1, 2]) });
      await probe.dispose();
      if (twice[1] === 4) return engine;
    } catch {
      // The processor takes over.
    }
  }
  return open('wasm', ortWasm);
}

async function open(device: 'webgpu' | 'wasm', wasm: string): Promise<Engine> {
  const ort = (device === 'webgpu' ? await import('onnxruntime-web/webgpu') : await import('onnxruntime-web/wasm')) as unknown as Ort;
  ort.env.wasm.wasmPaths = { wasm };
  // This is a worker already, and molecules are small: more threads gave nothing.
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  ort.env.logLevel = 'error';
  return {
    name: 'onnx-web',
    description: device === 'webgpu' ? 'onnxruntime-web on WebGPU' : 'onnxruntime-web on WebAssembly',
    async compile(program) {
      const session = await ort.InferenceSession.create(encodeModel(trace(program)), {
        executionProviders: [device],
        graphOptimizationLevel: 'all',
        logSeverityLevel: 3,
      });
      const inputs = Object.entries(program.inputs);
      return {
        async run(feeds) {
          checkFeeds(program.inputs, feeds);
          const tensors = Object.fromEntries(inputs.map(([name, shape]) => [name, new ort.Tensor('float32', feeds[name], shape)]));
          const results = await session.run(tensors);
          return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, (tensor as Tensor).data as Float32Array]));
        },
        dispose: () => session.release(),
      };
    },
  };
}
