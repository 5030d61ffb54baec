/** Writes conformers to a file or to standard output as they come. */

import { openOutputFile, type OpenOptions, type OutputFile } from '../../files/output-file.js';
import { OutputError } from '../../files/output-error.js';
import type { ConformerRecord } from './conformer-record.js';
import { mol2Record } from './write-mol2.js';
import { pdbEntry } from './write-pdb.js';
import { sdfRecord } from './write-sdf.js';
import { xyzFrame } from './write-xyz.js';

export { OutputError };

export type OutputFormat = 'sdf' | 'xyz' | 'pdb' | 'mol2';

export interface ConformerOutput {
  readonly format: OutputFormat;
  /**
   * Writes whole records and waits until the system has them. Records of one molecule object in a row become the models
   * of one PDB entry, and with `.gz` the records of one call are one gzip member: the conformers of a molecule are to be
   * given together.
   * Resolves to false where the reader of standard output has gone: nothing more need be made.
   * @throws OutputError; RangeError for a record that cannot be written (see the writers), of which nothing is written
   */
  write(records: readonly ConformerRecord[]): Promise<boolean>;
  /** Gives the file its name and closes it. @throws OutputError, the part file staying */
  close(): Promise<void>;
  /** Closes it unfinished: what was written stays in the part file, whose name is returned where it holds anything. */
  leave(): Promise<string | undefined>;
}

const EXTENSIONS: Readonly<Record<string, OutputFormat>> = {
  sdf: 'sdf',
  sd: 'sdf',
  xyz: 'xyz',
  pdb: 'pdb',
  ent: 'pdb',
  mol2: 'mol2',
};

/** What is said where Parquet is asked for of a run that writes record by record, and goes on with what it wrote. */
export const NO_PARQUET =
  'Parquet is written when all records are known: write .sdf, of which molflow convert --out NAME.parquet makes it';

/** The format that a file's name tells, `.gz` and `.zst` aside. @throws OutputError */
export function outputFormatOf(path: string): OutputFormat {
  const extension = /\.([^./\\]+)$/.exec(path.replace(/\.(gz|zst)$/i, ''))?.[1]?.toLowerCase() ?? '';
  const format = EXTENSIONS[extension];
  if (format !== undefined) return format;
  if (extension === 'parquet') throw new OutputError(`${path}: ${NO_PARQUET}`);
  throw new OutputError(
    `${path}: the name does not tell the format; expected .sdf, .xyz, .pdb or .mol2, each also with .gz or .zst`,
  );
}

/**
 * Opens `path` for writing; `-` is standard output. A file is written as `path.part` and takes its name at the end: what
 * stood there stays until then, and where nothing comes to be written.
 * @throws OutputError at once where the format is unknown, or as openOutputFile
 */
export async function openOutput(
  path: string,
  {
    format = path === '-' ? 'sdf' : outputFormatOf(path),
    ...options
  }: OpenOptions & { readonly format?: OutputFormat | undefined } = {},
): Promise<ConformerOutput> {
  const file = await openTextOutput(path, options);
  return { ...file, format, write: (records) => file.write(conformerText(records, format)) };
}

/** The text of whole records. @throws RangeError for a record that cannot be written (see the writers) */
export function conformerText(records: readonly ConformerRecord[], format: OutputFormat): string {
  if (format === 'sdf') return records.map(sdfRecord).join('');
  if (format === 'xyz') return records.map(xyzFrame).join('');
  if (format === 'mol2') return records.map(mol2Record).join('');
  const entries: ConformerRecord[][] = [];
  for (const record of records) {
    const last = entries.at(-1);
    if (last?.[0].molecule === record.molecule) last.push(record);
    else entries.push([record]);
  }
  return entries.map(pdbEntry).join('');
}

export interface TextOutput extends Pick<ConformerOutput, 'close' | 'leave'> {
  /** As ConformerOutput's. @throws OutputError */
  write(text: string): Promise<boolean>;
}

/** Opens a file of text, gzipped where its name says so, as openOutput does. @throws OutputError */
export async function openTextOutput(path: string, options: OpenOptions = {}): Promise<TextOutput> {
  const file: OutputFile = await openOutputFile(path, options);
  return {
    async write(text) {
      const reading = await file.write(text);
      await file.mark();
      return reading;
    },
    async close() {
      try {
        await file.finish();
      } finally {
        await file.close();
      }
    },
    async leave() {
      await file.close();
      return file.marked > 0 ? file.part : undefined;
    },
  };
}
