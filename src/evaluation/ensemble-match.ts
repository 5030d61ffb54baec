/** Distances between generated and reference conformers in both directions, from which COV and AMR follow. */
import { bestRmsd } from '../geometry/rmsd.js';

/** Nearest neighbours in both directions, Å. */
export interface EnsembleMatch {
  /** For each reference conformer the RMSD of the nearest generated one, and its index. */
  readonly recall: Float64Array;
  readonly recallIndex: Int32Array;
  /** For each generated conformer the RMSD of the nearest reference one, and its index. */
  readonly precision: Float64Array;
  readonly precisionIndex: Int32Array;
}

/**
 * Compares every generated conformer with every reference. The RMSD is the least over permutations and proper rotations,
 * over the rows that the permutations contain (the heavy atoms).
 *
 * - `references`: each [n,3], Å, of one atom order with `generated`
 * - `permutations`: automorphisms, as `bestRmsd` takes them
 */
export function matchEnsembles({
  references,
  generated,
  permutations,
}: {
  references: readonly Float32Array[];
  generated: readonly Float32Array[];
  permutations: readonly ArrayLike<number>[];
}): EnsembleMatch {
  const recall = new Float64Array(references.length).fill(Infinity);
  const recallIndex = new Int32Array(references.length).fill(-1);
  const precision = new Float64Array(generated.length).fill(Infinity);
  const precisionIndex = new Int32Array(generated.length).fill(-1);
  generated.forEach((conformer, j) => {
    references.forEach((reference, i) => {
      const { rmsd } = bestRmsd(conformer, reference, permutations);
      if (rmsd < precision[j]) {
        precision[j] = rmsd;
        precisionIndex[j] = i;
      }
      if (rmsd < recall[i]) {
        recall[i] = rmsd;
        recallIndex[i] = j;
      }
    });
  });
  return { recall, recallIndex, precision, precisionIndex };
}

/** COV: the share of distances below `delta` (Å); 0 where there are none. */
export function coverage(distances: ArrayLike<number>, delta: number): number {
  let within = 0;
  for (let i = 0; i < distances.length; i++) if (distances[i] < delta) within++;
  return distances.length === 0 ? 0 : within / distances.length;
}
