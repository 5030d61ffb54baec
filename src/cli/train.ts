/** molflow train: trains a model from a configuration and SD files of conformers. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { loadRDKit } from '../chem/rdkit.js';
import { packEnsembles } from '../dataset/pack.js';
import { loadModel } from '../network/load-model.node.js';
import { readPartialModel, type Model } from '../network/model.js';
import { parseTrainingConfig, type StageName } from '../training/config.js';
import { pythonWith } from '../python/programs.node.js';
import { trainTorch } from '../training/torch/train-torch.node.js';
import { train, type TrainingProgress } from '../training/train.js';
import { wholeFrom } from './arguments.js';
import { interruption, keeps } from './interrupt.js';
import { printNote } from './print.js';

interface TrainFlags {
  readonly config: string;
  readonly data: string[];
  readonly out?: string;
  readonly stage?: StageName;
  readonly workers: number;
  readonly engine: 'onnx' | 'torch';
  readonly device?: string;
  readonly cache: string;
  readonly init?: string;
  readonly beside?: string;
  readonly anchor?: string;
  readonly quiet?: boolean;
}

const stageName = (value: string): StageName => {
  if (value !== 'skeleton' && value !== 'hydrogens') throw new InvalidArgumentError('expected skeleton or hydrogens');
  return value;
};

export function trainCommand(): Command {
  return new Command('train')
    .description('train a model on SD files of conformers; an interrupted run in the same folder is resumed')
    .requiredOption('--config <file>', 'training configuration, see configs/')
    .requiredOption(
      '--data <file...>',
      'SD files (.sdf, .sdf.gz): all hydrogens explicit, the records of a molecule in a row under one title; or the pairs of molflow reflow',
    )
    .option('--out <folder>', 'folder of the run (default: runs/<name of the configuration>)')
    .option('--stage <stage>', 'skeleton or hydrogens alone (default: both, one after the other)', stageName)
    .option(
      '--workers <n>',
      'data-parallel workers, best one a core; with torch, processes that draw batches',
      wholeFrom(1),
      2,
    )
    .addOption(
      new Option('--engine <name>', 'onnxruntime, or PyTorch for GPUs (Python with torch and onnx)')
        .choices(['onnx', 'torch'])
        .default('onnx'),
    )
    .option(
      '--device <name>',
      'execution provider of onnx: cpu, webgpu, coreml, dml; or device of torch: cuda, cpu (default: cpu; cuda)',
    )
    .option('--cache <folder>', 'folder of the packed data sets', 'runs/cache')
    .option('--init <name or file>', 'initial weights, for fine-tuning: a shipped model or a .safetensors file')
    .option(
      '--beside <name or file>',
      'model that the stage which is not trained is taken from, where the run has none yet (default: that of --init)',
    )
    .option(
      '--anchor <name or file>',
      "model whose predictions are the targets of molecules of up to the configuration's anchorUpTo atoms (default: that of --init)",
    )
    .option('--quiet', 'no progress')
    .action(run);
}

async function run(flags: TrainFlags): Promise<void> {
  const config = parseTrainingConfig(await readFile(flags.config, 'utf8'), flags.config);
  const planned = (['skeleton', 'hydrogens'] as const).flatMap((stage) => {
    const own = config[stage];
    return own && (!flags.stage || stage === flags.stage) ? [{ stage, own }] : [];
  });
  const stages = planned.map(({ stage }) => stage);
  if (stages.length === 0) throw new Error(`${flags.config} has no stage '${flags.stage ?? 'skeleton or hydrogens'}'`);
  const say = flags.quiet ? () => {} : printNote;
  const initial = flags.init ? await readInitial(flags.init) : undefined;
  const anchor = flags.anchor ? await readInitial(flags.anchor) : initial;
  const other = flags.beside ? await readInitial(flags.beside) : initial;
  const skipped: string[] = [];
  const packed = await packEnsembles({
    rdkit: await loadRDKit(),
    files: flags.data,
    cache: flags.cache,
    onProgress: (molecules, file) => molecules % 5000 === 0 && say(`packing ${file}: ${molecules} molecules`),
    onSkip: (reason) => skipped.push(reason),
  });
  for (const reason of skipped.slice(0, 5)) say(`skipped: ${reason}`);
  if (skipped.length > 5) say(`skipped ${skipped.length} records in all`);

  const kept = {
    ...(other?.skeleton && !stages.includes('skeleton') && { skeleton: other.skeleton }),
    ...(other?.hydrogens && !stages.includes('hydrogens') && { hydrogens: other.hydrogens }),
  };
  const folder = flags.out ?? path.join('runs', config.name);
  keeps(() => keptIn(folder, stages));
  const python = flags.engine === 'torch' ? pythonWith('onnx', 'torch') : undefined;
  if (flags.engine === 'torch' && !python)
    throw new Error(
      '--engine torch needs a Python with torch and onnx, and neither python3 nor /usr/bin/python3 has both',
    );
  for (const { stage, own } of planned) {
    if (interruption.aborted) break;
    const options = {
      name: config.name,
      stage,
      config: own,
      packed,
      folder,
      workers: flags.workers,
      ...(flags.device !== undefined && { device: flags.device }),
      initial: initial?.[stage],
      anchor: anchor?.[stage],
      kept,
      onProgress: (progress: TrainingProgress) => say(progressLine(progress)),
      signal: interruption,
    };
    await (python ? trainTorch({ ...options, python }) : train(options));
  }
}

/** What an interrupted run has on disk. */
function keptIn(folder: string, stages: readonly StageName[]): string {
  const saved = stages.filter((stage) => existsSync(path.join(folder, `${stage}.state.bin`)));
  return saved.length === 0
    ? 'nothing was trained yet'
    : `${folder} holds the last checkpoint of ${saved.join(' and ')}, and the same command goes on`;
}

/** A file, which may hold one stage alone, or a shipped model by name. @throws Error where there is neither, listing those that ship */
async function readInitial(nameOrPath: string): Promise<Pick<Model, 'name'> & Partial<Model>> {
  const bytes = await readFile(nameOrPath).catch(() => undefined);
  return bytes ? readPartialModel(bytes, nameOrPath) : loadModel(nameOrPath);
}

function progressLine(p: TrainingProgress): string {
  return [
    `${p.stage} ${p.minutes.toFixed(1)} min`,
    `step ${p.step}`,
    `loss ${p.loss.toFixed(4)}`,
    `${p.samplesPerSecond.toFixed(0)} samples/s`,
    `|g| ${p.gradientNorm.toFixed(2)}`,
    `lr ${p.learningRate.toExponential(1)}`,
    `${p.minutesLeft.toFixed(0)} min left`,
    ...(p.skippedSteps > 0 ? [`${p.skippedSteps} steps skipped`] : []),
    ...(p.validationLoss === undefined ? [] : [`validation ${p.validationLoss.toFixed(4)}`]),
  ].join('  ');
}
