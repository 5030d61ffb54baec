/** The flags for existing files: earlier outputs, and part files of unfinished runs. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import { InvalidArgumentError, Option, type Command } from 'commander';
import { NO_PARQUET, type OutputFormat } from '../chem/io/output.node.js';
import { inputFormatOf, type InputFormat } from '../chem/io/read-molecules.js';
import { openRunOutputs, type RunOutputs } from '../files/run-outputs.js';
import { EXIT } from './exit-codes.js';
import { makeFolder } from './molecule-files.js';
import { printNote } from './print.js';
import { VERSION } from './version.js';

export interface OutputFlags {
  readonly out: string;
  readonly trajectory?: string;
  readonly quiet?: boolean;
  readonly clobber: boolean;
  readonly resume?: boolean;
  readonly force?: boolean;
  readonly failed?: string;
  readonly status?: string;
  readonly shard?: string;
  readonly allowFailures?: boolean;
}

/** Those that a run writes record by record. */
export const OUT_FORMATS: readonly OutputFormat[] = ['sdf', 'xyz', 'pdb', 'mol2'];

/** --out, and --out-dir in its place. */
export const outOptions = ({ more = '' } = {}): [Option, Option] => [
  new Option(
    '--out <file>',
    `.sdf, .xyz, .pdb or .mol2, each also .gz or .zst${more}; with {name} or {number} one file a molecule; - is standard output`,
  )
    .default('-')
    .conflicts('outDir'),
  new Option('--out-dir <folder>', "short for --out 'FOLDER/{name}.sdf', or another --out-format"),
];

export const outFormatOption = (choices: readonly string[] = OUT_FORMATS): Option => {
  const option = new Option(
    '--out-format <format>',
    'format of the output (default: from its extension; sdf for - and --out-dir)',
  ).choices(choices);
  const { parseArg } = option;
  return option.argParser((text, before) => {
    if (text === 'parquet' && !choices.includes(text)) throw new InvalidArgumentError(NO_PARQUET);
    return parseArg?.(text, before);
  });
};

export function addOutputOptions(command: Command): Command {
  return command
    .optionsGroup('Libraries and unfinished runs:')
    .option('--resume', 'continue an unfinished run; molecules that it finished are not made again')
    .option('--force', 'start again, although an unfinished run left its part file')
    .option('--no-clobber', 'refuse to replace an output that exists')
    .option('--failed <file>', 'write input records that fail, unchanged, with the reason: a file for --input');
}

/** @throws CommanderError where the name of --failed tells another format than that of the input. */
export function refuseOtherFormat(failed: string | undefined, format: InputFormat, command: Command): void {
  if (failed === undefined || failed === '-') return;
  let named: InputFormat | undefined;
  try {
    named = inputFormatOf(failed);
  } catch {
    // A name that tells no format may hold any.
  }
  if (named !== undefined && named !== format)
    command.error(`error: --failed ${failed} holds records as they came, in format ${format}; name it .${format}`, {
      exitCode: EXIT.usage,
    });
}

/** Flags that do not change what is made of a molecule. */
const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'input',
  'smiles',
  'molecule',
  'out',
  'outDir',
  'trajectory',
  'failed',
  'status',
  'allowFailures',
  'walltime',
  'resume',
  'force',
  'clobber',
  'jobs',
  'timeLimit',
  'memoryLimit',
  'quiet',
  'json',
  'config',
  'preset',
]);

/**
 * The outputs that the flags name, `--out` being the list of those that are there where each molecule has its `own`, once `ready`; undefined where --resume finds them finished, which needs no model.
 * Everything that can be wrong with model, engine and outputs is known before the first molecule.
 * @throws OutputError; what `ready` rejects with
 */
export async function openOutputs(
  flags: OutputFlags,
  ready: Promise<void>,
  own?: { readonly pattern: string; readonly folder: string },
): Promise<RunOutputs | undefined> {
  const { out, trajectory, failed, status, shard, allowFailures, clobber, resume, force, quiet } = flags;
  if (own) await makeFolder(own.folder);
  const open = () =>
    openRunOutputs({
      clobber,
      resume,
      force,
      outputs: { out, trajectory, failed, status },
      // A part of a library may have no molecule, and its file is waited for all the same.
      replaced: ['failed', 'status', ...(shard || allowFailures ? ['out', 'trajectory'] : [])],
      // Files of one molecule each are joined with no others.
      keepJournal: shard !== undefined && !own,
      place: own?.folder,
      settings: { ...settingsOf(flags), ...(own && { 'file name': path.relative(own.folder, own.pattern) }) },
    });
  const resumed = resume ? await open() : undefined;
  if (resumed?.complete) {
    if (!quiet) printNote(`${out} is finished already`);
    return undefined;
  }
  await ready;
  return resumed ?? open();
}

/** What a run can only go on with: the version and the flags. */
function settingsOf(flags: object): Record<string, string> {
  const given = Object.entries(flags)
    .filter(([name, value]) => value !== undefined && !WITHOUT_EFFECT.has(name))
    .map(([name, value]): [string, string] => [
      `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`,
      String(value),
    ]);
  return { 'version of molflow': VERSION, ...Object.fromEntries(given.sort(([a], [b]) => (a < b ? -1 : 1))) };
}

/** What tells a record from another one at its place, in a line of the journal. */
export function keyOf(text: string): string {
  return text.length <= 200 && !/[\r\n]/.test(text)
    ? text
    : createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Where what a run has made is that ends early; empty where it made nothing. */
export function leftIn(outputs: RunOutputs): string {
  const left = outputs.left();
  if (left === undefined) return '';
  return `; what was made is in ${left.place}${left.isResumable ? ', and --resume goes on with it' : ''}`;
}

/** Gives the outputs their names where the run is whole, and closes them. @throws OutputError that says where the rest is */
export async function closeOutputs(outputs: RunOutputs, { isWhole }: { readonly isWhole: boolean }): Promise<void> {
  try {
    if (isWhole) await outputs.finish();
    await outputs.close();
  } catch (error) {
    throw await endedEarly(error, outputs);
  }
}

/** The error of a run that ends with it, which says where what it made is. */
export async function endedEarly(error: unknown, outputs: RunOutputs): Promise<Error> {
  await outputs.close().catch(() => {});
  return new Error(`${(error as Error).message}${leftIn(outputs)}`, { cause: error });
}
