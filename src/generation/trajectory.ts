/** The way of one conformer from noise to molecule: drawn again by its key, with every step kept. */
import type { Molecule } from '../chem/molecule.js';
import type { ConformerRecord } from '../chem/io/conformer-record.js';
import type { DrawKey } from '../flow/sampler.js';
import { graphFeatures } from '../network/features.js';
import { hydrogenParents } from '../network/priors.js';
import { stereoAutomorphisms } from '../network/stereo-automorphisms.js';
import type { Generator } from './generator.js';
import { placeHydrogens } from './hydrogen-stage.js';
import { defaultSampler, sampleSkeletons, type SamplerSettings } from './skeleton-stage.js';

export interface TrajectoryFrame {
  readonly stage: 'skeleton' | 'hydrogens';
  /** Flow time within the stage, 0 to 1. */
  readonly time: number;
  /** [atoms, 3] Å; in the skeleton's act hydrogens lie on their parents. */
  readonly coordinates: Float32Array;
  /** Root mean square of |v| over the atoms that move in this stage, Å per unit of flow time; none at time 1. */
  readonly speed?: number;
}

export interface Trajectory {
  readonly molecule: Molecule;
  readonly draw: DrawKey;
  readonly frames: readonly TrajectoryFrame[];
}

export interface TrajectoryOptions {
  readonly generator: Generator;
  readonly molecule: Molecule;
  readonly seed: number;
  readonly draw: DrawKey;
  readonly settings?: SamplerSettings;
  readonly hydrogenSteps?: number;
  /** Called with each frame as it is made, when its speed is not known yet. */
  readonly onFrame?: (frame: TrajectoryFrame) => void;
}

/**
 * √(Σ|vᵢ|²/n) of the velocity v = (x̂1 − x)/(1 − t), for x and x̂1 [n,3] in Å and t < 1: Å per unit of flow time.
 * It goes to 0/0 at t = 1, where the flow has arrived.
 */
export function rootMeanSquareSpeed(x: Float32Array, data: Float32Array, t: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (data[i]! - x[i]!) ** 2;
  return Math.sqrt((3 * sum) / x.length) / (1 - t);
}

/**
 * The frames of both stages, the last of them the conformer itself. Besides the draw this costs one more prediction a
 * frame of the skeleton, for its speed: solvers of the ODE keep theirs to themselves.
 */
export async function recordTrajectory({
  generator,
  molecule,
  seed,
  draw,
  settings = defaultSampler(molecule, generator.skeleton.stage),
  hydrogenSteps,
  onFrame = () => {},
}: TrajectoryOptions): Promise<Trajectory> {
  const { parent, mobile } = hydrogenParents(molecule);
  const frames: TrajectoryFrame[] = [];
  const keep = (frame: TrajectoryFrame) => {
    frames.push(frame);
    onFrame(frame);
  };
  const skeletons = await sampleSkeletons({
    molecule,
    predictor: generator.skeleton,
    seed,
    draws: [draw],
    settings,
    automorphisms: stereoAutomorphisms(generator.rdkit, molecule),
    onFrame: ({ time, x }) => {
      const coordinates = new Float32Array(molecule.atoms.length * 3);
      parent.forEach((p, i) => coordinates.set(x.subarray((p < 0 ? i : p) * 3, (p < 0 ? i : p) * 3 + 3), i * 3));
      keep({ stage: 'skeleton', time, coordinates });
    },
  });
  await placeHydrogens({
    molecule,
    predictor: generator.hydrogens,
    skeletons,
    seed,
    draws: [draw],
    ...(hydrogenSteps !== undefined && { steps: hydrogenSteps }),
    onFrame: ({ time, x }) => keep({ stage: 'hydrogens', time, coordinates: x.slice() }),
  });
  const predict = generator.skeleton.bind(graphFeatures(molecule));
  const moving = mobile.reduce((sum, moves) => sum + moves, 0);

  async function speedOf({ stage, time, coordinates }: TrajectoryFrame, index: number): Promise<number> {
    if (stage === 'skeleton') {
      const x = coordinates.subarray(0, 3 * molecule.skeletonCount);
      return rootMeanSquareSpeed(x, await predict(x, time), time);
    }
    // This stage is Euler's method, which goes by v for the whole of a step; only hydrogens move.
    const after = frames[index + 1]!;
    const square = coordinates.reduce((sum, from, i) => sum + (after.coordinates[i]! - from) ** 2, 0);
    return Math.sqrt(square / moving) / (after.time - time);
  }

  const timed: TrajectoryFrame[] = [];
  for (const [index, frame] of frames.entries()) {
    timed.push(frame.time < 1 ? { ...frame, speed: await speedOf(frame, index) } : frame);
  }
  return { molecule, draw, frames: timed };
}

/** A trajectory as file records, a frame each, with FLOW_TIME, STAGE, CONFORMER and SPEED as the viewer reads them. */
export function trajectoryRecords({ molecule, frames }: Trajectory, conformer: number): ConformerRecord[] {
  return frames.map(({ stage, time, coordinates, speed }) => ({
    molecule,
    coordinates,
    fields: [
      ['SMILES', molecule.smiles],
      ['CONFORMER', conformer],
      ['STAGE', stage],
      ['FLOW_TIME', time.toFixed(4)],
      ...(speed === undefined ? [] : [['SPEED', speed.toFixed(4)] as const]),
    ],
  }));
}
