/** What is written is read by other programs as what it is: RDKit for Python, ASE and Open Babel, where they are installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { ConformerRecord } from '../../src/chem/io/conformer-record.js';
import { conformerText } from '../../src/chem/io/output.node.js';
import { openText } from '../../src/chem/io/open.node.js';
import { readSdf } from '../../src/chem/io/sdf.js';
import { moleculeFromStructure } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';

const PYTHON = '/usr/bin/python3';
const hasModule = (name: string) => spawnSync(PYTHON, ['-c', `import ${name}`]).status === 0;
const hasBabel = spawnSync('obabel', ['-V']).status === 0;
const folder = mkdtempSync(path.join(tmpdir(), 'molflow-readers-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string) => path.join(folder, name);

/** Two conformers each of drugs with rings, charges and sulphur as RDKit sees them, and a field of every kind. */
const records: ConformerRecord[] = [];
beforeAll(async () => {
  const rdkit = await loadRDKit();
  const drugs = fileURLToPath(new URL('../../molecules/reference/drug-ensembles.sdf.gz', import.meta.url));
  const counts = new Map<string, number>();
  for await (const { structure } of readSdf(await openText(drugs))) {
    const count = (counts.get(structure.name) ?? 0) + 1;
    counts.set(structure.name, count);
    if (count > 2) continue;
    if (counts.size > 12) break;
    const { molecule, order } = moleculeFromStructure(rdkit, structure);
    records.push({
      molecule: records.at(-1)?.molecule.name === structure.name ? records.at(-1)!.molecule : molecule,
      coordinates: Float32Array.from([...order].flatMap((i) => [...structure.coordinates!.subarray(3 * i, 3 * i + 3)])),
      title: structure.name,
      fields: [
        ['MOLFLOW_SMILES', molecule.smiles],
        ['MOLFLOW_DRAW', '2.10'],
        ['id', '007'],
        ['activity', '1.5'],
        ['MOLFLOW_SEED', 7],
      ],
    });
  }
  for (const format of ['sdf', 'xyz', 'pdb', 'mol2'] as const)
    writeFileSync(file(`all.${format}`), conformerText(records, format));
});

const python = (...program: string[]) =>
  JSON.parse(
    execFileSync(PYTHON, ['-c', ['import json', ...program].join('\n')], { cwd: folder, encoding: 'utf8' }),
  ) as unknown;

it.skipIf(!hasModule('rdkit'))('RDKit reads MOL2 and PDB: the molecules and their coordinates', () => {
  const read = python(
    'from rdkit import Chem, RDLogger',
    'RDLogger.DisableLog("rdApp.*")',
    'flat = lambda m: Chem.MolToSmiles(Chem.RemoveHs(m), isomericSmiles=False)',
    'sd = [m for m in Chem.SDMolSupplier("all.sdf", removeHs=False)]',
    'blocks = open("all.mol2").read().split("@<TRIPOS>MOLECULE")[1:]',
    'mol2 = [Chem.MolFromMol2Block("@<TRIPOS>MOLECULE" + b, removeHs=False) for b in blocks]',
    'first = open("all.pdb").read().split("END\\n")[0] + "END\\n"',
    'pdb = Chem.MolFromPDBBlock(first, removeHs=False)',
    'far = lambda a, b: abs(a.GetConformer().GetPositions() - b.GetConformer().GetPositions()).max()',
    'print(json.dumps([[flat(m) for m in sd], [flat(m) for m in mol2], max(far(a, b) for a, b in zip(sd, mol2)),',
    '  pdb.GetNumConformers(), pdb.GetNumAtoms() == sd[0].GetNumAtoms(), pdb.GetNumBonds() == sd[0].GetNumBonds()]))',
  ) as [string[], string[], number, number, boolean, boolean];
  const [sd, mol2, far, conformers, sameAtoms, sameBonds] = read;
  expect(mol2).toEqual(sd);
  expect(sd).toHaveLength(records.length);
  expect(far).toBeLessThan(1e-3);
  expect([conformers, sameAtoms, sameBonds]).toEqual([2, true, true]);
});

it.skipIf(!hasModule('ase'))('ASE reads extended XYZ: text stays text, numbers are numbers', () => {
  const frames = python(
    'import ase.io',
    'frames = ase.io.read("all.xyz", ":")',
    'print(json.dumps([[a.info, a.get_chemical_symbols(), a.positions.tolist(), bool(a.pbc.any())] for a in frames], default=lambda x: x.item()))',
  ) as [Record<string, unknown>, string[], number[][], boolean][];
  expect(frames).toHaveLength(records.length);
  for (const [i, [info, symbols, positions, isPeriodic]] of frames.entries()) {
    const { molecule, coordinates, title, fields } = records[i];
    expect(info).toEqual({
      name: title,
      ...Object.fromEntries(fields!),
      activity: 1.5,
    });
    expect([symbols.length, isPeriodic]).toEqual([molecule.atoms.length, false]);
    positions.flat().forEach((x, k) => expect(Math.abs(x - coordinates[k])).toBeLessThan(1e-4));
  }
});

it.skipIf(!hasBabel)('Open Babel reads MOL2 and PDB as it reads SDF, and makes PDBQT of it', () => {
  const babel = (name: string, ...args: string[]) =>
    execFileSync('obabel', [file(name), ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const smiles = (name: string) =>
    babel(name, '-ocan')
      .trim()
      .split('\n')
      .map((line) => line.split('\t')[0]);
  expect(smiles('all.mol2')).toEqual(smiles('all.sdf'));
  const pdbqt = babel('all.sdf', '-opdbqt', '-f', '1', '-l', '1');
  expect(pdbqt).toMatch(/ROOT[^]*ENDROOT[^]*TORSDOF \d+/);
});
