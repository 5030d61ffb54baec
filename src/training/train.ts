/** Trains one stage: data-parallel workers over shared memory, checkpoints that a later run resumes from. */
import { appendFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { createRandom } from '../flow/random.js';
import { initialParameters, parameterShapes } from '../network/egnn.js';
import { flatten, parameterSlices } from '../network/flat-parameters.js';
import { grownParameters } from '../network/grow.js';
import { readPartialModel, writeModel, type Model, type StageModel } from '../network/model.js';
import type { StageConfig, StageName } from './config.js';
import { allocate, CONTROL, SLOT, viewOf, workerSlot, type SharedState } from './shared-state.js';
import type { WorkerMessage, WorkerTask } from './worker.js';

export interface TrainOptions {
  readonly name: string;
  readonly stage: StageName;
  readonly config: StageConfig;
  /** A packed data set, see dataset/pack. */
  readonly packed: string;
  /** Folder of this run: model.safetensors, and per stage state.bin and metrics.jsonl. An interrupted run in it goes on. */
  readonly folder: string;
  readonly workers?: number;
  /** Execution provider of the compiled engine. */
  readonly device?: string;
  /** A model whose weights are the start, where the run is new; it may have fewer layers or vectors than the configuration. */
  readonly initial?: StageModel | undefined;
  /** Stages that are not trained, to be written into a new model beside this one. */
  readonly kept?: Partial<Model>;
  readonly onProgress?: (progress: TrainingProgress) => void;
  readonly signal?: AbortSignal;
}

export interface TrainingProgress {
  readonly stage: StageName;
  readonly step: number;
  readonly minutes: number;
  readonly minutesLeft: number;
  /** Mean training loss since the last report, Å² weighted. */
  readonly loss: number;
  readonly samplesPerSecond: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly skippedSteps: number;
  /** Loss of the averaged weights on the held-out molecules, in reports that follow a checkpoint. */
  readonly validationLoss?: number;
}

const REPORT_MS = 10_000;

/**
 * Trains until the configured minutes are used up, or the signal aborts; either way the last state is saved.
 * @throws Error where the data or a saved state do not fit the configuration, or a worker dies.
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
  kept = {},
  onProgress = () => {},
  signal,
}: TrainOptions): Promise<void> {
  const shapes = parameterShapes(config.network);
  const { slices, total } = parameterSlices(shapes);
  const buffers = allocate(workers, total);
  const shared = viewOf(buffers);
  await mkdir(folder, { recursive: true });
  const statePath = path.join(folder, `${stage}.state.bin`);
  const metricsPath = path.join(folder, `${stage}.metrics.jsonl`);
  const modelPath = path.join(folder, 'model.safetensors');
  if (!(await restore(shared, statePath))) {
    const random = createRandom(config.seed);
    const normal = () => random.normal();
    const start = initial ? grownParameters(config.network, initial, normal) : initialParameters(config.network, normal);
    shared.weights.set(flatten(start, slices, total));
    shared.average.set(shared.weights);
  }

  const save = async (): Promise<void> => {
    const validationLoss = shared.numbers[SLOT.validationLoss]!;
    const training = {
      steps: shared.numbers[SLOT.step]!,
      minutes: +(shared.numbers[SLOT.elapsed]! / 60_000).toFixed(1),
      workers,
      // Without held-out molecules there is none.
      ...(Number.isFinite(validationLoss) && { validationLoss: +validationLoss.toFixed(4) }),
    };
    const average = shared.average.slice();
    const state = stateBytes(shared);
    // The workers rest only while memory is copied, not while the disk is written.
    Atomics.store(shared.control, CONTROL.snapshotDone, 1);
    Atomics.notify(shared.control, CONTROL.snapshotDone);
    const weights = Object.fromEntries(slices.map((s) => [s.name, average.subarray(s.offset, s.offset + s.size)]));
    const others = await readFile(modelPath).then(
      (bytes) => readPartialModel(bytes, modelPath),
      () => kept,
    );
    const { network, prior, target, path: flowPath, sampler } = config;
    const header = { network, prior, target, ...(flowPath.kind !== 'straight' && { path: flowPath }), ...(sampler && { sampler }) };
    const model = { ...others, name, [stage]: { ...header, weights, training } };
    await replace(modelPath, writeModel(model));
    await replace(statePath, state);
  };

  const reporter = progressReporter(shared, stage, config, async (progress) => {
    onProgress(progress);
    await appendFile(metricsPath, `${JSON.stringify(progress)}\n`);
  });
  await runWorkers({ workers, task: { stage, config, packed, device, buffers }, shared, config, save, reporter, signal });
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
    (_, worker) => new Worker(new URL('./worker.js', import.meta.url), { workerData: { ...task, worker } satisfies WorkerTask }),
  );
  const stop = () => Atomics.store(shared.control, CONTROL.stop, 1);
  signal?.addEventListener('abort', stop);
  const report = setInterval(() => void reporter(false), REPORT_MS);
  const checkpoint = setInterval(() => Atomics.store(shared.control, CONTROL.snapshot, 1), config.saveMinutes * 60_000);
  let saving: Promise<void> = Promise.resolve();
  try {
    await new Promise<void>((resolve, reject) => {
      for (const thread of threads) {
        thread.on('error', reject);
        thread.on('exit', (code) => code !== 0 && reject(new Error(`a training worker ended with code ${code}`)));
        thread.on('message', (message: WorkerMessage) => {
          if (message.kind === 'snapshot') saving = saving.then(save).then(() => reporter(true)).catch(reject);
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
  function totals() {
    let [loss, batches, samples] = [0, 0, 0];
    for (let w = 0; w < workers; w++) {
      const slot = workerSlot(w);
      loss += numbers[slot.loss]!;
      batches += numbers[slot.batches]!;
      samples += numbers[slot.samples]!;
    }
    return { loss, batches, samples, elapsed: numbers[SLOT.elapsed]! };
  }
  return async (afterSave: boolean) => {
    const now = totals();
    if (now.batches === before.batches) return;
    const minutes = now.elapsed / 60_000;
    const progress: TrainingProgress = {
      stage,
      step: numbers[SLOT.step]!,
      minutes,
      minutesLeft: Math.max(0, config.minutes - minutes),
      loss: (now.loss - before.loss) / (now.batches - before.batches),
      samplesPerSecond: (now.samples - before.samples) / Math.max(1e-3, (now.elapsed - before.elapsed) / 1000),
      learningRate: numbers[SLOT.learningRate]!,
      gradientNorm: numbers[SLOT.gradientNorm]!,
      skippedSteps: numbers[SLOT.skipped]!,
      ...(afterSave && Number.isFinite(numbers[SLOT.validationLoss]) && { validationLoss: numbers[SLOT.validationLoss]! }),
    };
    before = now;
    await emit(progress);
  };
}

/** State on disk: parameter count and step and elapsed time as float64, then weights, average and moments. */
function stateBytes({ total, numbers, weights, average, first, second }: SharedState): Uint8Array {
  const head = Float64Array.of(total, numbers[SLOT.step]!, numbers[SLOT.elapsed]!);
  return Buffer.concat([head, weights, average, first, second].map((a) => Buffer.from(a.buffer.slice(a.byteOffset, a.byteOffset + a.byteLength) as ArrayBuffer)));
}

async function restore(shared: SharedState, file: string): Promise<boolean> {
  const bytes = await readFile(file).catch(() => undefined);
  if (!bytes) return false;
  const { total, numbers } = shared;
  const head = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + 24));
  if (head[0] !== total || bytes.length !== 24 + 16 * total)
    throw new Error(`'${file}' is of a network with ${head[0]} parameters; the configuration has ${total}. Give another output folder, or delete it.`);
  numbers[SLOT.step] = head[1]!;
  numbers[SLOT.elapsed] = head[2]!;
  [shared.weights, shared.average, shared.first, shared.second].forEach((array, k) => {
    const at = bytes.byteOffset + 24 + 4 * total * k;
    array.set(new Float32Array(bytes.buffer.slice(at, at + 4 * total)));
  });
  return true;
}

/** Writes beside the file and renames, so that a run killed while writing leaves the older file whole. */
async function replace(file: string, bytes: Uint8Array): Promise<void> {
  await writeFile(`${file}.new`, bytes);
  await rename(`${file}.new`, file);
}
