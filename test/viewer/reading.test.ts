/** How files become molecules, conformers and a timeline, without a browser. */
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { randomRotation, rotate } from '../../src/geometry/rotation.js';
import type { Structure } from '../../src/chem/structure.js';
import { molblock } from '../../src/chem/molblock.js';
import { mol2Record } from '../../src/chem/io/write-mol2.js';
import { pdbEntry } from '../../src/chem/io/write-pdb.js';
import { xyzFrame } from '../../src/chem/io/write-xyz.js';
import { aligned } from '../../viewer/src/data/align.js';
import { readText } from '../../viewer/src/data/read.js';
import { momentAt, stageAt, stopBeside, timelineOf } from '../../viewer/src/data/timeline.js';
import { isTrajectory, lastFrame, lateHydrogens } from '../../viewer/src/data/trajectory.js';
import { fragmentOf, readFragment } from '../../viewer/src/link.js';
import { atomsOfText } from '../../viewer/src/measure.js';
import { INITIAL } from '../../viewer/src/store.js';
import { conformersOf, ensembleSdf, trajectorySdf } from './noisy-trajectory.js';

vi.setConfig({ testTimeout: 60_000 });

const ASPIRIN = 'CC(=O)Oc1ccccc1C(=O)O';

describe('a trajectory SDF', () => {
  it('has its conformers, both stages and all frames in the order of time', async () => {
    const text = trajectorySdf({ name: 'aspirin', smiles: ASPIRIN, conformers: 3, frames: 10 });
    const { entries, problems } = await readText({ name: 'a.sdf', text });
    expect(problems).toEqual([]);
    expect(entries).toHaveLength(1);
    const [entry] = entries;
    expect(entry.conformers.map(({ label }) => label)).toEqual(['1', '2', '3']);
    expect(isTrajectory(entry)).toBe(true);
    const timeline = timelineOf(entry);
    expect(timeline.stages.map(({ stage }) => stage)).toEqual(['skeleton', 'hydrogens']);
    for (const { frames } of entry.conformers) {
      expect(frames).toHaveLength(17);
      const last = frames[frames.length - 1];
      expect([last.stage, last.t]).toEqual(['hydrogens', 1]);
    }
    expect(stageAt(timeline, timeline.length)).toEqual({ stage: 'hydrogens', t: 1 });
  });

  it('moves atoms on straight lines between frames, and stands on the frames themselves', async () => {
    const text = trajectorySdf({ name: 'ethanol', smiles: 'CCO', conformers: 1, frames: 5 });
    const { entries } = await readText({ name: 'a.sdf', text });
    const [conformer] = entries[0].conformers;
    const timeline = timelineOf(entries[0]);
    // Frames of the skeleton stage lie at t = 0, 0.2, …; a quarter of the way between the second and the third is 0.25.
    const [, second, third] = conformer.frames;
    const expected = second.coordinates.map((from, k) => from + 0.25 * (third.coordinates[k] - from));
    const moment = momentAt(timeline, conformer, 0.25);
    moment.coordinates.forEach((value, k) => expect(value).toBeCloseTo(expected[k], 5));
    expect(momentAt(timeline, conformer, 0.25, { smooth: false }).coordinates).toEqual(second.coordinates);
    let position = 0;
    for (let step = 0; step < 4; step++) position = stopBeside(timeline, position, 1);
    expect(position).toBeCloseTo(0.8, 6);
    expect(stopBeside(timeline, position, -1)).toBeCloseTo(0.6, 6);
  });

  it('leaves out in the skeleton stage the hydrogens that the second stage makes, and no others', async () => {
    const [structure] = conformersOf('CCO', 1);
    expect(lateHydrogens(structure)).toEqual(structure.atoms.map(({ element }) => element === 1));
    const deuterated = {
      ...structure,
      atoms: structure.atoms.map((atom, i) => (i === 3 ? { ...atom, isotope: 2 } : atom)),
    };
    expect(lateHydrogens(deuterated)[3]).toBe(false);
    const hydrogen = {
      name: 'H2',
      atoms: [1, 1].map((element) => ({ element, charge: 0, isotope: 0 })),
      bonds: [{ a: 0, b: 1, order: 1 as const }],
      dimension: 3 as const,
    };
    expect(lateHydrogens(hydrogen)).toEqual([false, false]);
  });

  it('brings the speed that the sampler recorded, from SDF and XYZ', async () => {
    const [structure] = conformersOf('CCO', 1);
    const record = (t: number, speed: string): string =>
      `${molblock({ molecule: structure, coordinates: structure.coordinates, title: 'x' })}>  <FLOW_TIME>\n${t}\n\n${speed && `>  <SPEED>\n${speed}\n\n`}$$$$\n`;
    const frame = (t: number, ...speed: number[]): string =>
      xyzFrame({
        molecule: structure,
        coordinates: structure.coordinates!,
        title: 'x',
        fields: [['FLOW_TIME', t], ...speed.map((v) => ['SPEED', v] as const)],
      });
    for (const [name, text] of [
      ['a.sdf', record(0, '2.5') + record(0.5, 'fast') + record(1, '')],
      ['a.xyz', frame(0, 2.5) + frame(0.5) + frame(1)],
    ] as const) {
      const { entries } = await readText({ name, text });
      expect(entries[0].conformers[0].frames.map(({ speed }) => speed)).toEqual([2.5, undefined, undefined]);
    }
  });

  it('is refused where its atoms change, with the record', async () => {
    const frame = (smiles: string, t: number): string => {
      const [structure] = conformersOf(smiles, 1);
      return `${molblock({ molecule: structure, coordinates: structure.coordinates, title: 'x' })}>  <FLOW_TIME>\n${t}\n\n$$$$\n`;
    };
    const text = frame('CCO', 0) + frame('CCO', 0.5) + frame('CCCO', 1);
    await expect(readText({ name: 'changing.sdf', text })).rejects.toThrow(
      /changing\.sdf, record 3 has 12 atoms where the frame before it has 9/,
    );
  });
});

