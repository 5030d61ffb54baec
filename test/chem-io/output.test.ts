import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { openText } from '../../src/chem/io/open.node.js';
import { openOutput, OutputError } from '../../src/chem/io/output.node.js';
import { readSdf } from '../../src/chem/io/sdf.js';
import { pdbEntry } from '../../src/chem/io/write-pdb.js';
import { xyzFrame } from '../../src/chem/io/write-xyz.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const atom = (element: number, charge = 0) => ({ element, charge, isotope: 0 });
const hcn = {
  name: 'HCN',
  atoms: [atom(6), atom(7), atom(1)],
  bonds: [
    { a: 0, b: 1, order: 3 as const },
    { a: 0, b: 2, order: 1 as const },
  ],
};
const nitrite = {
  name: 'nitrite',
  atoms: [atom(7), atom(8), atom(8, -1)],
  bonds: [
    { a: 0, b: 1, order: 2 as const },
    { a: 0, b: 2, order: 1 as const },
  ],
};
const linear = [0, 0, 0, 1.156, 0, 0, -1.064, 0, 0];

let folder: string;
const file = (name: string): string => join(folder, name);
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'molflow-out-'))));
afterAll(() => rm(folder, { recursive: true }));

describe('XYZ', () => {
  it('is count, comment and atoms', () => {
    const record = {
      molecule: hcn,
      coordinates: linear,
      fields: [
        ['energy', -5.5],
        ['note', 'two\nlines'],
      ] as const,
    };
    expect(xyzFrame(record)).toBe(
      [
        '3',
        'name="HCN" energy=-5.5 note="two lines" Properties=species:S:1:pos:R:3 pbc="F F F"',
        'C       0.00000      0.00000      0.00000',
        'N       1.15600      0.00000      0.00000',
        'H      -1.06400      0.00000      0.00000',
        '',
      ].join('\n'),
    );
    expect(() => xyzFrame({ molecule: hcn, coordinates: [...linear.slice(0, 8), NaN] })).toThrow(
      /z coordinate of atom 3 is NaN/,
    );
  });
});

describe('PDB', () => {
  it('has every value in its columns', () => {
    const record = { molecule: nitrite, coordinates: [-123.4567, 2, 3, 0, 0, 0, 1, 1, 1] };
    const lines = pdbEntry(Array.from({ length: 12 }, () => record))
      .split('\n')
      .slice(-10);
    expect(lines[0]).toBe('MODEL       12');
    const first = lines[1];
    expect([
      first.slice(0, 6),
      first.slice(6, 11),
      first.slice(12, 16),
      first.slice(17, 20),
      first.slice(21, 22),
      first.slice(22, 26),
    ]).toEqual(['HETATM', '    1', ' N1 ', 'UNL', 'A', '   1']);
    expect([first.slice(30, 38), first.slice(38, 46), first.slice(46, 54), first.slice(76, 78)]).toEqual([
      '-123.457',
      '   2.000',
      '   3.000',
      ' N',
    ]);
    expect(lines[3].slice(78, 80)).toBe('1-');
    expect(lines.slice(4)).toEqual([
      'ENDMDL',
      'CONECT    1    2    2    3',
      'CONECT    2    1    1',
      'CONECT    3    1',
      'END',
      '',
    ]);
  });

  it('names many atoms apart, and refuses what the columns cannot hold', () => {
    const atoms = Array.from({ length: 2500 }, (_, i) => atom(i % 2 === 0 ? 6 : 17));
    const text = pdbEntry([
      {
        molecule: { atoms: atoms.map((a, i) => (i < 1800 ? a : atom(6))), bonds: [] },
        coordinates: new Float32Array(7500),
      },
    ]);
    const names = text
      .split('\n')
      .filter((line) => line.startsWith('HETATM'))
      .map((line) => line.slice(12, 16));
    expect(new Set(names).size).toBe(2500);
    expect(() => pdbEntry([{ molecule: nitrite, coordinates: [-1000, 0, 0, 0, 0, 0, 0, 0, 0] }])).toThrow(
      /does not fit the columns of PDB/,
    );
  });

  it('wraps a long title', () => {
    const lines = pdbEntry([{ molecule: hcn, coordinates: linear, title: 'word '.repeat(40) }])
      .split('\n')
      .filter((line) => line.startsWith('TITLE'));
    expect(lines.map((line) => line.slice(0, 10))).toEqual(['TITLE     ', 'TITLE    2', 'TITLE    3']);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(80);
  });
});

