import { expect, it } from 'vitest';
import { createForceField, type ForceField } from '../../src/chem/mmff94.js';
import { moleculeFromStructure, parseSmiles } from '../../src/chem/parse.js';
import { geometryPlan } from '../../src/chem/geometry-plan.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { stereoPerception } from '../../src/chem/stereo.js';
import { checkConformer } from '../../src/generation/check.js';
import { collectIsomer } from '../../src/generation/finish.js';
import { embed, inOrder } from '../chem/conformers.js';
import type { Fault } from '../../src/generation/events.js';

const handOf = (atom: number): Fault => ({ kind: 'centre', place: `the hand of atom ${atom}` });

it('a form that no draw has is given up after 24, and the message names the centre', async () => {
  const molecule = parseSmiles(await loadRDKit(), 'C[C@H](O)F');
  const collector = collectIsomer();
  const [model, seed, count] = ['m', 1, 5];
  collector.observe({
    kind: 'prepared',
    molecule,
    model,
    phase: 'gas',
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
    const faults = (i % 3 === 0 ? [2, 7] : [2]).map(handOf);
    const draw = { conformer: i, attempt: 0 };
    collector.observe({
      kind: 'refused',
      retry: 0,
      stereoRight: false,
      slot: i,
      draw,
      reason: 'stereo',
      detail: '',
      faults,
    });
  }
  expect(collector.hopeless).toBe(true);
  expect(collector.finish().report.reason).toMatch(
    /all 24 draws, most often the hand of atom 2 \(24\), the hand of atom 7 \(8\).*leave them out/,
  );
});

it('conformers that the force field would break stay as drawn, and say so', async () => {
  const rdkit = await loadRDKit();
  const structure = embed('C[C@H](N)C(=O)O');
  const { molecule, order } = moleculeFromStructure(rdkit, structure);
  const prepared = { molecule, geometry: geometryPlan(molecule), perceiveStereo: stereoPerception(rdkit, molecule) };
  const { coordinates: drawn } = (await createForceField(molecule)).relax(inOrder(structure.coordinates!, order));
  const torn = drawn.slice();
  torn[torn.length - 1] += 5;
  const forceField = (to: Float32Array): ForceField => ({
    energy: () => 7,
    relax: () => ({ coordinates: to, energy: 3, initialEnergy: 7, converged: true }),
  });
  const check = (to: Float32Array) =>
    checkConformer(drawn, { rdkit, prepared, forceField: forceField(to), relax: true, lenient: false });
  expect(check(drawn)).toMatchObject({ ok: true, conformer: { energy: 3 } });
  const broken = check(torn);
  expect(broken).toMatchObject({ ok: true, conformer: { energy: 7, coordinates: drawn } });
  expect(broken.ok && broken.conformer.unrelaxed).toMatch(/bond-length of atoms .* Å where the limit/);
});

it.each([
  ['are wrong now here, now there', (i: number) => handOf(i % 12)],
  [
    'have a double bond on the wrong side',
    (): Fault => ({ kind: 'double-bond', place: 'the side at double bond 4=5' }),
  ],
])('a form whose draws %s is tried four times as long', (_, faultOf) => {
  const collector = collectIsomer();
  for (let i = 0; i < 96; i++) {
    expect(collector.hopeless).toBe(false);
    collector.observe({
      kind: 'refused',
      retry: 0,
      stereoRight: false,
      slot: i,
      draw: { conformer: i, attempt: 0 },
      reason: 'stereo',
      detail: '',
      faults: [faultOf(i)],
    });
  }
  expect(collector.hopeless).toBe(true);
});

it('of plain draws it says what failed, and of no others', async () => {
  const rdkit = await loadRDKit();
  const molecule = parseSmiles(rdkit, 'CO');
  const prepared = { molecule, geometry: geometryPlan(molecule), perceiveStereo: stereoPerception(rdkit, molecule) };
  const checked = checkConformer(new Float32Array(18).fill(NaN), { rdkit, prepared, relax: false, lenient: true });
  if (checked.ok) throw new Error('coordinates that are not numbers passed');
  const collector = collectIsomer();
  collector.observe({
    kind: 'prepared',
    molecule,
    model: 'm',
    phase: 'gas',
    seed: 1,
    count: 1,
    planned: 1,
    rmsd: 0.1,
    plain: true,
    permutations: [],
    warnings: [],
  });
  collector.observe({ kind: 'refused', retry: 0, slot: 0, draw: { conformer: 0, attempt: 0 }, ...checked });
  expect(collector.finish().report.reason).toBe(
    'of 1 draw 1 failed the geometry checks, most often coordinates that are not numbers (1)',
  );
});
