/** What is written is read by other programs as what it is: RDKit for Python, ASE, PyMOL, Open Babel and, through it, AutoDock Vina, where they are installed. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { elementSymbol } from '../../src/chem/elements.js';
import type { ConformerRecord } from '../../src/chem/io/conformer-record.js';
import { conformerText } from '../../src/chem/io/output.node.js';
import { openText } from '../../src/chem/io/open.node.js';
import { readSdf } from '../../src/chem/io/sdf.js';
import { moleculeFromStructure } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';

const PYTHON = '/usr/bin/python3';
const hasModule = (name: string) => spawnSync(PYTHON, ['-c', `import ${name}`]).status === 0;
const hasBabel = spawnSync('obabel', ['-V']).status === 0;
const hasVina = spawnSync('vina', ['--version']).status === 0;
const readers: [string, boolean, string][] = [
  ['RDKit for Python', hasModule('rdkit'), 'python3-rdkit'],
  ['ASE', hasModule('ase'), 'python3-ase'],
  ['PyMOL', hasModule('pymol2'), 'python3-pymol'],
  ['Open Babel', hasBabel, 'openbabel'],
  ['AutoDock Vina', hasVina, 'autodock-vina'],
];
for (const [name, isThere, debian] of readers)
  if (!isThere)
    process.stderr.write(`skipped: reading by ${name}, which is not installed (Debian: apt-get install ${debian})\n`);
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

it.skipIf(!hasModule('pymol2'))('PyMOL reads SDF, MOL2, PDB and XYZ: atoms, charges, bonds and coordinates', () => {
  const first = records.slice(0, 2);
  for (const format of ['sdf', 'xyz', 'pdb', 'mol2'] as const)
    writeFileSync(file(`first.${format}`), conformerText(first, format));
  const read = python(
    'import pymol2',
    'out = {}',
    'for form in ["sdf", "mol2", "pdb", "xyz"]:',
    '  with pymol2.PyMOL() as p:',
    '    p.cmd.set("retain_order", 1)',
    '    p.cmd.set("pdb_conect_all", 1)',
    '    p.cmd.load(f"first.{form}", "m", discrete=0, multiplex=0)',
    '    model = p.cmd.get_model("m", 1)',
    '    out[form] = [[a.symbol.capitalize() for a in model.atom], [a.formal_charge for a in model.atom],',
    '      sorted([min(b.index), max(b.index)] for b in model.bond),',
    '      [p.cmd.get_coords("m", state).tolist() for state in range(1, p.cmd.count_states("m") + 1)]]',
    'print(json.dumps(out))',
  ) as Record<string, [string[], number[], [number, number][], number[][][]]>;
  const [{ molecule }] = first;
  const bonds = molecule.bonds
    .map(({ a, b }) => [Math.min(a, b), Math.max(a, b)])
    .sort(([a, b], [c, d]) => a - c || b - d);
  for (const [format, [symbols, charges, pairs, states]] of Object.entries(read)) {
    expect(symbols, format).toEqual(molecule.atoms.map(({ element }) => elementSymbol(element)));
    if (format === 'sdf') expect(charges).toEqual(molecule.atoms.map(({ charge }) => charge));
    // XYZ has no bonds; PyMOL finds some by the distances.
    if (format !== 'xyz') expect(pairs, format).toEqual(bonds);
    expect(states, format).toHaveLength(2);
    for (const [state, positions] of states.entries())
      positions.flat().forEach((x, k) => expect(Math.abs(x - first[state].coordinates[k])).toBeLessThan(1e-3));
  }
});

it.skipIf(!hasBabel || !hasVina)('AutoDock Vina docks with the PDBQT that Open Babel makes of SDF', () => {
  const run = (program: string, ...args: string[]) =>
    execFileSync(program, args, { cwd: folder, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const [ligand] = records;
  // Another drug, held rigid, is what it docks on: it has the atom types of a protein, and docking takes a second.
  const target = records.findLast(({ title }) => title !== ligand.title)!;
  for (const [name, record] of Object.entries({ ligand, target }))
    writeFileSync(file(`${name}.sdf`), conformerText([record], 'sdf'));
  run('obabel', 'ligand.sdf', '-opdbqt', '-O', 'ligand.pdbqt');
  run('obabel', 'target.sdf', '-xr', '-opdbqt', '-O', 'target.pdbqt');
  const box = ['x', 'y', 'z'].flatMap((axis) => [`--center_${axis}`, '0', `--size_${axis}`, '24']);
  const little = ['--exhaustiveness', '1', '--max_evals', '2000', '--num_modes', '1', '--cpu', '1', '--seed', '1'];
  run('vina', '--receptor', 'target.pdbqt', '--ligand', 'ligand.pdbqt', ...box, ...little, '--out', 'docked.pdbqt');
  const docked = readFileSync(file('docked.pdbqt'), 'utf8');
  expect(Number(/VINA RESULT:\s+(\S+)/.exec(docked)?.[1])).toBeLessThan(0);
  const atoms = docked.split('\n').filter((line) => /^(ATOM|HETATM)/.test(line));
  const heavy = ({ element }: { readonly element: number }) => element > 1;
  expect(atoms.filter((line) => !/\sHD?\s*$/.test(line))).toHaveLength(ligand.molecule.atoms.filter(heavy).length);
});
