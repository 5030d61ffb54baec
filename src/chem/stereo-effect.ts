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

/**
 * The marks that say nothing of their own: the opposite of such a mark, all others as they are, is the same stereoisomer.
 * @param permutations all automorphisms of the skeleton, as `automorphisms` gives them.
 */
export function marksWithoutEffect(
  { atoms, skeletonCount }: Molecule,
  { centres, bonds, axes }: SpecifiedStereo,
  permutations: readonly Uint16Array[],
): Set<MarkKey> {
  const idle = new Set<MarkKey>();
  const twoHydrogens = (list: readonly number[]): boolean => list.filter((i) => i >= skeletonCount).length > 1;
  centres.forEach(({ neighbours }, i) => {
    if (twoHydrogens(neighbours)) idle.add(`c${i}`);
  });
  for (const permutation of permutations) {
    if (!permutation.every((to, from) => atoms[to].hydrogens === atoms[from].hydrogens)) continue;
    const image = (i: number): number => (i < skeletonCount ? permutation[i] : -1);
    const turned = turnedMarks(image);
    if (turned?.length === 1) idle.add(turned[0]);
  }
  return idle;

  /** The marks that the permutation brings onto their opposites; undefined where it brings one onto no mark. */
  function turnedMarks(image: (i: number) => number): MarkKey[] | undefined {
    const turned: MarkKey[] = [];
    for (const { atom, neighbours } of centres) {
      const at = centres.findIndex((centre) => centre.atom === image(atom));
      if (at < 0) return undefined;
      // A hydrogen, or none, stands last in both orders and maps onto its like.
      const mapped = neighbours.filter((i) => i < skeletonCount).map(image);
      const there = centres[at].neighbours.filter((i) => i < skeletonCount);
      if (!mapped.every((i) => there.includes(i))) return undefined;
      if (!isEvenPermutation(mapped, there)) turned.push(`c${at}`);
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
      if ((bonds[there.at].cis === bond.cis) === there.odd) turned.push(`b${there.at}`);
    }
    for (const axis of axes) {
      const there = sides(axes, axis);
      if (!there) return undefined;
      if ((axes[there.at].positive === axis.positive) === there.odd) turned.push(`a${there.at}`);
    }
    return turned;
  }
}
