/** Writes conformers as the rows of a Parquet file, in pieces: row groups as they fill, what they are at the end. */
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer';
import { checkRecord, oneLine, type ConformerRecord } from './conformer-record.js';
import { CONFORMER_COLUMNS, numberOf, type ColumnType, type FieldColumn } from './parquet-columns.js';

export interface ParquetRows {
  /**
   * Adds the conformers of one molecule and gives the bytes to be written now, seldom any.
   * @throws RangeError for a record that cannot be written (see checkRecord), of which nothing is added
   */
  add(conformers: readonly ConformerRecord[]): Uint8Array;
  /** The bytes of the rest. */
  finish(): Uint8Array;
}

/** What a row group holds at most, in atoms and in characters of text, so that memory is bounded: some 100 MB. */
const MOST_ATOMS = 100_000;
const MOST_TEXT = 8_000_000;

type Row = Readonly<Record<string, unknown>>;

/** @param columns of the fields of all records that will be added */
export function parquetRows(columns: readonly FieldColumn[]): ParquetRows {
  const bytes = new ByteWriter();
  const schema = schemaOf(columns);
  // Least and largest texts of each group would be kept to the end, and with them the text that they were cut from.
  const writer = new ParquetWriter({ writer: bytes, schema, statistics: false, createdBy: 'molflow' });
  const names = [...CONFORMER_COLUMNS, ...columns.map(({ name }) => name)];
  let rows: Row[] = [];
  let [atoms, text] = [0, 0];

  function writeGroup(): void {
    const columnData = names.map((name) => ({
      name,
      data: rows.map((row) => row[name] ?? null),
      // A list of the values that are there would hold nearly all of them.
      ...(name === 'coordinates' && { encoding: 'PLAIN' as const }),
    }));
    void writer.write({ columnData, rowGroupSize: rows.length });
    rows = [];
    [atoms, text] = [0, 0];
  }
  /** What the package has made since the last time; it goes on from there. */
  function taken(): Uint8Array {
    const made = bytes.getBytes().slice();
    bytes.index = 0;
    return made;
  }
  return {
    add(conformers) {
      conformers.forEach(checkRecord);
      const graphs = new Map<ConformerRecord['molecule'], Row>();
      const added = conformers.map((record, i) => {
        const { molecule } = record;
        // Written from the same lists, conformers of a molecule do not multiply them in memory.
        const graph = graphs.get(molecule) ?? graphOf(molecule);
        graphs.set(molecule, graph);
        return { row: rowOf(record, { graph, number: i + 1, columns }), size: molecule.atoms.length };
      });
      for (const { row, size } of added) {
        rows.push(row);
        atoms += size;
        for (const value of Object.values(row)) if (typeof value === 'string') text += value.length;
        if (atoms >= MOST_ATOMS || text >= MOST_TEXT) writeGroup();
      }
      return taken();
    },
    finish() {
      if (rows.length > 0) writeGroup();
      void writer.finish();
      return taken();
    },
  };
}

const graphOf = ({ atoms, bonds }: ConformerRecord['molecule']): Row => ({
  atomic_numbers: atoms.map(({ element }) => element),
  formal_charges: atoms.map(({ charge }) => charge),
  isotopes: atoms.map(({ isotope }) => isotope),
  radical_electrons: atoms.map(({ radicals = 0 }) => radicals),
  bond_atoms: bonds.flatMap(({ a, b }) => [a, b]),
  bond_orders: bonds.map(({ order }) => order),
});

function rowOf(
  { molecule: { name: given = '' }, coordinates, title = given, fields = [] }: ConformerRecord,
  {
    graph,
    number,
    columns,
  }: { readonly graph: Row; readonly number: number; readonly columns: readonly FieldColumn[] },
): Row {
  const left = new Map(fields);
  const smiles = left.get('MOLFLOW_SMILES') ?? left.get('SMILES') ?? null;
  const own = columns.map(({ field, name, type }): [string, unknown] => {
    const value = left.get(field);
    if (value === undefined) return [name, null];
    left.delete(field);
    const typed = type === 'string' ? String(value) : numberOf(value, type);
    if (typed === undefined)
      throw new RangeError(`the field ${field} is "${String(value)}", and its column of numbers`);
    return [name, typed];
  });
  for (const [field] of left) throw new RangeError(`the field ${field} has no column`);
  return {
    id: oneLine(title),
    smiles: smiles === null ? null : String(smiles),
    conformer: number,
    ...graph,
    coordinates: Array.from(coordinates),
    ...Object.fromEntries(own),
  };
}

const ELEMENTS: Readonly<Record<ColumnType, Omit<SchemaElement, 'name'>>> = {
  string: { type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } },
  int32: { type: 'INT32' },
  int64: { type: 'INT64' },
  double: { type: 'DOUBLE' },
};

function schemaOf(columns: readonly FieldColumn[]): SchemaElement[] {
  const value = (name: string, type: ColumnType): SchemaElement => ({
    name,
    repetition_type: 'OPTIONAL',
    ...ELEMENTS[type],
  });
  const list = (name: string, type: 'INT32' | 'FLOAT'): SchemaElement[] => [
    { name, repetition_type: 'REQUIRED', num_children: 1, converted_type: 'LIST', logical_type: { type: 'LIST' } },
    { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
    { name: 'element', repetition_type: 'REQUIRED', type },
  ];
  const own = CONFORMER_COLUMNS.flatMap((name) => {
    if (name === 'id' || name === 'smiles') return [value(name, 'string')];
    if (name === 'conformer') return [value(name, 'int32')];
    return list(name, name === 'coordinates' ? 'FLOAT' : 'INT32');
  });
  return [
    { name: 'conformers', num_children: CONFORMER_COLUMNS.length + columns.length },
    ...own,
    ...columns.map(({ name, type }) => value(name, type)),
  ];
}
