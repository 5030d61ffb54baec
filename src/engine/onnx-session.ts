/** A recorded program as a session of onnxruntime; the same code for onnxruntime-node and onnxruntime-web. */
import type { InferenceSession, Tensor, TensorConstructor } from 'onnxruntime-common';
import { encodeModel } from './onnx-format.js';
import { openSizes, recordedSizes } from './open-sizes.js';
import { WHOLE, withoutOptional } from './optional-outputs.js';
import { checkFeeds, type CompiledSizedProgram, type SizedProgram } from './program.js';
import { trace } from './trace.js';

/** What onnxruntime-node and onnxruntime-web have in common. */
export interface OnnxRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: InferenceSession.SessionOptions): Promise<InferenceSession>;
  };
  readonly Tensor: TensorConstructor;
}

export async function compileOnnx<Size extends string>(
  ort: OnnxRuntime,
  { sizes: names, at }: SizedProgram<Size>,
  options: InferenceSession.SessionOptions,
): Promise<CompiledSizedProgram<Size>> {
  const sized = (sizes: readonly number[]) =>
    Object.fromEntries(names.map((name, k) => [name, sizes[k]])) as Record<Size, number>;
  const program = at(sized(recordedSizes(names.length)));
  const { optional = [] } = program;
  const { graph, shapes } = openSizes(trace(program), names.length);
  const model = encodeModel(optional.length > 0 ? withoutOptional(graph, optional) : graph);
  const session = await ort.InferenceSession.create(model, {
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    ...options,
  });
  return {
    async run(sizes, feeds, { skipOptional = false } = {}) {
      const { inputs } = at(sizes);
      checkFeeds(inputs, feeds);
      const tensors = Object.entries(inputs).map(
        ([name, shape]) => [name, new ort.Tensor('float32', feeds[name], shape)] as const,
      );
      const list = names.map((name) => sizes[name]);
      const integers = shapes.map((shape) => {
        const values = shape.at(list);
        return [shape.name, new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [values.length])] as const;
      });
      const whole = optional.length > 0 ? [[WHOLE, new ort.Tensor('bool', [!skipOptional], [])] as const] : [];
      const results = await session.run(Object.fromEntries<Tensor>([...tensors, ...integers, ...whole]));
      const wanted = Object.entries(results).filter(([name]) => !(skipOptional && optional.includes(name)));
      return Object.fromEntries(wanted.map(([name, tensor]) => [name, tensor.data as Float32Array]));
    },
    dispose: () => session.release(),
  };
}
