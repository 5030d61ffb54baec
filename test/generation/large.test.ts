/** Molecules much larger than those that the model was trained on: coordinates do not run away. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkGeometry } from '../../src/chem/geometry-checks.js';
import { parseSmiles } from '../../src/chem/parse.js';
import { generateConformers } from '../../src/generation/generate.js';
import type { Generator } from '../../src/generation/generator.js';
import { openGenerator } from '../../src/generation/open-generator.node.js';

let generator: Generator;
beforeAll(async () => {
  generator = await openGenerator();
});
afterAll(async () => {
  await generator.dispose();
});

// The model saw up to some 50 heavy atoms. Without limits to what an atom hears, all draws of these ran away.
it.each([
  ['a chain of 80 carbons', 'C'.repeat(80)],
  ['a peptide of 17 alanines', `C[C@H](N)C(=O)${'N[C@@H](C)C(=O)'.repeat(16)}O`],
])('%s is drawn as soundly as a small one', async (_, smiles) => {
  const molecule = parseSmiles(generator.rdkit, smiles);
  const { conformers } = await generateConformers(generator, molecule, { count: 4, plain: true });
  const sound = conformers.filter(
    ({ coordinates, stereoVerified }) => stereoVerified && checkGeometry(molecule, coordinates).ok,
  );
  expect(sound.length).toBeGreaterThan(1);
});
