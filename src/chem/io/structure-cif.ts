/**
 * Reads molecules of mmCIF: components as the Chemical Component Dictionary and the CCP4 monomer library define them, with
 * the orders of their bonds, and the ligands of an entry, whose bonds have orders where the file defines its components.
 */
import { atomicNumber } from '../elements.js';
import type { Structure, StructureBond } from '../structure.js';
import { readCif, type CifBlock, type CifRow } from './cif.js';
import { ligandsOf, type Link, type Site } from './ligands.js';
import type { TextChunks } from './lines.js';

const CATEGORIES = new Set(['chem_comp', 'chem_comp_atom', 'chem_comp_bond', 'atom_site', 'struct_conn']);

const ORDERS: Readonly<Record<string, StructureBond['order']>> = {
  sing: 1,
  single: 1,
  doub: 2,
  double: 2,
  trip: 3,
  triple: 3,
  arom: 4,
  aromatic: 4,
  delo: 4,
  deloc: 4,
};

export interface CifStructure {
  readonly structure: Structure;
  readonly residues?: string | undefined;
  readonly line: number;
}

/** The molecules of each data block, or what is wrong with one. */
export async function* readStructureCif(
  chunks: TextChunks,
): AsyncGenerator<CifStructure | { readonly problem: string; readonly line: number; readonly name: string }> {
  for await (const block of readCif(chunks, { categories: CATEGORIES })) {
    const { name, line, categories } = block;
    const sites = categories.get('atom_site') ?? [];
    if (sites.length > 0) {
      const ligands = entryLigands(block);
      if (ligands === undefined) {
        yield {
          problem: 'its atoms have no coordinates in Å (Cartn_x): fractional ones of a crystal are not read',
          line,
          name,
        };
      } else if (ligands.length === 0) {
        yield { problem: 'it holds no ligand: chains, water and ions alone', line, name };
      } else yield* ligands;
    } else if (categories.has('chem_comp_atom')) {
      yield* components(block);
    }
  }
}

function number(text: string | undefined): number {
  return text === undefined || text === '' ? NaN : Number(text);
}

function elementOf(row: CifRow): number {
  return atomicNumber(row['type_symbol'] ?? '') ?? 0;
}

/** Components of a dictionary: coordinates are the ideal ones where the file has them, else those of the model. */
function* components({
  name,
  line,
  categories,
}: CifBlock): Generator<CifStructure | { problem: string; line: number; name: string }> {
  const atomsOf = grouped(categories.get('chem_comp_atom') ?? []);
  const bondsOf = grouped(categories.get('chem_comp_bond') ?? []);
  for (const [component, rows] of atomsOf) {
    const places = ['pdbx_model_cartn_$_ideal', 'model_cartn_$', '$'].map((tag) =>
      rows.flatMap((row) => ['x', 'y', 'z'].map((axis) => number(row[tag.replace('$', axis)]))),
    );
    const coordinates = places.find((x) => x.every(Number.isFinite));
    const index = new Map(rows.map((row, i) => [row['atom_id'], i]));
    const bonds: StructureBond[] = [];
    let strange: string | undefined;
    for (const row of bondsOf.get(component) ?? []) {
      const [a, b] = [index.get(row['atom_id_1']), index.get(row['atom_id_2'])];
      const written = row['value_order'] ?? row['type'];
      const order = ORDERS[written?.toLowerCase() ?? ''];
      if (a === undefined || b === undefined || order === undefined) strange ??= written ?? '?';
      else bonds.push({ a, b, order });
    }
    if (rows.some((row) => elementOf(row) === 0) || strange !== undefined) {
      const problem =
        strange === undefined ? 'an atom has no element' : `a bond of order "${strange}" is not understood`;
      yield { problem, line, name: component };
      continue;
    }
    yield {
      line,
      structure: {
        name: component || name,
        atoms: rows.map((row) => ({ element: elementOf(row), charge: number(row['charge'] ?? '0') || 0, isotope: 0 })),
        bonds,
        dimension: coordinates ? 3 : 2,
        ...(coordinates && { coordinates: Float32Array.from(coordinates) }),
      },
    };
  }
}

function grouped(rows: readonly CifRow[]): Map<string, CifRow[]> {
  const groups = new Map<string, CifRow[]>();
  for (const row of rows) {
    const component = row['comp_id'] ?? '';
    const own = groups.get(component);
    if (own) own.push(row);
    else groups.set(component, [row]);
  }
  return groups;
}

/** Undefined where no atom has coordinates in Å. */
function entryLigands({ categories }: CifBlock): CifStructure[] | undefined {
  const rows = categories.get('atom_site') ?? [];
  if (rows[0]?.['cartn_x'] === undefined) return undefined;
  const site = (row: CifRow): Site => {
    const component = row['auth_comp_id'] ?? row['label_comp_id'] ?? '';
    const chain = row['auth_asym_id'] ?? row['label_asym_id'] ?? '';
    const residue = `${component} ${chain} ${row['auth_seq_id'] ?? row['label_seq_id'] ?? ''}${row['pdbx_pdb_ins_code'] ?? ''}`;
    const name = row['label_atom_id'] ?? row['auth_atom_id'] ?? '';
    return {
      id: `${row['label_asym_id'] ?? chain} ${residue} ${name}`,
      name,
      component,
      residue,
      model: row['pdbx_pdb_model_num'] ?? '',
      altLoc: row['label_alt_id'] ?? '',
      element: elementOf(row),
      charge: row['pdbx_formal_charge'] === undefined ? undefined : Number(row['pdbx_formal_charge']),
      xyz: [number(row['cartn_x']), number(row['cartn_y']), number(row['cartn_z'])],
      // What belongs to no chain has no place in a sequence.
      inPolymer: row['label_seq_id'] !== undefined,
      line: 0,
    };
  };
  const sites = rows.map(site);
  const byResidue = new Map<string, Site[]>();
  for (const one of sites) if (!one.inPolymer) byResidue.set(one.residue, [...(byResidue.get(one.residue) ?? []), one]);
  const definitions = grouped(categories.get('chem_comp_bond') ?? []);
  const links: Link[] = [];
  for (const residue of byResidue.values())
    for (const row of definitions.get(residue[0].component) ?? []) {
      const [a, b] = ['atom_id_1', 'atom_id_2'].map((tag) => residue.find(({ name }) => name === row[tag])?.id);
      const order = ORDERS[(row['value_order'] ?? '').toLowerCase()];
      if (a !== undefined && b !== undefined) links.push({ a, b, order });
    }
  for (const row of categories.get('struct_conn') ?? []) {
    if (!row['conn_type_id']?.toLowerCase().startsWith('covale')) continue;
    const [a, b] = ['ptnr1', 'ptnr2'].map((partner) => {
      const of = (tag: string): string => row[`${partner}_${tag}`] ?? '';
      return `${of('label_asym_id')} ${of('auth_comp_id') || of('label_comp_id')} ${of('auth_asym_id')} ${of('auth_seq_id')}${row[`pdbx_${partner}_pdb_ins_code`] ?? ''} ${of('label_atom_id')}`;
    });
    links.push({ a, b, order: undefined });
  }
  return ligandsOf({ sites, links });
}
