/** Input of any size and kind: what can be read is read, what cannot is named, and the memory stays small. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { crc32, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { failedText } from '../../src/chem/io/failed-records.js';
import { gunzip } from '../../src/chem/io/gunzip.node.js';
import type { InputRecord } from '../../src/chem/io/input-record.js';
import { lineBatches } from '../../src/chem/io/lines.js';
import { readMoleculeFile } from '../../src/chem/io/read-file.node.js';
import { readMolecules, type InputFormat } from '../../src/chem/io/read-molecules.js';
import { sdfRecord } from '../../src/chem/io/write-sdf.js';
import { valenceProblem } from '../../src/chem/valence.js';

const folder = mkdtempSync(path.join(tmpdir(), 'molflow-hostile-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const chunks = async function* (bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield Uint8Array.from(bytes.subarray(at, at + size));
};

async function unpack(bytes: Buffer, size: number): Promise<{ text: string; error?: string }> {
  let text = '';
  try {
    for await (const piece of gunzip(chunks(bytes, size))) text += Buffer.from(piece).toString('latin1');
  } catch (error) {
    return { text, error: (error as Error).message };
  }
  return { text };
}

describe('gzip', () => {
  it('is read whatever the members and the pieces that it arrives in', async () => {
    const member = fc.tuple(fc.string({ unit: 'binary-ascii', maxLength: 2000 }), fc.integer({ min: 1, max: 200 }));
    await fc.assert(
      fc.asyncProperty(
        fc.array(member, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 5000 }),
        async (members, size) => {
          const texts = members.map(([text, times]) => text.repeat(times));
          const bytes = Buffer.concat([
            ...texts.map((text) => gzipSync(Buffer.from(text, 'latin1'))),
            Buffer.alloc(size % 3),
          ]);
          expect(await unpack(bytes, size)).toEqual({ text: texts.join('') });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('that is cut anywhere, or followed by something else, gives what came before and says at which byte it ends', async () => {
    const [one, two] = ['CCO a\n'.repeat(50), 'CCN b\n'];
    const first = gzipSync(one);
    const both = Buffer.concat([first, gzipSync(two)]);
    for (let cut = first.length + 1; cut < both.length; cut++) {
      const { text, error } = await unpack(both.subarray(0, cut), 37);
      expect(text.startsWith(one)).toBe(true);
      expect(error).toMatch(
        new RegExp(cut < first.length + 10 ? `end at byte ${first.length},` : `at byte ${cut}:.* cut off`),
      );
    }
    for (const rubbish of ['rubbish', '\x1f\x8brubbish', '\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x00\xff\xff\xff']) {
      const { text, error } = await unpack(Buffer.concat([first, Buffer.from(rubbish, 'latin1')]), 1e6);
      expect(text).toBe(one);
      expect(error).toMatch(/gzip data (end at byte|are damaged after byte) \d+/);
    }
    const wrong = Buffer.from(first);
    wrong.writeUInt32LE(crc32('other'), wrong.length - 8);
    expect((await unpack(wrong, 1e6)).error).toMatch(/checksum does not fit/);
  });
});

describe('lines', () => {
  it('beyond the limit keep their number and their beginning, in whatever pieces they come', async () => {
    const line = fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 400 });
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), fc.integer({ min: 1, max: 90 }), async (texts, size) => {
        const whole = texts.join('\n');
        const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) =>
          whole.slice(i * size, (i + 1) * size),
        );
        const found: (string | number)[] = [];
        for await (const { lines, tooLong } of lineBatches(pieces, { longest: 100 }))
          lines.forEach((text, i) => found.push(tooLong.get(i) ?? text));
        const expected = texts.map((text) => (text.length > 100 ? text.length : text));
        if (expected.at(-1) === '') expected.pop();
        expect(found).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it.each(['smi', 'csv', 'tsv', 'sdf'] as const)(
    'of 40 million characters in %s are refused with their number, and the next is read',
    { timeout: 60_000 },
    async (format) => {
      const before = {
        smi: 'CCO a\n',
        csv: 'smiles,name\nCCO,a\n',
        tsv: 'smiles\tname\nCCO\ta\n',
        sdf: `${ethane}$$$$\n`,
      }[format];
      const after = { smi: '\nCCN b\n', csv: '\nCCN,b\n', tsv: '\nCCN\tb\n', sdf: `\n$$$$\n${ethane}$$$$\n` }[format];
      const text = function* (): Generator<string> {
        yield before;
        for (let i = 0; i < 400; i++) yield 'C'.repeat(100_000);
        yield after;
      };
      const records: InputRecord[] = [];
      for await (const record of readMolecules(text(), { format, file: 'long' })) records.push(record);
      expect(records.map(({ kind }) => kind)).toEqual([
        expect.stringMatching(/smiles|structure/),
        'error',
        expect.stringMatching(/smiles|structure/),
      ]);
      const line = before.split('\n').length;
      expect((records[1] as { error: Error }).error.message).toMatch(
        new RegExp(`long, line ${line}, record 2.*: the (line|record) has 4000000\\d characters`),
      );
      expect(process.memoryUsage().rss).toBeLessThan(1.5e9);
    },
  );

  it.each(['smi', 'csv', 'sdf'] as const)(
    'that are blank, ten million of them, are no record of %s',
    async (format) => {
      const text = function* (): Generator<string> {
        for (let i = 0; i < 100; i++) yield '\n'.repeat(100_000);
      };
      const records: InputRecord[] = [];
      for await (const record of readMolecules(text(), { format })) records.push(record);
      expect(records).toEqual([]);
    },
  );
});

const ethane = sdfRecord({
  molecule: {
    name: 'ethane',
    atoms: [6, 6].map((element) => ({ element, charge: 0, isotope: 0 })),
    bonds: [{ a: 0, b: 1, order: 1 }],
  },
  coordinates: [0, 0, 0, 1.5, 0, 0.1],
  fields: [['note', 'kept']],
}).replace('$$$$\n', '');

describe('structures', () => {
  const read = async (text: string): Promise<InputRecord> => {
    for await (const record of readMolecules([text], { format: 'sdf' })) return record;
    throw new Error('no record');
  };
  it('whose coordinates float32 does not hold to 0.001 Å are refused', async () => {
    expect((await read(ethane.replace('    1.5000', '32767.9990'))).kind).toBe('structure');
    for (const x of ['32768.0000', '-99999.123', '1.00000e20']) {
      const record = await read(ethane.replace('    1.5000', x));
      expect(record.kind === 'error' && record.error.message).toMatch(/line 6.*cannot be kept to 0.001 Å/);
    }
  });

  it('with impossible counts are refused', async () => {
    for (const counts of ['-1 -1', '4000000000 4000000000', '999999999 0'])
      expect(
        (await read(ethane.replace(/^ {2}2 {2}1.*V2000$/m, `${counts}  0  0  0  0  0  0  0  0999 V2000`))).kind,
      ).toBe('error');
  });

  it('with more bonds than an atom can have are never written', () => {
    const at = (element: number, charge = 0) => ({ element, charge, isotope: 0 });
    const bonded = (orders: readonly (1 | 2 | 3)[], centre: ReturnType<typeof at>) => ({
      atoms: [centre, ...orders.map(() => at(6))],
      bonds: orders.map((order, i) => ({ a: 0, b: i + 1, order })),
    });
    const five = bonded([2, 3], at(6));
    expect(valenceProblem(five)).toMatch(/atom 1, C, has a valence of 5/);
    expect(() => sdfRecord({ molecule: five, coordinates: new Float32Array(9) })).toThrow(/valence of 5.*not written/);
    // What RDKit accepts: ammonium, nitro in charges, sulfone, phosphorane, borate, perchlorate in charges, dative bonds.
    for (const good of [
      bonded([1, 1, 1, 1], at(7, 1)),
      bonded([2, 1, 1], at(7, 1)),
      bonded([2, 2, 1, 1], at(16)),
      bonded([1, 1, 1, 1, 1], at(15)),
      bonded([1, 1, 1, 1, 1, 1], at(15, -1)),
      bonded([1, 1, 1, 1], at(5, -1)),
      bonded([1, 1, 1, 1], at(17, 3)),
      bonded([1, 1, 1, 1, 1, 1], at(78)),
      bonded([1, 1, 1], at(8, 1)),
    ])
      expect(valenceProblem(good)).toBeUndefined();
  });
});

describe('records that failed', () => {
  const all = async (text: string, format: InputFormat): Promise<InputRecord[]> => {
    const records: InputRecord[] = [];
    for await (const record of readMolecules([text], { format, file: 'in' })) records.push(record);
    return records;
  };
  const failed = (records: readonly InputRecord[], reason: string): string =>
    records
      .map(({ source }, i) => failedText({ source, reason, line: i + 2, seconds: 0.1 }, { first: i === 0 }))
      .join('');
  const what = (record: InputRecord): unknown =>
    record.kind === 'smiles'
      ? [record.smiles, record.name, [...record.fields].filter(([name]) => !name.startsWith('MOLFLOW_'))]
      : record.kind === 'structure'
        ? [
            record.structure.name,
            record.structure.atoms,
            [...record.fields].filter(([name]) => !name.startsWith('MOLFLOW_')),
          ]
        : // A row that could not be cut into cells stands whole where the SMILES is.
          record.source?.kind === 'table' && record.source.cells === 0
          ? [record.source.text, undefined, [['note', '']]]
          : ['error', record.error.place.name];

  it.each([
    ['smi', 'C1CC first one\n\n# a comment\nc1ccc two |x|\nCCO\n'],
    ['csv', 'id,smiles,note\na,C1CC,"one, two"\nb,"C1CC"\nc,C1CC,x,surplus\n"d,C1\ne,CC"C,"\n'],
    ['csv', 'smiles;name\nC1CC;"a ""quoted"" name"\nCC;\n'],
    ['tsv', 'smiles\tinches\nC1CC\t5" "6\nCC\n'],
    ['sdf', `${ethane}$$$$\n${ethane.replace('>  <note>\nkept\n\n', '')}$$$$\n`],
  ] as const)('are read again as they were, once and twice: %s', async (format, text) => {
    const before = await all(text, format);
    const once = failed(before, 'a "reason", with; all\tsorts\nof things');
    const again = await all(once, format);
    expect(again.map(what)).toEqual(before.map(what));
    expect(once).toMatch(/a "+reason"+, with; all.sorts of things/);
    const twice = failed(again, 'another reason');
    expect((await all(twice, format)).map(what)).toEqual(before.map(what));
    expect(twice).not.toMatch(/with; all/);
  });
});

it('a file with something behind its gzip data costs only that', async () => {
  const file = path.join(folder, 'tail.smi.gz');
  writeFileSync(file, Buffer.concat([gzipSync('CCO a\nCCN b\n'), Buffer.from('rubbish')]));
  const names: (string | undefined)[] = [];
  await expect(async () => {
    for await (const record of await readMoleculeFile(file)) if (record.kind === 'smiles') names.push(record.name);
  }).rejects.toThrow(/cannot read .*tail\.smi\.gz: the gzip data end at byte \d+, and something else follows/);
  expect(names).toEqual(['a', 'b']);
});
