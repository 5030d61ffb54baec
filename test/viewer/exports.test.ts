/** What the menu “Export” writes, without a browser. */
import { parse } from 'csv-parse/sync';
import { expect, it } from 'vitest';
import { readText } from '../../viewer/src/data/read.js';
import { aboveLowest } from '../../viewer/src/data/above-lowest.js';
import { lastFrame } from '../../viewer/src/data/trajectory.js';
import { readXyz } from '../../viewer/src/data/xyz.js';
import { withoutGround } from '../../viewer/src/export/picture.js';
import { FORMATS, recordsOf } from '../../viewer/src/export/records.js';
import { tableOf } from '../../viewer/src/export/table.js';
import { ensembleSdf } from './noisy-trajectory.js';
import { records } from './page.js';

const OPENED = ensembleSdf({ name: 'propanol', smiles: 'CCCO', conformers: 3 }).replace(
  '$$$$',
  '>  <Assay>\n=HYPERLINK("x")\n\n>  <name>\n-7.25\n\n>  <MOLFLOW_SPEED>\n4\n\n$$$$$$$$',
);
const opened = async () => (await readText({ name: 'propanol.sdf', text: OPENED })).entries[0];

it('writes all conformers in every format, where they lay in their file', async () => {
  const entry = await opened();
  const made = recordsOf(entry, [0, 1, 2], (index) => [-1.5, 2.25, null][index]);
  const sdf = await records(FORMATS.sdf.text(made));
  expect(sdf.map(({ fields }) => [...fields].filter(([name]) => name.startsWith('MOLFLOW_')))).toEqual([
    [
      ['MOLFLOW_CONFORMER', '1'],
      ['MOLFLOW_ENERGY_MMFF94', '-1.5000'],
    ],
    [
      ['MOLFLOW_CONFORMER', '2'],
      ['MOLFLOW_ENERGY_MMFF94', '2.2500'],
    ],
    [['MOLFLOW_CONFORMER', '3']],
  ]);
  const xyz = readXyz(FORMATS.xyz.text(made), 'x');
  for (const [k, conformer] of entry.conformers.entries())
    for (const { coordinates } of [sdf[k].structure as { coordinates: Float32Array }, xyz[k]])
      lastFrame(conformer).coordinates.forEach((value, i) => expect(coordinates[i]).toBeCloseTo(value, 3));
  expect(FORMATS.pdb.text(made).match(/^MODEL /gm)).toHaveLength(3);
  expect(FORMATS.mol2.text(made).match(/^@<TRIPOS>MOLECULE\npropanol$/gm)).toHaveLength(3);
});

it('writes stereoisomers as molecules of their own, with the names that the command gives them', async () => {
  const text = ensembleSdf({ name: 'propanol', smiles: 'CCCO', conformers: 3 }).split('$$$$\n').slice(0, 3);
  const numbered = text.map((record, k) => `${record}>  <MOLFLOW_STEREOISOMER>\n${k < 2 ? 1 : 2}\n\n$$$$\n`).join('');
  const [entry] = (await readText({ name: 'a.sdf', text: numbered })).entries;
  const made = recordsOf(entry, [0, 1, 2], () => undefined);
  const sdf = await records(FORMATS.sdf.text(made));
  expect(sdf.map(({ structure }) => structure.name)).toEqual(['propanol_1', 'propanol_1', 'propanol_2']);
  expect(FORMATS.pdb.text(made).match(/^(TITLE.*|MODEL.*|END)$/gm)).toEqual([
    'TITLE     propanol_1',
    'MODEL        1',
    'MODEL        2',
    'END',
    'TITLE     propanol_2',
    'MODEL        1',
    'END',
  ]);
});

it('writes the table of conformers, in which no cell is a formula', async () => {
  const stereo = {
    smiles: 'CCCO',
    centres: [{ atom: 1, cip: 'R' }],
    bonds: [{ a: 0, b: 1, cip: 'E' }],
    asWanted: true,
  };
  const csv = tableOf(await opened(), [
    { energy: -1.5, toFirst: 0, stereo },
    { energy: -3.00004, toFirst: 0.5, toReference: 1.25, stereo },
    { energy: null, toFirst: 1, stereo: null },
  ]);
  const row = (...cells: string[]): string[] => cells;
  expect(parse(csv)).toEqual([
    row(
      'name',
      'conformer',
      'energy_mmff94_kcal_mol',
      'relative_energy_kcal_mol',
      'rmsd_to_first_angstrom',
      'rmsd_to_reference_angstrom',
      'stereo',
      'stereoisomer',
      'Assay',
      'name (field)',
    ),
    row('propanol', '1', '-1.5', '1.5', '0', '', 'R E', 'CCCO', `'=HYPERLINK("x")`, '-7.25'),
    row('propanol', '2', '-3', '0', '0.5', '1.25', 'R E', 'CCCO', '', ''),
    row('propanol', '3', '', '', '1', '', '', '', '', ''),
  ]);
});

it('compares energies within a stereoisomer', () => {
  const [r, s] = [{ smiles: 'R' }, { smiles: 'S' }];
  const { energies, isomers } = aboveLowest([
    { energy: 3, stereo: r },
    { energy: 1, stereo: r },
    { energy: 9, stereo: s },
    { energy: undefined, stereo: s },
  ]);
  expect(energies).toEqual([2, 0, 0, undefined]);
  expect(isomers).toBe(2);
});

it('finds what stands before a ground from its pictures on black and on white', () => {
  const on = (ground: number): Uint8ClampedArray =>
    Uint8ClampedArray.from(
      [
        [200, 100, 50, 1],
        [200, 100, 50, 0.4],
        [0, 0, 0, 0],
      ].flatMap(([r, g, b, share]) => [...[r, g, b].map((value) => share * value + (1 - share) * ground), 255]),
    );
  expect([...withoutGround(on(0), on(255))]).toEqual([200, 100, 50, 255, 200, 100, 50, 102, 0, 0, 0, 0]);
});
