/** A stage of a model, ready to predict: programs compiled per atom count and batch size, and kept. */
import type { CompiledProgram, Engine, Program } from '../engine/program.js';
import { pathSchedule, scheduleTime } from '../flow/path-schedule.js';
import { displacement, parameterShapes } from './egnn.js';
import { ATOM_FEATURES, centreRows, PAIR_FEATURES, type GraphFeatures } from './features.js';
import type { StageModel } from './model.js';

/** Batches come in these sizes, so that few programs are compiled; a smaller batch is filled up. */
const BATCH_SIZES = [1, 2, 4, 8, 16, 32];
/** Numbers of one batch's messages: larger ones no longer fit the caches, and are slower a conformer. */
const MOST_NUMBERS = 375_000;
/** Compiled programs kept; the one unused for longest goes first. */
const MOST_PROGRAMS = 24;

export interface Predictor {
  readonly stage: StageModel;
  /** The largest batch for molecules of n atoms. */
  batchLimit(n: number): number;
  /**
   * For conformers of one molecule: x [B,n,3] and t on the straight path to x̂1 [B,n,3], Å, B at most batchLimit(n);
   * a model of another path is asked at the state and time of its own that these stand for. With `mobile` [n] the
   * atoms where it is 0 stay where they are; without, the result's mean is that of x.
   */
  bind(graph: GraphFeatures, mobile?: Float32Array): (x: Float32Array, t: number) => Promise<Float32Array>;
  dispose(): Promise<void>;
}

export function createPredictor({ engine, stage }: { readonly engine: Engine; readonly stage: StageModel }): Predictor {
  const programs = new Map<string, Promise<CompiledProgram>>();
  const schedule = stage.path && pathSchedule(stage.path);

  async function programFor(kind: ProgramKind): Promise<CompiledProgram> {
    const key = JSON.stringify(kind);
    const found = programs.get(key) ?? engine.compile(predictionProgram(stage, kind));
    programs.delete(key);
    programs.set(key, found);
    if (programs.size > MOST_PROGRAMS) {
      const [oldest, program] = programs.entries().next().value!;
      programs.delete(oldest);
      await (await program).dispose();
    }
    return found;
  }

  const batchLimit = (n: number) => {
    const fitting = BATCH_SIZES.filter((size) => size * n * n * stage.network.edgeWidth <= MOST_NUMBERS);
    return fitting.at(-1) ?? 1;
  };

  return {
    stage,
    batchLimit,
    bind(graph, mobile) {
      const { n, atoms, pairs } = graph;
      const tagged = graph.centres.length > 0;
      const centres = new Float32Array(4 * n * n);
      centreRows(centres, graph);
      return async (straight, straightTime) => {
        let [x, t] = [straight, straightTime];
        if (schedule) {
          t = scheduleTime(schedule, straightTime);
          const scale = schedule.data(t) + schedule.noise(t);
          x = straight.map((v) => scale * v);
        }
        const count = x.length / (3 * n);
        const batch = BATCH_SIZES.find((size) => size >= count)!;
        const program = await programFor({ n, batch, clamped: !!mobile, tagged });
        let filled = x;
        if (batch > count) {
          filled = new Float32Array(batch * n * 3);
          filled.set(x);
          for (let b = count; b < batch; b++) filled.set(x.subarray(0, n * 3), b * n * 3);
        }
        const { moved } = await program.run({
          x: filled,
          t: new Float32Array(batch).fill(t),
          atoms,
          pairs,
          ...(tagged && { centres }),
          ...(mobile && { mobile }),
        });
        const scale = stage.target === 'data' ? 1 : 1 - t;
        const predicted = new Float32Array(x.length);
        for (let i = 0; i < x.length; i++) predicted[i] = x[i]! + scale * moved![i]!;
        return predicted;
      };
    },
    async dispose() {
      for (const program of programs.values()) await (await program).dispose();
      programs.clear();
    },
  };
}

interface ProgramKind {
  readonly n: number;
  readonly batch: number;
  /** Whether some atoms may not move. */
  readonly clamped: boolean;
  /** Whether a centre has a side to keep: without, a good part of the work falls away. */
  readonly tagged: boolean;
}

function predictionProgram({ network, weights }: StageModel, { n, batch, clamped, tagged }: ProgramKind): Program {
  const shapes = parameterShapes(network);
  return {
    inputs: {
      x: [batch, n, 3],
      t: [batch, 1],
      atoms: [n, ATOM_FEATURES],
      pairs: [n * n, PAIR_FEATURES],
      ...(tagged && { centres: [1, 4, n, n] }),
      ...(clamped && { mobile: [1, n, 1] }),
    },
    constants: Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, { shape, data: weights[name]! }])),
    build: (tensors) => {
      const { x, t, atoms, pairs, centres, mobile } = tensors;
      return { moved: displacement(network, tensors, { x: x!, t: t!, atoms: atoms!, pairs: pairs!, centres, mobile }) };
    },
  };
}
