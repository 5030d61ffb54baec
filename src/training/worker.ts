/**
 * A training worker: computes gradients of its own batches, and updates its own share of the parameters.
 * Workers run in step; all state is in shared memory.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { batchSource, type Batch, type BatchSource } from '../dataset/batches.js';
import { readPacked } from '../dataset/pack.js';
import { openOnnxEngine } from '../engine/onnx.node.js';
import type { CompiledProgram, Engine } from '../engine/program.js';
import { createRandom } from '../flow/random.js';
import { parameterShapes } from '../network/egnn.js';
import { parameterSlices, type ParameterSlice } from '../network/flat-parameters.js';
import type { Anchor } from './anchor.js';
import type { StageConfig, StageName } from './config.js';
import { createOptimiser, isMuonMatrix, scheduledRate } from './optimiser.js';
import {
  barrier,
  CONTROL,
  SLOT,
  STOP,
  viewOf,
  workerSlot,
  type SharedBuffers,
  type SharedState,
} from './shared-state.js';
import { stepProgram, trainedExit } from './step-program.js';
import { splitHeldOut } from './held-out.js';

export interface WorkerTask {
  readonly worker: number;
  readonly stage: StageName;
  readonly config: StageConfig;
  readonly packed: string;
  readonly device: string;
  /** Its predictions are the targets of molecules of up to `anchorUpTo` atoms. */
  readonly anchor: Anchor | undefined;
  readonly buffers: SharedBuffers;
}

export type WorkerMessage =
  | { readonly kind: 'data'; readonly molecules: number; readonly heldOut: number }
  | { readonly kind: 'snapshot' }
  | { readonly kind: 'stopped' };

/** Number of held-out batches, with fixed noise, that all workers together evaluate. */
const VALIDATION_BATCHES = 48;
/** Mean loss in Å² above which a batch counts as diverged; its step is skipped. */
const RUNAWAY = 1e4;

function post(message: WorkerMessage): void {
  if (!parentPort) throw new Error('training/worker.js runs as a thread that trainStage starts, not by itself');
  parentPort.postMessage(message);
}

async function work({ worker, stage, config, packed, device, anchor, buffers }: WorkerTask): Promise<void> {
  const shared = viewOf(buffers);
  const engine = await openOnnxEngine({ device, keepMemory: false });
  const parameters = parameterSlices(parameterShapes(config.network));
  const settings = { ...config, stage };
  const { kept, heldOut } = splitHeldOut(await readPacked(packed), config.validationShare);
  const training = batchSource(kept, settings);
  const validation = heldOut.length > 0 ? batchSource(heldOut, settings) : undefined;
  if (worker === 0) post({ kind: 'data', molecules: training.molecules, heldOut: validation?.molecules ?? 0 });

  const lossAndGradient = batchRunner(engine, config, parameters, stage === 'hydrogens', anchor);
  const own = ownSlices(parameters.slices, worker, shared.workers);
  const optimiser = await createOptimiser(engine, own, config.optimiser.kind);
  const weights = new Float32Array(parameters.total);
  let last = performance.now();

  const before = shared.numbers[SLOT.step];
  barrier(shared);
  for (let step = before + 1; ; step++) {
    weights.set(shared.weights);
    await addGradients(shared, worker, training, config, step, (batch) => lossAndGradient(batch, weights));
    if (worker === 0) {
      const now = performance.now();
      shared.numbers[SLOT.elapsed] += now - last;
      last = now;
      const { optimiser: o, minutes } = config;
      const progress = shared.numbers[SLOT.elapsed] / (minutes * 60_000);
      shared.numbers[SLOT.learningRate] = scheduledRate({ ...o, step, progress });
      shared.numbers[SLOT.step] = step;
      if (progress >= 1) Atomics.store(shared.control, CONTROL.stop, STOP.timeUp);
      Atomics.store(shared.control, CONTROL.stopNow, Atomics.load(shared.control, CONTROL.stop));
      Atomics.store(shared.control, CONTROL.snapshotNow, Atomics.load(shared.control, CONTROL.snapshot));
    }
    barrier(shared);
    shared.numbers[workerSlot(worker).squares] = meanGradient(shared, own);
    barrier(shared);
    const norm = gradientNorm(shared);
    const orders = {
      snapshot: Atomics.load(shared.control, CONTROL.snapshotNow),
      stop: Atomics.load(shared.control, CONTROL.stopNow),
    };
    if (worker === 0) {
      shared.numbers[SLOT.gradientNorm] = norm;
      if (!Number.isFinite(norm)) shared.numbers[SLOT.skipped]++;
    }
    if (Number.isFinite(norm))
      await optimiser.update(shared, {
        gradient: shared.gradient,
        scale: Math.min(1, config.optimiser.clip / norm),
        step,
        learningRate: shared.numbers[SLOT.learningRate],
        weightDecay: config.optimiser.weightDecay,
        averageDecay: config.optimiser.averageDecay,
      });
    barrier(shared);
    if (orders.snapshot || orders.stop) {
      if (validation && orders.stop !== STOP.interrupted)
        await validate(shared, worker, validation, config, (batch) => lossAndGradient(batch, weights), weights);
      barrier(shared);
      if (worker === 0) snapshot(shared);
      barrier(shared);
      last = performance.now();
    }
    if (orders.stop) break;
  }
  await optimiser.dispose();
  if (worker === 0) post({ kind: 'stopped' });
}

