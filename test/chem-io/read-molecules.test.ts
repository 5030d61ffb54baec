import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { molblock } from '../../src/chem/molblock.js';
import { InputError } from '../../src/chem/io/input-error.js';
import type { InputRecord } from '../../src/chem/io/input-record.js';
import { openText } from '../../src/chem/io/open.node.js';
import { readMoleculeFile } from '../../src/chem/io/read-file.node.js';
import { inputFormatOf, readMolecules, type ReadMoleculesOptions } from '../../src/chem/io/read-molecules.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

/** Records in short: what arrived, under which name, at which line; or the message. */
async function read(text: string | Iterable<string>, options: ReadMoleculesOptions): Promise<unknown[]> {
  const found: unknown[] = [];
  const chunks = typeof text === 'string' ? [text] : text;
  for await (const record of readMolecules(chunks, { file: 'f', ...options })) found.push(short(record));
  return found;
}

function short(record: InputRecord): unknown {
  if (record.kind === 'error') return record.error.message;
  return [record.kind === 'smiles' ? record.smiles : record.structure.atoms.length, record.name, record.place.line];
}

async function collect(chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

describe('SMILES files', () => {
  it('reads names after blanks or a tab, and passes over comments, blank lines and a header', async () => {
    const text = '\ufeffSMILES Name\r\n# comment\r\nCCO ethanol\r\n\r\nC#N\thydrogen cyanide \nO\n  [Na+]   sodium\n';
    expect(await read(text, { format: 'smi' })).toEqual([
      ['CCO', 'ethanol', 3],
      ['C#N', 'hydrogen cyanide', 5],
      ['O', undefined, 6],
      ['[Na+]', 'sodium', 7],
    ]);
    expect(await read('', { format: 'smi' })).toEqual([]);
    expect(await read(['C', 'C', 'O et', 'hanol\nN'], { format: 'smi' })).toEqual([
      ['CCO', 'ethanol', 1],
      ['N', undefined, 2],
    ]);
  });

  it('keeps an extension with its SMILES, and refuses one that does not close', async () => {
    expect(await read('C[C@H](F)O |&1:1| both\nC |a:1 x\nC\n', { format: 'smi' })).toEqual([
      ['C[C@H](F)O |&1:1|', 'both', 1],
      expect.stringMatching(/^f, line 2, record 2: the extension "\|a:1 x"/),
      ['C', undefined, 3],
    ]);
  });
});

describe('tables', () => {
  it('finds the columns in any case and the separator by itself', async () => {
    const expected = [
      ['CCO', 'a, "b"', 2],
      ['C', 'x', 3],
    ];
    expect(await read('Name,SMILES,mw\r\n"a, ""b""",CCO,46\r\nx,C,16\r\n', { format: 'csv' })).toEqual(expected);
    expect(await read('mw;canonical_smiles;ID\n46;CCO;"a, ""b"""\n16;C;x', { format: 'csv' })).toEqual(expected);
    expect(await read('smiles\tname\nCCO\ta, "b"\nC\tx\n', { format: 'tsv' })).toEqual(expected);
    expect(await read(['sm', 'iles,name\nCC', 'O,"a, ""', 'b"""\nC,x'], { format: 'csv' })).toEqual(expected);
  });

  it('takes the columns that are named, and gives the others as fields', async () => {
    const text = 'key,structure,smiles,pIC50\nk1,CCO,wrong,7.5\n';
    const options = { format: 'csv', smilesColumn: 'Structure', nameColumn: 'key' } as const;
    expect(await read(text, options)).toEqual([['CCO', 'k1', 2]]);
    for await (const record of readMolecules([text], options)) {
      expect(record.kind === 'smiles' && [...record.fields]).toEqual([
        ['smiles', 'wrong'],
        ['pIC50', '7.5'],
      ]);
    }
  });

  it('gives bad rows in their place', async () => {
    const text = 'name,smiles\nok,C\nempty,\nmany,C,C,C\nquote,"C"C\n5" pipe,C\n\n"two\nlines",N\n"open,O\nlast,N\n';
    expect(await read(text, { format: 'csv' })).toEqual([
      ['C', 'ok', 2],
      'f, line 3, record 2 (empty): no SMILES in column "smiles"',
      expect.stringMatching(/^f, line 4, record 3 \(many\): 4 cells, but the header has 2/),
      expect.stringMatching(/^f, line 5, record 4: Invalid Closing Quote/),
      expect.stringMatching(/^f, line 6, record 5: a quotation mark that is not closed/),
      ['N', 'two\nlines', 8],
      expect.stringMatching(/^f, line 10, record 7: a quotation mark that is not closed/),
      ['N', 'last', 11],
    ]);
    // Nor does a mark that is never closed swallow what comes after it.
    const found = await read(`smiles\n"C\n${'N\n'.repeat(20_000)}`, { format: 'csv' });
    expect(found).toHaveLength(20_001);
    expect(found.filter((item) => typeof item === 'string')).toHaveLength(1);
  });

  it('says which columns there are where the wanted one is missing', async () => {
    await expect(read('id,structure\n1,C\n', { format: 'csv' })).rejects.toThrow(
      /f has no column "smiles" .* "id", "structure"/,
    );
    await expect(read('smiles\nC\n', { format: 'csv', smilesColumn: 'smi' })).rejects.toThrow(InputError);
    await expect(read('a_smiles,b_smiles\nC,C\n', { format: 'csv' })).rejects.toThrow(/several columns of SMILES/);
    expect(await read('', { format: 'csv' })).toEqual([]);
  });
});

describe('files', () => {
  let folder: string;
  const file = (name: string): string => join(folder, name);
  const water = molblock({
    molecule: { name: 'ion', atoms: [{ element: 8, charge: 0, isotope: 0 }], bonds: [] },
    coordinates: [0, 0, 1],
  });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'molflow-io-'));
    const text = 'CCO ethanol\nC methane\n';
    await writeFile(file('a.smi'), text);
    await writeFile(file('a.smi.gz'), gzipSync(text));
    // Several gzip members in one file, and gzip data under a name that does not say so.
    await writeFile(file('members.smi.gz'), Buffer.concat([gzipSync('CCO etha'), gzipSync('nol\nC methane\n')]));
    await writeFile(file('zipped.smi'), gzipSync(text));
    await writeFile(file('unzipped.smi.gz'), text);
    await writeFile(file('a.csv'), 'smiles,name\nCCO,ethanol\nC,methane\n');
    await writeFile(file('a.sdf'), `${water}$$$$\njunk\n$$$$\n${water}$$$$\n`);
    await writeFile(file('a.mol'), water);
    await writeFile(file('cut.smi.gz'), gzipSync(Buffer.from('CCO ethanol\n'.repeat(50_000))).subarray(0, 600));
    const damaged = gzipSync(Buffer.from(Array.from({ length: 9000 }, (_, i) => `C x${(i * 7919) % 9973}\n`).join('')));
    await writeFile(file('damaged.smi.gz'), damaged.fill(0xff, 5000, 5200));
    await writeFile(file('empty.smi'), '');
    await writeFile(file('accents.smi'), 'CCO éthanol–α\n');
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function contents(name: string): Promise<unknown[]> {
    const found: unknown[] = [];
    for await (const record of await readMoleculeFile(file(name))) found.push(short(record));
    return found;
  }

  it('are read whatever their format, gzip recognised by content', async () => {
    const expected = [
      ['CCO', 'ethanol', 1],
      ['C', 'methane', 2],
    ];
    for (const name of ['a.smi', 'a.smi.gz', 'members.smi.gz', 'zipped.smi', 'unzipped.smi.gz']) {
      expect(await contents(name), name).toEqual(expected);
    }
    expect(await contents('a.csv')).toEqual([
      ['CCO', 'ethanol', 2],
      ['C', 'methane', 3],
    ]);
    expect(await contents('a.mol')).toEqual([[1, 'ion', 1]]);
    expect(await contents('a.sdf')).toEqual([
      [1, 'ion', 1],
      expect.stringMatching(/a\.sdf, line \d+, record 2 \(junk\)/),
      [1, 'ion', 10],
    ]);
    expect(await contents('empty.smi')).toEqual([]);
    expect(await contents('accents.smi')).toEqual([['CCO', 'éthanol–α', 1]]);
  });

  it('that cannot be read say why, and which file it is', async () => {
    await expect(openText(file('none.smi'))).rejects.toThrow(/none\.smi: there is no such file/);
    await expect(openText(folder)).rejects.toThrow(/is a directory/);
    await expect(openText(file('a.smi/x'))).rejects.toThrow(InputError);
    await expect(collect(await openText(file('cut.smi.gz')))).rejects.toThrow(
      /cut\.smi\.gz: the gzip data end too early/,
    );
    await expect(collect(await openText(file('damaged.smi.gz')))).rejects.toThrow(
      /damaged\.smi\.gz: the gzip data are damaged/,
    );
    await expect(readMoleculeFile(file('a.docx'))).rejects.toThrow(/does not tell the format; expected one of \.smi/);
  });

  it('have the format of their name', () => {
    expect(['x.smi', 'x.SMI.GZ', 'a.b/x.csv', 'x.tsv.gz', 'x.mol', 'x.sdf'].map(inputFormatOf)).toEqual([
      'smi',
      'smi',
      'csv',
      'tsv',
      'sdf',
      'sdf',
    ]);
    for (const name of ['x', 'x.gz', 'dir.smi/x']) expect(() => inputFormatOf(name)).toThrow(InputError);
  });

  it('are not held open by a reader that stops early', async () => {
    await writeFile(file('long.smi.gz'), gzipSync('CCO ethanol\n'.repeat(300_000)));
    for (let i = 0; i < 12; i++) {
      for await (const record of await readMoleculeFile(file('long.smi.gz'))) {
        expect(short(record)).toEqual(['CCO', 'ethanol', 1]);
        break;
      }
    }
  });
});
