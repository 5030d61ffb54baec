/** Pairs of noise and the hydrogens that a model's own flow makes of it on given skeletons: what their distillation trains on. */
import { checkGeometry } from '../chem/geometry-checks.js';
import type { Molecule } from '../chem/molecule.js';
import { verifyStereo } from '../chem/stereo.js';
import type { DrawKey } from '../flow/sampler.js';
import type { Predictor } from '../network/predictor.js';
import { placeHydrogens } from './hydrogen-stage.js';

export interface HydrogenPairsOptions {
  readonly molecule: Molecule;
  readonly predictor: Predictor;
  readonly seed: number;
  readonly draws: readonly DrawKey[];
  /** [B, skeletonCount, 3] Å, one a draw. */
  readonly skeletons: Float32Array;
  readonly steps?: number | undefined;
}

export interface HydrogenPairs {
  /** Pairs kept, K. */
  readonly count: number;
  /** [K, atoms, 3] Å: the skeleton as it was given, hydrogens from the model's prior. */
  readonly noise: Float32Array;
  /** [K, atoms, 3] Å: the same skeleton, hydrogens where the flow ends. */
  readonly conformers: Float32Array;
}

/** Draws noise and follows the flow from it; conformers that fail a check are left out. */
export async function hydrogenPairs({ molecule, predictor, seed, draws, skeletons, steps }: HydrogenPairsOptions): Promise<HydrogenPairs> {
  const size = 3 * molecule.atoms.length;
  let starts = new Float32Array();
  const ends = await placeHydrogens({
    molecule,
    predictor,
    skeletons,
    seed,
    draws,
    steps,
    onFrame: ({ step, x }) => {
      if (step === 0) starts = x.slice();
    },
  });
  const part = (all: Float32Array, b: number) => all.subarray(b * size, (b + 1) * size);
  const isSound = (x: Float32Array) => checkGeometry(molecule, x).ok && verifyStereo(undefined, molecule, x).right;
  const sound = draws.flatMap((_, b) => (isSound(part(ends, b)) ? [b] : []));
  const chosen = (all: Float32Array) => Float32Array.from(sound.flatMap((b) => [...part(all, b)]));
  return { count: sound.length, noise: chosen(starts), conformers: chosen(ends) };
}
