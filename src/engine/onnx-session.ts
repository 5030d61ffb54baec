/** A recorded program as a session of onnxruntime, whichever of its packages runs it. */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import { encodeModel } from './onnx-format.js';
import { checkFeeds, type CompiledProgram, type Program } from './program.js';
import { trace } from './trace.js';

/** What onnxruntime-node and onnxruntime-web have in common. */
export interface OnnxRuntime {
  readonly InferenceSession: { create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession> };
  readonly Tensor: TensorConstructor;
}

export async function compileOnnx(
  ort: OnnxRuntime,
  program: Program,
  options: InferenceSession.SessionOptions,
): Promise<CompiledProgram> {
  const session = await ort.InferenceSession.create(encodeModel(trace(program)), {
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    ...options,
  });
  const inputs = Object.entries(program.inputs);
  return {
    async run(feeds) {
      checkFeeds(program.inputs, feeds);
      const tensors = Object.fromEntries(inputs.map(([name, shape]) => [name, new ort.Tensor('float32', feeds[name]!, shape)]));
      const results = await session.run(tensors);
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, (tensor as Tensor).data as Float32Array]));
    },
    dispose: () => session.release(),
  };
}
