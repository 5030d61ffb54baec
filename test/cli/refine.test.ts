/** molflow refine as a process: fields, order and titles kept, bad records named, the rest done. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { readSdf, type SdfRecord } from '../../src/chem/io/sdf.js';
import { sdfRecord } from '../../src/chem/io/write-sdf.js';
import { rmsdAligned } from '../../src/geometry/rmsd.js';
import { embed } from '../chem/conformers.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'molflow-refine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string) => path.join(folder, name);

function refine(args: readonly string[], input = ''): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [MAIN, 'refine', ...args],
      { maxBuffer: 2 ** 26 },
      (error, stdout, stderr) =>
        resolve({ code: error ? ((error.code as number | undefined) ?? -1) : 0, stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

async function records(text: string): Promise<SdfRecord[]> {
  const all: SdfRecord[] = [];
  for await (const record of readSdf([text])) all.push(record);
  return all;
}

const recordOf = (smiles: string, title: string, fields: [string, string][] = []) => {
  const structure = embed(smiles);
  return sdfRecord({ molecule: structure, coordinates: structure.coordinates!, title, fields });
};
const aspirin = recordOf('CC(=O)Oc1ccccc1C(=O)O', 'aspirin 1', [
  ['DOCKING_SCORE', '-7.3'],
  ['NOTE', 'two\nlines'],
]);
const salt =
  'salt\n\n\n  2  0  0  0  0  0  0  0  0  0999 V2000\n    0.0000    0.0000    0.0000 Na  0  0\n    5.0000    0.0000    1.0000 Cl  0  0\nM  END\n$$$$\n';
const torn = 'torn\n\n\n  9 99 V2000\nM  END\n$$$$\n';
const alanine = recordOf('C[C@H](N)C(=O)O', 'alanine');

it('keeps titles, fields and order, says how far each moved, and goes on after bad records', async () => {
  writeFileSync(file('in.sdf.gz'), gzipSync(aspirin + salt + torn + alanine));
  const { code, stdout, stderr } = await refine(['--input', file('in.sdf.gz'), '--out', file('out.sdf.gz')]);
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toMatch(/in\.sdf\.gz, line \d+, record 2 \(salt\): .*fragments/);
  expect(stderr).toMatch(/in\.sdf\.gz, line \d+, record 3 \(torn\): /);
  expect(stderr).toMatch(/2 records by molflow-base, seed 1; moved by \d\.\d+ Å/);
  const given = await records(aspirin + alanine);
  const refined = await records(gunzipSync(readFileSync(file('out.sdf.gz'))).toString());
  expect(refined.map(({ structure }) => structure.name)).toEqual(['aspirin 1', 'alanine']);
  expect(refined[0].fields.get('DOCKING_SCORE')).toBe('-7.3');
  expect(refined[0].fields.get('NOTE')).toBe('two\nlines');
  refined.forEach(({ structure, fields }, i) => {
    expect(structure.atoms).toEqual(given[i].structure.atoms);
    const heavy = structure.atoms.map(({ element }) => element > 1);
    const [a, b] = [given[i].structure, structure].map(({ coordinates }) =>
      coordinates!.filter((_, k) => heavy[Math.floor(k / 3)]),
    );
    expect(Number(fields.get('MOLFLOW_RMSD_MOVED'))).toBeCloseTo(rmsdAligned(a, b, a.length / 3), 3);
    expect(fields.get('MOLFLOW_REFINED')).toBe('yes');
    expect(fields.get('MOLFLOW_STEREO_VERIFIED')).toBe('yes');
  });
}, 180_000);

it('from standard input to standard output is the same as from file to file, and without a summary where asked', async () => {
  const { code, stdout, stderr } = await refine(['--input', '-', '--quiet'], alanine + aspirin);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const refined = async (text: string) => (await records(text)).map(({ structure, fields }) => ({ structure, fields }));
  const before = await refined(gunzipSync(readFileSync(file('out.sdf.gz'))).toString());
  // The order of the file changes none of them.
  expect(await refined(stdout)).toEqual(before.reverse());
}, 180_000);

it('makes the same in shards and as one file a molecule, and merge joins the shards to the bytes of one run', async () => {
  const args = ['--input', file('in.sdf.gz'), '--allow-failures', '--quiet'];
  for (const shard of [2, 1])
    expect((await refine([...args, '--shard', `${shard}/2`, '--out', file(`part-${shard}.sdf.gz`)])).code).toBe(0);
  const parts = [1, 2].map((shard) => file(`part-${shard}.sdf.gz`));
  execFileSync(process.execPath, [MAIN, 'merge', ...parts, '--out', file('merged.sdf.gz'), '--quiet']);
  const whole = readFileSync(file('out.sdf.gz'));
  expect(readFileSync(file('merged.sdf.gz')).equals(whole)).toBe(true);

  expect((await refine([...args, '--out-dir', file('own')])).code).toBe(0);
  expect(readdirSync(file('own'))).toEqual(['alanine.sdf', 'aspirin_1.sdf', 'molflow-files.csv']);
  const own = (name: string) => readFileSync(file(`own/${name}`), 'utf8');
  expect(own('aspirin_1.sdf') + own('alanine.sdf')).toBe(gunzipSync(whole).toString());
  expect(own('molflow-files.csv').split(/\r?\n/)).toEqual([
    'file,molecule,id,conformers',
    'aspirin_1.sdf,1,aspirin 1,1',
    'alanine.sdf,4,alanine,1',
    '',
  ]);
}, 180_000);

it('says what is wrong with the command line, or that nothing could be done', async () => {
  const strength = await refine(['--input', file('in.sdf.gz'), '--strength', '1']);
  expect(strength.code).toBe(2);
  expect(strength.stderr).toMatch(/polish, clean, reshape, resample, or a number/);
  const ions = await refine(['--input', '-'], salt);
  expect(ions.code).toBe(1);
  // It has no flag for the largest fragment.
  expect(ions.stderr).toMatch(/\(salt\): it holds several separate fragments; expected one molecule a record/);
  const missing = await refine(['--input', file('none.sdf')]);
  expect(missing.code).toBe(1);
  expect(missing.stderr).toMatch(/none\.sdf: there is no such file/);
}, 180_000);
