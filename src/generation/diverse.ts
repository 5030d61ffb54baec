/** Keeps conformers that differ: pruning by symmetry-aware RMSD, and the choice of a diverse set. */
import { automorphisms } from '../chem/automorphisms.js';
import type { Molecule } from '../chem/molecule.js';
import type { RDKitModule } from '../chem/rdkit.js';
import { areFarApart, radii } from '../geometry/radial-bound.js';
import { bestRmsd } from '../geometry/rmsd.js';

/** More symmetry than this is not searched when conformers are compared; the RMSD is then an upper bound. */
const MOST_PERMUTATIONS = 1000;

/** The permutations of the skeleton over which conformers of a molecule are compared, as RDKit's GetBestRMS does. */
export function comparedPermutations(rdkit: RDKitModule, molecule: Molecule): readonly ArrayLike<number>[] {
  return automorphisms(rdkit, molecule, { maxMatches: MOST_PERMUTATIONS, symmetriseTerminals: true }).permutations;
}

export interface RmsdOptions {
  /** Conformers' skeletons, each [n,3], Å. */
  readonly skeletons: readonly Float32Array[];
  readonly permutations: readonly ArrayLike<number>[];
}

/** Indices of those that lie at least `threshold` Å from every one kept before, in the given order. */
export function pruneByRmsd(options: RmsdOptions, threshold: number): number[] {
  return groupByRmsd(options, threshold).map(([first]) => first);
}

/** Groups of indices: of each the first, and those nearer than `threshold` Å to it that are in no group before. */
export function groupByRmsd({ skeletons, permutations }: RmsdOptions, threshold: number): [number, ...number[]][] {
  const groups: [number, ...number[]][] = [];
  const profiles = profilesOf({ skeletons, permutations });
  skeletons.forEach((x, i) => {
    const isNear = ([k]: readonly [number, ...number[]]) =>
      !areFarApart(profiles[k], profiles[i], permutations, threshold) &&
      bestRmsd(skeletons[k], x, permutations).rmsd < threshold;
    const group = groups.find(isNear);
    if (group) group.push(i);
    else groups.push([i]);
  });
  return groups;
}

/**
 * `count` of the conformers, by farthest-point choice: the first, then again and again the one that is farthest from
 * all chosen (Gonzalez 1985). Returned in the given order.
 */
export function chooseDiverse({ skeletons, permutations }: RmsdOptions, count: number): number[] {
  if (skeletons.length <= count) return skeletons.map((_, i) => i);
  const nearest = skeletons.map(() => Infinity);
  const profiles = profilesOf({ skeletons, permutations });
  const chosen: number[] = [];
  let next = 0;
  while (chosen.length < count) {
    chosen.push(next);
    nearest[next] = -1;
    skeletons.forEach((x, i) => {
      const isOpen = nearest[i] >= 0 && !areFarApart(profiles[next], profiles[i], permutations, nearest[i]);
      if (isOpen) nearest[i] = Math.min(nearest[i], bestRmsd(skeletons[next], x, permutations).rmsd);
    });
    next = nearest.indexOf(Math.max(...nearest));
  }
  return chosen.sort((a, b) => a - b);
}

const profilesOf = ({ skeletons, permutations }: RmsdOptions) => skeletons.map((x) => radii(x, permutations[0].length));
