/** Training by PyTorch is training: the same loss, gradient and updates as by onnxruntime, and a run that learns. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeModel } from '../../src/engine/onnx-format.js';
import { openOnnxEngine } from '../../src/engine/onnx.node.js';
import { sizeOf } from '../../src/engine/program.js';
import { trace } from '../../src/engine/trace.js';
import { createRandom } from '../../src/flow/random.js';
import { initialParameters, parameterShapes } from '../../src/network/egnn.js';
import { flatten, parameterSlices } from '../../src/network/flat-parameters.js';
import { pythonProgram, pythonWith } from '../../src/python/programs.node.js';
import { createOptimiser, isMuonMatrix } from '../../src/training/optimiser.js';
import { stepProgram } from '../../src/training/step-program.js';

const SCRIPT = pythonProgram('train-torch.py');
const RUN = fileURLToPath(new URL('./run-train-torch.py', import.meta.url));
const python = pythonWith('onnx', 'torch');

describe.skipIf(!python)('training by PyTorch', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(path.join(tmpdir(), 'molflow-torch-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it('has the loss, the gradient and the updates of onnxruntime', async () => {
    const network = { width: 24, edgeWidth: 32, layers: 3, chiralWidth: 12, vectors: 4, carried: true };
    const parameters = parameterSlices(parameterShapes(network));
    const random = createRandom(5);
    const normal = () => random.normal();
    const [n, size] = [6, 4];
    const program = stepProgram(network, parameters, {
      n,
      size,
      hydrogens: true,
      localDistances: 0.3,
      anchor: network,
    });
    const ones = ['mobile', 'weight'];
    const feeds: Record<string, Float32Array> = Object.fromEntries(
      Object.entries(program.inputs).map(([name, shape]) => [
        name,
        Float32Array.from({ length: sizeOf(shape) }, () => (ones.includes(name) ? 1 : normal())),
      ]),
    );
    feeds['pairs'] = feeds['pairs'].map((v) => +(v > 1));
    for (const name of ['weights', 'anchor'])
      feeds[name] = flatten(initialParameters(network, normal), parameters.slices, parameters.total);

    const engine = await openOnnxEngine();
    const compiled = await engine.compile(program);
    const { loss, gradient } = await compiled.run(feeds);
    await compiled.dispose();
    const settings = { clip: 2, weightDecay: 0.01, averageDecay: 0.5, learningRate: 0.01 };
    const optimiser = await createOptimiser(engine, parameters.slices, 'muon');
    const zeros = () => new Float32Array(parameters.total);
    const state = {
      weights: feeds['weights'].slice(),
      average: feeds['weights'].slice(),
      first: zeros(),
      second: zeros(),
    };
    for (const step of [1, 2, 3]) {
      const scaled = gradient.map((g) => g * step);
      await optimiser.update(state, {
        ...settings,
        gradient: scaled,
        scale: Math.min(1, settings.clip / Math.hypot(...scaled)),
        step,
      });
    }
    await optimiser.dispose();

    for (const [name, data] of Object.entries(feeds)) await writeFile(path.join(folder, name), data);
    await writeFile(path.join(folder, 'program.onnx'), encodeModel(trace(program)));
    const slices = parameters.slices.map((slice) => ({ ...slice, muon: isMuonMatrix(slice) }));
    await writeFile(
      path.join(folder, 'task.json'),
      JSON.stringify({ inputs: program.inputs, slices, optimiser: settings }),
    );
    const done = spawnSync(python!, [RUN, SCRIPT, folder], { encoding: 'utf8' });
    expect(done.stderr).toBe('');
    const result = async (name: string) => new Float32Array((await readFile(path.join(folder, name))).buffer.slice(0));
    expect((await result('loss'))[0]).toBeCloseTo(loss[0], 4);
    expect(worst(await result('gradient'), gradient)).toBeLessThan(1e-4);
    // Messages in bfloat16 change the gradient by their rounding, which is there and small.
    const mixed = await result('gradient-mixed');
    const differing = Math.hypot(...mixed.map((v, i) => v - gradient[i])) / Math.hypot(...gradient);
    expect(differing).toBeGreaterThan(1e-4);
    expect(differing).toBeLessThan(0.05);
    expect(worst(await result('updated-weights'), state.weights)).toBeLessThan(1e-4);
    expect(worst(await result('updated-average'), state.average)).toBeLessThan(1e-4);
  });
});

/** Largest difference, in units of the largest value. */
function worst(a: Float32Array, b: Float32Array): number {
  expect(a.length).toBe(b.length);
  const largest = b.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  return a.reduce((m, v, i) => Math.max(m, Math.abs(v - b[i])), 0) / largest;
}
