/** Generation follows the path a model was trained on; that of the straight one is what it always was. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { diffusionStep, LINEAR_VARIANCE, variancePreservingSchedule } from '../../src/flow/diffusion.js';
import type { SamplerSettings } from '../../src/flow/sampler-settings.js';
import { createNoise, createRandom } from '../../src/flow/random.js';
import { cosineSchedule } from '../../src/flow/schedule.js';
import { chosenSampler } from '../../src/generation/choose-sampler.js';
import { prepareMolecule } from '../../src/generation/prepare.js';
import { sampleSkeletons } from '../../src/generation/skeleton-stage.js';
import type { Generator } from '../../src/generation/generator.js';
import { initialParameters } from '../../src/network/egnn.js';
import { graphFeatures } from '../../src/network/features.js';
import { readPartialModel, writeModel, type StageModel } from '../../src/network/model.js';
import { createPredictor } from '../../src/network/predictor.js';
import { skeletonPrior } from '../../src/network/priors.js';
import { openGenerator } from '../../src/generation/open-generator.node.js';

let generator: Generator;
beforeAll(async () => {
  generator = await openGenerator();
});
afterAll(() => generator.dispose());
const draws = [{ conformer: 0, attempt: 0 }];

// Of a network of random weights, so that the numbers outlive the checkpoints: they change only where noise, network or sampler do.
const network = { width: 24, edgeWidth: 16, layers: 3, chiralWidth: 12 };
const random = createRandom(1);
const straight: StageModel = {
  network,
  prior: { kind: 'harmonic', alpha: 1.33, hydrogenScale: 0.6 },
  target: 'data',
  weights: initialParameters(network, () => random.normal()),
  training: {},
};

describe('the straight path', () => {
  it.each([
    [
      'stochastic',
      [
        0.3027, -0.2542, 0.3552, -0.1302, -0.3888, -0.4935, -0.8268, -1.3086, -0.3389, 0.2878, 0.4941, -0.1618, 0.0493,
        0.8314, -0.1796, 0.3172, 0.6261, 0.8186,
      ],
    ],
    [
      'euler',
      [
        0.4607, -0.5626, 0.4256, 0.0118, -0.2962, -0.8758, -0.8719, -1.239, -0.3236, 0.0634, 0.4085, -0.2608, -0.077,
        0.5508, 0.0377, 0.413, 1.1385, 0.9968,
      ],
    ],
    [
      'heun',
      [
        0.4568, -0.5582, 0.4246, 0.0197, -0.2915, -0.8767, -0.8753, -1.2333, -0.3182, 0.0644, 0.4033, -0.2605, -0.0769,
        0.5473, 0.0382, 0.4112, 1.1324, 0.9927,
      ],
    ],
  ] as const)('gives L-alanine by %s where it always lay', async (sampler, expected) => {
    const molecule = parseSmiles(generator.rdkit, 'C[C@H](N)C(=O)O');
    const predictor = createPredictor({ engine: generator.engine, stage: straight });
    const skeleton = await sampleSkeletons({
      prepared: prepareMolecule({ rdkit: generator.rdkit, skeleton: predictor }, molecule),
      predictor,
      seed: 1,
      draws,
      settings: chosenSampler(molecule, { sampler, steps: 6 }),
    });
    await predictor.dispose();
    expected.forEach((v, i) => expect(Math.abs(v - skeleton[i])).toBeLessThan(1e-3));
  });
});

describe.each([
  [
    'variance-preserving',
    { ...LINEAR_VARIANCE, kind: 'variance-preserving' },
    variancePreservingSchedule(LINEAR_VARIANCE),
  ],
  ['cosine', { kind: 'cosine' }, cosineSchedule],
] as const)('a model of the %s path', (_, flowPath, schedule) => {
  // The shipped weights: any network will do to see what it is asked and what becomes of its answer.
  const stage = (): StageModel => ({ ...generator.skeleton.stage, path: flowPath });

  it.each(['euler', 'ancestral'] as const)('is sampled by the steps of its own diffusion: %s', async (sampler) => {
    const molecule = parseSmiles(generator.rdkit, 'CC(=O)NC');
    const predictor = createPredictor({ engine: generator.engine, stage: stage() });
    const seed = 3;
    const prior = skeletonPrior(molecule, predictor.stage.prior);
    const settings: SamplerSettings =
      sampler === 'euler'
        ? { kind: 'ode', solver: sampler, steps: 5 }
        : { kind: 'stochastic', steps: 5, noise: { freshShare: 'ancestral', aligned: false } };
    const prepared = prepareMolecule({ rdkit: generator.rdkit, skeleton: predictor }, molecule);
    const sampled = await sampleSkeletons({ prepared, predictor, seed, draws, settings });

    // The network itself, at the state and time of the diffusion.
    const network = generator.skeleton.bind(graphFeatures(molecule));
    let x = new Float64Array(sampled.length);
    prior.sample(x, createNoise({ seed, ...draws[0] }));
    x = x.map((v) => v * (schedule.data(0) + schedule.noise(0)));
    for (let k = 1; k <= 5; k++) {
      const [t, u] = [(k - 1) / 5, k / 5];
      const value = Float64Array.from(await network(Float32Array.from(x), t));
      const fresh = new Float64Array(x.length);
      prior.sample(fresh, createNoise({ seed, ...draws[0], step: k }));
      const kept = (schedule.data(t) * schedule.noise(u)) / (schedule.data(u) * schedule.noise(t));
      x = Float64Array.from(
        diffusionStep({
          x,
          value,
          prediction: 'data',
          t,
          u,
          schedule,
          fresh,
          share: sampler === 'euler' ? 0 : 1 - kept * kept,
        }),
      );
    }
    x.forEach((v, i) => expect(Math.abs(v - sampled[i])).toBeLessThan(1e-3));
    await predictor.dispose();
  });

  it('keeps its path in its file, which older readers refuse', () => {
    const bytes = writeModel({ name: 'other', skeleton: stage() });
    expect(readPartialModel(bytes).skeleton!.path).toEqual(flowPath);
    const other = writeModel({ name: 'other', skeleton: { ...straight, path: flowPath } });
    expect(Buffer.from(other.subarray(0, 4000)).toString('latin1')).toMatch(/format\\":2/);
    expect(Buffer.from(writeModel({ name: 'same', skeleton: straight }).subarray(0, 4000)).toString('latin1')).toMatch(
      /format\\":1/,
    );
  });
});
