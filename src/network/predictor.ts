/** A stage of a model, ready to predict: one program for molecules and batches of all sizes, compiled at first use. */
import type { CompiledSizedProgram, Engine, SizedProgram } from '../engine/program.js';
import { pathSchedule, scheduleTime } from '../flow/path-schedule.js';
import { displacements, parameterShapes } from './egnn.js';
import { ATOM_FEATURES, centreRows, PAIR_FEATURES, type GraphFeatures } from './features.js';
import type { StageModel } from './model.js';

/** No batch is larger: there is nothing more to share. */
const LARGEST_BATCH = 64;
/** Numbers of one batch's messages: larger ones no longer fit the caches, and are slower a conformer. */
const MOST_NUMBERS = 375_000;

export interface Predictor {
  readonly stage: StageModel;
  /** The largest batch for molecules of n atoms. */
  batchLimit(n: number): number;
  /**
   * For conformers of one molecule: x [B,n,3] and t on the straight path to x̂1 [B,n,3], Å, B at most batchLimit(n);
   * a model of another path is asked at the state and time of its own that these stand for.
   */
  bind(graph: GraphFeatures, options?: BindOptions): (x: Float32Array, t: number) => Promise<Float32Array>;
  dispose(): Promise<void>;
}

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

  const batchLimit = (n: number) =>
    Math.max(1, Math.min(LARGEST_BATCH, Math.floor(MOST_NUMBERS / (n * n * stage.network.edgeWidth))));

  return {
    stage,
    batchLimit,
    bind(graph, { mobile, early = false } = {}) {
      const { n, atoms, pairs } = graph;
      const brief = early && exitOf(stage) !== undefined;
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
        const batch = x.length / (3 * n);
        const program = await programFor({ clamped: !!mobile, tagged });
        const { moved, nearly } = await program.run(
          { batch, atoms: n },
          {
            x,
            t: new Float32Array(batch).fill(t),
            atoms,
            pairs,
            ...(tagged && { centres }),
            ...(mobile && { mobile }),
          },
          { brief },
        );
        const displaced = brief ? nearly : moved;
        const scale = stage.target === 'data' ? 1 : 1 - t;
        const predicted = new Float32Array(x.length);
        for (let i = 0; i < x.length; i++) predicted[i] = x[i] + scale * displaced[i];
        return predicted;
      };
    },
    async dispose() {
      for (const program of programs.values()) await (await program).dispose();
      programs.clear();
    },
  };
}

type Size = 'batch' | 'atoms';

interface ProgramKind {
  /** Whether some atoms may not move. */
  readonly clamped: boolean;
  /** Whether a centre has a side to keep: without, a good part of the work falls away. */
  readonly tagged: boolean;
}

/** The layer at which a brief run ends. */
const exitOf = ({ earlyExit, network }: StageModel) => (earlyExit === network.layers ? undefined : earlyExit);

function predictionProgram(stage: StageModel, { clamped, tagged }: ProgramKind): SizedProgram<Size> {
  const { network, weights } = stage;
  const exit = exitOf(stage);
  const constants = Object.fromEntries(
    Object.entries(parameterShapes(network)).map(([name, shape]) => [name, { shape, data: weights[name] }]),
  );
  return {
    sizes: ['batch', 'atoms'],
    at: ({ batch, atoms: n }) => ({
      inputs: {
        x: [batch, n, 3],
        t: [batch, 1],
        atoms: [n, ATOM_FEATURES],
        pairs: [n * n, PAIR_FEATURES],
        ...(tagged && { centres: [1, 4, n, n] }),
        ...(clamped && { mobile: [1, n, 1] }),
      },
      constants,
      ...(exit !== undefined && { optional: ['moved'] }),
      build: (tensors, brief) => {
        const { x, t, atoms, pairs, centres, mobile } = tensors;
        const after = [...(exit === undefined ? [] : [exit]), ...(brief ? [] : [network.layers])];
        const found = displacements(network, tensors, { x, t, atoms, pairs, centres, mobile }, after);
        return Object.fromEntries(
          found.map((displaced, k) => [after[k] === network.layers ? 'moved' : 'nearly', displaced]),
        );
      },
    }),
  };
}
