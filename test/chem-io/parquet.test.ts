/** Parquet as another reader finds it: every conformer with what the SD file says of it, whatever its fields are called. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { afterAll, expect, it } from 'vitest';
import type { ConformerRecord } from '../../src/chem/io/conformer-record.js';
import { outputFormatOf } from '../../src/chem/io/output.node.js';
import { fieldColumns } from '../../src/chem/io/parquet-columns.js';
import { openParquetOutput } from '../../src/chem/io/parquet-output.node.js';
import { readMoleculeFile } from '../../src/chem/io/read-file.node.js';
import { sdfRecord } from '../../src/chem/io/write-sdf.js';
import { writerOf } from '../../src/cli/convert/writer.js';
import { addLibraryOptions } from '../../src/cli/library-flags.js';
import { outFormatOption } from '../../src/cli/output-flags.js';

const folder = mkdtempSync(path.join(tmpdir(), 'molflow-parquet-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => path.join(folder, name);

/** Rows of the file `name` that holds these molecules. */
async function written(name: string, molecules: readonly (readonly ConformerRecord[])[]) {
  const columns = fieldColumns();
  for (const { fields = [] } of molecules.flat()) columns.see(fields);
  const output = await openParquetOutput(at(name), { columns: columns.columns() });
  for (const molecule of molecules) await output.write(molecule);
  await output.close();
  return rowsOf(name);
}
const bytesOf = (name: string) => new Uint8Array(readFileSync(at(name))).buffer;
const rowsOf = (name: string) => parquetReadObjects({ file: bytesOf(name) });

const atom = (element: number, charge = 0, isotope = 0) => ({ element, charge, isotope });
const AMMONIUM: ConformerRecord['molecule'] = {
  name: 'ammonium-d',
  atoms: [atom(7, 1), atom(1), atom(1), atom(1), atom(1, 0, 2)],
  bonds: [1, 2, 3, 4].map((b) => ({ a: 0, b, order: 1 as const })),
};
const XYZ = [0, 0, 0, 0.6, 0.6, 0.6, -0.6, -0.6, 0.6, -0.6, 0.6, -0.6, 0.6, -0.6, -0.601];

it('has a row a conformer with its graph, its coordinates and its fields, numbers as numbers', async () => {
  const one = {
    molecule: AMMONIUM,
    coordinates: XYZ,
    fields: Object.entries({
      id: '007',
      Id: 'other',
      MOLFLOW_SMILES: '[2H][NH3+]',
      MOLFLOW_SEED: 12345678901,
      MOLFLOW_CONFORMER: 1,
      MOLFLOW_DRAW: '2.10',
      MOLFLOW_ENERGY_MMFF94: '-1.25',
      MOLFLOW_RELATIVE_ENERGY: '0.5',
      note: 'two\nlines, ü',
    }),
  };
  const other = {
    molecule: { name: '', atoms: [{ ...atom(6), radicals: 2 }], bonds: [] },
    coordinates: [1 / 3, 0, -1e4],
    fields: Object.entries({ MOLFLOW_RELATIVE_ENERGY: 'unknown', '': 'nameless', 'a.b': '1' }),
  };
  const graph = {
    atomic_numbers: [7, 1, 1, 1, 1],
    formal_charges: [1, 0, 0, 0, 0],
    isotopes: [0, 0, 0, 0, 2],
    radical_electrons: [0, 0, 0, 0, 0],
    bond_atoms: [0, 1, 0, 2, 0, 3, 0, 4],
    bond_orders: [1, 1, 1, 1],
  };
  const row = {
    ...graph,
    id: 'ammonium-d',
    smiles: '[2H][NH3+]',
    conformer: 1,
    coordinates: [...Float32Array.from(XYZ)],
    id_: '007',
    Id__: 'other',
    MOLFLOW_SMILES: '[2H][NH3+]',
    MOLFLOW_SEED: 12345678901n,
    MOLFLOW_CONFORMER: 1,
    MOLFLOW_DRAW: '2.10',
    MOLFLOW_ENERGY_MMFF94: -1.25,
    // One of them is no number, so none is taken for one.
    MOLFLOW_RELATIVE_ENERGY: '0.5',
    note: 'two\nlines, ü',
    '': null,
    'a.b': null,
  };
  const rows = await written('both.parquet', [[one, { ...one, title: 'again' }], [other]]);
  expect(rows[0]).toEqual(row);
  expect(rows[1]).toEqual({ ...row, id: 'again', conformer: 2 });
  expect(rows[2]).toEqual({
    ...Object.fromEntries(Object.keys(row).map((name) => [name, null])),
    ...{ id: '', conformer: 1, atomic_numbers: [6], formal_charges: [0], isotopes: [0], radical_electrons: [2] },
    ...{ bond_atoms: [], bond_orders: [], coordinates: [...Float32Array.from([1 / 3, 0, -1e4])] },
    ...{ MOLFLOW_RELATIVE_ENERGY: 'unknown', '': 'nameless', 'a.b': '1' },
  });
});

