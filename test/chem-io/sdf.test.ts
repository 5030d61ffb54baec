import fc from 'fast-check';
import { SDFileParser } from 'openchemlib';
import { describe, expect, it, vi } from 'vitest';
import { readMolblock } from '../../src/chem/io/ctab.js';
import { RecordError } from '../../src/chem/io/record-error.js';
import { readSdf, readSdfItems, type SdfRecord } from '../../src/chem/io/sdf.js';
import { sdfRecord } from '../../src/chem/io/write-sdf.js';
import { moleculeFromStructure, parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import type { Structure } from '../../src/chem/structure.js';
import * as arbitrary from './arbitrary-structure.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

async function all(text: string | Iterable<string>): Promise<SdfRecord[]> {
  const records: SdfRecord[] = [];
  for await (const record of readSdf(typeof text === 'string' ? [text] : text, { file: 'x.sdf' })) records.push(record);
  return records;
}

async function items(text: string): Promise<(SdfRecord | RecordError)[]> {
  const found: (SdfRecord | RecordError)[] = [];
  for await (const item of readSdfItems([text], { file: 'x.sdf' })) found.push(item);
  return found;
}

/** What a file says of a structure, in a form that compares: no radicals is 0 radicals, no Float32Array. */
const plain = ({ name, atoms, bonds, coordinates, dimension }: Structure): unknown => ({
  name,
  atoms: atoms.map((atom) => ({ ...atom, radicals: atom.radicals ?? 0 })),
  bonds,
  coordinates: coordinates && Array.from(coordinates, (value) => value.toFixed(4).replace('-0.0000', '0.0000')),
  dimension,
});

const V2000 = [
  'methanol',
  '  someone           3D',
  'comment',
  '  6  5  0  0  0  0            999 V2000',
  '   -0.6600    0.0200   -0.0100 C   0  0',
  '    0.7300   -0.1100    0.0300 O   0  0',
  '   -1.0600   -0.4400    0.9000 H   0  0',
  '   -0.9700    1.0700   -0.0200 H   0  0',
  '   -1.0800   -0.4700   -0.8900 H   0  0',
  '    1.0900    0.3400   -0.7300 H   0  0',
  '  1  2  1  0',
  '  1  3  1  0',
  '  1  4  1  0',
  '  1  5  1  0',
  '  2  6  1  0',
  'M  END',
];
const FIELDS = ['>  <ENERGY>', '-1.5', '', '> 7 <NOTE> (m1)', 'two', 'lines', ''];
const RECORD = [...V2000, ...FIELDS, '$$$$'];

function withAtom(line: string, ...properties: string[]): string {
  return [
    '',
    '  x                 3D',
    '',
    '  1  0  0  0  0  0            999 V2000',
    line,
    ...properties,
    'M  END',
    '',
  ].join('\n');
}
const oneAtom = (line: string, ...properties: string[]): unknown => {
  const { element, charge, isotope, radicals } = readMolblock(withAtom(line, ...properties)).atoms[0];
  return { element, charge, isotope, radicals: radicals ?? 0 };
};

describe('SDF round trip', () => {
  it('gives back what was written, V2000', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.tuple(
            arbitrary.structure(),
            fc.dictionary(fc.stringMatching(/^[A-Z]([A-Z_ ]{0,11}[A-Z])?$/), arbitrary.value),
          ),
          { maxLength: 4 },
        ),
        async (given) => {
          const text = given.map(([molecule, fields]) =>
            sdfRecord({ molecule, coordinates: molecule.coordinates!, fields: Object.entries(fields) }),
          );
          const read = await all(text.join(''));
          expect(read.map((record) => plain(record.structure))).toEqual(given.map(([molecule]) => plain(molecule)));
          // Values come back but for blanks at the ends of their lines and text, and the one that makes a line safe.
          const bare = (fields: Iterable<[string, string]>): unknown =>
            Array.from(fields, ([name, text]) => [
              name.trim(),
              text
                .split('\n')
                .map((part) => part.trim())
                .join('\n')
                .trim(),
            ]);
          expect(read.map((record) => bare(record.fields))).toEqual(
            given.map(([, fields]) => bare(Object.entries(fields))),
          );
        },
      ),
      { numRuns: 150 },
    );
  });

  it('gives back what was written, V3000 (above 999 atoms)', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrary.structure({ minAtoms: 1000, maxAtoms: 1040 }), async (molecule) => {
        const text = sdfRecord({ molecule, coordinates: molecule.coordinates! });
        expect(text).toContain('V3000');
        expect(plain((await all(text))[0].structure)).toEqual(plain(molecule));
      }),
      { numRuns: 4 },
    );
  });

  it('does not depend on where the chunks are cut, nor on the line ends', async () => {
    const lines = [...RECORD, '', ...RECORD];
    const expected = (await all(lines.join('\n'))).map(({ structure, fields, line }) => [
      plain(structure),
      [...fields],
      line,
    ]);
    expect(expected).toHaveLength(2);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('\n', '\r\n', '\r'), { minLength: lines.length, maxLength: lines.length }),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1 }),
        async (ends, sizes) => {
          // A CR before an LF would read as one line end, so mixtures here never put them so.
          const text = lines
            .map((line, i) => line + (ends[i] === '\r' && lines[i + 1] === '' ? '\r\n' : ends[i]))
            .join('');
          const chunks: string[] = [];
          for (let at = 0, k = 0; at < text.length; at += sizes[k % sizes.length], k++) {
            chunks.push(text.slice(at, at + sizes[k % sizes.length]));
          }
          const read = await all(chunks);
          expect(read.map(({ structure, fields, line }) => [plain(structure), [...fields], line])).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('keeps real molecules: what RDKit perceives in a written record is what was written', async () => {
    const rdkit = await loadRDKit();
    for (const smiles of [
      '[2H]C([2H])([2H])O',
      'C[N+](C)(C)CC(=O)[O-]',
      '[CH3]',
      'O=C=O',
      '[13CH4]',
      'c1ccc2ccccc2c1',
      '[O][O]',
    ]) {
      const molecule = parseSmiles(rdkit, smiles);
      // On a helix: no two atoms in one place, and no stereo at stake.
      const coordinates = Float32Array.from({ length: 3 * molecule.atoms.length }, (_, i) =>
        i % 3 === 0 ? Math.cos(i) * 3 : i % 3 === 1 ? Math.sin(i) * 3 : i / 3,
      );
      const [record] = await all(sdfRecord({ molecule, coordinates }));
      expect(moleculeFromStructure(rdkit, record.structure).molecule.smiles).toBe(molecule.smiles);
    }
  });
});

