/** The outputs of one run over many molecules: written side by side, with a journal so that the run can go on after a kill. */
import { statSync } from 'node:fs';
import { rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { isComplete, openJournal, type Entry, type Finished, type Journal } from './journal.js';
import { isStream, openOutputFile, targetOf, type OpenOptions, type OutputFile } from './output-file.js';
import { explain, OutputError } from './output-error.js';

export interface RunOutputs {
  /** Open files by the name that they were given in `outputs`; none where the run is complete. */
  readonly files: ReadonlyMap<string, OutputFile>;
  /** One that every run has. @throws Error where it is not open */
  file(label: string): OutputFile;
  /** An earlier run has finished: nothing is left to do. */
  readonly complete: boolean;
  /** Molecules that an earlier run has finished. */
  readonly resumed: number;
  /** What became of a molecule in an earlier run. @throws OutputError where it was another molecule */
  find(index: number, key: string): Entry | undefined;
  /** Takes back what the molecule at hand has written, where that can be. */
  back(): Promise<void>;
  /** Declares a molecule finished; what it has written is whole. @throws OutputError */
  add(molecule: Finished): Promise<void>;
  /** Gives the files their names. @throws OutputError, the part files and the journal staying */
  finish(): Promise<void>;
  /** The part file, or the place, of a run that is not finished, and whether there is a journal from which it goes on; undefined where nothing is left. */
  left(): { readonly place: string; readonly isResumable: boolean } | undefined;
  /** Closes everything. */
  close(): Promise<void>;
}

export interface RunOutputsOptions extends OpenOptions {
  /** Files by what they are; the journal lies beside the first. Those of `replaced` stand for themselves where they are empty. */
  readonly outputs: Readonly<Record<string, string | undefined>>;
  readonly replaced?: readonly string[];
  /** Where what the run makes is, if not in the outputs themselves. */
  readonly place?: string | undefined;
  /** Keeps the journal when the run is finished: it says which bytes of each file are which molecule's, for mergeParts. */
  readonly keepJournal?: boolean;
  /** What the results depend on beside the molecules, by the names of messages. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** @throws OutputError as openOutputFile and openJournal */
export async function openRunOutputs({
  outputs,
  replaced = [],
  settings = {},
  keepJournal = false,
  place,
  resume = false,
  ...options
}: RunOutputsOptions): Promise<RunOutputs> {
  const named = Object.entries(outputs).flatMap(([label, name]) =>
    name === undefined ? [] : [[label, name] as const],
  );
  const first = named[0]?.[1];
  if (first === undefined) throw new Error('a run over many molecules needs an output, and none is named');
  const list = (await isStream(first)) ? undefined : `${await targetOf(first)}.journal`;
  if (resume) {
    if (list === undefined)
      throw new OutputError(`cannot go on with ${first}: --resume needs a file, of which it knows what is done`);
    if (await isComplete(list)) {
      await giveNames(named.map(([, name]) => name));
      if (!keepJournal) await rm(list, { force: true });
      return finished();
    }
    const [journal, part, target] = await Promise.all([list, `${await targetOf(first)}.part`, first].map(sizeOf));
    if (journal === undefined && part)
      throw new OutputError(`cannot go on with ${first}: its part file has no journal (${list}); --force begins anew`);
    if (journal === undefined && target !== undefined) return finished();
  }
  const files = new Map<string, OutputFile>();
  let journal: Journal | undefined;
  try {
    for (const [label, name] of named) files.set(label, await openOutputFile(name, { ...options, resume }));
    if (list !== undefined)
      journal = await openJournal(list, {
        settings: { ...settings, outputs: named.map(([label]) => label).join(' ') },
        files: [...files.values()],
        fresh: !resume,
      });
  } catch (error) {
    for (const file of files.values()) await file.close().catch(() => {});
    throw error;
  }
  const before = journal?.entries.size ?? 0;
  let [added, done] = [0, false];
  return {
    files,
    file(label) {
      const file = files.get(label);
      if (!file) throw new Error(`this run has no output '${label}'; it has ${[...files.keys()].join(', ')}`);
      return file;
    },
    complete: false,
    resumed: before,
    find: (index, key) => journal?.find(index, key),
    back: async () => {
      for (const file of files.values()) await file.back();
    },
    async add(molecule) {
      if (journal) await journal.add(molecule);
      else for (const file of files.values()) await file.mark();
      added++;
    },
    async finish() {
      const beside = (name: string): string => path.relative(path.dirname(first), name);
      await journal?.finish(
        keepJournal ? Object.fromEntries(named.map(([label, name]) => [label, beside(name)])) : undefined,
      );
      for (const [label, file] of [...files].reverse())
        await file.finish({ empty: replaced.includes(label) ? 'replace' : 'keep' });
      if (list !== undefined && !keepJournal) await rm(list, { force: true });
      done = true;
    },
    async close() {
      await journal?.close();
      for (const file of files.values()) {
        if (!done) await file.back().catch(() => {});
        await file.close();
      }
      if (!done && before + added === 0 && list !== undefined) await rm(list, { force: true });
    },
    left() {
      const parts = done ? [] : [...files.values()].flatMap(({ part = [] }) => part);
      const part = parts.find((file) => (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0);
      return part === undefined ? undefined : { place: place ?? part, isResumable: list !== undefined };
    },
  };
}

const sizeOf = (file: string): Promise<number | undefined> =>
  stat(file).then(
    ({ size }) => size,
    () => undefined,
  );

/** What a run that was killed between its end and the last move had still to do. */
async function giveNames(names: readonly string[]): Promise<void> {
  for (const name of names) {
    if (await isStream(name)) continue;
    const target = await targetOf(name);
    try {
      const size = await sizeOf(`${target}.part`);
      if (size === 0 && (await sizeOf(target)) !== undefined) await rm(`${target}.part`);
      else if (size !== undefined) await rename(`${target}.part`, target);
    } catch (error) {
      throw explain(error, name);
    }
  }
}

function finished(): RunOutputs {
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    files: new Map(),
    file(label) {
      throw new Error(`the output '${label}' is finished and cannot be written to`);
    },
    complete: true,
    resumed: 0,
    find: () => undefined,
    back: nothing,
    add: nothing,
    finish: nothing,
    left: () => undefined,
    close: nothing,
  };
}