describe('openOutput', () => {
  const records = [
    { molecule: hcn, coordinates: linear },
    { molecule: hcn, coordinates: linear },
    { molecule: nitrite, coordinates: linear },
  ];

  it('takes the format from the name, gzip included', async () => {
    for (const name of ['a.sdf', 'a.sdf.gz', 'a.xyz', 'a.xyz.gz', 'a.pdb', 'a.pdb.gz']) {
      const output = await openOutput(file(name));
      expect(await output.write(records.slice(0, 2))).toBe(true);
      await output.write(records.slice(2));
      await output.close();
      const bytes = await readFile(file(name));
      const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
      if (name.includes('sdf')) expect(text.match(/^\$\$\$\$$/gm)).toHaveLength(3);
      if (name.includes('xyz')) expect(text.match(/^3$/gm)).toHaveLength(3);
      if (name.includes('pdb')) {
        expect(text.match(/^(TITLE|MODEL|ENDMDL|END$).*/gm)).toEqual([
          'TITLE     HCN',
          'MODEL        1',
          'ENDMDL',
          'MODEL        2',
          'ENDMDL',
          'END',
          'TITLE     nitrite',
          'MODEL        1',
          'ENDMDL',
          'END',
        ]);
      }
    }
    const read: string[] = [];
    for await (const { structure } of readSdf(await openText(file('a.sdf.gz')))) read.push(structure.name);
    expect(read).toEqual(['HCN', 'HCN', 'nitrite']);
  });

  it('writes nothing of a batch that holds a bad record, and goes on after it', async () => {
    const output = await openOutput(file('bad.sdf'));
    await expect(async () =>
      output.write([records[0], { molecule: hcn, coordinates: linear.map(() => NaN) }]),
    ).rejects.toThrow(RangeError);
    await output.write([records[2]]);
    await output.close();
    expect((await readFile(file('bad.sdf'), 'utf8')).match(/^\$\$\$\$$/gm)).toHaveLength(1);
  });

  it('fails at opening where nothing could be written', async () => {
    await expect(openOutput(file('none/a.sdf'))).rejects.toThrow(/none\/a\.sdf: its directory does not exist/);
    await expect(openOutput(folder, { format: 'sdf' })).rejects.toThrow(/it is a directory/);
    await expect(openOutput(file('a.mp3'))).rejects.toThrow(/expected \.sdf, \.xyz, \.pdb or \.mol2/);
    await expect(openOutput('/proc/none.sdf')).rejects.toThrow(OutputError);
  });

  it('leaves no file where nothing was written', async () => {
    for (const name of ['none.sdf', 'none.sdf.gz']) {
      const output = await openOutput(file(name));
      await output.close();
      await expect(stat(file(name))).rejects.toThrow(/ENOENT/);
    }
  });
});

describe('a process that writes', () => {
  let program: string;

  beforeAll(async () => {
    program = file('writer.mjs');
    // Writes for ever: what ends it is the kill, or a reader that goes away.
    const contents = `
      import { openOutput } from './src/chem/io/output.node.ts';
      const atoms = Array.from({ length: 40 }, () => ({ element: 6, charge: 0, isotope: 0 }));
      const molecule = { name: 'chain', atoms, bonds: atoms.slice(1).map((_, i) => ({ a: i, b: i + 1, order: 1 })) };
      const coordinates = Float32Array.from({ length: 120 }, (_, i) => i);
      const output = await openOutput(process.argv[2]);
      while (await output.write([{ molecule, coordinates }, { molecule, coordinates }]));
      await output.close();
      process.stderr.write('finished');
    `;
    await build({
      stdin: { contents, resolveDir: process.cwd() },
      bundle: true,
      platform: 'node',
      format: 'esm',
      outfile: program,
      logLevel: 'error',
    });
  });

  it('ends quietly when the reader of its standard output goes away', async () => {
    const child = spawn(process.execPath, [program, '-'], { stdio: ['ignore', 'pipe', 'pipe'] });
    let errors = '';
    child.stderr.on('data', (data: Buffer) => (errors += String(data)));
    await new Promise((resolve) => child.stdout.once('data', resolve));
    child.stdout.destroy();
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect([code, errors]).toEqual([0, 'finished']);
  });
});
