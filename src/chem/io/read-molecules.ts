/** Reads a file of molecules in any of the formats as one stream of records. */

import { InputError } from './input-error.js';
import type { InputRecord } from './input-record.js';
import type { TextChunks } from './lines.js';
import { readSmi } from './smi.js';
import { readStructures, type StructureFormat } from './read-structures.js';
import { readTable } from './table.js';

export type InputFormat = 'smi' | 'csv' | 'tsv' | StructureFormat;

const FORMAT_OF_EXTENSION: Readonly<Record<string, InputFormat>> = {
  smi: 'smi',
  smiles: 'smi',
  ism: 'smi',
  can: 'smi',
  txt: 'smi',
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  sdf: 'sdf',
  sd: 'sdf',
  mol: 'sdf',
  mol2: 'mol2',
  pdb: 'pdb',
  ent: 'pdb',
  cif: 'cif',
  mmcif: 'cif',
};

function formatOf(path: string): InputFormat | undefined {
  const extension = /\.([^./\\]+)$/.exec(path.replace(/\.(gz|zst)$/i, ''))?.[1];
  return FORMAT_OF_EXTENSION[extension?.toLowerCase() ?? ''];
}

/** The format that a file's name tells, `.gz` and `.zst` aside. @throws InputError */
export function inputFormatOf(path: string): InputFormat {
  const format = formatOf(path);
  if (format !== undefined) return format;
  throw new InputError(
    `${path}: the name does not tell the format; expected one of .${Object.keys(FORMAT_OF_EXTENSION).join(' .')}, each also with .gz or .zst`,
  );
}

/** The format of a file of structures: SD where its name tells no other. */
export function structureFormatOf(path: string): StructureFormat {
  const format = formatOf(path);
  return format !== undefined && isStructureFormat(format) ? format : 'sdf';
}

export function isStructureFormat(format: InputFormat): format is StructureFormat {
  return format !== 'smi' && format !== 'csv' && format !== 'tsv';
}

export interface ReadMoleculesOptions {
  readonly format: InputFormat;
  /** Name of the file in messages. */
  readonly file?: string;
  /** For tables: see readTable. */
  readonly smilesColumn?: string | undefined;
  readonly nameColumn?: string | undefined;
}

/**
 * Records in the order of the file; one that cannot be read comes as an error record and the next follows.
 * @throws InputError where the file as a whole cannot be read
 */
export async function* readMolecules(
  chunks: TextChunks,
  { format, file = format, smilesColumn, nameColumn }: ReadMoleculesOptions,
): AsyncGenerator<InputRecord> {
  if (format === 'smi') yield* readSmi(chunks, { file });
  else if (isStructureFormat(format)) yield* readStructures(chunks, { format, file });
  else {
    const delimiter = format === 'tsv' ? '\t' : undefined;
    yield* readTable(chunks, { file, smilesColumn, nameColumn, delimiter });
  }
}