describe('SDF as exporters write it', () => {
  it('reads data fields of every header style, several lines and any length', async () => {
    const long = 'x'.repeat(300_000);
    const text = [
      ...V2000,
      '> <A>',
      '1',
      '',
      '>  <B>  (12)',
      'l1',
      'l2',
      '',
      '> 25 <C D>',
      long,
      '',
      '> <EMPTY>',
      '',
      '> <NOBLANK>',
      'v',
      '> <NEXT>',
      'w',
      '',
      '> <INNER>',
      'one',
      '',
      'two',
      '',
      '> <GREATER>',
      '>50 %',
      '',
      '$$$$',
      '',
    ];
    const [{ fields }] = (await all(text.join('\n'))) as [SdfRecord];
    expect(Object.fromEntries(fields)).toEqual({
      A: '1',
      B: 'l1\nl2',
      'C D': long,
      EMPTY: '',
      NOBLANK: 'v',
      NEXT: 'w',
      INNER: 'one\n\ntwo',
      GREATER: '>50 %',
    });
  });

  it('reads a last record without $$$$, a molfile, and a molfile without data or last line end', async () => {
    expect(await all([...RECORD, ...V2000, ...FIELDS].join('\n'))).toHaveLength(2);
    expect(await all(`${V2000.join('\n')}\n`)).toHaveLength(1);
    expect(await all(V2000.join('\r\n'))).toHaveLength(1);
  });

  it('puts up with stray blank lines before, between and after records, and tells a blank title from them', async () => {
    const untitled = ['', ...V2000.slice(1), ...FIELDS, '$$$$'];
    const read = await all(['', ...RECORD, '', '', ...untitled, ...untitled, '', ...RECORD, '', '   ', ''].join('\n'));
    expect(read.map(({ structure }) => structure.name)).toEqual(['methanol', '', '', 'methanol']);
    expect(read.map(({ structure }) => structure.atoms.length)).toEqual([6, 6, 6, 6]);
  });

  it('reads a header that lost its blank title, a byte order mark, and nothing at all', async () => {
    expect((await all(V2000.slice(1).join('\n')))[0].structure.atoms).toHaveLength(6);
    expect((await all(`\ufeff${RECORD.join('\n')}`))[0].structure.name).toBe('methanol');
    expect(await all('')).toEqual([]);
    expect(await all('\n \r\n')).toEqual([]);
  });

  it('reads columns separated by single blanks', async () => {
    const free = V2000.map((line, i) => (i > 2 ? line.trim().split(/\s+/).join(' ') : line));
    expect(plain((await all(free.join('\n')))[0].structure)).toEqual(plain((await all(V2000.join('\n')))[0].structure));
  });

  it('reads charges, isotopes and radicals, old style and new', () => {
    const at = '    0.0000    0.0000    0.0000 ';
    expect(oneAtom(`${at}N   0  3  0`)).toEqual({ element: 7, charge: 1, isotope: 0, radicals: 0 });
    expect(oneAtom(`${at}O   0  5  0`)).toEqual({ element: 8, charge: -1, isotope: 0, radicals: 0 });
    expect(oneAtom(`${at}C   0  4  0`)).toEqual({ element: 6, charge: 0, isotope: 0, radicals: 1 });
    expect(oneAtom(`${at}C   1  0  0`)).toEqual({ element: 6, charge: 0, isotope: 13, radicals: 0 });
    expect(oneAtom(`${at}Cl  2  0  0`)).toEqual({ element: 17, charge: 0, isotope: 37, radicals: 0 });
    expect(oneAtom(`${at}D   0  0  0`)).toEqual({ element: 1, charge: 0, isotope: 2, radicals: 0 });
    expect(oneAtom(`${at}T   0  0  0`)).toEqual({ element: 1, charge: 0, isotope: 3, radicals: 0 });
    expect(oneAtom(`${at}CL  0  0  0`)).toMatchObject({ element: 17 });
    expect(oneAtom(`${at}N   0  3  0`, 'M  CHG  1   1  -1')).toMatchObject({ charge: -1 });
    // A property line of charges or radicals makes the old column void, one of isotopes the mass differences.
    expect(oneAtom(`${at}N   0  3  0`, 'M  RAD  1   1   2')).toMatchObject({ charge: 0, radicals: 1 });
    expect(oneAtom(`${at}C   1  0  0`, 'M  ISO  1   1  14')).toMatchObject({ isotope: 14 });
    expect(oneAtom(`${at}C   0  0  0`, 'M  RAD  1   1   3')).toMatchObject({ radicals: 2 });
    expect(oneAtom(`${at}C   0  0  0`, 'A    1', 'M  CHG  1   1   1', 'M  ISO  1   1  13')).toMatchObject({
      charge: 0,
      isotope: 13,
    });
  });

  it('reads V3000 with continued lines, foreign indices, options, collections and comments', () => {
    const block = [
      'title',
      '  x                 3D',
      '',
      '  0  0  0     0  0            999 V3000',
      'M  V30 BEGIN CTAB',
      'M  V30 COUNTS 3 2 1 0 0',
      'M  V30 BEGIN ATOM',
      'M  V30 10 N 1.0 0 -',
      'M  V30 0.5 0 CHG=1 -',
      'M  V30 CFG=2',
      'M  V30 7 C 0 0 0 0 MASS=13 RAD=2',
      'M  V30 8 Cl -1.5 0 0 0',
      'M  V30 END ATOM',
      'M  V30 BEGIN BOND',
      'M  V30 1 2 10 7',
      'M  V30 2 9 7 8 CFG=0',
      'M  V30 END BOND',
      'M  V30 BEGIN SGROUP',
      'M  V30 1 DAT 1 ATOMS=(1 10) FIELDNAME="CHG=5 -"',
      'M  V30 END SGROUP',
      'M  V30 BEGIN COLLECTION',
      'M  V30 MDLV30/STEABS ATOMS=(1 10)',
      'M  V30 END COLLECTION',
      'M  V30 END CTAB',
      'M  END',
    ];
    const { atoms, bonds, coordinates } = readMolblock(block.join('\n'));
    expect(atoms).toEqual([
      { element: 7, charge: 1, isotope: 0 },
      { element: 6, charge: 0, isotope: 13, radicals: 1 },
      { element: 17, charge: 0, isotope: 0 },
    ]);
    expect(bonds).toEqual([
      { a: 0, b: 1, order: 2 },
      { a: 1, b: 2, order: 0 },
    ]);
    expect(Array.from(coordinates!)).toEqual([1, 0, 0.5, 0, 0, 0, -1.5, 0, 0]);
  });

  it('tells drawings from conformers and keeps the block of a drawing', () => {
    const drawn = V2000.map((line, i) =>
      i === 1 ? '  x                 2D' : line.replace(/^(.{20}) {3,4}-?\d\.\d{4}/, '$1    0.0000'),
    );
    const flat = readMolblock(drawn.join('\n'));
    expect(flat.dimension).toBe(2);
    expect(flat.molblock).toContain('M  END');
    expect(readMolblock(drawn.join('\n').replace('2D', '3D')).dimension).toBe(3);
    // Flagged 3D, but flat and wedged: a drawing all the same.
    expect(readMolblock(drawn.join('\n').replace('2D', '3D').replace('  1  2  1  0', '  1  2  1  1')).dimension).toBe(
      2,
    );
    expect(readMolblock(V2000.join('\n').replace('3D', '2D')).dimension).toBe(3);
    const unplaced = readMolblock(
      drawn.map((line) => line.replace(/^ .{28}0 (?=[A-Z] )/, '    0.0000    0.0000    0.0000 ')).join('\n'),
    );
    expect(unplaced.coordinates).toBeUndefined();
  });
});

