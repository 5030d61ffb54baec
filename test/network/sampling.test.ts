/** How a model is sampled stands in its own file: read back, refused where it is absurd, followed by generation. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/flow/random.js';
import { chosenOversampling, chosenSampler, defaultSampler, samplerName } from '../../src/generation/choose-sampler.js';
import { initialParameters } from '../../src/network/egnn.js';
import { readModel, readPartialModel, writeModel, type StageModel } from '../../src/network/model.js';
import {
  curveAt,
  DEFAULT_HYDROGEN_SAMPLING,
  DEFAULT_SKELETON_SAMPLING,
  hydrogenSampling,
  skeletonSampling,
  type SkeletonSampling,
} from '../../src/network/sampling.js';
import { loadModel } from '../../src/network/load-model.node.js';

const network = { width: 8, edgeWidth: 8, layers: 2, chiralWidth: 4 };
const random = createRandom(5);
const stage: StageModel = {
  network,
  prior: { kind: 'harmonic', alpha: 1.33, hydrogenScale: 0.6 },
  target: 'data',
  weights: initialParameters(network, () => random.normal()),
  training: {},
};
const own: SkeletonSampling = {
  kind: 'skeleton',
  classes: [
    { upTo: 7, samplers: [{ kind: 'ode', solver: 'heun', steps: 9 }] },
    { samplers: [{ kind: 'stochastic', steps: 11, noise: { freshShare: 1, from: 0.7, temperature: 0.9 } }] },
  ],
  refine: DEFAULT_SKELETON_SAMPLING.refine,
};

/** A file whose header is changed as text, in place: nothing but the header tells what is in it. */
function changed(bytes: Uint8Array, change: (header: Record<string, never>) => void): Uint8Array {
  const all = Buffer.from(bytes);
  const length = Number(all.readBigUInt64LE(0));
  const file = JSON.parse(all.subarray(8, 8 + length).toString()) as { __metadata__: { molflow: string } };
  const header = JSON.parse(file.__metadata__.molflow) as Record<string, never>;
  change(header);
  file.__metadata__.molflow = JSON.stringify(header);
  const json = Buffer.from(JSON.stringify(file));
  const size = Buffer.alloc(8);
  size.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([size, json, all.subarray(8 + length)]);
}

