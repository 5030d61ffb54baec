/** What runs over libraries have in common: flags checked, workers opened, results written in the order of the input, an end. */
import type { Command } from 'commander';
import { outputFormatOf, type OutputFormat } from '../chem/io/output.node.js';
import type { InputFormat } from '../chem/io/read-molecules.js';
import type { Entry } from '../files/journal.js';
import type { RunOutputs } from '../files/run-outputs.js';
import { AHEAD_OF_EACH, inOrder } from '../supervisor/in-order.js';
import type { WorkerPool } from '../supervisor/pool.node.js';
import { EXIT } from './exit-codes.js';
import type { GeneratorFlags } from './generator-flags.js';
import { interruptBefore, interruption } from './interrupt.js';
import type { EndFlags } from './library-flags.js';
import type { LimitFlags } from './limit-flags.js';
import { moleculeFileNames } from './molecule-files.js';
import { closeOutputs, endedEarly, leftIn, refuseOtherFormat, type OutputFlags } from './output-flags.js';
import { ownFilesOf, refuseGone, withList, type OwnFiles } from './own-files.js';
import { refuseSharedFiles, type NamedFiles } from './shared-files.js';
import { isInShard, shardOf } from './shard.js';
import { withPool } from './worker/open-pool.js';
import type { WorkerEvent, WorkerTask } from './worker/tasks.js';

interface RunFlags extends EndFlags, GeneratorFlags, LimitFlags, OutputFlags {
  readonly outDir?: string;
  readonly outFormat?: OutputFormat;
}

export interface LibraryRun<Flags, Task, Event> {
  /** As given; `out` is the list of files where each molecule has its own. */
  readonly flags: Flags;
  readonly own: OwnFiles | undefined;
  /** Of --out. */
  readonly format: OutputFormat;
  /** Files of the command line by the flag that names them. */
  readonly named: NamedFiles;
  readonly pool: WorkerPool<Task, Event>;
}

export interface RunOptions<Flags> {
  /** Files by the flag that names them. */
  readonly filesOf: (flags: Flags) => { readonly inputs: NamedFiles; readonly outputs: NamedFiles };
  /** Of --failed, whose records are those of the input. */
  readonly failedFormat: InputFormat;
  /** In place of that of the flags. */
  readonly model?: string | undefined;
}

/**
 * Does `work` with worker processes that end with it, once the flags are found right.
 * @throws CommanderError after printing the message, where they are not; what `work` throws
 */
export async function runLibrary<Flags extends RunFlags, Task extends WorkerTask, Event extends WorkerEvent>(
  given: Flags,
  command: Command,
  { filesOf, failedFormat, model }: RunOptions<Flags>,
  work: (run: LibraryRun<Flags, Task, Event>) => Promise<void>,
): Promise<void> {
  const own = ownFilesOf(given);
  const flags = withList(given, own);
  const { inputs, outputs } = filesOf(flags);
  await refuseSharedFiles(command, { inputs, outputs });
  refuseOtherFormat(flags.failed, failedFormat, command);
  if (flags.walltime !== undefined) interruptBefore(flags.walltime);
  const format = flags.outFormat ?? (flags.out === '-' ? 'sdf' : outputFormatOf(flags.out));
  await withPool<Task, Event>({ ...flags, ...(model !== undefined && { model }) }, (pool) =>
    work({ flags, own, format, named: { ...inputs, ...outputs }, pool }),
  );
}

/** A molecule, or what stands in its place in the input. */
export interface RunItem {
  /** In the input, from 0. */
  readonly index: number;
  /** What tells it from another one at its place; undefined where a later run may find something else there. */
  readonly key?: string | undefined;
  /** Its own output, where each molecule has one. */
  readonly file?: string;
}

export interface InOrderOptions<Item, Result> {
  readonly outputs: RunOutputs;
  /** What a file of its own is named by; undefined where it has none. */
  readonly nameOf: (item: Item) => string | undefined;
  /** Told of what an earlier run has finished, which is left out. */
  readonly onFinished: (entry: Entry, item: Item) => void;
  readonly work: (item: Item) => Promise<Result | 'stopped'>;
  /** Whether somebody still reads what was written. */
  readonly write: (result: Result) => Promise<boolean>;
  readonly say: (line: string) => void;
}

/**
 * Works on the items of the shard, the next while those before them are written, and gives the outputs their names.
 * @returns whether it came to its end; where it did not, that has been said
 * @throws Error that says where what was made is
 */
export async function writeInOrder<Item extends RunItem, Result>(
  { flags, own }: Pick<LibraryRun<RunFlags, unknown, unknown>, 'flags' | 'own'>,
  items: AsyncIterable<Item>,
  { outputs, nameOf, onFinished, work, write, say }: InOrderOptions<Item, Result>,
): Promise<boolean> {
  async function* unfinished(): AsyncGenerator<Item> {
    const shard = flags.shard === undefined ? undefined : shardOf(flags.shard);
    const fileOf = own && moleculeFileNames(own.pattern);
    for await (const one of items) {
      // A name depends on all before it, whoever makes them.
      const name = nameOf(one);
      const item = fileOf && name !== undefined ? { ...one, file: fileOf({ name, number: one.index + 1 }) } : one;
      if (!isInShard(item.index, shard)) continue;
      const entry = item.key === undefined ? undefined : outputs.find(item.index, item.key);
      if (!entry) yield item;
      else {
        if (item.file !== undefined) refuseGone(item.file, entry);
        onFinished(entry, item);
      }
    }
  }

  let isWhole = true;
  try {
    const results = inOrder(unfinished(), work, { ahead: AHEAD_OF_EACH * flags.jobs, signal: interruption });
    for await (const result of results)
      // Where the reader of standard output has gone, more would be made for no one.
      if (result === 'stopped' || !(await write(result))) {
        isWhole = false;
        break;
      }
  } catch (error) {
    throw await endedEarly(error, outputs);
  }
  await closeOutputs(outputs, { isWhole: isWhole && !interruption.aborted });
  if (interruption.aborted) return false;
  const left = leftIn(outputs);
  if (left === '') return true;
  say(`molflow: nobody reads the output any more${left}`);
  process.exitCode = EXIT.failure;
  return false;
}

/** The exit code of a run that came to its end. A part of a library may hold nothing. */
export function setExitCode(
  { done, failed }: { readonly done: number; readonly failed: number },
  { shard, allowFailures }: Pick<RunFlags, 'shard' | 'allowFailures'>,
): void {
  const isEmpty = done + failed === 0;
  if (isEmpty ? shard === undefined : failed > 0 && !allowFailures)
    process.exitCode = done > 0 ? EXIT.partly : EXIT.failure;
}
