/** Writes conformers to a file or to standard output as they come; what is written stays readable if the process dies. */

import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import type { ConformerRecord } from './conformer-record.js';
import { PDB_END, pdbHeader, pdbModel } from './write-pdb.js';
import { sdfRecord } from './write-sdf.js';
import { xyzFrame } from './write-xyz.js';

export type OutputFormat = 'sdf' | 'xyz' | 'pdb';

/** An output that cannot be opened or written; the message names it and says why. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
}

export interface ConformerOutput {
  readonly format: OutputFormat;
  /**
   * Writes whole records and waits until the system has them. Records of one molecule object in a row become the models
   * of one PDB entry; with `.gz` the records of one call are one gzip member, so conformers are best given together.
   * Resolves to false where the reader of standard output has gone: nothing more need be made.
   * @throws OutputError; RangeError for a record that cannot be written (see the writers), of which nothing is written
   */
  write(records: readonly ConformerRecord[]): Promise<boolean>;
  /** Writes what ends the file and closes it. */
  close(): Promise<void>;
}

const EXTENSIONS: Readonly<Record<string, OutputFormat>> = {
  sdf: 'sdf',
  sd: 'sdf',
  xyz: 'xyz',
  pdb: 'pdb',
  ent: 'pdb',
};

/** The format that a file's name tells, `.gz` aside. @throws OutputError */
export function outputFormatOf(path: string): OutputFormat {
  const extension = /\.([^./\\]+)$/.exec(path.replace(/\.gz$/i, ''))?.[1]?.toLowerCase() ?? '';
  const format = EXTENSIONS[extension];
  if (format !== undefined) return format;
  throw new OutputError(`${path}: the name does not tell the format; expected .sdf, .xyz or .pdb, each also with .gz`);
}

/**
 * Opens `path` for writing; `-` is standard output. What stands in the file goes with the first write: where nothing
 * comes to be written, an existing file stays as it is, and a new one is empty.
 * @throws OutputError at once where the format is unknown or the path cannot be written
 */
export async function openOutput(
  path: string,
  { format = path === '-' ? 'sdf' : outputFormatOf(path) }: { format?: OutputFormat | undefined } = {},
): Promise<ConformerOutput> {
  const sink = path === '-' ? standardOutput() : await openTextOutput(path);
  const { text, end } = formatter(format);
  return {
    format,
    write: (records) => sink.write(text(records)),
    close: async () => {
      await sink.write(end());
      await sink.close();
    },
  };
}

interface Formatter {
  readonly text: (records: readonly ConformerRecord[]) => string;
  readonly end: () => string;
}

function formatter(format: OutputFormat): Formatter {
  if (format === 'sdf') return { text: (records) => records.map(sdfRecord).join(''), end: () => '' };
  if (format === 'xyz') return { text: (records) => records.map(xyzFrame).join(''), end: () => '' };
  let current: ConformerRecord['molecule'] | undefined;
  let model = 0;
  return {
    text: (records) => {
      let text = '';
      let entry = current;
      let number = model;
      for (const record of records) {
        if (record.molecule !== entry) {
          if (entry !== undefined) text += PDB_END;
          entry = record.molecule;
          number = 0;
          text += pdbHeader(record.title ?? entry.name ?? '');
        }
        number += 1;
        text += pdbModel(record, number);
      }
      [current, model] = [entry, number];
      return text;
    },
    end: () => (current === undefined ? '' : PDB_END),
  };
}

export interface TextOutput {
  /** As ConformerOutput's. @throws OutputError */
  write(text: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Opens a file of text, gzipped where its name says so, as openOutput does. @throws OutputError */
export async function openTextOutput(path: string): Promise<TextOutput> {
  let handle: FileHandle;
  let regular: boolean;
  try {
    handle = await open(path, constants.O_WRONLY | constants.O_CREAT);
    regular = (await handle.stat()).isFile();
  } catch (error) {
    throw explain(error, path);
  }
  const zipped = /\.gz$/i.test(path);
  let untouched = true;
  return {
    write: async (text) => {
      if (text === '') return true;
      try {
        // Pipes and devices hold nothing to be emptied of, and refuse it.
        if (untouched && regular) await handle.truncate();
        untouched = false;
        // Not buffered here: a record that the system has been given outlives the process.
        await handle.writeFile(zipped ? gzipSync(text) : text);
      } catch (error) {
        throw explain(error, path);
      }
      return true;
    },
    close: async () => {
      try {
        if (zipped && untouched && (await handle.stat()).size === 0) await handle.writeFile(gzipSync(''));
        await handle.close();
      } catch (error) {
        throw explain(error, path);
      }
    },
  };
}

function standardOutput(): TextOutput {
  let gone = false;
  let failure: OutputError | undefined;
  const onError = (error: Error): void => {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') gone = true;
    else failure = explain(error, 'standard output');
  };
  // Stays in place after closing: the error of a closed pipe may arrive late.
  process.stdout.on('error', onError);
  return {
    write: async (text) => {
      if (text !== '' && !gone) {
        await new Promise<void>((resolve) =>
          process.stdout.write(text, (error) => {
            if (error) onError(error);
            resolve();
          }),
        );
      }
      if (failure !== undefined) throw failure;
      return !gone;
    },
    close: async () => {},
  };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'its directory does not exist',
  ENOTDIR: 'a part of the path is not a directory',
  EISDIR: 'it is a directory; name a file in it',
  EACCES: 'writing there is not permitted',
  EPERM: 'writing there is not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
};

function explain(error: unknown, name: string): OutputError {
  const { code, message } = error as NodeJS.ErrnoException;
  return new OutputError(`cannot write ${name}: ${REASONS[code ?? ''] ?? message}`, { cause: error });
}
