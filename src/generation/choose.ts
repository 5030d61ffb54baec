/** The last steps of generation, functions of the candidates alone: those that differ are kept, and of these some chosen. */
import type { Candidate, PreparedEvent } from './events.js';
import type { Molecule } from '../chem/molecule.js';
import { chooseDiverse, groupByRmsd } from './diverse.js';

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
