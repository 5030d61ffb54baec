/** Steps that others follow may leave the network early: which do, and how near what they get is. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { rmsdAligned } from '../../src/geometry/rmsd.js';
import { refineConformers } from '../../src/generation/refine.js';
import { chosenSampler, type SamplerName } from '../../src/generation/choose-sampler.js';
import { prepareMolecule } from '../../src/generation/prepare.js';
import { sampleSkeletons } from '../../src/generation/skeleton-stage.js';
import type { Generator } from '../../src/generation/generator.js';
import { openGenerator } from '../../src/generation/open-generator.node.js';
import { graphFeatures } from '../../src/network/features.js';
import { readPartialModel, writeModel } from '../../src/network/model.js';

const LARGE = 'CC(C)Cc1ccc(cc1)[C@@H](C)C(=O)NC1CCCCC1';

let generator: Generator;
beforeAll(async () => {
  generator = await openGenerator();
});
afterAll(() => generator.dispose());

/** The generator, and how many predictions of skeletons each depth was asked for. */
function counted(): { readonly counting: Generator; readonly asked: { early: number; whole: number } } {
  const asked = { early: 0, whole: 0 };
  const { skeleton } = generator;
  const bind: typeof skeleton.bind = (graph, options) => {
    const predict = skeleton.bind(graph, options);
    return (x, t) => {
      asked[options?.early ? 'early' : 'whole']++;
      return predict(x, t);
    };
  };
  return { counting: { ...generator, skeleton: { ...skeleton, bind } }, asked };
}

const skeletonsOf = (smiles: string, { rdkit, skeleton }: Generator, sampler?: SamplerName) => {
  const molecule = parseSmiles(rdkit, smiles);
  const settings = chosenSampler(molecule, { sampler, steps: 10 });
  const prepared = prepareMolecule({ rdkit, skeleton }, molecule);
  return sampleSkeletons({ prepared, predictor: skeleton, seed: 3, draws: [{ conformer: 0, attempt: 0 }], settings });
};

it('is taken by all but the last steps of a large skeleton', async () => {
  const { counting, asked } = counted();
  const molecule = parseSmiles(generator.rdkit, LARGE);
  const skeleton = await skeletonsOf(LARGE, counting);
  expect(asked).toEqual({ early: 7, whole: 3 });

  const coordinates = new Float32Array(3 * molecule.atoms.length).fill(NaN);
  coordinates.set(skeleton);
  const [refined] = await refineConformers(counting, molecule, [{ coordinates, index: 0 }], { strength: 'reshape' });
  expect(refined).toMatchObject({ draws: 1, stereoVerified: true });
  expect(asked).toEqual({ early: 7 + 5, whole: 3 + 1 });
});

it('is not taken where hundredths of Å tell conformers apart, nor by a solver of the ODE', async () => {
  const { counting, asked } = counted();
  await skeletonsOf('CC(O)CC=O', counting, 'stochastic');
  await skeletonsOf(LARGE, counting, 'euler');
  expect(asked).toEqual({ early: 0, whole: 20 });
});

it('ends near where full-depth steps do', async () => {
  const molecule = parseSmiles(generator.rdkit, LARGE);
  const n = molecule.skeletonCount;
  const graph = graphFeatures(molecule);
  const skeleton = await skeletonsOf(LARGE, generator);
  const x = skeleton.map((v, i) => 0.5 * v + 0.5 * Math.sin(7 * i * i));
  const [early, whole] = await Promise.all(
    [true, false].map((early) => generator.skeleton.bind(graph, { early })(x, 0.5)),
  );
  const apart = rmsdAligned(early, whole, n);
  expect(apart).toBeGreaterThan(0.001);
  expect(apart).toBeLessThan(0.3 * rmsdAligned(x, whole, n));
});

it('is a layer that the model has', () => {
  const { weights, ...header } = generator.skeleton.stage;
  const written = (earlyExit: number) => writeModel({ name: 'cut', skeleton: { ...header, weights, earlyExit } });
  expect(readPartialModel(written(5)).skeleton!.earlyExit).toBe(5);
  expect(() => readPartialModel(written(header.network.layers + 1), 'cut.safetensors')).toThrow(
    /cut.safetensors.*earlyExit is a layer beyond the last/,
  );
});
