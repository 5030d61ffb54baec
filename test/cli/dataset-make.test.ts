/** molflow dataset make as a process: what it writes, and what a kill, an exclusion or a missing program does to it. */
import { execFile, spawn } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { readSdf, type SdfRecord } from '../../src/chem/io/sdf.js';
import { pythonWith } from '../../src/python/programs.node.js';
import { hasXtb } from '../../src/evaluation/xtb.node.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'molflow-make-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (...names: string[]) => path.join(folder, ...names);

const python = pythonWith('rdkit');
if (!python)
  process.stderr.write(
    'skipped: making ensembles; RDKit for Python is not installed (Debian: apt-get install python3-rdkit)\n',
  );
if (!hasXtb())
  process.stderr.write('skipped: making GFN2-xTB ensembles; xtb is not on the PATH (Debian: apt-get install xtb)\n');

function make(
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) =>
    execFile(process.execPath, [MAIN, 'dataset', 'make', ...args], { env }, (error, _, stderr) =>
      resolve({ code: error ? ((error.code as number | undefined) ?? -1) : 0, stderr }),
    ),
  );
}

async function ensembles(name: string): Promise<SdfRecord[]> {
  const all: SdfRecord[] = [];
  for await (const record of readSdf([gunzipSync(readFileSync(file(name, 'ensembles.sdf.gz'))).toString()]))
    all.push(record);
  return all;
}
const titles = (records: readonly SdfRecord[]) => [...new Set(records.map(({ structure }) => structure.name))];

writeFileSync(
  file('three.smi.gz'),
  gzipSync('C[C@H](N)C(=O)O alanine\nCCO ethanol\n[Na+].[Cl-] salt\nc1ccccc1O phenol\n'),
);

