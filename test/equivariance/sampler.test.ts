/** The whole sampler: turned noise gives the same conformers turned, permuted atoms the same permuted, scalars the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRDKit, type RDKitModule } from '../../src/chem/rdkit.js';
import { parseSmiles } from '../../src/chem/parse.js';
import { openEngine } from '../../src/engine/open.node.js';
import { permutation, permuteGraph, permuteRows } from '../../src/network/equivariance.js';
import type { Prior } from '../../src/flow/prior.js';
import { createRandom } from '../../src/flow/random.js';
import { sampleFlow } from '../../src/flow/sampler.js';
import { rmsdAligned } from '../../src/geometry/rmsd.js';
import { randomRotation, rotate } from '../../src/geometry/rotation.js';
import { graphFeatures } from '../../src/network/features.js';
import { createPredictor, type Predictor } from '../../src/network/predictor.js';
import { skeletonPrior } from '../../src/network/priors.js';
import { pairDistances } from '../geometry/pair-distances.js';
import { equivarianceModels } from './models.js';

const MOLECULES = ['CC(=O)Oc1ccccc1C(=O)O', 'C[C@H](O)[C@@H](N)C(=O)O', 'C/C=C/CN', 'OCC1CCCCC1'];
const draws = [{ conformer: 0, attempt: 0 }];
/** Sampling amplifies rounding a little at each of its steps. */
const CLOSE = 2e-3;
const samplers = [
  ['deterministic', { freshShare: 0 }],
  ['stochastic', { freshShare: 1, from: 0.4 }],
] as const;

let rdkit: RDKitModule;
beforeAll(async () => {
  rdkit = await loadRDKit();
});

for (const { label, load } of equivarianceModels)
  describe(`${label}: sampler`, () => {
    let predictor: Predictor;
    beforeAll(async () => {
      predictor = createPredictor({ engine: await openEngine(), stage: (await load()).skeleton });
    });
    afterAll(() => predictor.dispose());

    /** Samples as generation does, from a given state; `draw` permutes fresh noise along with the atoms. */
    async function sample(
      smiles: string,
      noise: (typeof samplers)[number][1],
      start: Float32Array,
      order?: readonly number[],
    ) {
      const molecule = parseSmiles(rdkit, smiles);
      const graph = graphFeatures(molecule);
      const prior = skeletonPrior(molecule, predictor.stage.prior);
      const permuted: Prior = {
        ...prior,
        sample(out, random) {
          const fresh = new Float32Array(out.length);
          prior.sample(fresh, random);
          out.set(order ? permuteRows(fresh, order, 3) : fresh);
        },
      };
      return sampleFlow({
        prior: permuted,
        predict: predictor.bind(order ? permuteGraph(graph, order) : graph),
        seed: 4,
        draws,
        steps: 8,
        noise,
        start: { kind: 'state', coordinates: start, time: 0 },
      });
    }

    function startOf(smiles: string): { start: Float32Array; n: number } {
      const molecule = parseSmiles(rdkit, smiles);
      const start = new Float32Array(molecule.skeletonCount * 3);
      skeletonPrior(molecule, predictor.stage.prior).sample(start, createRandom(9));
      return { start, n: molecule.skeletonCount };
    }

    describe.each(samplers)('%s', (_, noise) => {
      it.each(MOLECULES)('rotated noise gives the conformer rotated: %s', async (smiles) => {
        const { start, n } = startOf(smiles);
        const random = createRandom(11);
        const rotation = new Float64Array(9);
        randomRotation(rotation, () => random.uniform());
        const turn = (x: Float32Array) => {
          const out = new Float32Array(x.length);
          rotate(out, rotation, x, n);
          return out;
        };
        const plain = await sample(smiles, noise, start);
        const turned = await sample(smiles, noise, turn(start));
        turn(plain).forEach((v, i) => expect(Math.abs(v - turned[i])).toBeLessThan(CLOSE));
        // Scalars of the conformer do not change at all beyond rounding.
        const distances = pairDistances(turned, n);
        pairDistances(plain, n).forEach((d, i) => expect(Math.abs(d - distances[i])).toBeLessThan(CLOSE));
      });

      it.each(MOLECULES)('permuted atoms give the conformer permuted: %s', async (smiles) => {
        const { start, n } = startOf(smiles);
        const order = permutation(n, createRandom(13));
        const plain = await sample(smiles, noise, start);
        const permuted = await sample(smiles, noise, permuteRows(start, order, 3), order);
        permuteRows(plain, order, 3).forEach((v, i) => expect(Math.abs(v - permuted[i])).toBeLessThan(CLOSE));
      });
    });

    it('fresh noise matters, or the stochastic case above would show nothing', async () => {
      const { start, n } = startOf(MOLECULES[3]);
      const [a, b] = [
        await sample(MOLECULES[3], samplers[0][1], start),
        await sample(MOLECULES[3], samplers[1][1], start),
      ];
      expect(rmsdAligned(a, b, n)).toBeGreaterThan(1e-3);
    });
  });
