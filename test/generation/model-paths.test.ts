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

// Of a network of random weights, so that the numbers outlive the checkpoints: they change only where noise, features, network or sampler do.
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
        0.2902, -0.2415, 0.3313, -0.1684, -0.3468, -0.4428, -0.8027, -1.303, -0.3494, 0.2921, 0.4691, -0.1462, 0.0899,
        0.8141, -0.2093, 0.2988, 0.608, 0.8163,
      ],
    ],
    [
      'euler',
      [
        0.4793, -0.5738, 0.4179, -0.0581, -0.2728, -0.8405, -0.8346, -1.2296, -0.3405, 0.0757, 0.3867, -0.2663, -0.0756,
        0.5479, 0.0329, 0.4134, 1.1416, 0.9966,
      ],
    ],
    [
      'heun',
      [
        0.4819, -0.5745, 0.4176, -0.0717, -0.2652, -0.8328, -0.8286, -1.2271, -0.3431, 0.0807, 0.3795, -0.2689, -0.0756,
        0.5465, 0.0321, 0.4133, 1.1408, 0.9951,
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
