/** molflow convert, as the built command: every conformer arrives, in one file or in one for each molecule. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parquetReadObjects } from 'hyparquet';
import { afterAll, expect, it } from 'vitest';
import { sdfRecord } from '../../src/chem/io/write-sdf.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'molflow-convert-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const convert = (...args: string[]): Promise<{ code: number; stderr: string }> =>
  new Promise((resolve) =>
    execFile(process.execPath, [MAIN, 'convert', '--input', 'in.sdf', ...args], { cwd: folder }, (error, _, stderr) =>
      resolve({ code: error ? ((error.code as number | undefined) ?? -1) : 0, stderr }),
    ),
  );

const water = (name: string, x: number) =>
  sdfRecord({
    molecule: {
      name,
      atoms: [8, 1, 1].map((element) => ({ element, charge: 0, isotope: 0 })),
      bonds: [
        { a: 0, b: 1, order: 1 },
        { a: 0, b: 2, order: 1 },
      ],
    },
    coordinates: [x, 0, 0, x + 0.96, 0, 0, x - 0.24, 0.93, 0],
    fields: [['energy', x]],
  });

it('writes one file a molecule, whatever the names, and all in one', async () => {
  writeFileSync(
    path.join(folder, 'in.sdf'),
    [water('a', 0), water('a', 1), water('../b c', 2), water('A', 3), water('', 4)].join(''),
  );
  expect(await convert('--out-dir', 'each')).toEqual({
    code: 0,
    stderr: 'each/{name}.sdf: 4 molecules, 5 conformers, 0 failed\n',
  });
  expect(readdirSync(path.join(folder, 'each')).sort()).toEqual(['4.sdf', 'A-3.sdf', '_._b_c.sdf', 'a.sdf']);
  expect(readFileSync(path.join(folder, 'each/a.sdf'), 'utf8')).toBe(water('a', 0) + water('a', 1));
  expect((await convert('--out', 'all.parquet')).code).toBe(0);
  const rows = await parquetReadObjects({
    file: new Uint8Array(readFileSync(path.join(folder, 'all.parquet'))).buffer,
  });
  expect(rows.map(({ id, conformer, energy }) => [id, conformer, energy])).toEqual([
    ['a', 1, '0'],
    ['a', 2, '1'],
    ['../b c', 1, '2'],
    ['A', 1, '3'],
    ['', 1, '4'],
  ]);
  expect((await convert('--out', 'all.pdb')).code).toBe(0);
  expect(readFileSync(path.join(folder, 'all.pdb'), 'utf8').match(/^(TITLE|REMARK|MODEL|CONECT|END$).*/gm)).toEqual([
    'TITLE     a',
    'REMARK   6 MODEL 1 energy: 0',
    'REMARK   6 MODEL 2 energy: 1',
    'MODEL        1',
    'MODEL        2',
    ...['CONECT    1    2    3', 'CONECT    2    1', 'CONECT    3    1', 'END'],
    ...['../b c', 'A', ''].flatMap((title, i) => [
      ...(title === '' ? [] : [`TITLE     ${title}`]),
      `REMARK   6 energy: ${2 + i}`,
      'MODEL        1',
      ...['CONECT    1    2    3', 'CONECT    2    1', 'CONECT    3    1', 'END'],
    ]),
  ]);
});

it('no file takes the place of another, and what is no folder or holds nothing is named', async () => {
  writeFileSync(path.join(folder, 'in.sdf'), [water('a', 0), water('a-3', 1), water('a', 2)].join(''));
  expect((await convert('--out-dir', 'three')).code).toBe(0);
  expect(readdirSync(path.join(folder, 'three')).sort()).toEqual(['a-3.sdf', 'a-4.sdf', 'a.sdf']);
  expect(await convert('--out-dir', 'in.sdf')).toEqual({ code: 1, stderr: expect.stringMatching(/in\.sdf.*folder/) });
  writeFileSync(path.join(folder, 'in.sdf'), water('in', 0));
  expect(await convert('--out-dir', '.')).toEqual({ code: 2, stderr: expect.stringMatching(/is the file of --input/) });
  expect(readFileSync(path.join(folder, 'in.sdf'), 'utf8')).toBe(water('in', 0));
  writeFileSync(path.join(folder, 'in.sdf'), '');
  expect(await convert('--out-dir', 'none')).toEqual({ code: 1, stderr: 'molflow: in.sdf holds no conformers\n' });
});
