/** The priors look the same from everywhere: equal density after any rotation, and no preferred direction in their draws. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadRDKit, type RDKitModule } from '../../src/chem/rdkit.js';
import { parseSmiles } from '../../src/chem/parse.js';
import { createRandom } from '../../src/flow/random.js';
import { randomRotation, rotate } from '../../src/geometry/rotation.js';
import { skeletonPrior } from '../../src/network/priors.js';

let rdkit: RDKitModule;
beforeAll(async () => {
  rdkit = await loadRDKit();
});

describe.each(['gaussian', 'harmonic'] as const)('%s prior', (kind) => {
  const settings = { kind, alpha: 1.33, hydrogenScale: 0.6 };

  it('has one density for a state and the state turned', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('CCO', 'c1ccccc1C(=O)O', 'C[C@H](N)C(=O)O', 'CC(C)(C)C'),
        fc.nat(),
        (smiles, seed) => {
          const molecule = parseSmiles(rdkit, smiles);
          const n = molecule.skeletonCount;
          const prior = skeletonPrior(molecule, settings);
          const random = createRandom(seed);
          const x = new Float64Array(n * 3);
          prior.sample(x, random);
          const rotation = new Float64Array(9);
          randomRotation(rotation, () => random.uniform());
          const turned = new Float64Array(n * 3);
          rotate(turned, rotation, x, n);
          expect(prior.logDensity(turned)).toBeCloseTo(prior.logDensity(x), 6);
        },
      ),
    );
  });

  it('spreads alike along x, y and z, about the origin', () => {
    const molecule = parseSmiles(rdkit, 'OCC1CCCCC1');
    const n = molecule.skeletonCount;
    const prior = skeletonPrior(molecule, settings);
    const random = createRandom(1);
    const x = new Float64Array(n * 3);
    const squares = [0, 0, 0];
    const draws = 4000;
    for (let d = 0; d < draws; d++) {
      prior.sample(x, random);
      for (let k = 0; k < 3; k++) {
        let sum = 0;
        for (let i = 0; i < n; i++) {
          sum += x[i * 3 + k];
          squares[k] += x[i * 3 + k] ** 2 / (draws * n);
        }
        expect(Math.abs(sum)).toBeLessThan(1e-9);
      }
    }
    // 4 standard errors of a variance from 4000 correlated molecules.
    expect(squares[1] / squares[0]).toBeCloseTo(1, 1);
    expect(squares[2] / squares[0]).toBeCloseTo(1, 1);
  });
});