describe('bad SD records', () => {
  it('come in their place with file, line and record, and the next is read', async () => {
    const unknown = RECORD.map((line) => line.replace(' O  ', ' Qx '));
    const nan = RECORD.map((line) => line.replace('    0.7300', '       nan'));
    const bond = RECORD.map((line) => (line === '  2  6  1  0' ? '  2  9  1  0' : line));
    const short = RECORD.filter((line) => line !== '  2  6  1  0');
    const text = [RECORD, unknown, nan, bond, ['CCO ethanol', '$$$$'], ['$$$$'], short, RECORD].flat().join('\n');
    const read = await items(text);
    expect(read.map((item) => (item instanceof RecordError ? 'error' : item.structure.name))).toEqual([
      'methanol',
      'error',
      'error',
      'error',
      'error',
      'error',
      'error',
      'methanol',
    ]);
    const messages = read.filter((item) => item instanceof RecordError).map(({ message }) => message);
    const size = RECORD.length;
    expect(messages[0]).toBe(`x.sdf, line ${size + 6}, record 2 (methanol): unknown element "Qx"`);
    expect(messages[1]).toMatch(new RegExp(`line ${2 * size + 6}, record 3 .*three finite coordinates`));
    expect(messages[2]).toMatch(new RegExp(`line ${3 * size + 15}, record 4 .*atoms 2 and 9 of 6`));
    expect(messages[3]).toMatch(/record 5 .*no MDL molecule/);
    expect(messages[4]).toMatch(/record 6: the record is empty/);
    expect(messages[5]).toMatch(/record 7 .*5 bonds, but the record ends after 4/);
    expect((read[7] as SdfRecord).index).toBe(7);
    const lines = text.split('\n');
    expect(lines[(read[7] as SdfRecord).line - 1]).toBe('methanol');
  });

  it('throws the error by default, or hands it to onError', async () => {
    const text = [...RECORD, 'junk', '$$$$', ...RECORD].join('\n');
    await expect(all(text)).rejects.toThrow(RecordError);
    const errors: RecordError[] = [];
    let count = 0;
    for await (const record of readSdf([text], { onError: (error) => errors.push(error) }))
      count += record.structure.atoms.length;
    expect([count, errors.length]).toEqual([12, 1]);
  });

  it('never takes a truncated file for a whole one', async () => {
    const text = `${RECORD.join('\n')}\n${V2000.join('\n')}\n`;
    const second = RECORD.join('\n').length + 1;
    // Wherever the file is cut inside the second table, the first record is read and the second is an error.
    for (let end = second + 20; end < text.length - 'M  END\n'.length; end += 7) {
      const read = await items(text.slice(0, end));
      expect(
        read.map((item) => item instanceof RecordError),
        `cut at ${end}`,
      ).toEqual([false, true]);
    }
  });
});

