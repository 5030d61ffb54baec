/** Reads a file of molecules in any of the formats as one stream of records. */

import { InputError } from './input-error.js';
import type { InputRecord } from './input-record.js';
import type { TextChunks } from './lines.js';
import { RecordError } from './record-error.js';
import { readSdfItems } from './sdf.js';
import { readSmi } from './smi.js';
import { readTable } from './table.js';

export type InputFormat = 'smi' | 'csv' | 'tsv' | 'sdf';

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
};

/** The format that a file's name tells, `.gz` and `.zst` aside. @throws InputError */
export function inputFormatOf(path: string): InputFormat {
  const extension = /\.([^./\\]+)$/.exec(path.replace(/\.(gz|zst)$/i, ''))?.[1]?.toLowerCase() ?? '';
  const format = FORMAT_OF_EXTENSION[extension];
  if (format !== undefined) return format;
  throw new InputError(
    `${path}: the name does not tell the format; expected one of .${Object.keys(FORMAT_OF_EXTENSION).join(' .')}, each also with .gz or .zst`,
  );
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
  else if (format === 'sdf') yield* readStructures(chunks, file);
  else {
    const delimiter = format === 'tsv' ? '\t' : undefined;
    yield* readTable(chunks, { file, smilesColumn, nameColumn, delimiter });
  }
}

async function* readStructures(chunks: TextChunks, file: string): AsyncGenerator<InputRecord> {
  for await (const item of readSdfItems(chunks, { file })) {
    if (item instanceof RecordError) {
      yield {
        kind: 'error',
        error: item,
        source: item.text === undefined ? undefined : { kind: 'sdf', text: item.text },
      };
      continue;
    }
    const { structure, fields, index, line, lines } = item;
    const name = structure.name === '' ? undefined : structure.name;
    yield {
      kind: 'structure',
      structure,
      name,
      fields,
      place: { file, index, line, name },
      source: { kind: 'sdf', text: lines.join('\n') },
    };
  }
}
