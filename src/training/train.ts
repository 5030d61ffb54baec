/** Trains one stage with data-parallel workers over shared memory, and saves checkpoints from which a run resumes. */
import { appendFile, mkdir } from 'node:fs/promises';
import { Worker } from 'node:worker_threads';
import { parameterShapes } from '../network/egnn.js';
import { parameterSlices } from '../network/flat-parameters.js';
import type { Model, StageModel } from '../network/model.js';
import { anchorOf } from './anchor.js';
import {
  firstState,
  readState,
  runFiles,
  STATE_ARRAYS,
  writeModelOf,
  writeState,
  type TrainingState,
} from './checkpoint.js';
import type { StageConfig, StageName } from './config.js';
import { allocate, CONTROL, SLOT, STOP, viewOf, workerSlot, type SharedState } from './shared-state.js';
import type { WorkerMessage, WorkerTask } from './worker.js';

export interface TrainOptions {
  readonly name: string;
  readonly stage: StageName;
  readonly config: StageConfig;
  /** A packed data set, see dataset/pack. */
  readonly packed: string;
  /** Folder of the run: model.safetensors, and state.bin and metrics.jsonl of each stage. An interrupted run resumes. */
  readonly folder: string;
  readonly workers?: number;
  /** Execution provider of the compiled engine. */
  readonly device?: string;
  /** Initial weights of a new run. The model may have fewer layers or vectors than the configuration. */
  readonly initial?: StageModel | undefined;
  /** The anchor, where the configuration has `anchorUpTo`; its network must be the configuration's. */
  readonly anchor?: StageModel | undefined;
  /** Stages that are not trained, to be written into the model beside this one. */
  readonly kept?: Partial<Model>;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly signal?: AbortSignal;
}

export interface TrainingProgress {
  readonly stage: StageName;
  readonly step: number;
  readonly minutes: number;
  readonly minutesLeft: number;
  /** Mean weighted training loss since the last report, Å². */
  readonly loss: number;
  readonly samplesPerSecond: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly skippedSteps: number;
  /** Held-out loss of the averaged weights, in reports that follow a checkpoint, Å². */
  readonly validationLoss?: number;
}

const REPORT_MS = 10_000;

/**
 * Trains until the configured minutes are used up or the signal aborts. In either case the last state is saved.
 * @throws Error where the data, a saved state or an anchor do not fit the configuration, or a worker dies.
 */
export async function train({
  name,
  stage,
  config,
  packed,
  folder,
  workers = 2,
  device = 'cpu',
  initial,
  anchor,
  kept = {},
  onProgress = () => {},
  signal,
}: TrainOptions): Promise<void> {
  const shapes = parameterShapes(config.network);
  const { slices, total } = parameterSlices(shapes);
  const taughtBy = anchorOf(config, stage, { slices, total }, anchor);
  const buffers = allocate(workers, total);
  const shared = viewOf(buffers);
  await mkdir(folder, { recursive: true });
  const { statePath, metricsPath } = runFiles(folder, stage);
  const before = (await readState(statePath, total)) ?? firstState(config, { slices, total }, initial);
  shared.numbers[SLOT.step] = before.step;
  shared.numbers[SLOT.elapsed] = before.elapsed;
  for (const part of STATE_ARRAYS) shared[part].set(before[part]);

  const save = async (): Promise<void> => {
    const validationLoss = shared.numbers[SLOT.validationLoss];
    const training = {
      steps: shared.numbers[SLOT.step],
      minutes: +(shared.numbers[SLOT.elapsed] / 60_000).toFixed(1),
      workers,
      // Undefined without held-out molecules.
      ...(Number.isFinite(validationLoss) && { validationLoss: +validationLoss.toFixed(4) }),
    };
    const state = snapshotOf(shared);
    // Workers pause while memory is copied, not while the disk is written.
    Atomics.store(shared.control, CONTROL.snapshotDone, 1);
    Atomics.notify(shared.control, CONTROL.snapshotDone);
    await writeModelOf({
      name,
      stage,
      config,
      folder,
      kept,
      parameters: { slices, total },
      average: state.average,
      training,
    });
    await writeState(statePath, state);
  };

  const reporter = progressReporter(shared, stage, config, async (progress) => {
    onProgress(progress);
    await appendFile(metricsPath, `${JSON.stringify(progress)}\n`);
  });
  await runWorkers({
    workers,
    task: { stage, config, packed, device, buffers, anchor: taughtBy },
    shared,
    config,
    save,
    reporter,
    signal,
  });
}

