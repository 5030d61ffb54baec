/** From a list of SMILES to reference ensembles: Python processes in parallel, and a journal that survives a kill. */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { readMoleculeFile } from '../../chem/io/read-file.node.js';
import type { RDKitModule } from '../../chem/rdkit.js';
import { graphOf, graphsOfFiles } from './excluded-graphs.js';
import { claimFolder, openJournal } from './journal.js';
import { startWorker, type Mode } from './worker.js';

export interface MakeEnsemblesOptions {
  readonly rdkit: RDKitModule;
  /** A Python that can import RDKit. */
  readonly python: string;
  /** SMILES and a title a line, or a table; also gzipped. */
  readonly input: string;
  readonly folder: string;
  readonly mode: Mode;
  /** Number of processes. */
  readonly workers?: number;
  /** Only the first so many molecules of the input. */
  readonly limit?: number;
  /** SMILES and SD files whose molecules are left out, whatever their stereo. */
  readonly exclude?: readonly string[];
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the run. What is made is kept, and the next run continues. */
  readonly signal?: AbortSignal;
}

export interface Progress {
  readonly done: number;
  readonly total: number;
  readonly conformers: number;
}

export interface MadeEnsembles {
  /** The joined SD file; undefined where the run was ended early. */
  readonly file: string | undefined;
  readonly molecules: number;
  readonly conformers: number;
  /** Molecules without an ensemble, by reason, most frequent first. */
  readonly leftOut: ReadonlyMap<string, number>;
}

/** Seed of the first line; each line adds its number, so that its records do not depend on what runs beside it. */
const FIRST_SEED = 1000;
const EXCLUDED = 'excluded';

interface Task {
  /** Line in the input, from 0. */
  readonly line: number;
  readonly smiles: string;
  readonly title: string;
  /** Why no ensemble will be made, where that is known beforehand. */
  readonly reason?: string;
}

/**
 * Makes the ensembles that are not made yet, and when all are there joins them in the order of the input into
 * `ensembles.sdf.gz` in the folder. The file does not depend on the number of workers, nor on kills in between.
 * @throws InputError where a file cannot be read; Error where the folder was begun otherwise or Python does not start
 */
export async function makeEnsembles({
  rdkit,
  python,
  input,
  folder,
  mode,
  workers = 1,
  limit = Infinity,
  exclude = [],
  onProgress = () => {},
  signal,
}: MakeEnsemblesOptions): Promise<MadeEnsembles> {
  const excluded = await graphsOfFiles(rdkit, exclude);
  const tasks = await readTasks(input, limit);
  await mkdir(folder, { recursive: true });
  await claimFolder(folder, { mode, 'list of excluded molecules': digest([...excluded].sort()) });
  const journal = await openJournal(folder);
  try {
    const open = tasks.filter(({ line, smiles }) => {
      const before = journal.done.get(line);
      if (before && before.smiles !== smiles)
        throw new Error(
          `${folder} was begun with another input: line ${line + 1} was ${before.smiles} and is ${smiles}; name another folder`,
        );
      return !before;
    });
    let [done, conformers] = [tasks.length - open.length, 0];
    for (const { line } of tasks) conformers += journal.done.get(line)?.conformers ?? 0;

    const queue = open[Symbol.iterator]();
    const halt = new AbortController();
    const stopped = signal ? AbortSignal.any([signal, halt.signal]) : halt.signal;
    const outcomes = await Promise.allSettled(Array.from({ length: Math.min(workers, open.length) }, work));
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure) throw failure.reason;

    async function work(): Promise<void> {
      const worker = startWorker({ python, mode });
      const stop = () => worker.stop();
      stopped.addEventListener('abort', stop);
      try {
        for (const task of queue) {
          if (stopped.aborted) return;
          const { line, smiles, title } = task;
          const reason = task.reason ?? (isExcluded(smiles) ? EXCLUDED : undefined);
          const answer =
            reason === undefined ? await worker.make({ smiles, title, seed: FIRST_SEED + line }) : { reason };
          const made = answer.conformers ?? 0;
          await journal.add({ line, smiles, conformers: made, reason: answer.reason }, answer.records ?? '');
          conformers += made;
          onProgress({ done: ++done, total: tasks.length, conformers });
        }
      } catch (error) {
        if (stopped.aborted) return;
        halt.abort();
        throw error;
      } finally {
        stopped.removeEventListener('abort', stop);
        worker.stop();
      }
    }
    function isExcluded(smiles: string): boolean {
      const graph = excluded.size > 0 ? graphOf(rdkit, smiles) : undefined;
      return graph !== undefined && excluded.has(graph);
    }

    const file = signal?.aborted ? undefined : path.join(folder, 'ensembles.sdf.gz');
    if (file !== undefined) await journal.join(file, new Set(tasks.map(({ line }) => line)));
    const leftOut = new Map<string, number>();
    let molecules = 0;
    for (const { line } of tasks) {
      const { reason, conformers: own } = journal.done.get(line) ?? { reason: undefined, conformers: 0 };
      if (own > 0) molecules++;
      if (reason !== undefined) leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
    }
    return { file, molecules, conformers, leftOut: new Map([...leftOut].sort(([, a], [, b]) => b - a)) };
  } finally {
    await journal.close();
  }
}

async function readTasks(input: string, limit: number): Promise<Task[]> {
  const tasks: Task[] = [];
  for await (const record of await readMoleculeFile(input)) {
    if (tasks.length >= limit) break;
    const { place } = record.kind === 'error' ? record.error : record;
    const task = { line: place.line - 1, smiles: '', title: place.name ?? '' };
    if (record.kind === 'error') tasks.push({ ...task, reason: 'the line cannot be read' });
    else if (record.kind === 'structure')
      throw new Error(`${input} holds structures; expected SMILES and titles, such as .smi or .csv`);
    else tasks.push({ ...task, smiles: record.smiles, title: record.name ?? record.smiles });
  }
  return tasks;
}

function digest(lines: readonly string[]): string {
  return lines.length === 0 ? 'nothing' : createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
}
