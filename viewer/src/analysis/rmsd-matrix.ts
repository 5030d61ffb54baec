/** RMSD between all conformers of a molecule, row by row. */
import { bestRmsd } from '../../../src/geometry/rmsd.js';

/**
 * Rows of the matrix below its diagonal: row i holds the RMSD in Å of conformer i to those before it. From row `first`
 * on, at least one, until `enough` says so.
 */
export function matrixRows({
  conformers,
  permutations,
  first,
  enough,
}: {
  /** Coordinates of the heavy atoms, each [n,3]. */
  readonly conformers: readonly Float32Array[];
  /** Automorphisms of the heavy atoms. */
  readonly permutations: readonly (readonly number[])[];
  readonly first: number;
  readonly enough: () => boolean;
}): Float32Array[] {
  const rows: Float32Array[] = [];
  for (let i = first; i < conformers.length; i++) {
    rows.push(Float32Array.from({ length: i }, (_, j) => bestRmsd(conformers[i], conformers[j], permutations).rmsd));
    if (enough()) break;
  }
  return rows;
}
