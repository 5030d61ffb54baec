/**
 * What a run over many molecules has made so far, so that it can go on after a kill: a list beside its output, a line a
 * molecule with up to which byte of each file its records go, and the checksum of those bytes. A line counts where the
 * files hold what it says; what lies beyond the last such line is cut off. So a line may reach the disk before its data
 * do, as in a power cut, and costs no more than that molecule.
 */
import { constants } from 'node:fs';
import { open, readFile, type FileHandle } from 'node:fs/promises';
import { entryAt } from './entry-at.js';
import type { OutputFile, Stretch } from './output-file.js';
import { explain, OutputError } from './output-error.js';

export type Outcome = 'done' | 'failed' | 'skipped';

export interface Finished {
  /** Number of the molecule in the input, from 0. */
  readonly index: number;
  readonly outcome: Outcome;
  /** What it was: where the input has another molecule at this place, it is another input. */
  readonly key: string;
  readonly conformers: number;
  readonly seconds?: number | undefined;
  /** Why it failed or was skipped. */
  readonly reason?: string | undefined;
}

/** A molecule of the list, and where its bytes lie in each file. */
export interface Entry extends Finished {
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

export interface Journal {
  /** By number in the input; those of this run only where it was opened with `keep`. */
  readonly entries: ReadonlyMap<number, Entry>;
  /**
   * The molecule of this number, where it is listed.
   * @throws OutputError where another molecule stood there: the input has changed
   */
  find(index: number, key: string): Entry | undefined;
  /**
   * Lists a molecule whose records have been written to the files. Calls may overlap; each waits for those before it.
   * @throws OutputError, the files then ending with the molecule before
   */
  add(molecule: Finished): Promise<void>;
  /**
   * Notes that all is done, when the disk has everything: the files are whole, and only their names are to be given.
   * @param names of the files by what they are, for a journal that stays
   */
  finish(names?: Readonly<Record<string, string>>): Promise<void>;
  close(): Promise<void>;
}

export interface OpenJournalOptions {
  /** What the run depends on, by the name that messages give it: a run with others does not go on with this one. */
  readonly settings: Readonly<Record<string, string>>;
  /** Those that the molecules are written to, in an order that does not change. */
  readonly files: readonly OutputFile[];
  /** Begins anew, whatever is there. */
  readonly fresh?: boolean | undefined;
  /** Holds the molecules of this run in memory, too. */
  readonly keep?: boolean | undefined;
  /** Milliseconds between two waits for the disk. */
  readonly syncEvery?: number | undefined;
}

const MAGIC = '# molflow journal 1';
const COLUMNS = '# molecule\toutcome\tconformers\tseconds\tkey\treason\tbytes';
const FILES = '# files';
const COMPLETE = '# complete';
const OUTCOMES: ReadonlySet<string> = new Set<Outcome>(['done', 'failed', 'skipped']);

/**
 * Opens or begins the journal `path`; files are cut to where they and the journal agree.
 * @throws OutputError where it was begun with other settings, or cannot be written
 */
export async function openJournal(
  path: string,
  { settings, files, fresh = false, keep = false, syncEvery = 5000 }: OpenJournalOptions,
): Promise<Journal> {
  let list: FileHandle;
  try {
    list = await open(path, constants.O_RDWR | constants.O_CREAT | (fresh ? constants.O_TRUNC : 0));
  } catch (error) {
    throw explain(error, path);
  }
  try {
    const { entries, size } = await recover(list, { path, settings, files });
    let end = size;
    let synced = Date.now();
    let working: Promise<void> = Promise.resolve();

    async function append(text: string): Promise<void> {
      const bytes = Buffer.from(text);
      try {
        for (let at = 0; at < bytes.length;)
          at += (await list.write(bytes, at, bytes.length - at, end + at)).bytesWritten;
      } catch (error) {
        await list.truncate(end).catch(() => {});
        throw explain(error, path);
      }
      end += bytes.length;
    }
    async function sync(): Promise<void> {
      for (const file of files) await file.sync();
      await list.datasync();
      synced = Date.now();
    }
    async function add(molecule: Finished): Promise<void> {
      const before = files.map((file) => ({ file, marked: file.marked }));
      const stretches: Stretch[] = [];
      try {
        for (const file of files) stretches.push(await file.mark());
        await append(rowOf(molecule, stretches));
      } catch (error) {
        for (const { file, marked } of before) await file.cut(marked).catch(() => {});
        throw error;
      }
      const starts = before.map(({ marked }) => marked);
      if (keep) entries.set(molecule.index, { ...molecule, starts, ends: stretches.map(({ to }) => to) });
      if (Date.now() - synced >= syncEvery) await sync();
    }
    if (end === 0) {
      await append(`${MAGIC} ${JSON.stringify(settings)}\n${COLUMNS}\n`);
      await list.datasync();
    }
    return {
      entries,
      find(index, key) {
        const entry = entries.get(index);
        if (entry && entry.key !== plain(key))
          throw new OutputError(
            `${path} is of a run with another input: molecule ${index + 1} was ${entry.key} and is ${plain(key)}; go on with the same, or begin anew elsewhere or with --force`,
          );
        return entry;
      },
      add: (molecule) => {
        const adding = working.then(() => add(molecule));
        working = adding.catch(() => {});
        return adding;
      },
      async finish(names) {
        await working;
        await sync();
        await append(`${names ? `${FILES} ${JSON.stringify(names)}\n` : ''}${COMPLETE}\n`);
        await list.datasync();
      },
      async close() {
        await working;
        await list.close();
      },
    };
  } catch (error) {
    await list.close();
    throw error;
  }
}

/** Whether a journal was finished, its files perhaps still without their names. */
export async function isComplete(path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.endsWith(`\n${COMPLETE}\n`);
}

const rowOf = (
  { index, outcome, conformers, seconds = 0, key, reason = '' }: Finished,
  stretches: readonly Stretch[],
): string =>
  `${[
    index,
    outcome,
    conformers,
    seconds.toFixed(2),
    plain(key),
    plain(reason),
    ...stretches.map(({ to, crc }) => `${to}:${crc.toString(16)}`),
  ].join('\t')}\n`;

/** Text that is one column. */
const plain = (text: string): string => text.replace(/[\x00-\x1f\x7f]+/g, ' ').trim();

interface Recovered {
  readonly entries: Map<number, Entry>;
  readonly size: number;
}

async function recover(
  list: FileHandle,
  { path, settings, files }: { path: string } & Pick<OpenJournalOptions, 'settings' | 'files'>,
): Promise<Recovered> {
  const entries = new Map<number, Entry>();
  let ends = files.map(() => 0);
  let size = 0;
  const text = await list.readFile('utf8');
  const header = text.slice(0, text.indexOf('\n') + 1);
  const columns = `${COLUMNS}\n`;
  // Anything less was torn off before the first molecule: the disk had this before the files had anything.
  if (text.startsWith(`${MAGIC} `) && text.startsWith(columns, header.length)) {
    refuseOthers(header.slice(MAGIC.length), { path, settings });
    size = Buffer.byteLength(header + columns);
    for (const line of wholeLines(text.slice(header.length + columns.length))) {
      const entry = await readRow(line, { files, from: ends });
      if (entry === undefined) break;
      entries.set(entry.index, entry);
      ends = [...entry.ends];
      size += Buffer.byteLength(line) + 1;
    }
  } else if (files.some(({ marked }) => marked > 0))
    throw new OutputError(
      `${path} does not begin as a journal does, so no one knows what is done; move it and the data away, or --force begins anew`,
    );
  for (const [i, file] of files.entries()) await file.cut(entryAt(ends, i));
  await list.truncate(size);
  return { entries, size };
}

function refuseOthers(
  json: string,
  { path, settings }: { path: string; settings: OpenJournalOptions['settings'] },
): void {
  let before: Record<string, string>;
  try {
    before = JSON.parse(json) as Record<string, string>;
  } catch {
    throw new OutputError(`${path} is damaged in its first line; --force begins anew`);
  }
  const other = [...new Set([...Object.keys(settings), ...Object.keys(before)])].find(
    (name) => before[name] !== settings[name],
  );
  if (other !== undefined)
    throw new OutputError(
      `${path} is of a run with another ${other} (${before[other] ?? 'none'}, now ${settings[other] ?? 'none'}): go on with the same, or begin anew elsewhere or with --force`,
    );
}

const wholeLines = (text: string): string[] =>
  text
    .slice(0, text.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);

/** A line of the list. */
interface Row extends Finished {
  /** By file. */
  readonly stretches: readonly Stretch[];
}

/** Undefined where the line is torn. */
function rowOfLine(line: string): Row | undefined {
  const [index = '', outcome = '', conformers, seconds, key, reason, ...texts] = line.split('\t');
  if (!/^\d+$/.test(index) || !OUTCOMES.has(outcome) || key === undefined) return undefined;
  const stretches: Stretch[] = [];
  for (const text of texts) {
    const [, to, crc] = /^(\d+):([0-9a-f]+)$/.exec(text) ?? [];
    if (to === undefined || crc === undefined) return undefined;
    stretches.push({ to: Number(to), crc: parseInt(crc, 16) });
  }
  return {
    index: Number(index),
    outcome: outcome as Outcome,
    key,
    conformers: Number(conformers),
    seconds: Number(seconds),
    reason: reason || undefined,
    stretches,
  };
}

export interface KeptJournal {
  readonly settings: Readonly<Record<string, string>>;
  /** The files by what they are, as seen from the folder of the first. */
  readonly names: Readonly<Record<string, string>>;
  /** In the order of the list. @throws OutputError for a line that is none */
  rows(): AsyncGenerator<Row>;
}

/** The journal of a finished run that kept it. @throws OutputError where there is none, or the run is not finished */
export async function readKeptJournal(path: string): Promise<KeptJournal> {
  const list = await open(path).catch((error: unknown) => {
    throw new OutputError(`cannot read ${path}: a part that --shard made has its journal beside it`, { cause: error });
  });
  try {
    const { size } = await list.stat();
    const tail = Buffer.alloc(Math.min(size, 1 << 16));
    await list.read(tail, 0, tail.length, size - tail.length);
    const [names = '', complete] = tail.toString().split('\n').slice(-3);
    if (complete !== COMPLETE || !names.startsWith(`${FILES} `))
      throw new OutputError(`${path} is of a run that is not finished; --resume goes on with it`);
    const [head = ''] = (await list.read(Buffer.alloc(1 << 16), 0, 1 << 16, 0)).buffer.toString().split('\n', 1);
    return {
      settings: JSON.parse(head.slice(MAGIC.length)) as Record<string, string>,
      names: JSON.parse(names.slice(FILES.length)) as Record<string, string>,
      async *rows() {
        const lines = await open(path);
        for await (const line of lines.readLines()) {
          if (line.startsWith('#')) continue;
          const row = rowOfLine(line);
          if (row === undefined) throw new OutputError(`${path}: the line "${line.slice(0, 80)}" is damaged`);
          yield row;
        }
      },
    };
  } finally {
    await list.close();
  }
}

/** The molecule of a line; undefined where the line is torn or the files do not hold its bytes. */
async function readRow(
  line: string,
  { files, from }: { files: readonly OutputFile[]; from: readonly number[] },
): Promise<Entry | undefined> {
  const row = rowOfLine(line);
  if (row?.stretches.length !== files.length) return undefined;
  const { stretches, ...finished } = row;
  for (const [i, file] of files.entries()) {
    const { to, crc } = entryAt(stretches, i);
    const start = entryAt(from, i);
    if (file.part !== undefined && (to < start || (await file.crcOf(start, to)) !== crc)) return undefined;
  }
  return { ...finished, starts: from, ends: stretches.map(({ to }) => to) };
}