describe('other files', () => {
  it('reads records without a flow time as conformers, and as frames where asked', async () => {
    const text = ensembleSdf({ name: 'hexane', smiles: 'CCCCCC', conformers: 4 });
    const conformers = (await readText({ name: 'h.sdf', text })).entries[0];
    expect(conformers.ambiguous).toBe(true);
    expect(conformers.conformers.length).toBeGreaterThan(1);
    expect(isTrajectory(conformers)).toBe(false);
    const frames = (await readText({ name: 'h.sdf', text }, { recordsAre: 'frames' })).entries[0];
    expect(frames.conformers).toHaveLength(1);
    expect(frames.conformers[0].frames).toHaveLength(conformers.conformers.length);
  });

  it('takes records that are one molecule for its conformers: whatever they are numbered by, and in XYZ too', async () => {
    const structures = conformersOf('CCCCCC', 3);
    const record = (molecule: Structure, title: string): string =>
      `${molblock({ molecule, coordinates: molecule.coordinates, title })}$$$$\n`;
    for (const name of ['x', 'x_conf', 'x #', 'x-conformer-']) {
      const sdf = structures.map((structure, k) => record(structure, `${name}${k}`)).join('');
      const { entries } = await readText({ name: 'x.sdf', text: sdf });
      expect(entries.map(({ structure, conformers }) => [structure.name, conformers.length])).toEqual([['x', 3]]);
    }
    const others = structures.map((structure, k) => record(structure, ['red', 'green', 'blue'][k])).join('');
    expect((await readText({ name: 'x.sdf', text: others })).entries).toHaveLength(3);
    const xyz = structures
      .map((molecule) => xyzFrame({ molecule, coordinates: molecule.coordinates!, title: 'x' }))
      .join('');
    const [opened] = (await readText({ name: 'x.xyz', text: xyz })).entries;
    expect(opened.conformers).toHaveLength(3);
    expect(isTrajectory(opened)).toBe(false);
    const noise = structures[0].coordinates!.map((value, k) => 0.1 * value + 2 * Math.sin(12.9898 * k));
    const frame = xyzFrame({ molecule: structures[0], coordinates: noise, title: 'x' });
    expect(isTrajectory((await readText({ name: 'x.xyz', text: frame + xyz })).entries[0])).toBe(true);
  });

  it('finds the molecule’s own bonds in an XYZ trajectory that starts as noise', async () => {
    for (const smiles of ['CCO', ASPIRIN, 'C[C@@H](O)[C@H](N)C(=O)O', 'FC(Cl)C=CBr', 'CS(=O)(=O)N1CCCC1']) {
      const [structure] = conformersOf(smiles, 1);
      const end = structure.coordinates!;
      const noise = end.map((value, k) => value * 0.1 + Math.sin(12.9898 * k) * 2);
      // Names that a reader of extended XYZ could take for a number, or for the end of the text.
      const title = smiles === 'CCO' ? '007' : `some "name" \\ ${smiles}`;
      const frame = (coordinates: Float32Array, t: number): string =>
        xyzFrame({ molecule: structure, coordinates, title, fields: [['FLOW_TIME', t]] });
      const { entries } = await readText({ name: 'a.xyz', text: frame(noise, 0) + frame(end, 1) });
      const pairs = (bonds: readonly { a: number; b: number }[]): string[] =>
        bonds.map(({ a, b }) => `${Math.min(a, b)}-${Math.max(a, b)}`).sort();
      expect(pairs(entries[0].structure.bonds)).toEqual(pairs(structure.bonds));
      expect(entries[0].structure.ordersUnknown).toBe(true);
      expect(entries[0].structure.name).toBe(title);
    }
  });

  it.each([
    ['empty.sdf', '', /empty\.sdf is empty/],
    ['noise.bin', '\0\0\u0001', /binary file/],
    ['words.txt', 'hello\nworld\n', /words\.txt/],
    ['short.xyz', '3\n\nC 0 0 0\nO 0 0 1.2\n', /ends after 2 of 3 atoms/],
    ['bad.xyz', '2\n\nC 0 0 0\nO 0 zero 1\n', /line 4: expected an element and three coordinates/],
    [
      'changing.xyz',
      '1\n\nC 0 0 0\n2\n\nC 0 0 0\nO 0 0 1.2\n',
      /frame 2 has 2 atoms where the frames before it have 1/,
    ],
    [
      'large.xyz',
      `10000\n\n${'C 0 0 0\n'.repeat(10000)}`,
      /has 10,000 atoms; the viewer draws molecules of up to 2,000/,
    ],
    [
      'water.pdb',
      'HETATM    1  O   HOH A   1       0.000   0.000   0.000\n',
      /water\.pdb.*of its 1 atoms none is of a ligand/,
    ],
    ['empty.mol2', '@<TRIPOS>MOLECULE\nx\n', /empty\.mol2, line 1.*has no atoms/],
    ['pasted', 'data_x\nloop_\n_atom_site_label\n_atom_site_fract_x\nC1 0.5\n', /pasted.*defines no component/],
    ['names.csv', 'name,mass\nwater,18\n', /no column "smiles"/],
    ['empty.smi', '# nothing\n', /empty\.smi holds no SMILES/],
  ])('says what is wrong with %s', async (name, text, message) => {
    await expect(readText({ name, text })).rejects.toThrow(message);
  });

  it.each([
    ['list.smi', 'CCO ethanol\nC[C@H](N)C(=O)O |&1:1| L alanine\n\n# a comment\nC\n'],
    ['list.csv.gz', 'id;Canonical_SMILES\nethanol;CCO\nL alanine;C[C@H](N)C(=O)O |&1:1|\n;C\n'],
    ['Pasted text', 'CCO\tethanol\r\nC[C@H](N)C(=O)O |&1:1| L alanine\r\nC'],
    ['list.txt', 'SMILES,name\nCCO,ethanol\nC[C@H](N)C(=O)O |&1:1|,L alanine\nC,\n'],
  ])('lists the molecules of %s', async (name, text) => {
    const { entries, listed, problems } = await readText({ name, text });
    expect([entries, problems]).toEqual([[], []]);
    expect(listed).toEqual([
      { smiles: 'CCO', name: 'ethanol' },
      { smiles: 'C[C@H](N)C(=O)O |&1:1|', name: 'L alanine' },
      { smiles: 'C', name: 'C' },
    ]);
  });

  it('lists the first thousand molecules of a library', async () => {
    const { listed, problems } = await readText({ name: 'all.smi', text: 'C\n'.repeat(1500) });
    expect(listed).toHaveLength(1000);
    expect(problems).toEqual([expect.stringMatching(/^The first 1,000 molecules of all\.smi/)]);
  });

  it('knows a pasted molfile, SD file, MOL2, PDB and XYZ by their text', async () => {
    const [structure] = conformersOf('CCO', 1);
    const block = molblock({ molecule: structure, coordinates: structure.coordinates, title: '' });
    const frame = xyzFrame({ molecule: structure, coordinates: structure.coordinates!, title: 'x' });
    const record = { molecule: structure, coordinates: structure.coordinates! };
    for (const text of [block, block.trim(), `${block}$$$$\n`, frame, mol2Record(record), pdbEntry([record])]) {
      const { entries } = await readText({ name: 'Pasted text', text });
      expect(entries.map((entry) => entry.structure.atoms.length)).toEqual([9]);
    }
  });

  it('keeps the good records of a file with bad ones', async () => {
    const good = ensembleSdf({ name: 'ethanol', smiles: 'CCO', conformers: 1 });
    const { entries, problems } = await readText({ name: 'a.sdf', text: `${good}broken\nrecord\n$$$$\n${good}` });
    expect(entries.flatMap(({ conformers }) => conformers)).toHaveLength(2);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/a\.sdf, line \d+, record 2/);
  });
});

