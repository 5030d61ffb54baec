/** The built command as a process: what it writes, says and returns, also when the input is bad or it is killed. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRDKit, type RDKitModule } from '../../src/chem/rdkit.js';
import { moleculeFromStructure } from '../../src/chem/parse.js';
import { checkGeometry } from '../../src/chem/geometry-checks.js';
import { readSdf, type SdfRecord } from '../../src/chem/io/sdf.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};
const folder = mkdtempSync(path.join(tmpdir(), 'molflow-cli-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string) => path.join(folder, name);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function molflow(args: readonly string[], { input }: { input?: string } = {}): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [MAIN, ...args], { maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      resolve({ code: error ? ((error.code as number | undefined) ?? -1) : 0, stdout, stderr }),
    );
    child.stdin?.end(input ?? '');
  });
}

async function records(text: string): Promise<SdfRecord[]> {
  const all: SdfRecord[] = [];
  for await (const record of readSdf([text])) all.push(record);
  return all;
}

let rdkit: RDKitModule;
beforeAll(async () => {
  rdkit = await loadRDKit();
});

it('the built command runs by itself, as a link of npm calls it', async () => {
  await expect(promisify(execFile)(MAIN, ['--version'])).resolves.toMatchObject({ stdout: `${version}\n` });
});

describe('molflow generate', () => {
  it('writes distinct conformers of the stereo asked for, geometry sound, and says where they are fewer and why', async () => {
    const out = file('several.sdf');
    const smiles = [
      'CC(=O)Oc1ccccc1C(=O)O',
      'c1ccccc1',
      'C[C@H](N)C(=O)O',
      'C[C@@H](N)C(=O)O',
      'OC(=O)/C=C/C(=O)O',
      'OC(=O)/C=C\\C(=O)O',
      'C[C@H](O)[C@@H](O)C',
    ];
    const asked = smiles.flatMap((text) => ['--smiles', text]);
    const { code, stdout, stderr } = await molflow(['generate', ...asked, '-n', '2', '--out', out]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    expect(stderr).toMatch(/2 of 2 conformers/);
    expect(stderr).toMatch(/1 of 2 conformers/);
    expect(stderr).toMatch(/fewer than asked: .*within 0\.1 Å of another/);
    const all = await records(readFileSync(out, 'utf8'));
    for (const { structure, fields } of all) {
      const { molecule, order } = moleculeFromStructure(rdkit, structure);
      const wanted = rdkit.get_mol(structure.name)!;
      expect(molecule.smiles).toBe(wanted.get_smiles());
      wanted.delete();
      const coordinates = Float32Array.from(
        [...order].flatMap((i) => [...structure.coordinates!.subarray(i * 3, i * 3 + 3)]),
      );
      expect(checkGeometry(molecule, coordinates).problems).toEqual([]);
      expect(fields.get('MOLFLOW_STEREO_VERIFIED')).toBe('yes');
      expect(fields.get('MOLFLOW_MODEL')).toBe('molflow-base');
      expect(fields.get('MOLFLOW_SEED')).toBe('1');
    }
    const named = (name: string) => all.filter(({ structure }) => structure.name === name);
    expect(smiles.map((name) => named(name).length > 0)).toEqual(smiles.map(() => true));
    const [aspirin, benzene] = smiles.map(named);
    expect([aspirin.length, benzene.length]).toEqual([2, 1]);
    // Every hydrogen is explicit.
    expect(aspirin.map(({ structure }) => structure.atoms.length)).toEqual([21, 21]);
    expect(new Set(aspirin.map(({ fields }) => fields.get('MOLFLOW_RMSD_TO_FIRST'))).size).toBe(2);
  });

  it('gives each conformer whatever the number asked for, in each format, also from standard input', async () => {
    const flags = ['--fast', '--plain', '--seed', '5', '--quiet'];
    const three = await molflow(['generate', '--input', '-', '-n', '3', ...flags], {
      input: 'CCOC(=O)c1ccccc1 ester\n',
    });
    const five = await molflow([
      'generate',
      '--smiles',
      'CCOC(=O)c1ccccc1',
      '--smiles',
      'O',
      '-n',
      '5',
      '--out-format',
      'xyz',
      ...flags,
    ]);
    const conformers = (await records(three.stdout)).map(({ structure }) => [...structure.coordinates!]);
    expect(conformers).toHaveLength(3);
    const blocks = five.stdout.split(/^(?=\d+\n)/m);
    expect(blocks.at(-1)).toMatch(/^3\nname="O" .*\nO /);
    conformers.forEach((x, k) => {
      const again = [...blocks[k].matchAll(/^[A-Z]\s+(\S+)\s+(\S+)\s+(\S+)$/gm)].flatMap((row) =>
        row.slice(1).map(Number),
      );
      expect(again).toHaveLength(x.length);
      x.forEach((v, i) => expect(Math.abs(v - again[i])).toBeLessThan(1e-3));
    });
  });

  it('relaxes, ranks and cuts by MMFF94 energy, also where nobody reads what it says beside', async () => {
    const asked = ['--smiles', 'CCCCO', '--smiles', 'CCO', '-n', '4', '--optimize', 'mmff94', '--energy-window', '3'];
    const child = spawn(process.execPath, [MAIN, 'generate', ...asked], { stdio: 'pipe' });
    let text = '';
    child.stdout.on('data', (data: Buffer) => (text += String(data)));
    child.stderr.destroy();
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    const all = await records(text);
    expect([...new Set(all.map(({ structure }) => structure.name))]).toEqual(['CCCCO', 'CCO']);
    const energies = all
      .filter(({ structure }) => structure.name === 'CCCCO')
      .map(({ fields }) => Number(fields.get('MOLFLOW_RELATIVE_ENERGY')));
    expect(energies.length).toBeGreaterThan(1);
    expect(energies[0]).toBe(0);
    expect([...energies].sort((a, b) => a - b)).toEqual(energies);
    expect(energies.at(-1)).toBeLessThanOrEqual(3);
  });

  it('writes the way from noise to molecule, the skeleton first, then the hydrogens, and the log density of its end', async () => {
    const trajectory = file('way.sdf');
    await molflow([
      'generate',
      '--smiles',
      'CCO',
      '-n',
      '1',
      '--steps',
      '4',
      '--out',
      file('way-end.sdf'),
      '--trajectory',
      trajectory,
      '--log-likelihood',
      '--quiet',
    ]);
    const frames = await records(readFileSync(trajectory, 'utf8'));
    expect(frames.map(({ fields }) => fields.get('MOLFLOW_STAGE')).join(' ')).toMatch(/^(skeleton ){5}(hydrogens ?)+$/);
    expect(Number(frames[0].fields.get('MOLFLOW_FLOW_TIME'))).toBe(0);
    const [end] = await records(readFileSync(file('way-end.sdf'), 'utf8'));
    expect(end.fields.get('MOLFLOW_LOG_LIKELIHOOD')).toMatch(/^-?\d+\.\d{3}$/);
    expect(end.fields.get('MOLFLOW_LOG_LIKELIHOOD_METHOD')).toBe('exact');
    const last = frames.at(-1)!.structure.coordinates!;
    end.structure.coordinates!.forEach((v, i) => expect(Math.abs(v - last[i])).toBeLessThan(2e-3));
  });

  it('makes the smallest molecules, and of a salt its largest fragment where told to; what fails is named, and stops nothing', async () => {
    const lines = ['O good', '', 'not-a-smiles bad', 'C', 'N#N', '[Na+]', 'CC(=O)[O-].[Na+] also-good'];
    writeFileSync(file('mixed.smi.gz'), gzipSync(`${lines.join('\n')}\n`));
    const { code, stdout, stderr } = await molflow([
      'generate',
      '--input',
      file('mixed.smi.gz'),
      '--largest-fragment',
      '-n',
      '1',
    ]);
    expect(code).toBe(3);
    const made = await records(stdout);
    expect(made.map(({ structure }) => structure.atoms.length)).toEqual([3, 5, 2, 7]);
    expect([made[0], made[3]].map(({ structure }) => structure.name)).toEqual(['good', 'also-good']);
    expect(stderr).toMatch(/mixed\.smi\.gz, line 3/);
    expect(stderr).toMatch(/sodium \(Na\), atom 1; it knows H B C N O F Si P S Cl Br I/);
    expect(stderr).toMatch(/^4 of 6 molecules, 4 conformers, 2 failed; [\d.]+ s, [\d.]+ a (second|minute)$/m);
  });
});

describe('bad input', () => {
  it.each([
    [['generate', '--smiles', 'CCO', '-n', '0'], 2, /expected a whole number, 1 or more/],
    [['generate'], 2, /give --smiles, --molecule or --input/],
    [['generate', '--smiles', 'CCO', '--sampler', 'rk9'], 2, /Allowed choices are modes, stochastic, ancestral, euler/],
    [['generate', '--smiles', 'CCO', '--out', '/nowhere/x.sdf'], 1, /\/nowhere/],
    [['generate', '--smiles', 'CCO', '--out', 'x.pdf'], 1, /expected \.sdf, \.xyz, \.pdb or \.mol2/],
    [['generate', '--smiles', 'CCO', '--model', 'no-such'], 1, /no model 'no-such'.*molflow-base/],
    [
      ['generate', '--smiles', 'CCO', '--fast', '--model', 'molflow-base'],
      2,
      /'--fast' cannot be used with option '--model/,
    ],
    [['frobnicate'], 2, /unknown command/],
    [['dataset', 'stats'], 2, /missing required argument/],
    [['demo', '2d', '--steps', 'x'], 2, /expected a whole number, 1 or more/],
  ])('%j', async (args, expected, message) => {
    const { code, stderr, stdout } = await molflow(args);
    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' });
    // A message, not a stack.
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('each molecule of which nothing can be made is named: no SMILES, a salt, more atoms than the model makes', async () => {
    // 710 atoms.
    const peptide = `N${'[C@@H](C)C(=O)N'.repeat(70)}CC(=O)O`;
    const asked = ['C1CC', 'CCO.[Na+].[Cl-]', peptide].flatMap((smiles) => ['--smiles', smiles]);
    const { code, stdout, stderr } = await molflow(['generate', ...asked, '-n', '1', '--steps', '1', '--plain']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/"C1CC" is not a valid SMILES/);
    expect(stderr).toMatch(/fragment/);
    expect(stderr).toMatch(/has 710 atoms; at most 700 are supported/);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('an empty file is said to hold no molecule', async () => {
    writeFileSync(file('empty.smi'), '');
    const { code, stderr } = await molflow(['generate', '--input', file('empty.smi')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/empty\.smi holds no molecule/);
  });

  it.each([
    ['an input that is not there', ['generate', '--input', 'missing.smi', '--out', 'kept.sdf'], 1, /missing\.smi/],
    [
      'a name that no molecule has',
      ['generate', '--molecule', 'cafeine', '--out', 'kept.sdf'],
      1,
      /did you mean.*caffeine/,
    ],
    [
      'a device that is not there',
      ['generate', '--smiles', 'CCO', '--device', 'cuda', '--out', 'kept.sdf'],
      1,
      /cuda/i,
    ],
    ['an output that is the input', ['refine', '--input', 'kept.sdf', '--out', './kept.sdf'], 2, /kept\.sdf/],
    ['an output in the folder that is read', ['dataset', 'import', '.', '--out', 'kept.sdf'], 2, /kept\.sdf/],
    [
      'two outputs in one file',
      ['generate', '--smiles', 'CCO', '--out', 'kept.sdf', '--trajectory', 'kept.sdf'],
      2,
      /kept\.sdf/,
    ],
  ])('%s costs no file that was there', async (_, args, expected, message) => {
    writeFileSync(file('kept.sdf'), 'years of work\n');
    const { code, stderr } = await molflow(args.map((arg) => (/^\.$|\.(sdf|smi)$/.test(arg) ? file(arg) : arg)));
    expect(code).toBe(expected);
    expect(stderr).toMatch(message);
    expect(readFileSync(file('kept.sdf'), 'utf8')).toBe('years of work\n');
  });

  it('carries columns of a table into the records, and keeps what a cut file gave', async () => {
    const rows = Array.from({ length: 8 }, (_, i) => `${'C'.repeat(1 + (i % 3))}O,a${i},${Math.sin(i)}\n`);
    const whole = gzipSync(`smiles,name,activity\n${rows.join('')}`);
    writeFileSync(file('cut.csv.gz'), whole.subarray(0, whole.length - 40));
    const { code, stdout, stderr } = await molflow([
      'generate',
      '--input',
      file('cut.csv.gz'),
      '--fast',
      '-n',
      '1',
      '--quiet',
    ]);
    expect(code).toBe(3);
    expect(stderr).toMatch(/cut off/);
    const all = await records(stdout);
    expect(all.length).toBeGreaterThan(3);
    expect(all.length).toBeLessThan(8);
    all.forEach(({ fields }, i) => expect(fields.get('activity')).toBe(String(Math.sin(i))));
  });

  it.skipIf(!existsSync('/dev/full'))('a full disk ends the run with the first molecule', async () => {
    writeFileSync(file('many.smi'), 'CCO\n'.repeat(20));
    const { code, stderr } = await molflow([
      'generate',
      '--input',
      file('many.smi'),
      '-n',
      '1',
      '--fast',
      '--out',
      '/dev/full',
      '--out-format',
      'sdf',
    ]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'molflow: cannot write /dev/full: the disk is full\n' });
  });

  it('a closed standard output is no error', async () => {
    const child = spawn(process.execPath, [MAIN, 'config', 'print'], { stdio: 'pipe' });
    let text = '';
    child.stderr.on('data', (data: Buffer) => (text += String(data)));
    child.stdout.destroy();
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0);
    expect(text).toBe('');
  });
});
