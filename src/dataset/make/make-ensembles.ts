/** From a list of SMILES to reference ensembles: Python processes in parallel, and a journal that survives a kill. */
import { createHash } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import path from 'node:path';
import { readMoleculeFile } from '../../chem/io/read-file.node.js';
import type { RDKitModule } from '../../chem/rdkit.js';
import { openJournal, type Entry } from '../../files/journal.js';
import { openOutputFile } from '../../files/output-file.js';
import { graphOf, graphsOfFiles } from './excluded-graphs.js';
import { startWorker, type Answer, type Mode, type Request, type Worker } from './worker.js';

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
  /** Conformers to start from, for molecules of which ETKDG and Open Babel give no minimum. */
  readonly starts?: Starts | undefined;
  readonly onProgress?: (progress: Progress) => void;
  /** Ends the run. What is made is kept, and the next run continues. */
  readonly signal?: AbortSignal;
}

export interface Starts {
  /** Says what they are, with what they depend on: a run with others does not go on with this one. */
  readonly name: string;
  /** SDF of at most so many conformers; empty where there are none. */
  make(request: Pick<Request, 'smiles' | 'title' | 'seed'>, count: number): Promise<string>;
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

/** A molecule's own, so that its records depend neither on what runs beside it nor on where it stands: a whole number below 2³¹, as RDKit takes them. */
const seedOf = (smiles: string): number => createHash('sha256').update(smiles).digest().readUInt32LE(0) % 2 ** 31;
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
  starts,
  onProgress = () => {},
  signal,
}: MakeEnsemblesOptions): Promise<MadeEnsembles> {
  const excluded = await graphsOfFiles(rdkit, exclude);
  const tasks = await readTasks(input, limit);
  await mkdir(folder, { recursive: true });
  // Records as they came; its lock keeps a second run off the folder.
  const made = path.join(folder, 'made.sdf.gz');
  const records = await openOutputFile(made, { inPlace: true });
  const journal = await openJournal(path.join(folder, 'done.tsv'), {
    settings: {
      mode,
      'list of excluded molecules': digest([...excluded].sort()),
      'source of further starting conformers': starts?.name ?? 'none',
    },
    files: [records],
    keep: true,
  }).catch(async (error: unknown) => {
    await records.close();
    throw error;
  });
  try {
    const left = tasks.filter(({ line, smiles }) => journal.find(line, smiles) === undefined);
    let [done, conformers] = [tasks.length - left.length, 0];
    for (const { line } of tasks) conformers += journal.entries.get(line)?.conformers ?? 0;
    let writing: Promise<void> = Promise.resolve();
    /** Workers end when they like, and each waits for those before it. */
    function add(task: Task, answer: Answer, seconds: number): Promise<void> {
      const adding = writing.then(async () => {
        await records.write(answer.records ?? '');
        await journal.add({
          index: task.line,
          key: task.smiles,
          outcome: answer.reason === undefined ? 'done' : answer.reason === EXCLUDED ? 'skipped' : 'failed',
          conformers: answer.conformers ?? 0,
          seconds,
          reason: answer.reason,
        });
      });
      writing = adding.catch(() => {});
      return adding;
    }

    const queue = left[Symbol.iterator]();
    const halt = new AbortController();
    const stopped = signal ? AbortSignal.any([signal, halt.signal]) : halt.signal;
    const outcomes = await Promise.allSettled(Array.from({ length: Math.min(workers, left.length) }, work));
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure) throw failure.reason;

    async function work(): Promise<void> {
      const worker = startWorker({ python, mode });
      const stop = () => worker.stop();
      stopped.addEventListener('abort', stop);
      try {
        for (const task of queue) {
          if (stopped.aborted) return;
          const { smiles, title } = task;
          const reason = task.reason ?? (isExcluded(smiles) ? EXCLUDED : undefined);
          const start = performance.now();
          const answer: Answer =
            reason === undefined ? await answerOf(worker, { smiles, title, seed: seedOf(smiles) }, starts) : { reason };
          await add(task, answer, (performance.now() - start) / 1e3);
          conformers += answer.conformers ?? 0;
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
    if (file !== undefined) await join(file, { made, entries: tasks.map(({ line }) => journal.entries.get(line)) });
    const leftOut = new Map<string, number>();
    let molecules = 0;
    for (const { line } of tasks) {
      const { reason, conformers: own } = journal.entries.get(line) ?? { reason: undefined, conformers: 0 };
      if (own > 0) molecules++;
      if (reason !== undefined) leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
    }
    return { file, molecules, conformers, leftOut: new Map([...leftOut].sort(([, a], [, b]) => b - a)) };
  } finally {
    await journal.close();
    await records.close();
  }
}

/** The process's answer, by its own starts or else by these. */
async function answerOf(worker: Worker, request: Request, starts: Starts | undefined): Promise<Answer> {
  const answer = await worker.make(request);
  if (answer.reason === undefined || answer.wants === undefined || !starts) return answer;
  const text = await starts.make(request, answer.wants);
  if (text === '') return answer;
  const second = await worker.make({ ...request, starts: text });
  return second.reason === undefined ? second : answer;
}

/** Writes the records of these molecules in their order, one gzip member a molecule. */
async function join(
  file: string,
  { made, entries }: { readonly made: string; readonly entries: readonly (Entry | undefined)[] },
): Promise<void> {
  const whole = await openOutputFile(file, { force: true });
  const source = await open(made);
  try {
    for (const entry of entries) {
      const [from, to] = [entry?.starts[0] ?? 0, entry?.ends[0] ?? 0];
      if (to > from) await whole.write((await source.read(Buffer.alloc(to - from), 0, to - from, from)).buffer);
    }
    await whole.finish({ empty: 'replace' });
  } finally {
    await source.close();
    await whole.close();
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
