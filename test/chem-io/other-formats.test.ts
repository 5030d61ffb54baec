/** MOL2, PDB and mmCIF become the molecules that they are of, or say what the file leaves open. */
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it, vi } from 'vitest';
import { elementSymbol } from '../../src/chem/elements.js';
import type { ConformerRecord } from '../../src/chem/io/conformer-record.js';
import type { InputRecord } from '../../src/chem/io/input-record.js';
import { openText } from '../../src/chem/io/open.node.js';
import { readMolecules, structureFormatOf } from '../../src/chem/io/read-molecules.js';
import { readSdf } from '../../src/chem/io/sdf.js';
import { mol2Record } from '../../src/chem/io/write-mol2.js';
import { pdbEntry } from '../../src/chem/io/write-pdb.js';
import { moleculeFromStructure } from '../../src/chem/parse.js';
import { loadRDKit, type RDKitModule } from '../../src/chem/rdkit.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

let rdkit: RDKitModule;
/** Drugs and molecules of QM9, with all their hydrogens and charges. */
const molecules: ConformerRecord[] = [];
beforeAll(async () => {
  rdkit = await loadRDKit();
  for (const [name, most] of [
    ['drug-ensembles', 12],
    ['qm9-ensembles', 40],
  ] as const) {
    const path = fileURLToPath(new URL(`../../molecules/reference/${name}.sdf.gz`, import.meta.url));
    const names = new Set<string>();
    for await (const { structure } of readSdf(await openText(path))) {
      if (names.has(structure.name)) continue;
      if (names.add(structure.name).size > most) break;
      const { molecule, order } = moleculeFromStructure(rdkit, structure);
      const coordinates = Float32Array.from(
        [...order].flatMap((i) => [...structure.coordinates!.subarray(3 * i, 3 * i + 3)]),
      );
      molecules.push({ molecule, coordinates, title: structure.name });
    }
  }
});

async function read(text: string, name: string): Promise<InputRecord[]> {
  const found: InputRecord[] = [];
  for await (const record of readMolecules([text], { file: name, format: structureFormatOf(name) })) found.push(record);
  return found;
}

function smilesOf(record: InputRecord | undefined): string {
  if (record?.kind !== 'structure') throw new Error(record?.kind === 'error' ? record.error.message : 'no record');
  return moleculeFromStructure(rdkit, record.structure).molecule.smiles;
}

const expected = (): string[] => molecules.map(({ molecule }) => (molecule as { smiles?: string }).smiles ?? '');

it('reads the MOL2 that it writes, with and without its charges', async () => {
  const written = molecules.map(mol2Record);
  expect((await read(written.join(''), 'all.mol2')).map(smilesOf)).toEqual(expected());
  // Of other programs the column holds partial charges: here none.
  const without = written.map((text) => text.replace(/( UNL1 +)-?\d\.\d+$/gm, '$10.0000'));
  expect((await read(without.join(''), 'all.mol2')).map(smilesOf)).toEqual(expected());
});

it('reads the PDB that it writes: bonds written twice are double ones', async () => {
  const found = await Promise.all(molecules.map((record) => read(pdbEntry([record, record]), 'x.pdb')));
  expect(found.map((records) => records.map(smilesOf))).toEqual(expected().map((smiles) => [smiles, smiles]));
  expect(found[0][0]).toMatchObject({ kind: 'structure', name: molecules[0].title });
});

/** As the Chemical Component Dictionary writes a component. */
function component({ molecule, coordinates }: ConformerRecord, id: string): string {
  const { atoms, bonds } = molecule;
  const name = (i: number): string => (i % 2 ? `"${elementSymbol(atoms[i].element)}${i}'"` : `X${i}`);
  const row = (i: number): string =>
    `${id} ${name(i)} ${elementSymbol(atoms[i].element).toUpperCase()} ${atoms[i].charge} ? ? ? ${[0, 1, 2].map((axis) => coordinates[3 * i + axis].toFixed(3)).join(' ')}`;
  return [
    `data_${id}`,
    `_chem_comp.id ${id}`,
    `_chem_comp.name`,
    `;a name of\n_two lines`,
    ';',
    'loop_',
    ...['comp_id', 'atom_id', 'type_symbol', 'charge', 'model_Cartn_x', 'model_Cartn_y', 'model_Cartn_z'].map(
      (item) => `_chem_comp_atom.${item}`,
    ),
    ...['x', 'y', 'z'].map((axis) => `_chem_comp_atom.pdbx_model_Cartn_${axis}_ideal`),
    ...atoms.map((_, i) => row(i)),
    '#',
    'loop_',
    ...['comp_id', 'atom_id_1', 'atom_id_2', 'value_order'].map((item) => `_chem_comp_bond.${item}`),
    ...bonds.map(({ a, b, order }) => `${id} ${name(a)} ${name(b)} ${['DOUB', 'SING', 'DOUB', 'TRIP'][order]}`),
    '',
  ].join('\n');
}

