/** A recorded program as a session of onnxruntime, whichever of its packages runs it. */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import { encodeModel } from './onnx-format.js';
import { openSizes, recordedSizes } from './open-sizes.js';
import { checkFeeds, type CompiledSizedProgram, type SizedProgram } from './program.js';
import { trace } from './trace.js';

/** What onnxruntime-node and onnxruntime-web have in common. */
export interface OnnxRuntime {
  readonly InferenceSession: { create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession> };
  readonly Tensor: TensorConstructor;
}

export async function compileOnnx<Size extends string>(
  ort: OnnxRuntime,
  { sizes: names, at }: SizedProgram<Size>,
  options: InferenceSession.SessionOptions,
): Promise<CompiledSizedProgram<Size>> {
  const sized = (sizes: readonly number[]) => Object.fromEntries(names.map((name, k) => [name, sizes[k]])) as Record<Size, number>;
  const { graph, shapes } = openSizes(trace(at(sized(recordedSizes(names.length)))), names.length);
  const session = await ort.InferenceSession.create(encodeModel(graph), { graphOptimizationLevel: 'all', logSeverityLevel: 3, ...options });
  return {
    async run(sizes, feeds) {
      const { inputs } = at(sizes);
      checkFeeds(inputs, feeds);
      const tensors = Object.entries(inputs).map(([name, shape]) => [name, new ort.Tensor('float32', feeds[name]!, shape)] as const);
      const list = names.map((name) => sizes[name]);
      const integers = shapes.map((shape) => {
        const values = shape.at(list);
        return [shape.name, new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [values.length])] as const;
      });
      const results = await session.run(Object.fromEntries<Tensor>([...tensors, ...integers]));
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, (tensor as Tensor).data as Float32Array]));
    },
    dispose: () => session.release(),
  };
}
