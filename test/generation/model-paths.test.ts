/** Generation follows the path a model was trained on; that of the straight one is what it always was. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { diffusionStep, LINEAR_VARIANCE, variancePreservingSchedule } from '../../src/flow/diffusion.js';
import { createNoise } from '../../src/flow/random.js';
import { cosineSchedule } from '../../src/flow/schedule.js';
import { chosenSampler, sampleSkeletons } from '../../src/generation/skeleton-stage.js';
import type { Generator } from '../../src/generation/generator.js';
import { graphFeatures } from '../../src/network/features.js';
import { readPartialModel, writeModel, type StageModel } from '../../src/network/model.js';
import { createPredictor } from '../../src/network/predictor.js';
import { skeletonPrior } from '../../src/network/priors.js';
import { stereoAutomorphisms } from '../../src/network/stereo-automorphisms.js';
import { openGenerator } from '../../src/index.js';

let generator: Generator;
beforeAll(async () => {
  generator = await openGenerator();
});
afterAll(() => generator.dispose());
const draws = [{ conformer: 0, attempt: 0 }];

describe('the straight path', () => {
  // Of molflow-base as shipped on 2026-11-25, before there were other paths. A new checkpoint needs new numbers.
  it.each([
    ['stochastic', [1.0941, -1.4596, 0.2633, -0.2613, -0.7648, 0.1527, -0.9853, -1.159, -1.0448, -0.0369, 0.746, 0.1403, -0.2133, 1.4301, -0.8258, 0.4028, 1.2073, 1.3143]],
    ['euler', [1.0775, -1.4742, 0.3399, -0.2627, -0.763, 0.165, -0.965, -1.1894, -1.0256, -0.0346, 0.7398, 0.1146, -0.2702, 1.4304, -0.8482, 0.4549, 1.2565, 1.2542]],
    ['heun', [1.0818, -1.4698, 0.3487, -0.26, -0.7641, 0.1636, -0.9506, -1.1955, -1.0324, -0.0398, 0.7403, 0.1139, -0.2875, 1.4316, -0.8446, 0.4561, 1.2575, 1.2508]],
  ])('gives L-alanine by %s where it always lay', async (sampler, expected) => {
    const molecule = parseSmiles(generator.rdkit, 'C[C@H](N)C(=O)O');
    const skeleton = await sampleSkeletons({
      molecule,
      predictor: generator.skeleton,
      seed: 1,
      draws,
      settings: chosenSampler(molecule, { sampler, steps: 6 }),
      automorphisms: stereoAutomorphisms(generator.rdkit, molecule),
    });
    expected.forEach((v, i) => expect(Math.abs(v - skeleton[i]!)).toBeLessThan(1e-3));
  });
});

describe.each([
  ['variance-preserving', { ...LINEAR_VARIANCE, kind: 'variance-preserving' }, variancePreservingSchedule(LINEAR_VARIANCE)],
  ['cosine', { kind: 'cosine' }, cosineSchedule],
] as const)('a model of the %s path', (_, flowPath, schedule) => {
  // The shipped weights: any network will do to see what it is asked and what becomes of its answer.
  const stage = (): StageModel => ({ ...generator.skeleton.stage, path: flowPath });

  it.each(['euler', 'ancestral'])('is sampled by the steps of its own diffusion: %s', async (sampler) => {
    const molecule = parseSmiles(generator.rdkit, 'CC(=O)NC');
    const predictor = createPredictor({ engine: generator.engine, stage: stage() });
    const seed = 3;
    const prior = skeletonPrior(molecule, predictor.stage.prior);
    const settings = { sampler, steps: 5, noise: sampler === 'euler' ? { share: 0 } : ({ share: 'ancestral', aligned: false } as const) };
    const sampled = await sampleSkeletons({ molecule, predictor, seed, draws, settings });

    // The network itself, at the state and time of the diffusion.
    const network = generator.skeleton.bind(graphFeatures(molecule));
    let x = new Float64Array(sampled.length);
    prior.sample(x, createNoise({ seed, ...draws[0]! }));
    x = x.map((v) => v * (schedule.data(0) + schedule.noise(0)));
    for (let k = 1; k <= 5; k++) {
      const [t, u] = [(k - 1) / 5, k / 5];
      const value = Float64Array.from(await network(Float32Array.from(x), t));
      const fresh = new Float64Array(x.length);
      prior.sample(fresh, createNoise({ seed, ...draws[0]!, step: k }));
      const kept = (schedule.data(t) * schedule.noise(u)) / (schedule.data(u) * schedule.noise(t));
      x = Float64Array.from(diffusionStep({ x, value, prediction: 'data', t, u, schedule, fresh, share: sampler === 'euler' ? 0 : 1 - kept * kept }));
    }
    x.forEach((v, i) => expect(Math.abs(v - sampled[i]!)).toBeLessThan(1e-3));
    await predictor.dispose();
  });

  it('keeps its path in its file, which older readers refuse', () => {
    const bytes = writeModel({ name: 'other', skeleton: stage() });
    expect(readPartialModel(bytes).skeleton!.path).toEqual(flowPath);
    expect(Buffer.from(bytes.subarray(0, 4000)).toString('latin1')).toMatch(/format\\":2/);
    expect(Buffer.from(writeModel({ name: 'same', skeleton: generator.skeleton.stage }).subarray(0, 4000)).toString('latin1')).toMatch(/format\\":1/);
  });
});
