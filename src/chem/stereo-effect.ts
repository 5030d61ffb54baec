/** Which marks of stereo make a difference: one whose opposite is the same molecule under other names makes none. */
import type { Molecule, StereoAxis, StereoBond, TetrahedralCentre } from './molecule.js';
import { isEvenPermutation } from './parity.js';

/** Everything specified, in the form in which a permutation of atoms carries it along. */
export interface SpecifiedStereo {
  readonly centres: readonly TetrahedralCentre[];
  readonly bonds: readonly StereoBond[];
  readonly axes: readonly StereoAxis[];
}

/** A mark: `c`, `b` or `a` for the three lists of `SpecifiedStereo`, and its place there. */
export type MarkKey = `${'c' | 'b' | 'a'}${number}`;

/** How a renumbering of the atoms carries marks along, those of `centres` first, then of `bonds` and `axes`. */
export interface CarriedMarks {
  /** Mark i comes to lie on mark `to[i]`. */
  readonly to: readonly number[];
  /** Whether it is then the opposite of the mark that stands there. */
  readonly turned: readonly boolean[];
}

/**
 * The marks that say nothing of their own: the opposite of such a mark, all others as they are, is the same stereoisomer.
 * @param permutations all automorphisms of the skeleton, as `automorphisms` gives them.
 */
export function marksWithoutEffect(
  molecule: Molecule,
  stereo: SpecifiedStereo,
  permutations: readonly Uint16Array[],
): Set<MarkKey> {
  const { centres, bonds } = stereo;
  const { skeletonCount } = molecule;
  const idle = new Set<MarkKey>();
  const twoHydrogens = (list: readonly number[]): boolean => list.filter((i) => i >= skeletonCount).length > 1;
  centres.forEach(({ neighbours }, i) => {
    if (twoHydrogens(neighbours)) idle.add(`c${i}`);
  });
  const keyOf = (mark: number): MarkKey =>
    mark < centres.length
      ? `c${mark}`
      : mark < centres.length + bonds.length
        ? `b${mark - centres.length}`
        : `a${mark - centres.length - bonds.length}`;
  for (const { to, turned } of carriedMarks(molecule, stereo, permutations)) {
    const opposite = to.filter((_, i) => turned[i]);
    if (opposite.length === 1) idle.add(keyOf(opposite[0]));
  }
  return idle;
}

/** What each automorphism does to the marks; those that bring one onto no mark, or hydrogens elsewhere, are left out. */
export function carriedMarks(
  { atoms, skeletonCount }: Molecule,
  { centres, bonds, axes }: SpecifiedStereo,
  permutations: readonly Uint16Array[],
): CarriedMarks[] {
  return permutations.flatMap((permutation) => {
    if (!permutation.every((to, from) => atoms[to].hydrogens === atoms[from].hydrogens)) return [];
    return carriedBy((i) => (i < skeletonCount ? permutation[i] : -1)) ?? [];
  });

  function carriedBy(image: (i: number) => number): CarriedMarks | undefined {
    const to: number[] = [];
    const turned: boolean[] = [];
    for (const { atom, neighbours } of centres) {
      const at = centres.findIndex((centre) => centre.atom === image(atom));
      if (at < 0) return undefined;
      // A hydrogen, or none, stands last in both orders and maps onto its like.
      const mapped = neighbours.filter((i) => i < skeletonCount).map(image);
      const there = centres[at].neighbours.filter((i) => i < skeletonCount);
      if (!mapped.every((i) => there.includes(i))) return undefined;
      to.push(at);
      turned.push(!isEvenPermutation(mapped, there));
    }
    const sides = (
      list: readonly { a: number; b: number; references: readonly [number, number] }[],
      { a, b, references }: { a: number; b: number; references: readonly [number, number] },
    ): { at: number; odd: boolean } | undefined => {
      const [p, q] = [image(a), image(b)];
      const at = list.findIndex((other) => (other.a === p && other.b === q) || (other.a === q && other.b === p));
      if (at < 0) return undefined;
      const there = list[at].references;
      return { at, odd: references.filter((reference) => !there.includes(image(reference))).length % 2 === 1 };
    };
    for (const bond of bonds) {
      const there = sides(bonds, bond);
      if (!there) return undefined;
      to.push(centres.length + there.at);
      turned.push((bonds[there.at].cis === bond.cis) === there.odd);
    }
    for (const axis of axes) {
      const there = sides(axes, axis);
      if (!there) return undefined;
      to.push(centres.length + bonds.length + there.at);
      turned.push((axes[there.at].positive === axis.positive) === there.odd);
    }
    return { to, turned };
  }
}
