import { describe, expect, it } from 'vitest';
import { readMolblock } from '../../src/chem/io/ctab.js';
import type { Molecule } from '../../src/chem/molecule.js';
import { keepDrawnStereo } from '../../src/chem/drawn-stereo.js';
import { isEvenPermutation } from '../../src/chem/parity.js';
import { moleculeFromStructure, parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { sdfRecord } from '../../src/chem/io/write-sdf.js';

const rdkit = await loadRDKit();

type Drawing = { atoms: [string, number, number][]; bonds: [number, number, number, number?][] };
const block = ({ atoms, bonds }: Drawing): string =>
  [
    '',
    '  TEST                2D',
    '',
    `${String(atoms.length).padStart(3)}${String(bonds.length).padStart(3)}  0  0  0  0  0  0  0  0999 V2000`,
    ...atoms.map(
      ([symbol, x, y]) =>
        `${x.toFixed(4).padStart(10)}${y.toFixed(4).padStart(10)}    0.0000 ${symbol.padEnd(3)} 0  0  0  0  0  0  0  0  0  0  0  0`,
    ),
    ...bonds.map((bond) =>
      [...bond, 0]
        .slice(0, 4)
        .map((n) => String(n).padStart(3))
        .join(''),
    ),
    'M  END',
  ].join('\n');
const drawn = (drawing: Drawing): Molecule => moleculeFromStructure(rdkit, readMolblock(block(drawing))).molecule;

describe('wedges that RDKit drops', () => {
  // Spiro[3.3]heptane-1,5-dione: two equal rings that share the middle carbon.
  const spiro = (wedge: number): Drawing => ({
    atoms: [
      ['C', 0, 0],
      ['C', -1, 1],
      ['C', -2, 0],
      ['C', -1, -1],
      ['C', 1, 1],
      ['C', 2, 0],
      ['C', 1, -1],
      ['O', -1, 2.2],
      ['O', 1, -2.2],
    ],
    bonds: [
      [1, 2, 1],
      [2, 3, 1],
      [3, 4, 1],
      [4, 1, 1],
      [1, 5, 1, wedge],
      [5, 6, 1],
      [6, 7, 1],
      [7, 1, 1],
      [2, 8, 2],
      [7, 9, 2],
    ],
  });
  it('are read as RDKit reads those that it keeps', () => {
    const around: [string, number, number][] = [
      ['C', 0, 0],
      ['F', -1, 0.2],
      ['Cl', 0.4, 1],
      ['Br', 0.9, -0.6],
      ['N', -0.3, -1],
    ];
    for (const neighbours of [3, 4])
      for (const wedged of [1, 2, 3])
        for (const wedge of [1, 6]) {
          const bonds = Array.from({ length: neighbours }, (_, i): [number, number, number, number] => [
            1,
            i + 2,
            1,
            i + 1 === wedged ? wedge : 0,
          ]);
          const structure = readMolblock(block({ atoms: around.slice(0, neighbours + 1), bonds }));
          const { molecule, order } = moleculeFromStructure(rdkit, structure);
          const [centre] = keepDrawnStereo(rdkit, { ...molecule, centres: [] }, structure, order).centres;
          expect(isEvenPermutation(centre.neighbours, molecule.centres[0].neighbours)).toBe(true);
        }
  });
  it('a spiro centre: up and down are two molecules', () => {
    const [up, down, plain] = [1, 6, 0].map((wedge) => drawn(spiro(wedge)));
    expect(new Set([up.smiles, down.smiles, plain.smiles]).size).toBe(3);
    // Of the two SMILES of the spirodione each is one of the two.
    const known = ['O=C1CC[C@@]12CCC2=O', 'O=C1CC[C@]12CCC2=O'].map((text) => parseSmiles(rdkit, text));
    const hand = ({ centres: [centre] }: Molecule) => centre.specified;
    expect([up, down, ...known].map(hand)).toEqual([true, true, true, true]);
  });

  const biaryl = (wedge: number, methyls = 4): Drawing => {
    const ring = (x: number, side: number): [string, number, number][] =>
      [0, 60, 120, 180, 240, 300].map((angle) => {
        const radians = ((angle + (side > 0 ? 180 : 0)) * Math.PI) / 180;
        return ['C', x + 1.4 * Math.cos(radians), 1.4 * Math.sin(radians)];
      });
    const substituents: [string, number, number][] = [
      ['F', -2.8, 2.6],
      ['C', -2.8, -2.6],
      ['F', 2.8, 2.6],
      ['C', 2.8, -2.6],
    ];
    return {
      atoms: [...ring(-2.1, -1), ...ring(2.1, 1), ...substituents.slice(0, methyls)],
      bonds: [
        [1, 2, 2, 0],
        [2, 3, 1],
        [3, 4, 2],
        [4, 5, 1],
        [5, 6, 2],
        [1, 6, 1, wedge],
        [7, 8, 2],
        [8, 9, 1],
        [9, 10, 2],
        [10, 11, 1],
        [11, 12, 2],
        [12, 7, 1],
        [1, 7, 1],
        ...(
          [
            [2, 13, 1],
            [6, 14, 1],
            [12, 15, 1],
            [8, 16, 1],
          ] as [number, number, number][]
        ).slice(0, methyls),
      ],
    };
  };
  it('an atropisomer: its axis has the hand of the wedge', () => {
    const [up, down, plain] = [1, 6, 0].map((wedge) => drawn(biaryl(wedge)));
    expect([up, down].map(({ axes }) => axes?.map(({ kind }) => kind))).toEqual([['atropisomer'], ['atropisomer']]);
    expect(up.axes![0].positive).toBe(!down.axes![0].positive);
    expect(plain.axes).toBeUndefined();
    expect(drawn(biaryl(1, 0))).toMatchObject({ notes: [expect.stringMatching(/wedge at atom 1 /)] });
  });

  it('an allene: its two hands', () => {
    const allene = (wedge: number): Drawing => ({
      atoms: [
        ['C', -1.2, 0],
        ['C', 0, 0],
        ['C', 1.2, 0],
        ['F', -1.9, 1],
        ['Cl', 1.9, 1],
      ],
      bonds: [
        [1, 2, 2],
        [2, 3, 2],
        [1, 4, 1, wedge],
        [3, 5, 1],
      ],
    });
    const [up, down] = [1, 6].map((wedge) => drawn(allene(wedge)));
    expect(up.axes![0].positive).toBe(!down.axes![0].positive);
    expect(up.smiles).not.toBe(down.smiles);
  });
});

it('groups of relative stereo are told, from V3000 collections with continued lines and from CXSMILES', () => {
  const v3000 = [
    '',
    '',
    '',
    '  0  0  0     0  0            999 V3000',
    'M  V30 BEGIN CTAB',
    'M  V30 COUNTS 4 3 0 0 0',
    'M  V30 BEGIN ATOM',
    'M  V30 1 C 0 0 0 0',
    'M  V30 2 C 0.866 0.5 0 0',
    'M  V30 3 O 1.732 0 0 0',
    'M  V30 4 F 0.866 1.5 0 0',
    'M  V30 END ATOM',
    'M  V30 BEGIN BOND',
    'M  V30 1 1 1 2',
    'M  V30 2 1 2 3',
    'M  V30 3 1 2 4 CFG=1',
    'M  V30 END BOND',
    'M  V30 BEGIN COLLECTION',
    'M  V30 MDLV30/STERAC1 -',
    'M  V30 ATOMS=(1 -',
    'M  V30 2)',
    'M  V30 END COLLECTION',
    'M  V30 END CTAB',
    'M  END',
  ].join('\n');
  const expected = { stereoGroups: [{ kind: 'and', atoms: [1] }], notes: [expect.stringMatching(/atom 2 .*mixture/)] };
  expect(moleculeFromStructure(rdkit, readMolblock(v3000)).molecule).toMatchObject(expected);
  expect(parseSmiles(rdkit, 'C[C@H](F)O |&1:1|')).toMatchObject(expected);
  expect(parseSmiles(rdkit, 'C[C@H](F)O |a:1|').notes).toBeUndefined();
  expect(() => parseSmiles(rdkit, 'C[CH2] |^1:1|')).toThrow(/\^1:1/);
});

it('atom map numbers come out as they came in', () => {
  const molecule = parseSmiles(rdkit, '[CH3:3][C@@H:1]([OH:4])[F:2]');
  expect(molecule.mapNumbers!.slice(0, 4)).toEqual([3, 1, 4, 2]);
  const record = sdfRecord({ molecule, coordinates: new Float32Array(3 * molecule.atoms.length) });
  const maps = record
    .split('\n')
    .slice(4, 8)
    .map((line) => Number(line.slice(60, 63)));
  expect(maps).toEqual([3, 1, 4, 2]);
  const again = moleculeFromStructure(rdkit, readMolblock(record)).molecule;
  expect(again.mapNumbers!.slice(0, 4)).toEqual([3, 1, 4, 2]);
  // More than the three columns of V2000 hold.
  const large = parseSmiles(rdkit, '[CH3:1000]C');
  const written = sdfRecord({ molecule: large, coordinates: Float32Array.from({ length: 24 }, (_, i) => i) });
  expect(moleculeFromStructure(rdkit, readMolblock(written)).molecule.mapNumbers!.slice(0, 2)).toEqual([1000, 0]);
});

describe('a file without coordinates', () => {
  const zero = (atoms: readonly (readonly [symbol: string, charge: number, parity: number])[], bonds: string): string =>
    [
      'zero',
      '',
      '',
      `${String(atoms.length).padStart(3)}${String(atoms.length - 1).padStart(3)}  0  0  0  0  0  0  0  0999 V2000`,
      ...atoms.map(
        ([symbol, charge, parity]) =>
          `${'    0.0000'.repeat(3)} ${symbol.padEnd(3)} 0${String(charge).padStart(3)}${String(parity).padStart(3)}`,
      ),
      bonds,
      'M  END',
    ].join('\n');
  const read = (text: string) => moleculeFromStructure(rdkit, readMolblock(text)).molecule;

  // By CTfile Formats; RDKit passes over them.
  it.each([
    [1, 'C[C@@H](F)Cl'],
    [2, 'C[C@H](F)Cl'],
  ])('has its hands in parities: %d is %s', (parity, smiles) => {
    const molecule = read(
      zero(
        [
          ['C', 0, 0],
          ['C', 0, parity],
          ['F', 0, 0],
          ['Cl', 0, 0],
        ],
        '  1  2  1  0\n  2  3  1  0\n  2  4  1  0',
      ),
    );
    expect(molecule.smiles).toBe(smiles);
    expect(molecule.notes).toBeUndefined();
  });

  it('says where a parity or a wedge marks nothing', () => {
    const { notes } = read(
      zero(
        [
          ['C', 0, 0],
          ['C', 0, 1],
          ['C', 0, 0],
          ['Cl', 0, 0],
        ],
        '  1  2  1  1\n  2  3  1  0\n  2  4  1  0',
      ),
    );
    expect(notes).toEqual([
      expect.stringMatching(/parity of atom 2 marks nothing/),
      expect.stringMatching(/wedge at atom 1 marks nothing: all coordinates/),
    ]);
  });
});

it('the radicals of the old charge column, which RDKit passes over, are kept in a drawing', () => {
  const [first, ...others] = ['C', 'C', 'N'];
  const line = (symbol: string, x: number, code: number) =>
    `${x.toFixed(4).padStart(10)}    0.0000    0.0000 ${symbol.padEnd(3)} 0${String(code).padStart(3)}`;
  const text = [
    'radical',
    '  TEST                2D',
    '',
    '  3  2  0  0  0  0  0  0  0  0999 V2000',
    line(first, 0, 4),
    ...others.map((symbol, i) => line(symbol, i + 1, symbol === 'N' ? 3 : 0)),
    '  1  2  1  0',
    '  2  3  1  0',
    'M  END',
  ].join('\n');
  expect(moleculeFromStructure(rdkit, readMolblock(text)).molecule.smiles).toBe('[CH2]C[NH3+]');
});