describe('the sampling in a model’s file', () => {
  it('comes back as it went in, and is what molecules of each size are drawn by', () => {
    const hydrogens = { ...stage, sampling: { ...DEFAULT_HYDROGEN_SAMPLING, steps: 4 } };
    const model = readModel(writeModel({ name: 'm', skeleton: { ...stage, sampling: own }, hydrogens }));
    expect(skeletonSampling(model.skeleton)).toEqual(own);
    expect(hydrogenSampling(model.hydrogens).steps).toBe(4);
    expect(defaultSampler({ skeletonCount: 7 }, model.skeleton)).toEqual(own.classes[0].samplers[0]);
    expect(chosenSampler({ skeletonCount: 8 }, { steps: 3 }, model.skeleton)).toMatchObject({
      steps: 3,
      noise: { from: 0.7 },
    });
    // What it has no settings for are the default ones.
    expect(samplerName(chosenSampler({ skeletonCount: 8 }, { sampler: 'ancestral' }, model.skeleton))).toBe(
      'ancestral',
    );
  });

  it('of the shipped models is tuned to each, and says it all', async () => {
    const [base, fast] = [await loadModel('molflow-base'), await loadModel('molflow-fast')];
    expect(defaultSampler({ skeletonCount: 9 }, base.skeleton)).toEqual(defaultSampler({ skeletonCount: 9 }));
    expect(defaultSampler({ skeletonCount: 30 }, base.skeleton)).toMatchObject({
      kind: 'mode-selection',
      candidates: 2,
    });
    expect(chosenSampler({ skeletonCount: 30 }, { sampler: 'stochastic' }, base.skeleton)).toMatchObject({ steps: 8 });
    // Those selected are delivered: no more are drawn than are asked for.
    const settings = defaultSampler({ skeletonCount: 30 }, base.skeleton);
    expect(chosenOversampling({ skeletonCount: 30 }, {}, settings, base.skeleton).first).toBe(1);
    // Five steps, no choice among noises.
    const quick = chosenSampler({ skeletonCount: 30 }, { fast: true }, base.skeleton);
    expect(quick).toMatchObject({ kind: 'stochastic', steps: 5 });
    expect(chosenOversampling({ skeletonCount: 30 }, { fast: true }, quick, base.skeleton).first).toBe(1);
    expect(chosenSampler({ skeletonCount: 9 }, { fast: true }, base.skeleton)).toEqual(
      defaultSampler({ skeletonCount: 9 }, base.skeleton),
    );
    // What it was before stays there for who has time.
    expect(chosenSampler({ skeletonCount: 30 }, { thorough: true }, base.skeleton)).toEqual(
      defaultSampler({ skeletonCount: 30 }),
    );
    expect(chosenSampler({ skeletonCount: 9 }, { thorough: true }, base.skeleton)).toEqual(
      defaultSampler({ skeletonCount: 9 }, base.skeleton),
    );
    expect(defaultSampler({ skeletonCount: 30 }, fast.skeleton)).toEqual({ kind: 'ode', solver: 'euler', steps: 2 });
    expect([base, fast].map(({ hydrogens }) => hydrogenSampling(hydrogens).steps)).toEqual([4, 3]);
    expect(base.skeleton.sampling).toBeDefined();
  });

  it('may be missing, or of the short form of older files; unknown keys are passed over', () => {
    const bytes = writeModel({ name: 'm', skeleton: stage, hydrogens: stage });
    expect(skeletonSampling(readModel(bytes).skeleton)).toBe(DEFAULT_SKELETON_SAMPLING);
    const older = changed(bytes, (header) => {
      Object.assign(header['skeleton'], { sampler: { name: 'euler', steps: 2, noises: 2 }, later: true });
      Object.assign(header['hydrogens'], { sampler: { name: 'euler', steps: 6 } });
    });
    const model = readModel(older);
    expect(defaultSampler({ skeletonCount: 9 }, model.skeleton)).toMatchObject({
      kind: 'mode-selection',
      candidates: 2,
      selectionSteps: 1,
      finishSteps: 1,
    });
    expect(defaultSampler({ skeletonCount: 20 }, model.skeleton)).toEqual({ kind: 'ode', solver: 'euler', steps: 2 });
    expect(hydrogenSampling(model.hydrogens).steps).toBe(6);
  });

  it.each<[string, (stage: Record<string, never>) => void]>([
    ['network.layers', ({ network }) => Object.assign(network, { layers: 1e6 })],
    ['network.width', ({ network }) => Object.assign(network, { width: 1e9 })],
    ['prior.alpha', ({ prior }) => Object.assign(prior, { alpha: -1 })],
    [
      'sampling.classes.0.samplers.0.steps',
      ({ sampling }) => Object.assign(sampling['classes'][0]['samplers'][0], { steps: 1e8 }),
    ],
    [
      'sampling.classes.1.samplers.0.noise.temperature',
      ({ sampling }) => Object.assign(sampling['classes'][1]['samplers'][0]['noise'], { temperature: 1e9 }),
    ],
    ['sampling.refine.shapeTime', ({ sampling }) => Object.assign(sampling['refine'], { shapeTime: 1 })],
  ])('is refused by name where a number is absurd: %s', (key, change) => {
    const bytes = writeModel({ name: 'm', skeleton: { ...stage, sampling: own } });
    const absurd = changed(bytes, (header) => change(header['skeleton']));
    expect(() => readPartialModel(absurd, 'm.safetensors')).toThrow(`m.safetensors`);
    expect(() => readPartialModel(absurd, 'm.safetensors')).toThrow(`skeleton.${key}`);
  });
});

it('a curve is linear between its points and constant outside', () => {
  const curve = [
    [0.2, 1],
    [0.6, 3],
  ] as const;
  expect([0, 0.2, 0.3, 0.6, 0.9].map((t) => curveAt(curve, t))).toEqual([1, 1, expect.closeTo(1.5, 9), 3, 3]);
});
