/** A learned clean-up of conformers from any source: noised part of the way, brought back, hydrogens set anew. */
import { checkGeometry } from '../chem/geometry-checks.js';
import type { Molecule } from '../chem/molecule.js';
import { verifyStereo } from '../chem/stereo.js';
import type { DrawKey } from '../flow/sampler.js';
import { centre, centroid } from '../geometry/coordinates.js';
import { kabschRotation } from '../geometry/kabsch.js';
import { rotate } from '../geometry/rotation.js';
import { rmsdAligned } from '../geometry/rmsd.js';
import { carryHydrogens } from './carry-hydrogens.js';
import { drawConformers } from './draw.js';
import { DEFAULT_SEED } from './generate.js';
import type { Generator } from './generator.js';
import { placeHydrogens } from './hydrogen-stage.js';
import { defaultSampler, type SamplerSettings } from './skeleton-stage.js';

/** Times on the path at which refinement begins, by name: the later, the less of the input is noise. */
export const STRENGTHS = { polish: 0.9, clean: 0.6, reshape: 0.25, resample: 0 } as const;
export type Strength = keyof typeof STRENGTHS;
export const DEFAULT_STRENGTH: Strength = 'clean';

export interface RefineOptions {
  /** The time in [0, 1) to which the input is noised, or a name for it: 0 keeps nothing of it. */
  readonly strength?: Strength | number | undefined;
  /** Steps of the skeleton's flow from there; by default 2 from t = 0.9, 4 from 0.6, 6 from 0.25, 15 from 0. */
  readonly steps?: number | undefined;
  readonly seed?: number | undefined;
  /** Of hydrogens that are set anew, because the input lacks some, or because they did not pass; others take 2. */
  readonly hydrogenSteps?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A conformer to refine. */
export interface GivenConformer {
  /** [atoms, 3] Å, in the order of the molecule; the hydrogens after the skeleton may be NaN. */
  readonly coordinates: Float32Array;
  /** With the seed it names the draw: a conformer comes out the same whatever stands beside it. */
  readonly index: number;
}

export interface RefinedConformer {
  /** [atoms, 3] Å, lying on the input. */
  readonly coordinates: Float32Array;
  /** RMSD of the skeleton to the input, superposed, Å. */
  readonly moved: number;
  /** Whether every specified centre and double bond was found right in the coordinates. */
  readonly stereoVerified: boolean;
  /** Draws that it took. */
  readonly draws: number;
  /** Why the skeleton was left as it came: in no draw did it stay this molecule. */
  readonly kept?: 'stereo' | 'geometry' | undefined;
}

/**
 * The part of the way back to noise that each attempt goes: a conformer whose refined form fails a check is noised anew,
 * at last less, before it is left as it is.
 */
const ATTEMPTS = [1, 1, 0.5, 0.25] as const;

export function timeOf(strength: Strength | number): number {
  const time = typeof strength === 'number' ? strength : STRENGTHS[strength];
  if (!(time >= 0 && time < 1))
    throw new Error(
      `strength is ${strength}; expected a time from 0 (resample) to below 1, or ${Object.keys(STRENGTHS).join(', ')}`,
    );
  return time;
}

/** Steps of the skeleton: from t = 0, where there is no shape yet, from SHAPED on, and of the whole way where there is one. */
const [WHOLE_WAY, FEW_STEPS, PACE] = [15, 6, 8];
/** From this time on the state says which shape is meant. */
const SHAPED = STRENGTHS.reshape;
/** Hydrogens that the input has; see docs/experiments.md. */
const HYDROGENS = { time: 0.7, scale: 0.3, steps: 2 };
/** Size of the noise put on a skeleton, as a part of the prior's: whole, it leads away from the shape that is given. */
const NOISE = 0.65;
/** Size of the fresh noise, in the same way: less of it leads to likelier shapes, and keeps more of one. */
const FRESH = { reshape: 0.5, clean: 0.3 };
/** Few steps need the second order. */
const AHEAD = 0.5;
/** Of a large skeleton's steps from SHAPED on those that take the whole network, the last ones. */
const WHOLE_STEPS = 1;

function stepsFrom(time: number, most: number): number {
  const steps = time < SHAPED ? between(WHOLE_WAY, FEW_STEPS, time) : Math.min(FEW_STEPS, PACE * (1 - time));
  return Math.min(most, Math.max(2, Math.ceil(steps - 1e-9)));
}

/** From `start` at t = 0 to `end` at SHAPED, and no further. */
const between = (start: number, end: number, time: number) => start + (end - start) * Math.min(1, time / SHAPED);

function freshNoise(time: number): number {
  const cleaning = Math.min(1, Math.max(0, time - SHAPED) / (STRENGTHS.clean - SHAPED));
  return between(1, FRESH.reshape + (FRESH.clean - FRESH.reshape) * cleaning, time);
}

/**
 * Refines conformers of one molecule, in batches. Each skeleton x becomes x_t = (1 − t)·s·ε + t·x, with ε from the
 * prior turned onto x, as training pairs noise and data, and s below 1 where the shape is to be kept; from there the flow
 * leads to t = 1. The hydrogens go along with the skeleton, and are noised and settled in the same way.
 * After Meng et al., "SDEdit" (arXiv:2108.01073, §3), on the straight path. What loses its stereo or comes out with
 * broken geometry is noised anew, then less and less, and in the end left as it came; where hydrogens alone are broken, the
 * given ones go along unchanged.
 * @throws Error where an option is out of range, a coordinate of a skeleton is no number, or the network does not know
 *   an element.
 */
export async function refineConformers(
  generator: Generator,
  molecule: Molecule,
  given: readonly GivenConformer[],
  { strength = DEFAULT_STRENGTH, steps, seed = DEFAULT_SEED, hydrogenSteps, signal }: RefineOptions = {},
): Promise<RefinedConformer[]> {
  const asked = timeOf(strength);
  const heavy = molecule.skeletonCount;
  const skeletons = given.map(({ coordinates, index }) => {
    const skeleton = coordinates.slice(0, 3 * heavy);
    if (!skeleton.every(Number.isFinite))
      throw new Error(`conformer ${index}: a coordinate of the skeleton is not a number`);
    centre(skeleton, skeleton, heavy);
    return skeleton;
  });
  const usual = defaultSampler(molecule, generator.skeleton.stage);
  const refined: RefinedConformer[] = [];

  let open = given.map((_, i) => i);
  for (let attempt = 0; open.length > 0; attempt++) {
    signal?.throwIfAborted();
    const time = asked + (1 - ATTEMPTS[attempt]) * (1 - asked);
    const settings: SamplerSettings = {
      ...usual,
      noise: { share: 1, from: SHAPED, scale: freshNoise(time) },
      ahead: between(0, AHEAD, time),
      steps: steps ?? stepsFrom(time, usual.steps),
      wholeSteps: time < SHAPED ? usual.wholeSteps : usual.wholeSteps && WHOLE_STEPS,
    };
    const draws: DrawKey[] = open.map((i) => ({ conformer: given[i].index, attempt }));
    const made = await drawConformers({
      generator,
      molecule,
      seed,
      draws,
      settings,
      given: {
        skeletons: open.map((i) => skeletons[i]),
        time,
        scale: between(1, NOISE, time),
        // Hydrogens as they came may be what a check found wrong.
        conformers: open.map((i) =>
          time >= SHAPED && attempt === 0 && isWhole(given[i]) ? given[i].coordinates : undefined,
        ),
        hydrogens: HYDROGENS,
      },
      ...(hydrogenSteps !== undefined && { hydrogenSteps }),
    });
    const failed: number[] = [];
    for (const [k, i] of open.entries()) {
      const { coordinates } = made[k];
      layOnto(coordinates, given[i].coordinates, heavy);
      let problem = problemOf(coordinates);
      if (problem === 'geometry' && attempt > 0 && isWhole(given[i])) {
        // Where the network does not know how hydrogens lie, as on a phosphorane's P, the input's own may do.
        carryHydrogens(molecule, given[i].coordinates, coordinates);
        if (!problemOf(coordinates)) problem = undefined;
      }
      if (!problem)
        refined[i] = {
          coordinates,
          moved: rmsdAligned(coordinates, given[i].coordinates, heavy),
          stereoVerified: true,
          draws: attempt + 1,
        };
      else if (attempt + 1 < ATTEMPTS.length) failed.push(i);
      else refined[i] = await leave(i, problem, draws[k]);
    }
    open = failed;
  }
  return refined;

  function problemOf(coordinates: Float32Array): RefinedConformer['kept'] {
    if (!verifyStereo(generator.rdkit, molecule, coordinates).right) return 'stereo';
    return checkGeometry(molecule, coordinates).ok ? undefined : 'geometry';
  }

  /** The conformer as it came; hydrogens that it lacks are set on it. */
  async function leave(i: number, kept: 'stereo' | 'geometry', draw: DrawKey): Promise<RefinedConformer> {
    const coordinates = given[i].coordinates.slice();
    if (!isWhole(given[i])) {
      const all = await placeHydrogens({
        molecule,
        predictor: generator.hydrogens,
        skeletons: skeletons[i],
        seed,
        draws: [draw],
        steps: hydrogenSteps,
      });
      layOnto(all, coordinates, heavy);
      for (let a = 3 * heavy; a < coordinates.length; a++)
        if (!Number.isFinite(coordinates[a])) coordinates[a] = all[a]!;
    }
    const stereoVerified = verifyStereo(generator.rdkit, molecule, coordinates).right;
    return { coordinates, moved: 0, stereoVerified, draws: ATTEMPTS.length, kept };
  }
}

const isWhole = ({ coordinates }: GivenConformer): boolean => coordinates.every(Number.isFinite);

/** Turns and moves all of `x` so that its first `n` rows lie best on those of `target`. */
function layOnto(x: Float32Array, target: Float32Array, n: number): void {
  const rotation = new Float64Array(9);
  kabschRotation(rotation, x, target, n);
  const [from, to] = [new Float64Array(3), new Float64Array(3)];
  centroid(from, x, n);
  centroid(to, target, n);
  for (let i = 0; i < x.length; i++) x[i] -= from[i % 3];
  rotate(x, rotation, x, x.length / 3);
  for (let i = 0; i < x.length; i++) x[i] += to[i % 3];
}
