/** The network's velocity turns with the molecule, ignores place and order, and sees a mirror only where a centre is tagged. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRDKit, type RDKitModule } from '../../src/chem/rdkit.js';
import { openEngine } from '../../src/engine/open.node.js';
import { measureEquivariance, PROBES, SEEN, TOLERANCE } from '../../src/network/equivariance.js';
import { createPredictor, type Predictor } from '../../src/network/predictor.js';
import { equivarianceModels } from './models.js';

let rdkit: RDKitModule;
beforeAll(async () => {
  rdkit = await loadRDKit();
});

for (const { label, load } of equivarianceModels)
  describe(`${label}: velocity`, () => {
    const predictors: Partial<Record<'skeleton' | 'hydrogens', Predictor>> = {};
    beforeAll(async () => {
      const [model, engine] = [await load(), await openEngine()];
      for (const stage of ['skeleton', 'hydrogens'] as const)
        predictors[stage] = createPredictor({ engine, stage: model[stage] });
    });
    afterAll(async () => {
      for (const predictor of Object.values(predictors)) await predictor.dispose();
    });

    it.each(['skeleton', 'hydrogens'] as const)(
      '%s stage: random molecules, rotations, shifts, orders and noise',
      async (stage) => {
        await fc.assert(
          fc.asyncProperty(fc.constantFrom(...PROBES), fc.integer({ min: 0, max: 2 ** 31 }), async (smiles, seed) => {
            const errors = await measureEquivariance({ rdkit, predictor: predictors[stage]!, stage, smiles, seed });
            expect(errors.rotation).toBeLessThanOrEqual(TOLERANCE);
            expect(errors.translation).toBeLessThanOrEqual(TOLERANCE);
            expect(errors.permutation).toBeLessThanOrEqual(TOLERANCE);
            if (errors.tagged) expect(errors.reflection).toBeGreaterThan(SEEN);
            else expect(errors.reflection).toBeLessThanOrEqual(TOLERANCE);
          }),
          { numRuns: 25 },
        );
      },
    );
  });
