/** The compiled engine in the browser: recorded programs run by onnxruntime-web, on WebGPU where there is one. */
import { add } from '@tensorflow/tfjs-core';
import type { Env } from 'onnxruntime-common';
import { compileOnnx, type OnnxRuntime } from './onnx-session.js';
import { compileFixed, type Engine } from './program.js';

interface GpuAdapter {
  readonly info?: { readonly isFallbackAdapter?: boolean };
  /** Older browsers have this instead of `info`. */
  readonly isFallbackAdapter?: boolean;
}

interface GpuNavigator {
  readonly gpu?: { requestAdapter(): Promise<GpuAdapter | null> };
}

export interface WebEngineOptions {
  /** Where onnxruntime-web's wasm files for the processor and for WebGPU are served. */
  readonly ortWasm: string;
  readonly ortWebGpu: string;
  /** 'auto', the default, takes WebGPU where it works and is backed by a graphics processor, else WebAssembly. */
  readonly device?: 'auto' | 'webgpu' | 'wasm';
}

/** @throws Error where the named device is missing or computes wrong results. */
export async function openWebEngine({ ortWasm, ortWebGpu, device = 'auto' }: WebEngineOptions): Promise<Engine> {
  if (device === 'wasm') return open('wasm', ortWasm);
  const adapter = await (navigator as GpuNavigator).gpu?.requestAdapter().catch(() => null);
  if (device === 'webgpu') {
    if (!adapter)
      throw new Error(
        "This browser offers no WebGPU here; expected it for the device 'webgpu'. Take 'wasm' or 'auto'.",
      );
    return open('webgpu', ortWebGpu);
  }
  if (adapter && !isSoftware(adapter)) {
    try {
      return await open('webgpu', ortWebGpu);
    } catch {
      // Fall back to WebAssembly.
    }
  }
  return open('wasm', ortWasm);
}

/** Whether WebGPU is emulated on the CPU (SwiftShader): results are right, but a conformer takes a minute. */
function isSoftware({ info, isFallbackAdapter }: GpuAdapter): boolean {
  return info?.isFallbackAdapter ?? isFallbackAdapter ?? false;
}

async function open(device: 'webgpu' | 'wasm', wasm: string): Promise<Engine> {
  const ort = (device === 'webgpu'
    ? await import('onnxruntime-web/webgpu')
    : await import('onnxruntime-web/wasm')) as unknown as OnnxRuntime & { readonly env: Env };
  ort.env.wasm.wasmPaths = { wasm };
  // One thread: molecules are small, and more threads were not faster. Best called from a worker.
  ort.env.wasm.numThreads = 1;
  ort.env.wasm.proxy = false;
  ort.env.logLevel = 'error';
  const description = device === 'webgpu' ? 'onnxruntime-web on WebGPU' : 'onnxruntime-web on WebAssembly';
  const compileSized: Engine['compileSized'] = (program) => compileOnnx(ort, program, { executionProviders: [device] });
  const engine: Engine = {
    name: 'onnx-web',
    description,
    compile: compileFixed(compileSized),
    compileSized,
  };
  // Some drivers are offered and then fail, which a sum of two numbers shows. This also loads the runtime now rather
  // than with the first molecule.
  const probe = await engine.compile({ inputs: { x: [2] }, build: ({ x }) => ({ twice: add(x, x) }) });
  const { twice } = await probe.run({ x: new Float32Array([1, 2]) }).finally(() => probe.dispose());
  if (twice[1] !== 4) throw new Error(`${description} makes ${twice[1]} of 2 + 2; expected 4. Take another device.`);
  return engine;
}
