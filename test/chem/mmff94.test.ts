import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createForceField, MMFF94Error } from '../../src/chem/mmff94.js';
import { moleculeFromStructure, parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { verifyStereo } from '../../src/chem/stereo.js';
import { embed, inOrder, moved } from './conformers.js';

const rdkit = await loadRDKit();

function conformerOf(smiles: string) {
  const structure = embed(smiles);
  const { molecule, order } = moleculeFromStructure(rdkit, structure);
  return { molecule, coordinates: inOrder(structure.coordinates!, order) };
}

/** kcal/mol of these conformers by RDKit 2022.09 (MMFF94s, MMFF94), and at the minimum it reaches from them. */
const RDKIT = {
  'CC(=O)Oc1ccccc1C(=O)O': [103.95074, 103.95074, 18.90977],
  'Cn1cnc2c1c(=O)n(C)c(=O)n2C': [-50.02049, -49.57143, -123.49373],
  'C[N+](C)(C)CC(=O)[O-]': [42.74971, 42.74971, 22.88123],
  'C[S@](=O)c1ccccc1': [80.01524, 80.01524, 26.70442],
  '[2H][C@H](O)C': [36.94558, 36.94558, -1.33686],
} as const;

describe('createForceField', () => {
  it.each(Object.entries(RDKIT))(
    'gives the energies of RDKit for %s',
    { timeout: 60_000 },
    async (smiles, [mmff94s, mmff94, minimum]) => {
      const { molecule, coordinates } = conformerOf(smiles);
      const field = await createForceField(molecule);
      expect(field.energy(coordinates)).toBeCloseTo(mmff94s, 3);
      expect((await createForceField(molecule, { variant: 'MMFF94' })).energy(coordinates)).toBeCloseTo(mmff94, 3);

      const relaxed = field.relax(coordinates);
      expect(relaxed.initialEnergy).toBeCloseTo(mmff94s, 3);
      expect(relaxed.energy).toBeCloseTo(minimum, 2);
      expect(relaxed.converged).toBe(true);
      // The coordinates handed back are those of the energy, atom by atom, and of the same molecule.
      expect(field.energy(relaxed.coordinates)).toBeCloseTo(relaxed.energy, 4);
      expect(verifyStereo(rdkit, molecule, relaxed.coordinates).right).toBe(true);
    },
  );

  it('says when it stopped early', { timeout: 60_000 }, async () => {
    const { molecule, coordinates } = conformerOf('CC(=O)Oc1ccccc1C(=O)O');
    const { converged, energy, initialEnergy } = (await createForceField(molecule)).relax(coordinates, {
      maxIterations: 2,
    });
    expect(converged).toBe(false);
    expect(energy).toBeLessThan(initialEnergy);
  });

  it('does not depend on where the conformer lies', { timeout: 60_000 }, async () => {
    const { molecule, coordinates } = conformerOf('C[S@](=O)c1ccccc1');
    const field = await createForceField(molecule);
    const real = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(real, real, real, real), fc.tuple(real, real, real), (q, shift) => {
        fc.pre(Math.hypot(...q) > 0.1);
        expect(field.energy(moved(coordinates, q, shift))).toBeCloseTo(80.01524, 2);
      }),
      { numRuns: 10 },
    );
  });

  it.each(['OB(O)c1ccccc1', 'C[CH2]', '[H][H]', '[Fe]'])(
    'refuses %s, for which there are no parameters',
    { timeout: 60_000 },
    async (smiles) => {
      const failure = createForceField(parseSmiles(rdkit, smiles));
      await expect(failure).rejects.toThrow(MMFF94Error);
      await expect(failure).rejects.toThrow(smiles === '[Fe]' ? /Fe/ : /no parameters/);
    },
  );

  it('refuses coordinates that are not finite or not of this molecule', { timeout: 60_000 }, async () => {
    const field = await createForceField(parseSmiles(rdkit, 'O'));
    expect(() => field.energy(new Float32Array(9).fill(NaN))).toThrow(/not finite/);
    expect(() => field.relax(new Float32Array(6))).toThrow(/6 coordinates arrived for 3 atoms/);
  });
});
