/**
 * Which noises become conformers: more are flown than are asked for, to halfway, where they show the shape they are bound
 * for. Every shape that enough of them are bound for gets a conformer, and then more by its share of the noises, those
 * that lie apart; a wrong hand of a centre stands behind any right one. Independent draws meet rare shapes late, these
 * sooner; and what a single noise is bound for, an error as often as a shape, waits.
 */
import { skeletonFaults } from '../chem/stereo.js';
import type { Molecule } from '../chem/molecule.js';
import { sampleFlow, type DrawKey, type FreshNoise } from '../flow/sampler.js';
import { areFarApart, radii } from '../geometry/radial-bound.js';
import { bestRmsd } from '../geometry/rmsd.js';
import { graphFeatures } from '../network/features.js';
import type { Predictor } from '../network/predictor.js';
import { skeletonPrior } from '../network/priors.js';
import { stereoAutomorphisms } from '../network/stereo-automorphisms.js';
import type { Generator } from './generator.js';
import { flightTimes, type SamplerSettings, type Spread } from './skeleton-stage.js';

/** A conformer halfway: its key, and the state [n,3] of its flow at the time of the choice. */
export interface Halfway {
  readonly draw: DrawKey;
  readonly state: Float32Array;
}

/** A noise flown halfway. */
interface Flown extends Halfway {
  /** [n,3], the prediction there, and its radii. */
  readonly shape: Float32Array;
  readonly profile: Float64Array;
  /** Centres and double bonds that are wrong in it. */
  readonly faults: number;
}

/** The noises bound for one shape: those within its width of the first. */
interface Shape {
  readonly first: Flown;
  /** Those that no conformer has begun with, each with its distance in Å to the nearest that one has. */
  readonly open: { readonly flown: Flown; apart: number }[];
  readonly taken: Flown[];
}

/** Symmetry beyond this many permutations is not searched: the distances are then upper bounds. */
const MOST_PERMUTATIONS = 24;

export interface SpreadOptions {
  readonly molecule: Molecule;
  readonly predictor: Predictor;
  readonly seed: number;
  /** Of the sampler's settings: the choice, and the noise of the flow up to it. */
  readonly spread: Spread;
  readonly noise: FreshNoise;
  /** As the training used them. */
  readonly automorphisms: readonly ArrayLike<number>[];
  /** Over which shapes are compared. */
  readonly permutations: readonly ArrayLike<number>[];
}

/** The choice that the settings ask for, if they do; `permutations` as comparedPermutations gives them. */
export function spreadOf(
  { rdkit, skeleton }: Pick<Generator, 'rdkit' | 'skeleton'>,
  {
    molecule,
    seed,
    settings: { spread, noise },
    permutations,
  }: Pick<SpreadOptions, 'molecule' | 'seed' | 'permutations'> & { readonly settings: SamplerSettings },
) {
  return (
    spread &&
    createSpread({
      molecule,
      predictor: skeleton,
      seed,
      spread,
      noise,
      automorphisms: stereoAutomorphisms(rdkit, molecule),
      permutations,
    })
  );
}

/**
 * A function that takes conformers, by their index, halfway. The choice for one depends on the seed and on those before
 * it, which are the same whatever comes after and in however many calls they are asked for. The key of the noise chosen
 * names the conformer for good, without the others; it may be one that was tried for a conformer before.
 *
 * Shapes by leader clustering (Hartigan, Clustering Algorithms, 1975, ch. 3) of the network's predictions by RMSD, seats
 * by d'Hondt's rule, within a shape the noise farthest from those taken.
 */
export function createSpread({ molecule, predictor, seed, spread, noise, automorphisms, permutations }: SpreadOptions) {
  const n = molecule.skeletonCount;
  const size = 3 * n;
  const prior = skeletonPrior(molecule, predictor.stage.prior);
  const predict = predictor.bind(graphFeatures(molecule));
  const times = flightTimes(spread, predictor.stage.path);
  const compared = permutations.slice(0, MOST_PERMUTATIONS);
  const chosen: Halfway[] = [];
  const shapes: Shape[] = [];

  async function fly(draws: readonly DrawKey[]): Promise<Flown[]> {
    let data = new Float32Array();
    const x = await sampleFlow({
      prior,
      predict,
      seed,
      draws,
      times,
      noise,
      automorphisms,
      onFrame: (frame) => void (data = frame.data.slice()),
    });
    return draws.map((draw, b) => {
      const shape = data.slice(b * size, (b + 1) * size);
      return {
        draw,
        state: x.slice(b * size, (b + 1) * size),
        shape,
        profile: radii(shape, n),
        faults: skeletonFaults(molecule, shape),
      };
    });
  }

  /** The least distance to the others, or `most` where all are farther. */
  function distance({ shape, profile }: Flown, others: readonly Flown[], most: number): number {
    let nearest = most;
    for (const other of others) {
      if (!areFarApart(other.profile, profile, compared, nearest))
        nearest = Math.min(nearest, bestRmsd(other.shape, shape, compared).rmsd);
    }
    return nearest;
  }

  function add(flown: Flown): void {
    let [shape, nearest]: [Shape | undefined, number] = [undefined, spread.width];
    for (const other of shapes) {
      const far = distance(flown, [other.first], nearest);
      if (far < nearest) [shape, nearest] = [other, far];
    }
    if (!shape) shapes.push((shape = { first: flown, open: [], taken: [] }));
    shape.open.push({ flown, apart: distance(flown, shape.taken, Infinity) });
  }

  function take(): Halfway {
    const fewest = shapes.reduce(
      (least, { open }) => open.reduce((least, { flown }) => Math.min(least, flown.faults), least),
      Infinity,
    );
    const isRight = ({ flown }: Shape['open'][number]) => flown.faults === fewest;
    const shape = shapes
      .filter(({ open }) => open.some(isRight))
      .reduce((best, shape) => (claims(shape, best) ? shape : best));
    const best = shape.open.filter(isRight).reduce((best, other) => (other.apart > best.apart ? other : best));
    shape.open.splice(shape.open.indexOf(best), 1);
    shape.taken.push(best.flown);
    for (const other of shape.open) other.apart = distance(other.flown, [best.flown], other.apart);
    return best.flown;
  }

  /** Whether the next conformer is rather of shape `a` than of `b`. */
  function claims(a: Shape, b: Shape): boolean {
    const [[rankA, seatsA], [rankB, seatsB]] = [claim(a), claim(b)];
    return rankA > rankB || (rankA === rankB && seatsA > seatsB);
  }

  /** First come shapes without a conformer that enough noises are bound for, last those that fewer are. */
  function claim({ open, taken }: Shape): readonly [rank: number, seats: number] {
    const bound = open.length + taken.length;
    return [taken.length > 0 ? 1 : bound >= spread.enough ? 2 : 0, bound / (taken.length + 1)];
  }

  async function choose(count: number): Promise<void> {
    const keys: DrawKey[] = [];
    for (let conformer = chosen.length; conformer < count; conformer++)
      for (let attempt = 0; attempt < spread.noises; attempt++) keys.push({ conformer, attempt });
    const flown: Flown[] = [];
    const limit = predictor.batchLimit(n);
    for (let at = 0; at < keys.length; at += limit) flown.push(...(await fly(keys.slice(at, at + limit))));
    for (let at = 0; at < flown.length; at += spread.noises) {
      flown.slice(at, at + spread.noises).forEach(add);
      chosen.push(take());
    }
  }

  return async (conformers: readonly number[]): Promise<Halfway[]> => {
    await choose(Math.max(...conformers) + 1);
    return conformers.map((conformer) => chosen[conformer]);
  };
}
