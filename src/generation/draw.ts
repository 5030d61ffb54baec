/** Draws conformers: both stages in a row, in batches, each conformer a function of the seed and its own key. */
import type { Molecule } from '../chem/molecule.js';
import type { DrawKey, SampleStart } from '../flow/sampler.js';
import { stereoAutomorphisms } from '../network/stereo-automorphisms.js';
import type { Generator } from './generator.js';
import { placeHydrogens } from './hydrogen-stage.js';
import { defaultSampler, sampleSkeletons, type SamplerSettings, type Spread } from './skeleton-stage.js';
import type { createSpread, Halfway } from './spread.js';

export interface DrawOptions {
  readonly generator: Generator;
  readonly molecule: Molecule;
  readonly seed: number;
  readonly draws: readonly DrawKey[];
  readonly settings?: SamplerSettings;
  /** Given skeletons [skeletonCount, 3], one a draw, each of mean zero: noised to `time` they are where the flow begins. */
  readonly given?: { readonly skeletons: readonly Float32Array[]; readonly time: number };
  /** Chooses the noises of `draws`, whose own is then not used: see spread.ts. */
  readonly spread?: ReturnType<typeof createSpread>;
  readonly hydrogenSteps?: number;
  /** Called after each batch with the number of conformers made so far. */
  readonly onBatch?: (made: number) => void;
  /** Asked before each batch: true ends the drawing early, with those made so far. */
  readonly enough?: () => boolean;
}

export interface Drawn {
  /** The key of what was drawn: with the seed, the model and the settings it names it for good. */
  readonly draw: DrawKey;
  /** [atoms, 3], Å. */
  readonly coordinates: Float32Array;
}

/** Conformers in the order of `draws`; fewer where `enough` said so. */
export async function drawConformers({
  generator,
  molecule,
  seed,
  draws,
  settings = defaultSampler(molecule, generator.skeleton.stage),
  given,
  spread,
  hydrogenSteps,
  onBatch = () => {},
  enough = () => false,
}: DrawOptions): Promise<Drawn[]> {
  const size = molecule.atoms.length * 3;
  const limit = generator.skeleton.batchLimit(molecule.skeletonCount);
  const automorphisms = stereoAutomorphisms(generator.rdkit, molecule);
  const conformers: Drawn[] = [];
  for (let at = 0; at < draws.length && !enough(); at += limit) {
    const asked = draws.slice(at, at + limit);
    const halfway = await spread?.(asked.map(({ conformer }) => conformer));
    const batch = halfway?.map(({ draw }) => draw) ?? asked;
    const start = given
      ? ({ kind: 'noised', time: given.time, coordinates: joined(given.skeletons.slice(at, at + limit)) } as const)
      : halfway && stateOf(halfway, settings.spread!);
    const skeletons = await sampleSkeletons({
      molecule,
      predictor: generator.skeleton,
      seed,
      draws: batch,
      settings,
      automorphisms,
      ...(start && { start }),
    });
    const all = await placeHydrogens({
      molecule,
      predictor: generator.hydrogens,
      skeletons,
      seed,
      draws: batch,
      ...(hydrogenSteps !== undefined && { steps: hydrogenSteps }),
    });
    batch.forEach((draw, b) => conformers.push({ draw, coordinates: all.slice(b * size, (b + 1) * size) }));
    onBatch(conformers.length);
  }
  return conformers;
}

function stateOf(halfway: readonly Halfway[], { time, steps }: Spread): SampleStart {
  return { kind: 'state', time, step: steps, coordinates: joined(halfway.map(({ state }) => state)) };
}

function joined(skeletons: readonly Float32Array[]): Float32Array {
  const size = skeletons[0]!.length;
  const all = new Float32Array(skeletons.length * size);
  skeletons.forEach((skeleton, i) => all.set(skeleton, i * size));
  return all;
}
