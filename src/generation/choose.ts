/** The last steps of generation, functions of the candidates alone: those that differ are kept, and of these some chosen. */
import type { Candidate, PreparedEvent } from './events.js';
import { possibleAxes } from '../chem/coordinate-stereo.js';
import type { Molecule } from '../chem/molecule.js';
import { dihedral } from '../geometry/internal-coordinates.js';
import { areFarApart, radii } from '../geometry/radial-bound.js';
import { bestRmsd } from '../geometry/rmsd.js';
import { comparedHydrogens, rmsdWithHydrogens } from './hydrogen-rmsd.js';

export type ComparisonOptions = Pick<
  PreparedEvent,
  'molecule' | 'permutations' | 'rmsd' | 'rmsdAtoms' | 'energyWindow' | 'plain' | 'count' | 'forceField'
>;

/** The skeleton of a conformer, [skeletonCount, 3] Å: what conformers are compared by. */
export function skeletonOf({ skeletonCount }: Molecule, { coordinates }: Pick<Candidate, 'coordinates'>): Float32Array {
  return coordinates.subarray(0, 3 * skeletonCount);
}

/** Which stereoisomer a candidate is: one string for each, told by what is read from its coordinates. */
function isomersOf(molecule: Molecule): (candidate: Pick<Candidate, 'assigned' | 'coordinates'>) => string {
  // SMILES have no mark for the hand of hindered bonds.
  const axes = possibleAxes(molecule).filter(({ kind }) => kind === 'atropisomer');
  return ({ assigned, coordinates }) => {
    const hands = axes.map(({ a, b, references: [p, q] }) => (dihedral(coordinates, p, a, b, q) > 0 ? '+' : '-'));
    return `${assigned} ${hands.join('')}`;
  };
}

/**
 * How far the energy of each candidate is above the lowest of its stereoisomer among them, kcal/mol; 0 where it has none.
 * Energies of different stereoisomers are not compared.
 */
export function aboveLowest(molecule: Molecule, candidates: readonly Candidate[]): readonly number[] {
  const isomers = new Map<string, { lowest: number }>();
  const isomerOf = isomersOf(molecule);
  const own = candidates.map((candidate) => {
    const name = isomerOf(candidate);
    let isomer = isomers.get(name);
    if (!isomer) isomers.set(name, (isomer = { lowest: Infinity }));
    isomer.lowest = Math.min(isomer.lowest, candidate.energy ?? 0);
    return isomer;
  });
  return candidates.map(({ energy = 0 }, i) => energy - own[i].lowest);
}

export interface Kept {
  /** In order of energy above the lowest of the same stereoisomer, where there is one, else of slots. */
  readonly kept: readonly Candidate[];
  readonly dropped: { readonly duplicate: number; readonly energy: number };
  /** How many of those kept were met by one draw alone. */
  readonly metOnce: number;
}

/** Those within the energy window that lie at least `rmsd` from each kept before; all of them, as drawn, where `plain`. */
export function keepDistinct(candidates: readonly Candidate[], options: ComparisonOptions): Kept {
  const { molecule, rmsd, energyWindow = Infinity, plain, forceField } = options;
  if (plain) return { kept: candidates, dropped: { duplicate: 0, energy: 0 }, metOnce: candidates.length };
  const above = forceField ? aboveLowest(molecule, candidates) : candidates.map(() => 0);
  const ordered = candidates.map((candidate, i) => ({ candidate, above: above[i] }));
  ordered.sort((a, b) => a.above - b.above || a.candidate.slot - b.candidate.slot);
  const within = ordered.flatMap((one) => (one.above <= energyWindow ? [one.candidate] : []));
  const groups = groupByRmsd(comparedOf(within, options), rmsd);
  return {
    kept: groups.map(([first]) => within[first]),
    dropped: { duplicate: within.length - groups.length, energy: ordered.length - within.length },
    metOnce: groups.filter(({ length }) => length === 1).length,
  };
}

const comparedOf = (candidates: readonly Candidate[], { molecule, permutations, rmsdAtoms }: ComparisonOptions) => ({
  conformers: candidates.map(({ coordinates }) => coordinates),
  permutations,
  hydrogens: comparedHydrogens(molecule, rmsdAtoms ?? 'heavy'),
});

export interface Chosen {
  readonly chosen: readonly Candidate[];
  /** Kept, and more than were asked for. */
  readonly surplus: number;
}

/** `count` of those kept: the lowest where there are energies, else a diverse set. */
export function chooseConformers(kept: readonly Candidate[], options: ComparisonOptions): Chosen {
  const { plain, count, forceField } = options;
  const chosen =
    plain || forceField ? kept.slice(0, count) : chooseDiverse(comparedOf(kept, options), count).map((i) => kept[i]);
  return { chosen, surplus: kept.length - chosen.length };
}

/** Conformers to be compared. */
export interface RmsdOptions {
  /** Each [atoms, 3], Å, the skeleton first. */
  readonly conformers: readonly Float32Array[];
  /** Of the skeleton. */
  readonly permutations: readonly ArrayLike<number>[];
  /** Hydrogens that are compared, too, as lists of those of one atom; by default none. */
  readonly hydrogens?: ReadonlyMap<number, readonly number[]> | undefined;
}

/** Groups of indices: of each the first, and those nearer than `threshold` Å to it that are in no group before. */
export function groupByRmsd(options: RmsdOptions, threshold: number): [number, ...number[]][] {
  const groups: [number, ...number[]][] = [];
  const distance = comparison(options);
  options.conformers.forEach((_, i) => {
    const group = groups.find(([k]) => distance(k, i, threshold) < threshold);
    if (group) group.push(i);
    else groups.push([i]);
  });
  return groups;
}

/**
 * `count` of the conformers, by farthest-point choice: the first, then again and again the one that is farthest from
 * all chosen (Gonzalez 1985). Returned in the given order.
 */
export function chooseDiverse(options: RmsdOptions, count: number): number[] {
  const { conformers } = options;
  if (conformers.length <= count) return conformers.map((_, i) => i);
  const nearest = conformers.map(() => Infinity);
  const distance = comparison(options);
  const chosen: number[] = [];
  let next = 0;
  while (chosen.length < count) {
    chosen.push(next);
    nearest[next] = -1;
    conformers.forEach((_, i) => {
      if (nearest[i] >= 0) nearest[i] = Math.min(nearest[i], distance(next, i, nearest[i]));
    });
    next = nearest.indexOf(Math.max(...nearest));
  }
  return chosen.sort((a, b) => a - b);
}

/** The RMSD of two of the conformers; Infinity where it is seen to be at least `limit` before it is computed. */
function comparison({ conformers, permutations, hydrogens = new Map() }: RmsdOptions) {
  const heavy = permutations.at(0)?.length ?? 0;
  const profiles = conformers.map((x) => radii(x, heavy));
  const compared = heavy + [...hydrogens.values()].flat().length;
  // What hydrogens add can only make the sum of squares larger.
  const share = Math.sqrt(compared / heavy);
  return (i: number, j: number, limit: number): number => {
    if (areFarApart(profiles[i], profiles[j], permutations, share * limit)) return Infinity;
    return compared === heavy
      ? bestRmsd(conformers[i], conformers[j], permutations).rmsd
      : rmsdWithHydrogens(conformers[i], conformers[j], { permutations, hydrogens, limit });
  };
}
