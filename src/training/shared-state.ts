/** The memory shared by training workers: weights, optimiser moments, gradients, counters and a barrier. */

export interface SharedState {
  readonly workers: number;
  readonly total: number;
  readonly weights: Float32Array;
  readonly average: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
  /** The gradient [P] of each worker. */
  readonly gradients: readonly Float32Array[];
  /** Their mean [P]. */
  readonly gradient: Float32Array;
  /** See SLOT. */
  readonly numbers: Float64Array;
  /** Arrivals and generation of the barrier; orders. */
  readonly control: Int32Array;
}

/** Indices into `numbers`; those of workers start at PER_WORKER. */
export const SLOT = {
  step: 0,
  /** Training time so far in ms, over all runs. */
  elapsed: 1,
  learningRate: 2,
  gradientNorm: 3,
  skipped: 4,
  validationLoss: 5,
} as const;
const PER_WORKER = 8;
export const workerSlot = (worker: number) => {
  const at = PER_WORKER + worker * 8;
  return { loss: at, batches: at + 1, samples: at + 2, squares: at + 3, validation: at + 4, validationBatches: at + 5 };
};

/** Orders may come at any time: `stop` is STOP's. `stopNow` and `snapshotNow` are what worker 0 read, so that all workers of a step agree. */
export const CONTROL = {
  arrived: 0,
  generation: 1,
  stop: 2,
  snapshot: 3,
  snapshotDone: 4,
  stopNow: 5,
  snapshotNow: 6,
} as const;

/** Why it stops: its time is used up, or it is interrupted and no time is left for the held-out loss. */
export const STOP = { timeUp: 1, interrupted: 2 } as const;

export interface SharedBuffers {
  readonly workers: number;
  readonly total: number;
  readonly floats: SharedArrayBuffer;
  readonly numbers: SharedArrayBuffer;
  readonly control: SharedArrayBuffer;
}

export function allocate(workers: number, total: number): SharedBuffers {
  return {
    workers,
    total,
    floats: new SharedArrayBuffer(4 * total * (5 + workers)),
    numbers: new SharedArrayBuffer(8 * (PER_WORKER + 8 * workers)),
    control: new SharedArrayBuffer(4 * 8),
  };
}

export function viewOf({ workers, total, floats, numbers, control }: SharedBuffers): SharedState {
  const part = (k: number) => new Float32Array(floats, 4 * total * k, total);
  return {
    workers,
    total,
    weights: part(0),
    average: part(1),
    first: part(2),
    second: part(3),
    gradient: part(4),
    gradients: Array.from({ length: workers }, (_, w) => part(5 + w)),
    numbers: new Float64Array(numbers),
    control: new Int32Array(control),
  };
}

/** Waits until all workers have arrived. What each wrote before is visible to all afterwards. */
export function barrier({ workers, control }: SharedState): void {
  const generation = Atomics.load(control, CONTROL.generation);
  if (Atomics.add(control, CONTROL.arrived, 1) === workers - 1) {
    Atomics.store(control, CONTROL.arrived, 0);
    Atomics.add(control, CONTROL.generation, 1);
    Atomics.notify(control, CONTROL.generation);
    return;
  }
  while (Atomics.load(control, CONTROL.generation) === generation)
    Atomics.wait(control, CONTROL.generation, generation);
}