describe('writing SDF', () => {
  const molecule: Structure = {
    name: 'water',
    atoms: [{ element: 8, charge: 0, isotope: 0 }],
    bonds: [],
    dimension: 3,
  };

  it('refuses coordinates that are not finite or do not fit', () => {
    expect(() => sdfRecord({ molecule, coordinates: [0, NaN, 0] })).toThrow(/y coordinate of atom 1 is NaN/);
    expect(() => sdfRecord({ molecule, coordinates: [0, 0, Infinity] })).toThrow(RangeError);
    expect(() => sdfRecord({ molecule, coordinates: [0, 0] })).toThrow(/2 coordinates for 1 atoms/);
  });

  it('makes titles and field names with line breaks safe', async () => {
    const text = sdfRecord({
      molecule,
      coordinates: [0, 0, 1],
      title: 'a\r\nb\n$$$$',
      fields: [
        ['x\n<y>', 1],
        ['ok', true],
      ],
    });
    const [record, ...more] = await all(text);
    expect(more).toEqual([]);
    expect(record.structure.name).toBe('a b $$$$');
    expect([...record.fields]).toEqual([
      ['x _y_', '1'],
      ['ok', 'true'],
    ]);
  });

  it('is read alike by another program, hard values included', async () => {
    await fc.assert(
      fc.asyncProperty(arbitrary.structure(), arbitrary.value, async (given, note) => {
        // OpenChemLib knows neither bond type 9 nor atoms of many charges; their round trip is tested above.
        const atoms = given.atoms.map(({ element }) => ({ element, charge: element === 7 ? 1 : 0, isotope: 0 }));
        const bonds = given.bonds.map((bond) => ({ ...bond, order: 1 as const }));
        const structure = { ...given, atoms, bonds: arbitrary.possible(atoms, bonds) };
        const text = sdfRecord({
          molecule: structure,
          coordinates: structure.coordinates!,
          title: 'x',
          fields: [
            ['NOTE', note],
            ['LAST', 'end'],
          ],
        });
        const parser = new SDFileParser(text + text, ['NOTE', 'LAST']);
        for (let i = 0; i < 2; i++) {
          expect(parser.next()).toBe(true);
          const molecule = parser.getMolecule();
          const atoms = Array.from({ length: molecule.getAllAtoms() }, (_, atom) => [
            molecule.getAtomicNo(atom),
            molecule.getAtomCharge(atom),
          ]);
          // It moves hydrogens to the end.
          expect(atoms.sort()).toEqual(structure.atoms.map(({ element, charge }) => [element, charge]).sort());
          expect(molecule.getAllBonds()).toBe(structure.bonds.length);
          expect(parser.getField('LAST')).toBe('end');
        }
        expect(parser.next()).toBe(false);
      }),
    );
  });
});
