/** The last steps of generation, functions of the candidates alone: those that differ are kept, and of these some chosen. */
import type { Candidate, PreparedEvent } from './events.js';
import type { Molecule } from '../chem/molecule.js';
import { areFarApart, radii } from '../geometry/radial-bound.js';
import { bestRmsd } from '../geometry/rmsd.js';

export type ComparisonOptions = Pick<
  PreparedEvent,
  'molecule' | 'permutations' | 'rmsd' | 'energyWindow' | 'plain' | 'count' | 'forceField'
>;

/** The skeleton of a conformer, [skeletonCount, 3] Å: what conformers are compared by. */
export function skeletonOf({ skeletonCount }: Molecule, { coordinates }: Pick<Candidate, 'coordinates'>): Float32Array {
  return coordinates.subarray(0, 3 * skeletonCount);
}

export interface Kept {
  /** In order of energy where there is one, else of slots. */
  readonly kept: readonly Candidate[];
  readonly dropped: { readonly duplicate: number; readonly energy: number };
  /** How many of those kept were met by one draw alone. */
  readonly metOnce: number;
}

/** Those within the energy window that lie at least `rmsd` from each kept before; all of them, as drawn, where `plain`. */
export function keepDistinct(
  candidates: readonly Candidate[],
  { molecule, permutations, rmsd, energyWindow = Infinity, plain }: ComparisonOptions,
): Kept {
  if (plain) return { kept: candidates, dropped: { duplicate: 0, energy: 0 }, metOnce: candidates.length };
  const ordered = [...candidates].sort((a, b) => (a.energy ?? 0) - (b.energy ?? 0) || a.slot - b.slot);
  const lowest = ordered[0]?.energy ?? 0;
  const within = ordered.filter(({ energy = 0 }) => energy - lowest <= energyWindow);
  const skeletons = within.map((candidate) => skeletonOf(molecule, candidate));
  const groups = groupByRmsd({ skeletons, permutations }, rmsd);
  return {
    kept: groups.map(([first]) => within[first]),
    dropped: { duplicate: within.length - groups.length, energy: ordered.length - within.length },
    metOnce: groups.filter(({ length }) => length === 1).length,
  };
}

export interface Chosen {
  readonly chosen: readonly Candidate[];
  /** Kept, and more than were asked for. */
  readonly surplus: number;
}

/** `count` of those kept: the lowest where there are energies, else a diverse set. */
export function chooseConformers(
  kept: readonly Candidate[],
  { molecule, permutations, plain, count, forceField }: ComparisonOptions,
): Chosen {
  const skeletons = kept.map((candidate) => skeletonOf(molecule, candidate));
  const chosen =
    plain || forceField ? kept.slice(0, count) : chooseDiverse({ skeletons, permutations }, count).map((i) => kept[i]);
  return { chosen, surplus: kept.length - chosen.length };
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
