/**
 * Experiments at equal compute: trains the skeleton stage of each configuration for as many minutes as it says, on one
 * worker and the same data, and scores its draws, none refused or drawn again, on the same molecules. Each experiment adds
 * a row to a file, of which `npm run bench -- results` makes a table; one that has a row is not run again. Needs
 * `npm run build`.
 *
 *   npm run bench -- experiments --data ensembles.sdf.gz --reference refs.sdf.gz --configs configs/experiments/*.json
 *     [--max 80] [--workers 1] [--hydrogens molflow-base] [--folder runs/experiments] [--save bench/results/experiments.jsonl]
 */
import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Evaluation } from '../src/evaluation/evaluation.js';
import { parseTrainingConfig } from '../src/training/config.js';
import type { TrainingProgress } from '../src/training/train.js';
import { jsonLines, type Experiment } from './experiment.js';
import { modelFile } from '../src/network/load-model.node.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    configs: { type: 'string', multiple: true },
    data: { type: 'string', multiple: true },
    reference: { type: 'string' },
    max: { type: 'string', default: '80' },
    workers: { type: 'string', default: '1' },
    hydrogens: { type: 'string', default: 'molflow-base' },
    folder: { type: 'string', default: path.join('runs', 'experiments') },
    save: { type: 'string', default: path.join('bench', 'results', 'experiments.jsonl') },
  },
});
// The shell expands configs/experiments/*.json into further arguments.
const configs = [...(values.configs ?? []), ...positionals];
if (configs.length === 0 || !values.data || !values.reference)
  throw new Error('give --configs, --data and --reference');
const { data, reference, folder, save } = values;
const hydrogens = modelFile(values.hydrogens);

const MAIN = path.join('dist', 'cli', 'main.js');
const molflow = (...args: string[]) =>
  execFileSync(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'ignore', 'inherit'], maxBuffer: 1e9 });

mkdirSync(folder, { recursive: true });
for (const file of configs) {
  const text = readFileSync(file, 'utf8');
  const { name, skeleton } = parseTrainingConfig(text, file);
  if (!skeleton) throw new Error(`${file} has no skeleton stage`);
  if (jsonLines<Experiment>(save).some((row) => row.name === name)) continue;
  const out = path.join(folder, name);
  molflow(
    ...['train', '--config', file, '--stage', 'skeleton', '--data', ...data, '--out', out, '--beside', hydrogens],
    ...['--cache', path.join(folder, 'cache'), '--workers', values.workers, '--quiet'],
  );
  const scores = path.join(out, 'scores.json');
  molflow(
    ...[
      'evaluate',
      '--reference',
      reference,
      '--model',
      path.join(out, 'model.safetensors'),
      '--max',
      values.max,
      '--steps',
      '5,20',
    ],
    ...['--sampler', 'stochastic,euler', '--delta', '0.1,0.25,0.5', '--threads', '1', '--save', scores, '--quiet'],
  );
  const { results } = JSON.parse(readFileSync(scores, 'utf8')) as { results: Omit<Evaluation, 'scores'>[] };
  const progress = jsonLines<TrainingProgress>(path.join(out, 'skeleton.metrics.jsonl'));
  const samples = progress.reduce(
    (sum, { samplesPerSecond, minutes }, k) =>
      sum + samplesPerSecond * 60 * (minutes - (progress[k - 1]?.minutes ?? 0)),
    0,
  );
  const { minutes, step: steps } = progress.at(-1)!;
  const row: Experiment = {
    name,
    config: (JSON.parse(text) as { skeleton: Experiment['config'] }).skeleton,
    data: data.map((one) => path.basename(one)),
    reference: path.basename(reference),
    molecules: results[0].summary.molecules,
    workers: Number(values.workers),
    minutes: +minutes.toFixed(1),
    steps,
    samples: Math.round(samples),
    validationLoss: progress.findLast((p) => p.validationLoss !== undefined)?.validationLoss,
    results: results.map(({ variant, summary, cost }) => ({ variant: variant!, summary, cost: cost! })),
  };
  appendFileSync(save, `${JSON.stringify(row)}\n`);
  const best = row.results.find(({ variant }) => variant.steps === 20)!.summary;
  process.stdout.write(
    `${name}: ${steps} steps, AMR-R ${best.amrRecall.mean.toFixed(3)}, AMR-P ${best.amrPrecision.mean.toFixed(3)} Å\n`,
  );
}
