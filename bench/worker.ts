/**
 * What a supervised worker costs: processor time of the same molecules within this process, and in a worker process with
 * what its supervisor does, in turns.
 *
 *   npm run bench -- worker --reference refs.sdf.gz [--count 20] [--max 20]
 *
 * Needs dist/ built.
 */
import { parseArgs } from 'node:util';
import { openText } from '../src/chem/io/open.node.js';
import { readSdf } from '../src/chem/io/sdf.js';
import { runGenerateTask } from '../src/cli/worker/generate-task.js';
import type { GenerateEvent, GenerateTask } from '../src/cli/worker/tasks.js';
import { gatherConformers } from '../src/evaluation/conformer-sets.js';
import { prepareReference } from '../src/evaluation/score-molecule.js';
import { openGenerator } from '../src/generation/open-generator.node.js';
import { createWorkerPool } from '../src/supervisor/pool.node.js';

const { values } = parseArgs({
  options: {
    reference: { type: 'string' },
    count: { type: 'string', default: '20' },
    max: { type: 'string', default: '20' },
  },
});
const { reference } = values;
if (!reference) throw new Error('give --reference, an SD file of conformers');
const generator = await openGenerator({ engine: 'onnx' });
const sets = await gatherConformers(readSdf(await openText(reference), { file: reference }), {
  max: Number(values.max),
});
const tasks = [...sets.values()].map((one): GenerateTask => {
  const { title, molecule } = prepareReference(generator.rdkit, one);
  return {
    kind: 'generate',
    input: { kind: 'smiles', smiles: molecule.smiles, name: title },
    largestFragment: false,
    options: { count: Number(values.count), seed: 7 },
    logLikelihood: false,
    trajectories: false,
    timeLimit: 0,
  };
});
const pool = createWorkerPool<GenerateTask, GenerateEvent>({
  // Bundled into runs/bench.
  entry: new URL('../../dist/cli/worker/worker.js', import.meta.url),
  setup: { engine: 'onnx', device: 'cpu', threads: 1 },
  limits: { seconds: 120, megabytes: 3000 },
});
await pool.ready;

/** Seconds of this process. */
async function ownSeconds(work: () => Promise<unknown>): Promise<number> {
  const start = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}
const alone = (task: GenerateTask): Promise<number> =>
  ownSeconds(() => runGenerateTask(generator, task, { emit: () => {}, isOverdue: () => false }));
async function supervised(task: GenerateTask): Promise<{ readonly worker: number; readonly supervisor: number }> {
  let worker = 0;
  const supervisor = await ownSeconds(async () => {
    const outcome = await pool.run(task, { onEvent: () => {} });
    if (outcome.kind !== 'finished') throw new Error(`${JSON.stringify(task.input)}: ${outcome.kind}`);
    worker = outcome.seconds;
  });
  return { worker, supervisor };
}

// Programs are compiled with the first; the references have warmed up RDKit in this process, not in the other one.
for (const task of tasks.slice(0, 5)) {
  await alone(task);
  await supervised(task);
}
const sums = { alone: 0, worker: 0, supervisor: 0 };
for (const [k, task] of tasks.entries()) {
  const turns = [
    async () => void (sums.alone += await alone(task)),
    async () => {
      const { worker, supervisor } = await supervised(task);
      sums.worker += worker;
      sums.supervisor += supervisor;
    },
  ];
  for (const turn of k % 2 === 0 ? turns : turns.reverse()) await turn();
}
pool.close();
await generator.dispose();
const per = (seconds: number): string => `${((1000 * seconds) / tasks.length).toFixed(1)} ms`;
console.log(
  `${tasks.length} molecules, ${values.count} conformers each; processor time a molecule: within one process ${per(sums.alone)}, worker ${per(sums.worker)} and supervisor ${per(sums.supervisor)}; ratio ${((sums.worker + sums.supervisor) / sums.alone).toFixed(3)}`,
);
