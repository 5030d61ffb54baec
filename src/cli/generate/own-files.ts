/** molflow generate with one file a molecule: beside them lies a list of those that are there, which a run goes on from. */
import path from 'node:path';
import { OutputError } from '../../files/output-error.js';
import type { OutputFile } from '../../files/output-file.js';
import { csvRow } from '../../chem/io/write-csv.js';
import { isPattern, moleculeFileNames, writeMoleculeFile } from '../molecule-files.js';
import { sharedWith, type NamedFiles } from '../shared-files.js';
import { shardOf } from '../shard.js';
import type { GenerateFlags } from './flags.js';
import type { Source } from './sources.js';

const COLUMNS = ['file', 'molecule', 'id', 'conformers'];

export interface OwnFiles {
  /** As --out names them. */
  readonly pattern: string;
  readonly folder: string;
  /** The list. */
  readonly list: string;
}

/** Undefined where all molecules share one output. */
export function ownFilesOf({ out, outDir, outFormat = 'sdf', shard }: GenerateFlags): OwnFiles | undefined {
  const pattern = outDir === undefined ? out : path.join(outDir, `{name}.${outFormat}`);
  if (!isPattern(pattern)) return undefined;
  const folder = path.dirname(`${pattern.slice(0, pattern.search(/\{(name|number)\}/))}x`);
  const { number, count } = shard === undefined ? { number: 1, count: 1 } : shardOf(shard);
  const list = count === 1 ? 'molflow-files.csv' : `molflow-files-${number}-of-${count}.csv`;
  return { pattern, folder, list: path.join(folder, list) };
}

/** The file of each molecule, to be asked for in the order of the input, also for those that are not made. */
export function ownFileNames({ pattern }: OwnFiles): (source: Source) => string {
  const nameOf = moleculeFileNames(pattern);
  return ({ index, name, input }) =>
    nameOf({ name: name ?? (input.kind === 'smiles' ? input.smiles : ''), number: index + 1 });
}

export interface OwnFile {
  readonly file: string;
  readonly text: string;
  readonly source: Source;
  readonly conformers: number;
}

/**
 * Writes the file of a molecule, whole, and its row of the list.
 * @param options.named files of the command line, whose place it does not take
 * @throws OutputError
 */
export async function writeOwnFile(
  { file, text, source, conformers }: OwnFile,
  { list, named, clobber }: { readonly list: OutputFile; readonly named: NamedFiles; readonly clobber: boolean },
): Promise<void> {
  const same = await sharedWith(file, named);
  if (same !== undefined)
    throw new OutputError(`cannot write ${file}: it is the file of ${same}, too; name another folder`);
  await writeMoleculeFile(file, text, { clobber });
  const head = list.marked === 0 ? csvRow(COLUMNS) : '';
  const place = path.relative(path.dirname(list.name), file);
  await list.write(`${head}${csvRow([place, source.index + 1, source.name, conformers])}`);
}