it('lays rotated and moved copies of a conformer exactly onto each other', async () => {
  const [structure] = conformersOf(ASPIRIN, 1);
  const n = structure.atoms.length;
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0.01, max: 0.99, noNaN: true }), { minLength: 60, maxLength: 60 }),
      fc.float({ min: -20, max: 20, noNaN: true }),
      (numbers, shift) => {
        let next = 0;
        const rotation = new Float64Array(9);
        // Rejection sampling may ask for more numbers than are given; they then come again, turned about.
        randomRotation(rotation, () => (numbers[next % 60] + 0.37 * Math.floor(next++ / 60)) % 1);
        const moved = new Float32Array(3 * n);
        rotate(moved, rotation, structure.coordinates!, n);
        for (let k = 0; k < 3 * n; k++) moved[k] += shift;
        const conformer = (coordinates: Float32Array, label: string) => ({
          label,
          fields: new Map<string, string>(),
          frames: [{ t: 1, stage: 'all' as const, coordinates }],
        });
        const [first, second] = aligned({
          structure,
          conformers: [conformer(structure.coordinates!, '1'), conformer(moved, '2')],
        });
        const a = lastFrame(first).coordinates;
        lastFrame(second).coordinates.forEach((value, k) => expect(Math.abs(value - a[k])).toBeLessThan(1e-3));
      },
    ),
    { numRuns: 30 },
  );
});

