/** The way of one conformer from noise to molecule: drawn again by its key, with every step kept. */
import type { Molecule } from '../chem/molecule.js';
import type { ConformerRecord } from '../chem/io/conformer-record.js';
import type { DrawKey } from '../flow/sampler.js';
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
  /** Called with each frame as it is made; the speed of hydrogens is known one frame later only. */
  readonly onFrame?: (frame: TrajectoryFrame) => void;
}

/**
 * √(Σ|vᵢ|²/n) of the velocity v = (x̂1 − x)/(1 − t), for x and x̂1 [n,3] in Å and t < 1: Å per unit of flow time.
 * It goes to 0/0 at t = 1, where the flow has arrived.
 */
export function rootMeanSquareSpeed(x: Float32Array, data: Float32Array, t: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (data[i] - x[i]) ** 2;
  return Math.sqrt((3 * sum) / x.length) / (1 - t);
}

/** The frames of both stages, the last of them the conformer itself. */
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
    onFrame: ({ time, x, data }) => {
      const coordinates = new Float32Array(molecule.atoms.length * 3);
      parent.forEach((p, i) => coordinates.set(x.subarray((p < 0 ? i : p) * 3, (p < 0 ? i : p) * 3 + 3), i * 3));
      keep({ stage: 'skeleton', time, coordinates, ...(time < 1 && { speed: rootMeanSquareSpeed(x, data, time) }) });
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
  const moving = mobile.reduce((sum, moves) => sum + moves, 0);

  // The hydrogens' stage is Euler's method, which goes by v for the whole of a step.
  function withSpeed(frame: TrajectoryFrame, index: number): TrajectoryFrame {
    if (frame.stage === 'skeleton' || frame.time === 1) return frame;
    const after = frames[index + 1];
    const square = frame.coordinates.reduce((sum, from, i) => sum + (after.coordinates[i] - from) ** 2, 0);
    return { ...frame, speed: Math.sqrt(square / moving) / (after.time - frame.time) };
  }
  return { molecule, draw, frames: frames.map(withSpeed) };
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
