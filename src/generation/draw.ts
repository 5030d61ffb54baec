/** Draws conformers: both stages in a row, in batches, each conformer a function of the seed and its own key. */
import type { Molecule } from '../chem/molecule.js';
import type { DrawKey, SampleStart } from '../flow/sampler.js';
import { stereoAutomorphisms } from '../network/stereo-automorphisms.js';
import type { Generator } from './generator.js';
import { placeHydrogens } from './hydrogen-stage.js';
import { sampleSkeletons, type SamplerSettings, type Spread } from './skeleton-stage.js';
import type { createSpread, Halfway } from './spread.js';

export interface DrawOptions {
  readonly generator: Generator;
  readonly molecule: Molecule;
  readonly seed: number;
  readonly draws: readonly DrawKey[];
  readonly settings: SamplerSettings;
  /** Where the flow begins, instead of at noise. */
  readonly given?: Given;
  /** Chooses the noises of `draws`, whose own is then not used: see spread.ts. */
  readonly spread?: ReturnType<typeof createSpread>;
  readonly hydrogenSteps?: number;
  /** Called after each batch with the number of conformers made so far. */
  readonly onBatch?: (made: number) => void;
  /** Asked before each batch: true ends the drawing early, with those made so far. */
  readonly enough?: () => boolean;
}

/** Conformers to begin at, one a draw. */
export interface Given {
  /** [skeletonCount, 3] Å, each of mean zero. */
  readonly skeletons: readonly Float32Array[];
  /** Flow time to which they are noised. */
  readonly time: number;
  /** Size of that noise as a part of the prior's. */
  readonly scale?: number;
  /** [atoms, 3] Å: hydrogens begin where these have them; undefined where some are missing. */
  readonly conformers: readonly (Float32Array | undefined)[];
  /** Flow time to which such hydrogens are noised, the size of that noise as a part of the prior's, and the steps from there. */
  readonly hydrogens: { readonly time: number; readonly scale: number; readonly steps: number };
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
  settings,
  given,
  spread,
  hydrogenSteps,
  onBatch = () => {},
  enough = () => false,
}: DrawOptions): Promise<Drawn[]> {
  const size = molecule.atoms.length * 3;
  const heavy = molecule.skeletonCount * 3;
  const limit = generator.skeleton.batchLimit(molecule.skeletonCount);
  const automorphisms = stereoAutomorphisms(generator.rdkit, molecule);
  const conformers: Drawn[] = [];
  for (let at = 0; at < draws.length && !enough(); at += limit) {
    const asked = draws.slice(at, at + limit);
    const halfway = await spread?.(asked.map(({ conformer }) => conformer));
    const batch = halfway?.map(({ draw }) => draw) ?? asked;
    const start = given
      ? ({
          kind: 'noised',
          time: given.time,
          scale: given.scale ?? 1,
          coordinates: joined(given.skeletons.slice(at, at + limit)),
        } as const)
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
    const made: Float32Array[] = [];
    for (const whole of [false, true]) {
      const rows = batch.flatMap((_, b) => ((given?.conformers[at + b] !== undefined) === whole ? [b] : []));
      if (rows.length === 0) continue;
      const all = await placeHydrogens({
        molecule,
        predictor: generator.hydrogens,
        skeletons: joined(rows.map((b) => skeletons.subarray(b * heavy, (b + 1) * heavy))),
        seed,
        draws: rows.map((b) => batch[b]),
        steps: whole ? given!.hydrogens.steps : hydrogenSteps,
        ...(whole && {
          given: {
            time: given!.hydrogens.time,
            scale: given!.hydrogens.scale,
            conformers: rows.map((b) => given!.conformers[at + b]!),
          },
        }),
      });
      rows.forEach((b, k) => (made[b] = all.slice(k * size, (k + 1) * size)));
    }
    batch.forEach((draw, b) => conformers.push({ draw, coordinates: made[b] }));
    onBatch(conformers.length);
  }
  return conformers;
}

function stateOf(halfway: readonly Halfway[], { time, steps }: Spread): SampleStart {
  return { kind: 'state', time, step: steps, coordinates: joined(halfway.map(({ state }) => state)) };
}

function joined(skeletons: readonly Float32Array[]): Float32Array {
  const size = skeletons[0].length;
  const all = new Float32Array(skeletons.length * size);
  skeletons.forEach((skeleton, i) => all.set(skeleton, i * size));
  return all;
}