describe('the link', () => {
  it('brings every state back', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          style: fc.constantFrom('ball' as const, 'stick' as const, 'sphere' as const, 'surface' as const),
          arrangement: fc.constantFrom('one' as const, 'overlay' as const, 'grid' as const),
          hydrogens: fc.boolean(),
          speed: fc.constantFrom(0.25, 1, 4),
          position: fc.integer({ min: 0, max: 20 }).map((tenths) => tenths / 10),
          active: fc.nat({ max: 30 }),
          shown: fc.oneof(fc.constant('all' as const), fc.uniqueArray(fc.nat({ max: 30 }))),
          measurements: fc.array(fc.uniqueArray(fc.nat({ max: 50 }), { minLength: 2, maxLength: 4 }), { maxLength: 3 }),
        }),
        fc.boolean(),
        async (state, withFile) => {
          const file = withFile ? { name: 'a <b>.sdf', text: 'x\n'.repeat(50) } : undefined;
          const { fragment, embedded } = await fragmentOf({
            state: { ...INITIAL, ...state },
            camera: [0, 0, 0, 1, 0, 0, 0, 1],
            file,
          });
          const back = await readFragment(fragment);
          expect({ ...INITIAL, ...back.state }).toEqual({ ...INITIAL, ...state });
          expect(back.camera).toEqual([0, 0, 0, 1, 0, 0, 0, 1]);
          expect(embedded).toBe(true);
          expect(back.file).toEqual(file);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('takes nothing that has not the form of a state', async () => {
    for (const value of [
      '',
      '#',
      '#%7Bbroken',
      '#zAAAA',
      '#[]',
      `#${encodeURIComponent(JSON.stringify({ state: { style: '<script>', position: 'x', shown: [-1], hydrogens: 1, measurements: [[1]] }, camera: ['a'], open: [1] }))}`,
    ]) {
      const { state, camera, file } = await readFragment(value);
      expect(state).toEqual({});
      expect(camera).toBeUndefined();
      expect(file).toBeUndefined();
    }
  });
});

it('reads typed atoms, and says what is wrong with them', () => {
  const [structure] = conformersOf('CCO', 1);
  expect(atomsOfText('C1 C2 O3', structure)).toEqual([0, 1, 2]);
  expect(atomsOfText('1-3', structure)).toEqual([0, 2]);
  expect(() => atomsOfText('1 99', structure)).toThrow(/atoms 1 to 9/);
  expect(() => atomsOfText('O1 C2', structure)).toThrow(/atom 1 is C/);
  expect(() => atomsOfText('1', structure)).toThrow(/two atoms/);
  expect(() => atomsOfText('1 1', structure)).toThrow(/once/);
});
