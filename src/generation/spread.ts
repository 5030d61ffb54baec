/**
 * Which noise a conformer begins with: of a few, the one whose flow, stopped halfway, is bound for the shape that lies
 * farthest from those of the conformers before it; the wrong hand of a centre stands behind any right one. Independent
 * draws meet rare shapes late; these meet them sooner.
 */
import { skeletonFaults } from '../chem/stereo.js';
import type { Molecule } from '../chem/molecule.js';
import { sampleFlow, type DrawKey, type FreshNoise } from '../flow/sampler.js';
import { areFarApart, radii } from '../geometry/radial-bound.js';
import { bestRmsd } from '../geometry/rmsd.js';
import { graphFeatures } from '../network/features.js';
import type { Predictor } from '../network/predictor.js';
import { skeletonPrior } from '../network/priors.js';
import { flightTimes, type Spread } from './skeleton-stage.js';

/** A conformer halfway: its key, and the state [n,3] of its flow at the time of the choice. */
export interface Halfway {
  readonly draw: DrawKey;
  readonly state: Float32Array;
}

/** Where a noise leads. */
interface Flown {
  /** [n,3] at the time of the choice. */
  readonly state: Float32Array;
  /** [n,3], the prediction there, and its radii. */
  readonly shape: Float32Array;
  readonly profile: Float64Array;
}

/** Symmetry beyond this many permutations is not searched: the distances are then upper bounds. */
const MOST_PERMUTATIONS = 24;
/** A later noise must lead this much farther, in Å, to be taken instead: differences within a shape decide nothing. */
const MARGIN = 0.05;

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

/**
 * A function that takes conformers, by their index, halfway. The choice for one depends on the seed and on those before
 * it, which are the same whatever comes after and in however many calls they are asked for; the key of the noise chosen
 * (its `attempt`) names the conformer for good, without the others.
 *
 * Greedy farthest-point choice (Gonzalez 1985) among `noises` candidates, Mitchell's best-candidate sampling (SIGGRAPH
 * 1991), by the RMSD of the network's predictions.
 */
export function createSpread({ molecule, predictor, seed, spread, noise, automorphisms, permutations }: SpreadOptions) {
  const size = 3 * molecule.skeletonCount;
  const prior = skeletonPrior(molecule, predictor.stage.prior);
  const predict = predictor.bind(graphFeatures(molecule));
  const times = flightTimes(spread, predictor.stage.path);
  const compared = permutations.slice(0, MOST_PERMUTATIONS);
  const chosen: Halfway[] = [];
  const shapes: Flown[] = [];

  async function fly(draws: readonly DrawKey[]): Promise<Flown[]> {
    let data = new Float32Array();
    const x = await sampleFlow({ prior, predict, seed, draws, times, noise, automorphisms, onFrame: (frame) => void (data = frame.data.slice()) });
    return draws.map((_, b) => {
      const shape = data.slice(b * size, (b + 1) * size);
      return { state: x.slice(b * size, (b + 1) * size), shape, profile: radii(shape, molecule.skeletonCount) };
    });
  }

  /** The least distance to the shapes chosen; no more than `apart`, and cut short once it is below `least`. */
  function distance({ shape, profile }: Flown, least: number): number {
    let nearest = spread.apart;
    for (const other of shapes) {
      if (areFarApart(other.profile, profile, compared, nearest)) continue;
      nearest = Math.min(nearest, bestRmsd(other.shape, shape, compared).rmsd);
      if (nearest <= least) break;
    }
    return nearest;
  }

  async function choose(count: number): Promise<void> {
    const open: DrawKey[] = [];
    for (let conformer = chosen.length; conformer < count; conformer++) {
      // The first has nothing to lie apart from.
      for (let attempt = 0; attempt < (conformer === 0 ? 1 : spread.noises); attempt++) open.push({ conformer, attempt });
    }
    const flown: Flown[] = [];
    const limit = predictor.batchLimit(molecule.skeletonCount);
    for (let at = 0; at < open.length; at += limit) flown.push(...(await fly(open.slice(at, at + limit))));
    for (let at = 0; at < open.length; ) {
      const { conformer } = open[at]!;
      let [best, farthest, fewest] = [at, -Infinity, Infinity];
      for (; open[at]?.conformer === conformer; at++) {
        const faults = skeletonFaults(molecule, flown[at]!.shape);
        const least = faults < fewest ? -Infinity : farthest + MARGIN;
        if (faults > fewest || least >= spread.apart) continue;
        const far = distance(flown[at]!, least);
        if (far > least) [best, farthest, fewest] = [at, far, faults];
      }
      chosen.push({ draw: open[best]!, state: flown[best]!.state });
      shapes.push(flown[best]!);
    }
  }

  return async (conformers: readonly number[]): Promise<Halfway[]> => {
    await choose(Math.max(...conformers) + 1);
    return conformers.map((conformer) => chosen[conformer]!);
  };
}