interface RunOptions {
  readonly workers: number;
  readonly task: Omit<WorkerTask, 'worker'>;
  readonly shared: SharedState;
  readonly config: StageConfig;
  readonly save: () => Promise<void>;
  readonly reporter: (afterSave: boolean) => Promise<void>;
  readonly signal: AbortSignal | undefined;
}

async function runWorkers({ workers, task, shared, config, save, reporter, signal }: RunOptions): Promise<void> {
  const threads = Array.from(
    { length: workers },
    (_, worker) =>
      new Worker(new URL('./worker.js', import.meta.url), { workerData: { ...task, worker } satisfies WorkerTask }),
  );
  const stop = () => Atomics.store(shared.control, CONTROL.stop, STOP.interrupted);
  signal?.addEventListener('abort', stop);
  if (signal?.aborted) stop();
  const checkpoint = setInterval(() => Atomics.store(shared.control, CONTROL.snapshot, 1), config.saveMinutes * 60_000);
  let saving: Promise<void> = Promise.resolve();
  let report: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      report = setInterval(() => void reporter(false).catch(reject), REPORT_MS);
      for (const thread of threads) {
        thread.on('error', reject);
        thread.on('exit', (code) => code !== 0 && reject(new Error(`a training worker ended with code ${code}`)));
        thread.on('message', (message: WorkerMessage) => {
          if (message.kind === 'snapshot')
            saving = saving
              .then(save)
              .then(() => reporter(true))
              .catch(reject);
          if (message.kind === 'stopped') saving.then(resolve, reject);
        });
      }
    });
  } finally {
    clearInterval(report);
    clearInterval(checkpoint);
    signal?.removeEventListener('abort', stop);
    await Promise.all(threads.map((thread) => thread.terminate()));
  }
}

function progressReporter(
  { numbers, workers }: SharedState,
  stage: StageName,
  config: StageConfig,
  emit: (progress: TrainingProgress) => Promise<void>,
) {
  let before = totals();
  let [loss, samplesPerSecond] = [NaN, 0];
  function totals() {
    let [loss, batches, samples] = [0, 0, 0];
    for (let w = 0; w < workers; w++) {
      const slot = workerSlot(w);
      loss += numbers[slot.loss];
      batches += numbers[slot.batches];
      samples += numbers[slot.samples];
    }
    return { loss, batches, samples, elapsed: numbers[SLOT.elapsed] };
  }
  return async (afterSave: boolean) => {
    const now = totals();
    // While workers evaluate held-out molecules there may be no batch; the held-out loss is reported all the same.
    if (now.batches > before.batches) loss = (now.loss - before.loss) / (now.batches - before.batches);
    else if (!afterSave || Number.isNaN(loss)) return;
    const minutes = now.elapsed / 60_000;
    // A report right after another has no rate of its own.
    if (now.elapsed - before.elapsed > REPORT_MS / 10)
      samplesPerSecond = (now.samples - before.samples) / ((now.elapsed - before.elapsed) / 1000);
    const progress: TrainingProgress = {
      stage,
      step: numbers[SLOT.step],
      minutes,
      minutesLeft: Math.max(0, config.minutes - minutes),
      loss,
      samplesPerSecond,
      learningRate: numbers[SLOT.learningRate],
      gradientNorm: numbers[SLOT.gradientNorm],
      skippedSteps: numbers[SLOT.skipped],
      ...(afterSave &&
        Number.isFinite(numbers[SLOT.validationLoss]) && { validationLoss: numbers[SLOT.validationLoss] }),
    };
    before = now;
    await emit(progress);
  };
}

function snapshotOf({ numbers, ...shared }: SharedState): TrainingState {
  const { weights, average, first, second } = shared;
  return {
    step: numbers[SLOT.step],
    elapsed: numbers[SLOT.elapsed],
    weights: weights.slice(),
    average: average.slice(),
    first: first.slice(),
    second: second.slice(),
  };
}
