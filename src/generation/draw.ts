/** Draws conformers: both stages in a row, in batches, each conformer a function of the seed and its own key alone. */
import type { Molecule } from '../chem/molecule.js';
import type { DrawKey } from '../flow/sampler.js';
import { stereoAutomorphisms } from '../network/stereo-automorphisms.js';
import type { Generator } from './generator.js';
import { placeHydrogens } from './hydrogen-stage.js';
import { defaultSampler, sampleSkeletons, type SamplerSettings } from './skeleton-stage.js';

export interface DrawOptions {
  readonly generator: Generator;
  readonly molecule: Molecule;
  readonly seed: number;
  readonly draws: readonly DrawKey[];
  readonly settings?: SamplerSettings;
  /** Given skeletons [skeletonCount, 3], one a draw, each of mean zero: noised to `time` they are where the flow begins. */
  readonly given?: { readonly skeletons: readonly Float32Array[]; readonly time: number };
  readonly hydrogenSteps?: number;
  /** Called after each batch with the number of conformers made so far. */
  readonly onBatch?: (made: number) => void;
  /** Asked before each batch: true ends the drawing early, with those made so far. */
  readonly enough?: () => boolean;
}

/** Conformers [atoms, 3] in Å, in the order of `draws`; fewer where `enough` said so. */
export async function drawConformers({
  generator,
  molecule,
  seed,
  draws,
  settings = defaultSampler(molecule, generator.skeleton.stage),
  given,
  hydrogenSteps,
  onBatch = () => {},
  enough = () => false,
}: DrawOptions): Promise<Float32Array[]> {
  const size = molecule.atoms.length * 3;
  const limit = generator.skeleton.batchLimit(molecule.skeletonCount);
  const automorphisms = stereoAutomorphisms(generator.rdkit, molecule);
  const conformers: Float32Array[] = [];
  for (let at = 0; at < draws.length && !enough(); at += limit) {
    const batch = draws.slice(at, at + limit);
    const skeletons = await sampleSkeletons({
      molecule,
      predictor: generator.skeleton,
      seed,
      draws: batch,
      settings,
      automorphisms,
      ...(given && { start: { kind: 'noised', time: given.time, coordinates: joined(given.skeletons.slice(at, at + limit)) } }),
    });
    const all = await placeHydrogens({
      molecule,
      predictor: generator.hydrogens,
      skeletons,
      seed,
      draws: batch,
      ...(hydrogenSteps !== undefined && { steps: hydrogenSteps }),
    });
    batch.forEach((_, b) => conformers.push(all.slice(b * size, (b + 1) * size)));
    onBatch(conformers.length);
  }
  return conformers;
}

function joined(skeletons: readonly Float32Array[]): Float32Array {
  const size = skeletons[0]!.length;
  const all = new Float32Array(skeletons.length * size);
  skeletons.forEach((skeleton, i) => all.set(skeleton, i * size));
  return all;
}
