/** The compiled engine in the browser: recorded programs run by onnxruntime-web, on WebGPU where there is one. */
import { add } from '@tensorflow/tfjs-core';
import type { Env } from 'onnxruntime-common';
import { compileOnnx, type OnnxRuntime } from './onnx-session.js';
import type { Engine } from './program.js';

interface GpuNavigator {
  readonly gpu?: { requestAdapter(): Promise<object | null> };
}

export interface WebEngineOptions {
  /** Where onnxruntime-web's wasm files for the processor and for WebGPU are served. */
  readonly ortWasm: string;
  readonly ortWebGpu: string;
}

export async function openWebEngine({ ortWasm, ortWebGpu }: WebEngineOptions): Promise<Engine> {
  const adapter = await (navigator as GpuNavigator).gpu?.requestAdapter().catch(() => null);
  if (adapter) {
    try {
      const engine = await open('webgpu', ortWebGpu);
      // A driver may offer itself and then fail: a sum of two numbers shows it.
      const probe = await engine.compile({ inputs: { x: [2] }, build: ({ x }) => ({ twice: add(x!, x!) }) });
      const { twice } = await probe.run({ x: new Float32Array([1, 2]) });
      await probe.dispose();
      if (twice![1] === 4) return engine;
    } catch {
      // The processor takes over.
    }
  }
  return open('wasm', ortWasm);
}

async function open(device: 'webgpu' | 'wasm', wasm: string): Promise<Engine> {
  const ort = (device === 'webgpu'
    ? await import('onnxruntime-web/webgpu')
    : await import('onnxruntime-web/wasm')) as unknown as OnnxRuntime & { readonly env: Env };
  ort.env.wasm.wasmPaths = { wasm };
  // Best called from a worker; molecules are small, and more threads gave nothing.
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  ort.env.logLevel = 'error';
  return {
    name: 'onnx-web',
    description: device === 'webgpu' ? 'onnxruntime-web on WebGPU' : 'onnxruntime-web on WebAssembly',
    compile: (program) => compileOnnx(ort, program, { executionProviders: [device] }),
  };
}
