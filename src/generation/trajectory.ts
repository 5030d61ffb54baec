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
  /** Called with each frame as it is made. */
  readonly onFrame?: (frame: TrajectoryFrame) => void;
}

export async function recordTrajectory({
  generator,
  molecule,
  seed,
  draw,
  settings = defaultSampler(molecule),
  hydrogenSteps,
  onFrame = () => {},
}: TrajectoryOptions): Promise<Trajectory> {
  const { parent } = hydrogenParents(molecule);
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
  return { molecule, draw, frames };
}

/** A trajectory as file records, a frame each, with FLOW_TIME, STAGE and CONFORMER as the viewer reads them. */
export function trajectoryRecords({ molecule, frames }: Trajectory, conformer: number): ConformerRecord[] {
  return frames.map(({ stage, time, coordinates }) => ({
    molecule,
    coordinates,
    fields: [
      ['SMILES', molecule.smiles],
      ['CONFORMER', conformer],
      ['STAGE', stage],
      ['FLOW_TIME', time.toFixed(4)],
    ],
  }));
}
