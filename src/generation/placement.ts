/** Where the conformers of a molecule are laid: onto the first of them, or onto atoms of a reference structure. */
import { moveOnto, rowsOf } from '../geometry/move-onto.js';
import { bestRmsd, rmsdAligned } from '../geometry/rmsd.js';

export type Placement =
  /** Onto the first, over heavy atoms and automorphisms. */
  | { readonly kind: 'first' }
  /** Onto points [k,3] Å of a reference, or of a core that was held; by whichever of the lists of k atoms fits best. */
  | {
      readonly kind: 'reference' | 'core';
      readonly points: Float32Array;
      readonly matches: readonly (readonly number[])[];
    };

export interface Placed {
  /** [atoms, 3] Å. */
  readonly coordinates: Float32Array;
  /** RMSD in Å to the points, where it is laid onto such. */
  readonly rmsd?: number | undefined;
}

/** @param options.first coordinates [atoms, 3] Å of the first conformer; `permutations` are those of the skeleton. */
export function placed(
  coordinates: Float32Array,
  placement: Placement,
  { first, permutations }: { readonly first: Float32Array; readonly permutations: readonly ArrayLike<number>[] },
): Placed {
  const moved = coordinates.slice();
  if (placement.kind === 'first') {
    const heavy = permutations[0].length;
    const { permutation } = bestRmsd(first, coordinates, permutations);
    moveOnto(moved, rowsOf(coordinates, permutation), first.subarray(0, 3 * heavy), heavy);
    return { coordinates: moved };
  }
  const { points, matches } = placement;
  const k = points.length / 3;
  let [best, least] = [matches[0], Infinity];
  for (const match of matches) {
    const distance = rmsdAligned(rowsOf(coordinates, match), points, k);
    if (distance < least) [best, least] = [match, distance];
  }
  moveOnto(moved, rowsOf(coordinates, best), points, k);
  return { coordinates: moved, rmsd: least };
}
