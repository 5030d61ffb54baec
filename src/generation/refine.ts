/** A learned clean-up of conformers from any source: noised part of the way, brought back, hydrogens set anew. */
import { checkGeometry } from '../chem/geometry-checks.js';
import type { Molecule } from '../chem/molecule.js';
import { verifyStereo } from '../chem/stereo.js';
import type { DrawKey } from '../flow/sampler.js';
import type { SamplerSettings } from '../flow/sampler-settings.js';
import { centre } from '../geometry/coordinates.js';
import { moveOnto } from '../geometry/move-onto.js';
import { rmsdAligned } from '../geometry/rmsd.js';
import { curveAt, hydrogenSampling, skeletonSampling } from '../network/sampling.js';
import { carryHydrogens } from './carry-hydrogens.js';
import { defaultSampler } from './choose-sampler.js';
import { drawConformers } from './draw.js';
import { DEFAULT_SEED } from './generate.js';
import type { Generator } from './generator.js';
import { placeHydrogens } from './hydrogen-stage.js';
import { prepareMolecule } from './prepare.js';
import { DEFAULT_STRENGTH, timeOf, type Strength } from './refine-strength.js';

export interface RefineOptions {
  /** The time in [0, 1) to which the input is noised, or a name for it: 0 keeps nothing of it. */
  readonly strength?: Strength | number | undefined;
  /** Steps of the skeleton's flow from there; by default those of the model's policy, of molflow-base 2 from t = 0.9, 4 from 0.6, 6 from 0.25, 15 from 0. */
  readonly steps?: number | undefined;
  readonly seed?: number | undefined;
  /** Of hydrogens that are set anew, because the input lacks some, or because they did not pass; others take 2. */
  readonly hydrogenSteps?: number | undefined;
  /** Gives up before the next round of draws: the call rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A conformer to refine. */
export interface GivenConformer {
  /** [atoms, 3] Å, in the order of the molecule; the hydrogens after the skeleton may be NaN. */
  readonly coordinates: Float32Array;
  /** With the seed it identifies the draw: a conformer comes out the same whatever stands beside it. */
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

/** Steps enough for a flow that is followed at all. */
const LEAST_STEPS = 2;

/** How the model's policy refines from a time on. */
function refineSettings(
  { skeleton: { stage } }: Generator,
  molecule: Molecule,
  { time, steps: asked }: { readonly time: number; readonly steps: number | undefined },
): SamplerSettings {
  const { sampler, shapeTime, ...policy } = skeletonSampling(stage).refine;
  const steps = asked ?? Math.max(LEAST_STEPS, Math.ceil(curveAt(policy.steps, time) - 1e-9));
  if (sampler.kind === 'ode') return { ...sampler, steps };
  const usual = defaultSampler(molecule, stage);
  const fullDepthSteps = usual.kind === 'ode' ? undefined : usual.fullDepthSteps;
  return {
    kind: 'stochastic',
    steps,
    noise: { freshShare: 1, from: shapeTime, temperature: curveAt(sampler.temperature, time) },
    extrapolation: curveAt(sampler.extrapolation, time),
    fullDepthSteps: time < shapeTime ? fullDepthSteps : fullDepthSteps && sampler.fullDepthSteps,
  };
}

/**
 * Refines conformers of one molecule, in batches. Each skeleton x becomes x_t = (1 − t)·s·ε + t·x, with ε from the
 * prior turned onto x, as training pairs noise and data, and s below 1 where the shape is to be kept; from there the flow
 * leads to t = 1. The hydrogens go along with the skeleton, and are noised and settled in the same way.
 * After Meng et al., "SDEdit" (arXiv:2108.01073, §3), on the straight path. What loses its stereo or comes out with
 * broken geometry is noised anew, then less and less, and in the end left as it came; where hydrogens alone are broken, the
 * given ones go along unchanged.
 * @throws Error where an option is out of range, a coordinate of a skeleton is no number, or the network does not know
 *   an element; the signal's reason where it is aborted.
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
  const prepared = prepareMolecule(generator, molecule);
  const stereoIsRight = (coordinates: Float32Array): boolean =>
    verifyStereo(generator.rdkit, molecule, coordinates, prepared.perceiveStereo).right;
  const policy = skeletonSampling(generator.skeleton.stage).refine;
  const hydrogens = hydrogenSampling(generator.hydrogens.stage).refine;
  const refined: RefinedConformer[] = [];

  let open = given.map((_, i) => i);
  for (let attempt = 0; open.length > 0; attempt++) {
    signal?.throwIfAborted();
    const time = asked + (1 - ATTEMPTS[attempt]) * (1 - asked);
    const settings = refineSettings(generator, molecule, { time, steps });
    const draws: DrawKey[] = open.map((i) => ({ conformer: given[i].index, attempt }));
    const made = await drawConformers({
      generator,
      prepared,
      seed,
      draws,
      settings,
      given: {
        skeletons: open.map((i) => skeletons[i]),
        time,
        noise: curveAt(policy.inputNoise, time),
        // Hydrogens as they came may be what a check found wrong.
        conformers: open.map((i) =>
          time >= policy.shapeTime && attempt === 0 && isWhole(given[i]) ? given[i].coordinates : undefined,
        ),
        hydrogens,
      },
      ...(hydrogenSteps !== undefined && { hydrogenSteps }),
    });
    const failed: number[] = [];
    for (const [k, i] of open.entries()) {
      const { coordinates } = made[k];
      moveOnto(coordinates, coordinates.slice(), given[i].coordinates, heavy);
      let problem = problemOf(coordinates);
      if (problem === 'geometry' && attempt > 0 && isWhole(given[i])) {
        // Where the network does not know how hydrogens lie, as on a phosphorane's P, the input's own may do.
        carryHydrogens(prepared, given[i].coordinates, coordinates);
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
    if (!stereoIsRight(coordinates)) return 'stereo';
    return checkGeometry(molecule, coordinates, prepared.geometry).ok ? undefined : 'geometry';
  }

  /** The conformer as it came; hydrogens that it lacks are set on it. */
  async function leave(i: number, kept: 'stereo' | 'geometry', draw: DrawKey): Promise<RefinedConformer> {
    const coordinates = given[i].coordinates.slice();
    if (!isWhole(given[i])) {
      const all = await placeHydrogens({
        prepared,
        predictor: generator.hydrogens,
        skeletons: skeletons[i],
        seed,
        draws: [draw],
        steps: hydrogenSteps,
      });
      moveOnto(all, all.slice(), coordinates, heavy);
      for (let a = 3 * heavy; a < coordinates.length; a++)
        if (!Number.isFinite(coordinates[a])) coordinates[a] = all[a];
    }
    return { coordinates, moved: 0, stereoVerified: stereoIsRight(coordinates), draws: ATTEMPTS.length, kept };
  }
}

const isWhole = ({ coordinates }: GivenConformer): boolean => coordinates.every(Number.isFinite);
