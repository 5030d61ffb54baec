import { expect, it } from 'vitest';
import { moleculeFromStructure } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { turnedHands } from '../../src/chem/turned-hands.js';
import { embed, embedded } from './conformers.js';

const rdkit = await loadRDKit();

it('names what a mirror image has turned, nitrogens among it, and nothing of the conformer itself', () => {
  let nitrogens = 0;
  for (const smiles of embedded.slice(0, 40)) {
    const structure = embed(smiles);
    const { molecule, order } = moleculeFromStructure(rdkit, structure);
    const x = Float32Array.from([...order].flatMap((i) => [...structure.coordinates!.subarray(3 * i, 3 * i + 3)]));
    const mirrored = x.map((value, i) => (i % 3 === 0 ? -value : value));
    const number = (atom: number) => atom + 1;
    expect(turnedHands(molecule, x, x, number)).toEqual([]);
    const turned = turnedHands(molecule, x, mirrored, number);
    for (const { atom, specified, cip } of molecule.centres)
      if (specified && cip)
        expect([smiles, turned.filter((words) => words.startsWith(`the hand of atom ${atom + 1} `)).length]).toEqual([
          smiles,
          1,
        ]);
    nitrogens += turned.filter((words) => words.endsWith('(N)')).length;
  }
  expect(nitrogens).toBeGreaterThan(0);
});