it('reads components of the dictionary, one a block', async () => {
  const text = molecules.map((record, i) => component(record, `M${i}`)).join('#\n');
  const found = await read(text, 'components.cif');
  expect(found.map(smilesOf)).toEqual(expected());
  expect(found[3]).toMatchObject({ name: 'M3', structure: { dimension: 3 } });
});

/** Two copies of a ligand, with alternative positions, in a chain with a modified residue, water and ions. */
const ENTRY = `TITLE     A KINASE
SEQRES   1 A    2  MSE ALA
ATOM      1  N   ALA A   1      30.000  10.000   6.000  1.00 10.00           N
ATOM      2  CA  ALA A   1      31.000  10.000   6.000  1.00 10.00           C
HETATM    3 SE   MSE A   2      34.000  10.000   6.000  1.00 10.00          SE
HETATM    4  C1  ETX A 101       0.000   0.000   0.000  1.00 10.00           C
HETATM    5  C2  ETX A 101       1.520   0.000   0.000  1.00 10.00           C
HETATM    6  O3 AETX A 101       2.000   1.300   0.000  0.60 10.00           O
HETATM    7  O3 BETX A 101       2.000  -1.300   0.000  0.40 10.00           O
HETATM    8  C1  ETX B 101       0.000   0.000  20.000  1.00 10.00           C
HETATM    9  C2  ETX B 101       1.520   0.000  20.000  1.00 10.00           C
HETATM   10  O3  ETX B 101       2.000   1.300  20.000  1.00 10.00           O
HETATM   11  C1  BNZ A 102      10.000   1.390   0.000  1.00 10.00           C
HETATM   12  C2  BNZ A 102      11.204   0.695   0.000  1.00 10.00           C
HETATM   13  C3  BNZ A 102      11.204  -0.695   0.000  1.00 10.00           C
HETATM   14  C4  BNZ A 102      10.000  -1.390   0.000  1.00 10.00           C
HETATM   15  C5  BNZ A 102       8.796  -0.695   0.000  1.00 10.00           C
HETATM   16  C6  BNZ A 102       8.796   0.695   0.000  1.00 10.00           C
HETATM   17 ZN    ZN A 103      40.000   0.000   0.000  1.00 10.00          ZN
HETATM   18  O   HOH A 201      50.000   0.000   0.000  1.00 10.00           O
END
`;

it('takes the ligands out of an entry, largest first, and makes no molecule of bonds without orders', async () => {
  const found = await read(ENTRY, '1abc.pdb');
  const seen = found.map((record) =>
    record.kind === 'structure'
      ? [record.fields.get('RESIDUES'), record.structure.atoms.length, record.structure.bonds.length]
      : record,
  );
  expect(seen).toEqual([
    ['BNZ A 102', 6, 6],
    ['ETX A 101', 3, 2],
    ['ETX B 101', 3, 2],
  ]);
  expect(() => smilesOf(found[0])).toThrow(/BNZ.*does not say the orders of its bonds.*SMILES/s);
  const water = ENTRY.replace(/^(ATOM|HETATM.*(ETX|BNZ|MSE)).*\n/gm, '');
  expect(await read(water, 'x.pdb')).toMatchObject([
    { kind: 'error', error: { message: expect.stringMatching(/2 atoms none is of a ligand/) as string } },
  ]);
});

it('reads the ligands of an mmCIF entry, with orders where it defines the component', async () => {
  const site = (id: number, comp: string, chain: string, sequence: string, atom: string, element: string, x: number) =>
    `HETATM ${id} ${element} ${atom} . ${comp} ${chain} ${sequence} ? ${x} 0.0 0.0 ? 101 ${comp} A 1`;
  const items =
    'group_PDB id type_symbol label_atom_id label_alt_id label_comp_id label_asym_id label_seq_id pdbx_PDB_ins_code Cartn_x Cartn_y Cartn_z pdbx_formal_charge auth_seq_id auth_comp_id auth_asym_id pdbx_PDB_model_num';
  const text = [
    'data_1ABC',
    'loop_',
    ...items.split(' ').map((item) => `_atom_site.${item}`),
    site(1, 'ALA', 'A', '1', 'CA', 'C', 30),
    site(2, 'ACN', 'B', '.', 'C1', 'C', 0),
    site(3, 'ACN', 'B', '.', 'C2', 'C', 1.46),
    site(4, 'ACN', 'B', '.', 'N', 'N', 2.62),
    site(5, 'HOH', 'C', '.', 'O', 'O', 60),
    '',
  ].join('\n');
  const orders = `loop_\n_chem_comp_bond.comp_id\n_chem_comp_bond.atom_id_1\n_chem_comp_bond.atom_id_2\n_chem_comp_bond.value_order\nACN C1 C2 sing\nACN C2 N trip\n`;
  expect((await read(text + orders, '1abc.cif')).map(smilesOf)).toEqual(['CC#N']);
  const [plain] = await read(text, '1abc.cif');
  expect(plain).toMatchObject({ structure: { ordersUnknown: true, bonds: [{ order: 1 }, { order: 1 }] } });
});
