/** One file a molecule: beside them lies a list of those that are there, which a run goes on from. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { csvRow } from '../chem/io/write-csv.js';
import { outputFormatOf, type OutputFormat } from '../chem/io/output.node.js';
import type { Entry } from '../files/journal.js';
import { OutputError } from '../files/output-error.js';
import type { OutputFile } from '../files/output-file.js';
import { isPattern, writeMoleculeFile } from './molecule-files.js';
import { sharedWith, type NamedFiles } from './shared-files.js';
import { shardOf } from './shard.js';

const COLUMNS = ['file', 'molecule', 'id', 'conformers'];

export interface OwnFiles {
  /** As --out names them. */
  readonly pattern: string;
  readonly folder: string;
  /** The list. */
  readonly list: string;
}

interface OwnFileFlags {
  readonly out: string;
  readonly outDir?: string;
  readonly outFormat?: OutputFormat;
  readonly shard?: string;
}

/** Undefined where all molecules share one output. */
export function ownFilesOf({ out, outDir, outFormat = 'sdf', shard }: OwnFileFlags): OwnFiles | undefined {
  const pattern = outDir === undefined ? out : path.join(outDir, `{name}.${outFormat}`);
  if (!isPattern(pattern)) return undefined;
  const folder = path.dirname(`${pattern.slice(0, pattern.search(/\{(name|number)\}/))}x`);
  const { number, count } = shard === undefined ? { number: 1, count: 1 } : shardOf(shard);
  const list = count === 1 ? 'molflow-files.csv' : `molflow-files-${number}-of-${count}.csv`;
  return { pattern, folder, list: path.join(folder, list) };
}

/** The flags of a run whose output is the list. */
export function withList<F extends OwnFileFlags>(flags: F, own: OwnFiles | undefined): F {
  return own ? { ...flags, out: own.list, outFormat: flags.outFormat ?? outputFormatOf(own.pattern) } : flags;
}

/** @throws OutputError where the file of a molecule is gone that an earlier run has made */
export function refuseGone(file: string, { outcome }: Entry): void {
  if (outcome === 'done' && !existsSync(file))
    throw new OutputError(`${file} was made by the unfinished run, and is gone; --force begins anew`);
}

export interface OwnFile {
  readonly file: string;
  readonly text: string;
  /** Of the molecule, in the input, from 1. */
  readonly number: number;
  readonly name: string | undefined;
  readonly conformers: number;
}

/**
 * Writes the file of a molecule, whole, and its row of the list.
 * @param options.named files of the command line, whose place it does not take
 * @throws OutputError
 */
export async function writeOwnFile(
  { file, text, number, name, conformers }: OwnFile,
  { list, named, clobber }: { readonly list: OutputFile; readonly named: NamedFiles; readonly clobber: boolean },
): Promise<void> {
  const same = await sharedWith(file, named);
  if (same !== undefined)
    throw new OutputError(`cannot write ${file}: it is the file of ${same}, too; name another folder`);
  await writeMoleculeFile(file, text, { clobber });
  const head = list.marked === 0 ? csvRow(COLUMNS) : '';
  const place = path.relative(path.dirname(list.name), file);
  await list.write(`${head}${csvRow([place, number, name, conformers])}`);
}
