/** The columns that the fields of records become in a Parquet file: every record has to be seen before the first is written. */
import type { FieldValue } from './conformer-record.js';

export type ColumnType = 'string' | 'int32' | 'int64' | 'double';

export interface FieldColumn {
  readonly field: string;
  /** The field's name, `_` after it where another column has that already. */
  readonly name: string;
  readonly type: ColumnType;
}

/** What a conformer is, whatever its fields are. */
export const CONFORMER_COLUMNS = [
  'id',
  'smiles',
  'conformer',
  'atomic_numbers',
  'formal_charges',
  'isotopes',
  'radical_electrons',
  'bond_atoms',
  'bond_orders',
  'coordinates',
] as const;

/** Fields that are numbers by what they mean. Others, and those of an input, may only look like one. */
const NUMBERS: ReadonlyMap<string, ColumnType> = new Map<string, ColumnType>([
  ['MOLFLOW_SEED', 'int64'],
  ['MOLFLOW_CONFORMER', 'int32'],
  ['MOLFLOW_STEREOISOMER', 'int32'],
  ...[
    'MOLFLOW_RMSD_TO_FIRST',
    'MOLFLOW_ENERGY_MMFF94',
    'MOLFLOW_ENERGY_MMFF94S',
    'MOLFLOW_RELATIVE_ENERGY',
    'MOLFLOW_CORE_RMSD',
    'MOLFLOW_RMSD_TO_REFERENCE',
    'MOLFLOW_LOG_LIKELIHOOD',
    'MOLFLOW_RMSD_MOVED',
    'MOLFLOW_FLOW_TIME',
    'MOLFLOW_SPEED',
    'GFN2_ENERGY_HARTREE',
    'MMFF94S_ENERGY_HARTREE',
    'RELATIVE_ENERGY_KCAL_MOL',
    'BOLTZMANN_WEIGHT_298K',
  ].map((name): [string, ColumnType] => [name, 'double']),
]);

export interface FieldColumns {
  /** Takes note of the fields of a record. */
  see(fields: Iterable<readonly [string, FieldValue]>): void;
  /** In the order in which they were first seen. */
  columns(): readonly FieldColumn[];
}

/** A field is a column of numbers where it means one and every record has one, else of text: nothing of it is lost. */
export function fieldColumns(): FieldColumns {
  const types = new Map<string, ColumnType>();
  return {
    see(fields) {
      for (const [field, value] of fields) {
        const type = types.get(field) ?? NUMBERS.get(field) ?? 'string';
        types.set(field, numberOf(value, type) === undefined ? 'string' : type);
      }
    },
    columns() {
      // Some readers do not tell capitals apart.
      const taken = new Set<string>(CONFORMER_COLUMNS);
      return [...types].map(([field, type]) => {
        let name = field;
        while (taken.has(name.toLowerCase())) name += '_';
        taken.add(name.toLowerCase());
        return { field, name, type };
      });
    },
  };
}

/** A field as a number of this type; undefined where it is none. */
export function numberOf(value: FieldValue, type: ColumnType): number | bigint | undefined {
  const text = String(value).trim();
  if (type === 'string') return undefined;
  if (type === 'double')
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) && Number.isFinite(Number(text))
      ? Number(text)
      : undefined;
  if (!/^-?\d{1,18}$/.test(text)) return undefined;
  if (type === 'int64') return BigInt(text);
  return Number(text) === (Number(text) | 0) ? Number(text) : undefined;
}