describe.skipIf(!python)('molflow dataset make', { timeout: 300_000 }, () => {
  it('makes ensembles with energies and weights, in the order of the input, and says what it left out', async () => {
    const { code, stderr } = await make([
      '--input',
      file('three.smi.gz'),
      '--out',
      file('three'),
      '--mode',
      'mmff',
      '--threads',
      '2',
    ]);
    expect(code).toBe(0);
    expect(stderr).toMatch(/3 molecules, \d+ conformers\n\s+left out\s+1\s+several fragments/);
    const records = await ensembles('three');
    expect(titles(records)).toEqual(['alanine', 'ethanol', 'phenol']);
    expect(records[0].fields.get('SMILES')).toBe('C[C@H](N)C(=O)O');
    for (const title of titles(records)) {
      const own = records.filter(({ structure }) => structure.name === title);
      const energies = own.map(({ fields }) => Number(fields.get('MMFF94S_ENERGY_HARTREE')));
      const weights = own.map(({ fields }) => Number(fields.get('BOLTZMANN_WEIGHT_298K')));
      expect(energies).toEqual([...energies].sort((a, b) => a - b));
      expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 3);
      // Boltzmann at 298.15 K with R = 1.987204e-3 kcal/(mol K), from the energies as written.
      own.forEach((_, i) => {
        const expected = Math.exp((-(energies[i] - energies[0]) * 627.5095) / (1.987204e-3 * 298.15)) * weights[0];
        expect(Math.abs(weights[i] - expected)).toBeLessThan(1e-3);
      });
    }
  });

  it('goes on after a kill, also in the middle of a write, and makes the same file as an undisturbed run', async () => {
    const smiles = ['CCOC', 'CC(=O)Oc1ccccc1C(=O)O', 'CCOC(=O)c1ccccc1', 'OCCOCCOCC'];
    writeFileSync(file('four.smi'), smiles.map((text, i) => `${text} m${i}\n`).join(''));
    const args = (out: string) => ['--input', file('four.smi'), '--out', file(out), '--mode', 'mmff', '--quiet'];
    const list = file('killed', 'done.tsv');
    const made = () => (existsSync(list) ? readFileSync(list, 'utf8').split('\n').length - 3 : 0);
    const child = spawn(process.execPath, [MAIN, 'dataset', 'make', ...args('killed'), '--threads', '2'], {
      stdio: 'ignore',
    });
    while (made() <= 0 && child.exitCode === null) await sleep(10);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    const before = made();
    expect(before).toBeGreaterThan(0);
    expect(before).toBeLessThan(smiles.length);
    // What a kill in the middle of a molecule may leave behind.
    appendFileSync(file('killed', 'made.sdf.gz'), gzipSync('half a record').subarray(0, 15));
    appendFileSync(list, '5\tCCCC');
    expect((await make([...args('killed'), '--threads', '1'])).code).toBe(0);
    expect((await make([...args('whole'), '--threads', '2'])).code).toBe(0);
    expect(titles(await ensembles('whole'))).toEqual(smiles.map((_, i) => `m${i}`));
    expect(readFileSync(file('killed', 'ensembles.sdf.gz'))).toEqual(readFileSync(file('whole', 'ensembles.sdf.gz')));
  });

  it('leaves out molecules of other files, whatever their stereo, and refuses to change that later', async () => {
    writeFileSync(file('hand.smi'), 'C[C@@H](N)C(=O)O other hand\n');
    writeFileSync(file('backwards.smi'), 'c1ccccc1O phenol\nCCO ethanol\nC[C@H](N)C(=O)O alanine\n');
    await make([
      '--input',
      file('backwards.smi'),
      '--out',
      file('phenol'),
      '--mode',
      'mmff',
      '--exclude',
      file('hand.smi'),
    ]);
    expect(titles(await ensembles('phenol'))).toEqual(['phenol', 'ethanol']);
    // The place in the file changes no ensemble.
    const structuresOf = async (name: string, title: string) =>
      (await ensembles(name)).map(({ structure }) => structure).filter((structure) => structure.name === title);
    for (const title of ['phenol', 'ethanol'])
      expect(await structuresOf('phenol', title)).toEqual(await structuresOf('three', title));
    writeFileSync(file('phenol.sdf'), gunzipSync(readFileSync(file('phenol', 'ensembles.sdf.gz'))));
    const args = ['--input', file('three.smi.gz'), '--out', file('alanine'), '--mode', 'mmff'];
    await make([...args, '--exclude', file('phenol.sdf')]);
    expect(titles(await ensembles('alanine'))).toEqual(['alanine']);
    const { code, stderr } = await make(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/a run with another list of excluded molecules/);
  });

  it('names xtb where it is missing, before anything is made', async () => {
    mkdirSync(file('bin'), { recursive: true });
    const found = python!.startsWith('/')
      ? python!
      : (await new Promise<string>((resolve) => execFile('which', [python!], (_, out) => resolve(out)))).trim();
    symlinkSync(found, file('bin', 'python3'));
    const args = ['--input', file('three.smi.gz'), '--out', file('none'), '--mode'];
    const { code, stderr } = await make([...args, 'train'], { ...process.env, PATH: file('bin') });
    expect(code).toBe(1);
    expect(stderr).toMatch(/apt-get install xtb/);
    expect(existsSync(file('none'))).toBe(false);
  });

  it.skipIf(!hasXtb())('relaxes with GFN2-xTB', async () => {
    writeFileSync(file('one.smi'), 'CO methanol\n');
    expect((await make(['--input', file('one.smi'), '--out', file('one'), '--mode', 'train'])).code).toBe(0);
    const [record] = await ensembles('one');
    // GFN2-xTB's energy of methanol.
    expect(Number(record.fields.get('GFN2_ENERGY_HARTREE'))).toBeCloseTo(-8.2245, 2);
  });
});

it('molflow dataset make names RDKit for Python where it is missing', async () => {
  // A Python that cannot find its own library imports nothing.
  const { code, stderr } = await make(['--input', file('three.smi.gz'), '--out', file('nothing'), '--mode', 'mmff'], {
    ...process.env,
    PYTHONHOME: file('nowhere'),
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/apt-get install python3-rdkit/);
});
