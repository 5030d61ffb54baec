/** Trains one stage with PyTorch, on a GPU if there is one, with the step program, batches, schedule and files of train. */
import { appendFile, mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parameterShapes, type NetworkConfig } from '../../network/egnn.js';
import { parameterSlices, type ParameterSlice } from '../../network/flat-parameters.js';
import { inScratchFolder, startProgram } from '../../python/other-programs.node.js';
import { pythonProgram } from '../../python/programs.node.js';
import { anchorOf } from '../anchor.js';
import { firstState, readState, runFiles, writeModelOf, writeState } from '../checkpoint.js';
import type { StageConfig, StageName } from '../config.js';
import { isMuonMatrix } from '../optimiser.js';
import type { TrainingProgress, TrainOptions } from '../train.js';

const SCRIPT = pythonProgram('train-torch.py');
const SAMPLER = fileURLToPath(new URL('./sampler.js', import.meta.url));

/** The task for train-torch.py and its samplers, as JSON. */
export interface TorchTask {
  readonly stage: StageName;
  readonly config: StageConfig;
  readonly packed: string;
  /** Folder into which the samplers write programs and features. */
  readonly folder: string;
  readonly samplers: number;
  /** The command of a sampler, without its two arguments: the task's file and the sampler's number. */
  readonly sampler: readonly string[];
  /** The first step of this run, so that the points of an earlier run are not drawn again. */
  readonly firstStep: number;
  readonly statePath: string;
  /** Float32 weights [P] of the anchor, see `anchorUpTo` of the configuration. */
  readonly anchorPath?: string;
  readonly anchorNetwork?: NetworkConfig;
  readonly device: string;
  readonly slices: readonly (ParameterSlice & { readonly muon: boolean })[];
}

type Message =
  | ({ readonly kind: 'progress' } & Omit<TrainingProgress, 'stage'>)
  | { readonly kind: 'checkpoint'; readonly validationLoss?: number };

/**
 * As `train`, with `workers` processes that draw points, and PyTorch in `python` for the rest. `device` is one of
 * PyTorch's (cuda, cpu). Either engine resumes a run of the other.
 * @throws Error where the data or a saved state do not fit the configuration, or the Python process fails.
 */
export async function trainTorch({
  python,
  name,
  stage,
  config,
  packed,
  folder,
  workers = 2,
  device = 'cuda',
  initial,
  anchor,
  kept = {},
  onProgress = () => {},
  signal,
}: TrainOptions & { readonly python: string }): Promise<void> {
  const parameters = parameterSlices(parameterShapes(config.network));
  const taughtBy = anchorOf(config, stage, parameters, anchor);
  await mkdir(folder, { recursive: true });
  const { statePath, metricsPath } = runFiles(folder, stage);
  const state = (await readState(statePath, parameters.total)) ?? firstState(config, parameters, initial);
  if (!(await stat(statePath).catch(() => undefined))) await writeState(statePath, state);
  await inScratchFolder(async (temporary) => {
    const anchorPath = path.join(temporary, 'anchor');
    if (taughtBy) await writeFile(anchorPath, taughtBy.weights);
    const task: TorchTask = {
      stage,
      config,
      packed: path.resolve(packed),
      folder: temporary,
      samplers: workers,
      sampler: [process.execPath, SAMPLER],
      firstStep: state.step + 1,
      statePath: path.resolve(statePath),
      ...(taughtBy && { anchorPath, anchorNetwork: taughtBy.network }),
      device,
      slices: parameters.slices.map((slice) => ({
        ...slice,
        muon: config.optimiser.kind === 'muon' && isMuonMatrix(slice),
      })),
    };
    const taskFile = path.join(temporary, 'task.json');
    await writeFile(taskFile, JSON.stringify(task));
    const saveModel = async (validationLoss: number | undefined): Promise<void> => {
      const saved = await readState(statePath, parameters.total);
      if (!saved) throw new Error(`${SCRIPT} said that it had saved its state, and there is no ${statePath}`);
      const { step, elapsed, average } = saved;
      const training = {
        steps: step,
        minutes: +(elapsed / 60_000).toFixed(1),
        engine: 'torch',
        ...(validationLoss !== undefined && { validationLoss: +validationLoss.toFixed(4) }),
      };
      await writeModelOf({ name, stage, config, folder, kept, parameters, average, training });
    };
    await runScript({ python, taskFile, signal }, async (message) => {
      if (message.kind === 'checkpoint') return saveModel(message.validationLoss);
      const { kind: _, ...progress } = message;
      onProgress({ stage, ...progress });
      await appendFile(metricsPath, `${JSON.stringify({ stage, ...progress })}\n`);
    });
  });
}

async function runScript(
  {
    python,
    taskFile,
    signal,
  }: { readonly python: string; readonly taskFile: string; readonly signal: AbortSignal | undefined },
  onMessage: (message: Message) => Promise<void>,
): Promise<void> {
  const { child, ended: exit } = startProgram(python, [SCRIPT, taskFile]);
  const stop = () => void child.kill('SIGTERM');
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  let problem = '';
  child.stderr.on('data', (text: Buffer) => (problem = `${problem}${text.toString()}`.slice(-4000)));
  const ended = exit.then((code) => {
    if (code === 0) return;
    throw new Error(`${SCRIPT} ended with ${child.signalCode ?? `status ${code}`}: ${problem.trim()}`);
  });
  // The process may end while a message is still being handled, so its exit is awaited afterwards.
  ended.catch(() => {});
  try {
    for await (const line of createInterface({ input: child.stdout })) await onMessage(JSON.parse(line) as Message);
    await ended;
  } finally {
    signal?.removeEventListener('abort', stop);
    stop();
  }
}
