import { expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { collectEvents } from '../../src/generation/finish.js';

it('a form that no draw has is given up after 24, and the message names the centre', async () => {
  const molecule = parseSmiles(await loadRDKit(), 'C[C@H](O)F');
  const collector = collectEvents();
  const [model, seed, count] = ['m', 1, 5];
  collector.observe({
    kind: 'prepared',
    molecule,
    model,
    seed,
    count,
    planned: 5,
    rmsd: 0.1,
    plain: false,
    permutations: [],
    warnings: [],
  });
  for (let i = 0; i < 24; i++) {
    expect(collector.hopeless).toBe(false);
    const places = i % 3 === 0 ? ['the hand of atom 2', 'the hand of atom 7'] : ['the hand of atom 2'];
    const draw = { conformer: i, attempt: 0 };
    collector.observe({
      kind: 'refused',
      retry: 0,
      stereoRight: false,
      slot: i,
      draw,
      reason: 'stereo',
      detail: '',
      places,
    });
  }
  expect(collector.hopeless).toBe(true);
  expect(collector.finish().report.reason).toMatch(
    /all 24 draws, most often the hand of atom 2 \(24\), the hand of atom 7 \(8\).*leave them out/,
  );
});