/** Runs a batch through the program of its atom count, compiled at first use. */
function batchRunner(
  engine: Engine,
  config: StageConfig,
  parameters: { slices: ParameterSlice[]; total: number },
  hydrogens: boolean,
  anchor: Anchor | undefined,
) {
  const { network, localDistances, anchorUpTo = 0 } = config;
  const exit = trainedExit(config);
  const programs = new Map<number, CompiledProgram>();
  return async ({ n, size, feeds }: Batch, weights: Float32Array) => {
    const taughtBy = anchor && n <= anchorUpTo ? anchor : undefined;
    let program = programs.get(n);
    if (!program)
      programs.set(
        n,
        (program = await engine.compile(
          stepProgram(network, parameters, { n, size, hydrogens, localDistances, anchor: taughtBy?.network, exit }),
        )),
      );
    const { loss, gradient } = await program.run({ ...feeds, weights, ...(taughtBy && { anchor: taughtBy.weights }) });
    return { loss: loss[0], gradient };
  };
}

/** Distributes the tensors so that each worker's update costs about the same. */
function ownSlices(slices: readonly ParameterSlice[], worker: number, workers: number): ParameterSlice[] {
  const cost = (slice: ParameterSlice) => slice.size * (isMuonMatrix(slice) ? Math.min(...slice.shape) : 1);
  const loads = new Array<number>(workers).fill(0);
  const own: ParameterSlice[] = [];
  for (const slice of [...slices].sort((a, b) => cost(b) - cost(a))) {
    const least = loads.indexOf(Math.min(...loads));
    loads[least] += cost(slice);
    if (least === worker) own.push(slice);
  }
  return own;
}

async function addGradients(
  shared: SharedState,
  worker: number,
  source: BatchSource,
  { batchesPerStep, seed }: StageConfig,
  step: number,
  run: (batch: Batch) => Promise<{ loss: number; gradient: Float32Array }>,
): Promise<void> {
  const slot = workerSlot(worker);
  const sum = shared.gradients[worker];
  sum.fill(0);
  for (let k = 0; k < batchesPerStep; k++) {
    // Each worker and step has a random stream of its own, so a resumed run draws what it would have drawn.
    const batch = source.draw(createRandom(seed, worker, step, k));
    const { loss, gradient } = await run(batch);
    if (!(loss < RUNAWAY)) {
      sum.fill(NaN);
      continue;
    }
    for (let i = 0; i < sum.length; i++) sum[i] += gradient[i];
    shared.numbers[slot.loss] += loss;
    shared.numbers[slot.batches]++;
    shared.numbers[slot.samples] += batch.size;
  }
  const factor = 1 / batchesPerStep;
  for (let i = 0; i < sum.length; i++) sum[i] *= factor;
}

/** Averages this worker's slices of the gradient over all workers; returns the sum of their squares. */
function meanGradient({ gradients, gradient, workers }: SharedState, own: readonly ParameterSlice[]): number {
  let squares = 0;
  for (const { offset, size } of own)
    for (let i = offset; i < offset + size; i++) {
      let g = 0;
      for (const each of gradients) g += each[i];
      g /= workers;
      gradient[i] = g;
      squares += g * g;
    }
  return squares;
}

function gradientNorm({ workers, numbers }: SharedState): number {
  let squares = 0;
  for (let w = 0; w < workers; w++) squares += numbers[workerSlot(w).squares];
  return Math.sqrt(squares);
}

async function validate(
  shared: SharedState,
  worker: number,
  source: BatchSource,
  { seed }: StageConfig,
  run: (batch: Batch) => Promise<{ loss: number }>,
  weights: Float32Array,
): Promise<void> {
  weights.set(shared.average);
  let sum = 0;
  let count = 0;
  for (let k = worker; k < VALIDATION_BATCHES; k += shared.workers) {
    // Training steps start at 1: the stream of step 0 is the validation's own, the same every time.
    sum += (await run(source.draw(createRandom(seed, 0, 0, k)))).loss;
    count++;
  }
  const slot = workerSlot(worker);
  shared.numbers[slot.validation] = sum;
  shared.numbers[slot.validationBatches] = count;
}

/** Pauses all workers while the coordinator copies the state. */
function snapshot({ numbers, control, workers }: SharedState): void {
  let [sum, count] = [0, 0];
  for (let w = 0; w < workers; w++) {
    sum += numbers[workerSlot(w).validation];
    count += numbers[workerSlot(w).validationBatches];
  }
  numbers[SLOT.validationLoss] = count > 0 ? sum / count : NaN;
  Atomics.store(control, CONTROL.snapshot, 0);
  Atomics.store(control, CONTROL.snapshotDone, 0);
  post({ kind: 'snapshot' });
  Atomics.wait(control, CONTROL.snapshotDone, 0);
}

await work(workerData as WorkerTask);
