/** A stage of a model, ready to predict: one program for molecules and batches of all sizes, compiled at first use. */
import type { Tensor } from '@tensorflow/tfjs-core';
import type { CompiledSizedProgram, Engine, Shape, SizedProgram } from '../engine/program.js';
import { pathSchedule, scheduleTime } from '../flow/path-schedule.js';
import { displacements, parameterShapes } from './egnn.js';
import { ATOM_FEATURES, centreRows, PAIR_FEATURES, type GraphFeatures } from './features.js';
import { nearPairs, type NearPairs } from './near-pairs.js';
import type { StageModel } from './model.js';

/** No batch of a processor is larger: there is nothing more to share. */
const LARGEST_BATCH = 64;
/** Numbers of one batch's messages: larger ones no longer fit the caches, and are slower a conformer. */
const MOST_NUMBERS = 375_000;

export interface Predictor {
  readonly stage: StageModel;
  /**
   * The batches in which `count` conformers of n atoms are predicted: for those who have something to do between them. A
   * prediction of any number of conformers makes them by itself.
   */
  batches(n: number, count: number): readonly Batch[];
  /**
   * For any number B of conformers of one molecule: x [B,n,3] and t on the straight path to x̂1 [B,n,3], Å;
   * a model of another path is asked at the state and time of its own that these stand for.
   */
  bind(graph: GraphFeatures, options?: BindOptions): Prediction;
  dispose(): Promise<void>;
}

/** Conformers from `from` up to `to`, without it. */
export interface Batch {
  readonly from: number;
  readonly to: number;
}

export type Prediction = (x: Float32Array, t: number) => Promise<Float32Array>;

export interface BindOptions {
  /** [n] 0 for atoms that stay where they are; without it the result's mean is that of x. */
  readonly mobile?: Float32Array | undefined;
  /** Whether to stop at the model's early exit, where it has one. */
  readonly early?: boolean;
}

export function createPredictor({ engine, stage }: { readonly engine: Engine; readonly stage: StageModel }): Predictor {
  const programs = new Map<string, Promise<CompiledSizedProgram<Size>>>();
  const schedule = stage.path && pathSchedule(stage.path);

  function programFor(kind: ProgramKind): Promise<CompiledSizedProgram<Size>> {
    const key = JSON.stringify(kind);
    let program = programs.get(key);
    if (!program) {
      programs.set(key, (program = engine.compileSized(predictionProgram(stage, kind))));
      // One that failed holds nothing to free, and may be tried again.
      program.catch(() => programs.delete(key));
    }
    return program;
  }

  function batches(n: number, count: number): Batch[] {
    const { batchNumbers } = engine;
    const fitting = (batchNumbers ?? MOST_NUMBERS) / (n * n * stage.network.edgeWidth);
    const limit = Math.max(1, Math.floor(batchNumbers === undefined ? Math.min(LARGEST_BATCH, fitting) : fitting));
    return Array.from({ length: Math.ceil(count / limit) }, (_, k) => ({
      from: k * limit,
      to: Math.min(count, (k + 1) * limit),
    }));
  }

  return {
    stage,
    batches,
    bind(graph, { mobile, early = false } = {}) {
      const { n, atoms, pairs } = graph;
      const skipOptional = early && exitOf(stage) !== undefined;
      const tagged = graph.centres.length > 0;
      const centres = new Float32Array(4 * n * n);
      centreRows(centres, graph);
      const { local } = stage.network;
      const near = local && nearPairs(graph, local.bonds);
      const features = {
        atoms,
        pairs,
        ...(near && feedsOf(near)),
        ...(tagged && { centres }),
        ...(mobile && { mobile }),
      };

      /** One batch, in the time of the model's own path. */
      async function predictBatch(x: Float32Array, t: number): Promise<Float32Array> {
        const batch = x.length / (3 * n);
        const program = await programFor({
          clamped: !!mobile,
          tagged,
          crowded: n > (stage.crowding?.most ?? Infinity),
        });
        const feeds = { x, t: new Float32Array(batch).fill(t), ...features };
        const { moved, early: earlyMoved } = await program.run(
          { batch, atoms: n, near: near?.places.length ?? 0 },
          feeds,
          { skipOptional },
        );
        const displaced = skipOptional ? earlyMoved : moved;
        const scale = stage.target === 'data' ? 1 : 1 - t;
        return x.map((v, i) => v + scale * displaced[i]);
      }

      return async (straight, straightTime) => {
        let [x, t] = [straight, straightTime];
        if (schedule) {
          t = scheduleTime(schedule, straightTime);
          const scale = schedule.data(t) + schedule.noise(t);
          x = straight.map((v) => scale * v);
        }
        const predicted = new Float32Array(x.length);
        for (const { from, to } of batches(n, x.length / (3 * n)))
          predicted.set(await predictBatch(x.subarray(from * n * 3, to * n * 3), t), from * n * 3);
        return predicted;
      };
    },
    async dispose() {
      for (const program of programs.values()) await (await program).dispose();
      programs.clear();
    },
  };
}