it('holds what the SD file holds, over several row groups', async () => {
  const molecules = [0, 1, 2].map((m) =>
    Array.from({ length: 2 }, (_, i) => ({
      molecule: { name: `m${m}`, atoms: Array.from({ length: 300 }, () => atom(2)), bonds: [] },
      coordinates: Float32Array.from({ length: 900 }, (_, k) => Math.round(1e4 * Math.sin(k + i + m)) / 1e4 || 0),
      fields: [['note', `${m}${i}`.repeat(1e6)] as const],
    })),
  );
  writeFileSync(at('large.sdf'), molecules.flat().map(sdfRecord).join(''));
  const rows = await written('large.parquet', molecules);
  expect(parquetMetadata(bytesOf('large.parquet')).row_groups.length).toBeGreaterThan(1);
  let i = 0;
  for await (const record of await readMoleculeFile(at('large.sdf'))) {
    if (record.kind !== 'structure') throw new Error('expected a structure');
    const { atoms, coordinates = new Float32Array() } = record.structure;
    const { id, atomic_numbers, coordinates: xyz, note } = rows[i++] ?? {};
    expect([id, atomic_numbers, note]).toEqual([
      record.name,
      atoms.map(({ element }) => element),
      record.fields.get('note'),
    ]);
    expect(Buffer.from(Float32Array.from(xyz as number[]).buffer).equals(Buffer.from(coordinates.buffer))).toBe(true);
  }
  expect(rows).toHaveLength(i);
});

it('leaves nothing where it is not finished, and of a molecule that it cannot hold no row', async () => {
  const output = await openParquetOutput(at('left.parquet'), { columns: [] });
  await output.write([{ molecule: AMMONIUM, coordinates: XYZ }]);
  await expect(
    (async () => output.write([{ molecule: AMMONIUM, coordinates: [...XYZ.slice(1), Infinity] }]))(),
  ).rejects.toThrow(RangeError);
  await output.leave();
  expect(readdirSync(folder).filter((name) => name.startsWith('left'))).toEqual([]);
});

it('is refused, with what to do instead, where it cannot be', async () => {
  writeFileSync(at('in.sdf'), sdfRecord({ molecule: AMMONIUM, coordinates: XYZ }));
  await expect(writerOf({ input: '-', out: 'x.parquet' })).rejects.toThrow(/read twice.*name a file/);
  await expect(writerOf({ input: at('in.sdf'), out: 'x.parquet.gz' })).rejects.toThrow(/compressed within/);
  const toStandardOutput = await writerOf({ input: at('in.sdf'), out: '-', format: 'parquet' });
  await expect(toStandardOutput.open({})).rejects.toThrow(/name a file/);
  const handOff = /write \.sdf, of which molflow convert --out NAME\.parquet makes it/;
  expect(() => outputFormatOf('x.parquet')).toThrow(handOff);
  const parse =
    (...args: string[]) =>
    () =>
      addLibraryOptions(new Command())
        .addOption(outFormatOption())
        .exitOverride()
        .configureOutput({ writeErr: () => {} })
        .parse(args, { from: 'user' });
  expect(parse('--out-format', 'parquet')).toThrow(handOff);
  expect(parse('--status', 'x.parquet')).toThrow(/it is \.csv; pandas, Polars and DuckDB read that/);
  expect(parse('--out-format', 'xyz', '--status', 'x.csv.gz')).not.toThrow();
});
