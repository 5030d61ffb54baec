/** The compiled engine in Node: recorded programs run by onnxruntime-node. */
import { compileOnnx, type OnnxRuntime } from './onnx-session.js';
import { compileFixed, type Engine } from './program.js';

/**
 * @param device an execution provider of onnxruntime: cpu, webgpu, cuda, coreml, dml.
 * @param threads threads within one operation. 1 is best for small molecules; several processes use cores better.
 * @param keepMemory whether each program keeps the memory of its largest run (onnxruntime's arena). Prediction is a fifth
 *   faster with it. Training is not, and its programs, one for each atom count, would hold many gigabytes.
 * @throws Error where onnxruntime-node is not installed or does not load, with its reason.
 */
export async function openOnnxEngine({ device = 'cpu', threads = 1, keepMemory = true } = {}): Promise<Engine> {
  const ort = await import('onnxruntime-node');
  const options = {
    executionProviders: [device],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    enableCpuMemArena: keepMemory,
    enableMemPattern: keepMemory,
  };
  const compileSized: Engine['compileSized'] = (program) =>
    compileOnnx(ort as unknown as OnnxRuntime, program, options);
  return {
    name: 'onnx',
    description: `onnxruntime-node ${ort.env.versions.node ?? ort.env.versions.common} on ${device}, ${threads} thread${threads === 1 ? '' : 's'}`,
    compile: compileFixed(compileSized),
    compileSized,
  };
}
