/** RMSD over heavy atoms and hydrogens: which hydrogen of an atom is which makes no difference. */
import type { Molecule } from '../chem/molecule.js';
import { matchRows } from '../flow/coupling.js';
import { moveOnto, rowsOf } from '../geometry/move-onto.js';
import { bestRmsd, rmsd, rmsdAligned } from '../geometry/rmsd.js';
import type { RmsdAtoms } from './rmsd-atoms.js';

const POLAR = new Set([7, 8, 16]);
/** So many arrangements of hydrogens are all tried; where there are more, they are matched step by step. */
const MOST_ARRANGEMENTS = 720;
/** Rounds of matching and superposing. */
const ROUNDS = 4;

/** The hydrogens beyond the skeleton that are compared, by the atom that they are bonded to. */
export function comparedHydrogens(
  { atoms, bonds, skeletonCount }: Molecule,
  by: RmsdAtoms,
): ReadonlyMap<number, readonly number[]> {
  const groups = new Map<number, number[]>();
  if (by === 'heavy') return groups;
  for (const { a, b } of bonds) {
    const [parent, hydrogen] = a < b ? [a, b] : [b, a];
    if (hydrogen < skeletonCount || (by === 'polar' && !POLAR.has(atoms[parent].element))) continue;
    groups.set(parent, [...(groups.get(parent) ?? []), hydrogen]);
  }
  return groups;
}

/**
 * The least RMSD in Å over permutations of the skeleton and arrangements of the hydrogens of each atom, after
 * superposition. Up to 720 arrangements are all tried; of more, those that matching and superposing in turn leads to, an
 * upper bound.
 * @param options.limit permutations whose heavy atoms alone give as much are passed over; Infinity where all do.
 */
export function rmsdWithHydrogens(
  a: Float32Array,
  b: Float32Array,
  {
    permutations,
    hydrogens,
    limit = Infinity,
  }: {
    readonly permutations: readonly ArrayLike<number>[];
    readonly hydrogens: ReadonlyMap<number, readonly number[]>;
    readonly limit?: number | undefined;
  },
): number {
  const heavy = permutations[0].length;
  const groups = [...hydrogens];
  const n = heavy + groups.flatMap(([, list]) => list).length;
  const arrangements = groups.reduce((count, [, { length }]) => count * factorial(length), 1);
  const rowsOfA = [...Array(heavy).keys(), ...groups.flatMap(([, list]) => list)];
  const x = rowsOf(a, rowsOfA);
  let least = Infinity;
  for (const permutation of permutations) {
    const there = groups.map(([parent]) => hydrogens.get(permutation[parent]) ?? []);
    if (there.some(({ length }, k) => length !== groups[k][1].length)) continue;
    const y = rowsOf(b, [...Array.from(permutation), ...there.flat()]);
    if (Math.sqrt(heavy / n) * rmsdAligned(x, y, heavy) >= Math.min(limit, least)) continue;
    // Groups by their rows in x and y.
    let next = heavy;
    const rows = there.map((list) => list.map(() => next++));
    least = Math.min(least, arrangements <= MOST_ARRANGEMENTS ? ofAll(x, y, rows) : ofMatched(x, y, { rows, heavy }));
  }
  return least;
}

function ofAll(x: Float32Array, y: Float32Array, rows: readonly (readonly number[])[]): number {
  const heavy = rows[0]?.[0] ?? x.length / 3;
  let all: number[][] = [[...Array(heavy).keys()]];
  for (const group of rows) all = all.flatMap((start) => orders(group).map((order) => [...start, ...order]));
  return bestRmsd(x, y, all).rmsd;
}

function ofMatched(
  x: Float32Array,
  y: Float32Array,
  { rows, heavy }: { readonly rows: readonly (readonly number[])[]; readonly heavy: number },
): number {
  const n = x.length / 3;
  let least = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    moveOnto(y, y.slice(), x, round === 0 ? heavy : n);
    matchRows(y, x, rows);
    const now = rmsd(x, y, n);
    if (now >= least - 1e-6) break;
    least = now;
  }
  return rmsdAligned(x, y, n);
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

function orders(list: readonly number[]): number[][] {
  if (list.length < 2) return [[...list]];
  return list.flatMap((first) => orders(list.filter((other) => other !== first)).map((rest) => [first, ...rest]));
}
