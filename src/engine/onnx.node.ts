/** The compiled engine in Node: a recorded program run by onnxruntime-node. */
import { encodeModel } from './onnx-format.js';
import { checkFeeds, type CompiledProgram, type Engine, type Program } from './program.js';
import { trace } from './trace.js';

type Ort = typeof import('onnxruntime-node');

/**
 * @param device an execution provider of onnxruntime: cpu, webgpu, cuda, coreml, dml.
 * @param threads threads within one operation; 1 is best for small molecules, where batches run in separate processes.
 * @throws Error where onnxruntime-node is not installed or does not load, with its reason.
 */
export async function openOnnxEngine({ device = 'cpu', threads = 1 } = {}): Promise<Engine> {
  const ort: Ort = await import('onnxruntime-node');
  return {
    name: 'onnx',
    description: `onnxruntime-node ${ort.env.versions.node ?? ort.env.versions.common} on ${device}, ${threads} thread${threads === 1 ? '' : 's'}`,
    compile: (program) => compile(ort, program, device, threads),
  };
}

async function compile(ort: Ort, program: Program, device: string, threads: number): Promise<CompiledProgram> {
  const session = await ort.InferenceSession.create(encodeModel(trace(program)), {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
  });
  const inputs = Object.entries(program.inputs);
  return {
    async run(feeds) {
      checkFeeds(program.inputs, feeds);
      const tensors = Object.fromEntries(inputs.map(([name, shape]) => [name, new ort.Tensor('float32', feeds[name]!, shape)]));
      const results = await session.run(tensors);
      return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, tensor.data as Float32Array]));
    },
    dispose: () => session.release(),
  };
}