/** `near` is the number of near pairs, where the network has local layers. */
type Size = 'batch' | 'atoms' | 'near';

interface ProgramKind {
  /** Whether some atoms may not move. */
  readonly clamped: boolean;
  /** Whether a centre has a side to keep: without, a good part of the work falls away. */
  readonly tagged: boolean;
  /** Whether there are more atoms than are heard whole. */
  readonly crowded: boolean;
}

/** The layer of the early exit. */
const exitOf = ({ earlyExit, network }: StageModel) => (earlyExit === network.layers ? undefined : earlyExit);

/** The near pairs among the inputs of a program, each by a name of its own. */
const NEAR = {
  features: 'near.features',
  receivers: 'near.receivers',
  senders: 'near.senders',
  receiverOf: 'near.receiverOf',
  senderOf: 'near.senderOf',
  places: 'near.places',
  ofPlaces: 'near.ofPlaces',
} as const satisfies Record<keyof NearPairs, string>;
const NEAR_NAMES = Object.entries(NEAR) as [keyof NearPairs, string][];

const feedsOf = (near: NearPairs): Record<string, Float32Array> =>
  Object.fromEntries(NEAR_NAMES.map(([part, name]) => [name, near[part]]));

const nearOf = (tensors: Readonly<Record<string, Tensor>>): NearPairs<Tensor> =>
  Object.fromEntries(NEAR_NAMES.map(([part, name]) => [part, tensors[name]])) as unknown as NearPairs<Tensor>;

const shapesOfNear = (n: number, P: number): Record<string, Shape> => ({
  [NEAR.features]: [P, PAIR_FEATURES],
  [NEAR.receivers]: [1, n, P],
  [NEAR.senders]: [1, n, P],
  [NEAR.receiverOf]: [P],
  [NEAR.senderOf]: [P],
  [NEAR.places]: [P],
  [NEAR.ofPlaces]: [n * n],
});

function predictionProgram(stage: StageModel, { clamped, tagged, crowded }: ProgramKind): SizedProgram<Size> {
  const { network, weights } = stage;
  const crowding = crowded ? stage.crowding : undefined;
  const exit = exitOf(stage);
  const constants = Object.fromEntries(
    Object.entries(parameterShapes(network)).map(([name, shape]) => [name, { shape, data: weights[name] }]),
  );
  return {
    sizes: ['batch', 'atoms', 'near'],
    at: ({ batch, atoms: n, near: P }) => ({
      inputs: {
        x: [batch, n, 3],
        t: [batch, 1],
        atoms: [n, ATOM_FEATURES],
        pairs: [n * n, PAIR_FEATURES],
        ...(network.local && shapesOfNear(n, P)),
        ...(tagged && { centres: [1, 4, n, n] }),
        ...(clamped && { mobile: [1, n, 1] }),
      },
      constants,
      ...(exit !== undefined && { optional: ['moved'] }),
      build: (tensors, skipOptional) => {
        const { x, t, atoms, pairs, centres, mobile } = tensors;
        const after = [...(exit === undefined ? [] : [exit]), ...(skipOptional ? [] : [network.layers])];
        const near = network.local && nearOf(tensors);
        const found = displacements(network, tensors, { x, t, atoms, pairs, near, centres, mobile, crowding }, after);
        return Object.fromEntries(
          found.map((displaced, k) => [after[k] === network.layers ? 'moved' : 'early', displaced]),
        );
      },
    }),
  };
}

/** The predictor, whose predictions reject with the signal's reason once it is aborted. */
export function abortable(predictor: Predictor, signal: AbortSignal): Predictor {
  return {
    ...predictor,
    bind(graph, options) {
      const predict = predictor.bind(graph, options);
      return async (x, t) => {
        signal.throwIfAborted();
        return predict(x, t);
      };
    },
  };
}
