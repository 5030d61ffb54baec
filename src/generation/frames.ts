/** What observers see of conformers on their way: all atoms at each step of both stages, and the speed of the flow. */
import type { DrawKey } from '../flow/sampler.js';
import type { HydrogenFrame } from './hydrogen-stage.js';
import type { PreparedMolecule } from './prepare.js';
import type { SkeletonFrame } from './skeleton-stage.js';

/** One moment of some of the draws. */
export interface DrawFrame {
  readonly stage: 'skeleton' | 'hydrogens';
  /** Flow time within the stage, 0 to 1. */
  readonly time: number;
  /** Which of the draws asked for they are. */
  readonly rows: readonly number[];
  readonly draws: readonly DrawKey[];
  /** Of each, [atoms, 3] Å; hydrogens not placed yet lie on their parents. */
  readonly coordinates: readonly Float32Array[];
  /** Root mean square of |v| over the atoms that move in this stage, Å per unit of flow time; none at time 1. */
  readonly speeds?: readonly number[] | undefined;
}

/**
 * √(Σ|vᵢ|²/n) over n moving atoms of the velocity v = (x̂1 − x)/(1 − t), for x and x̂1 [atoms,3] in Å and t < 1: Å per
 * unit of flow time. It goes to 0/0 at t = 1, where the flow has arrived.
 * @param mobile [atoms] 0 for those that do not move; without it all do.
 */
export function rootMeanSquareSpeed(x: Float32Array, data: Float32Array, t: number, mobile?: Float32Array): number {
  let [sum, moving] = [0, 0];
  for (let i = 0; i < x.length; i++) {
    if (mobile && !mobile[Math.floor(i / 3)]) continue;
    sum += (data[i] - x[i]) ** 2;
    moving += 1 / 3;
  }
  return Math.sqrt(sum / moving) / (1 - t);
}

/** Turns the frames of a stage, of these draws or of some of them in a row, into those of whole conformers. */
export function frameMaker(
  { molecule, hydrogens: { parent, mobile } }: PreparedMolecule,
  { rows, draws }: Pick<DrawFrame, 'rows' | 'draws'>,
) {
  const atoms = molecule.atoms.length;
  const heavy = molecule.skeletonCount;

  function completed(skeleton: Float32Array): Float32Array {
    const all = new Float32Array(3 * atoms);
    all.set(skeleton);
    for (let i = heavy; i < atoms; i++) all.set(skeleton.subarray(3 * parent[i], 3 * parent[i] + 3), 3 * i);
    return all;
  }

  function frameOf(
    stage: DrawFrame['stage'],
    { time, x, data, row = 0 }: Pick<SkeletonFrame, 'time' | 'x' | 'data'> & { readonly row?: number },
  ): DrawFrame {
    const size = 3 * (stage === 'skeleton' ? heavy : atoms);
    const parts = (all: Float32Array) =>
      Array.from({ length: all.length / size }, (_, b) => all.slice(b * size, (b + 1) * size));
    const own = parts(x);
    const ends = parts(data);
    const moving = stage === 'skeleton' ? undefined : mobile;
    return {
      stage,
      time,
      rows: rows.slice(row, row + own.length),
      draws: draws.slice(row, row + own.length),
      coordinates: stage === 'skeleton' ? own.map(completed) : own,
      ...(time < 1 && { speeds: own.map((part, b) => rootMeanSquareSpeed(part, ends[b], time, moving)) }),
    };
  }

  return {
    skeleton: (frame: SkeletonFrame) => frameOf('skeleton', frame),
    hydrogens: (frame: HydrogenFrame) => frameOf('hydrogens', frame),
  };
}
