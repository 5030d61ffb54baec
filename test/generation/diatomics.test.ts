/** The smallest molecules are made by the shipped model: few data hold them, so that training on others forgets them. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { generateConformers } from '../../src/generation/generate.js';
import type { Generator } from '../../src/generation/generator.js';
import { openGenerator } from '../../src/generation/open-generator.node.js';

let generator: Generator;
beforeAll(async () => void (generator = await openGenerator()));
afterAll(() => generator.dispose());

/** Equilibrium lengths in Å: Huber & Herzberg, Constants of Diatomic Molecules (1979), by way of the NIST WebBook. */
it.each([
  ['[H][H]', 0.741],
  ['[2H][H]', 0.741],
  ['F', 0.917],
  ['Cl', 1.275],
  ['Br', 1.414],
  ['I', 1.609],
  ['N#N', 1.098],
  ['O=O', 1.208],
  ['FF', 1.412],
  ['ClCl', 1.988],
  ['BrBr', 2.281],
  ['II', 2.666],
  ['[C-]#[O+]', 1.128],
])('%s', async (smiles, length) => {
  const molecule = parseSmiles(generator.rdkit, smiles);
  const { conformers } = await generateConformers(generator, molecule, { count: 1, seed: 1 });
  const [{ coordinates: c }] = conformers;
  expect(Math.abs(Math.hypot(c[0] - c[3], c[1] - c[4], c[2] - c[5]) - length)).toBeLessThan(0.1);
});
