/** Hydrogens of a conformer whose skeleton has moved go along with it, each with the neighbourhood of its parent. */
import { kabschRotation } from '../geometry/kabsch.js';
import { rowsOf } from '../geometry/move-onto.js';
import { rotate } from '../geometry/rotation.js';
import type { PreparedMolecule } from './prepare.js';

/**
 * Writes the hydrogens into `moved` [atoms,3] Å, whose skeleton stands where it is to stay, as they are in `given`
 * [atoms,3] Å: turned with their parent and its neighbours, those two bonds away too where these alone do not fix it,
 * and as far from the parent as they were.
 */
export function carryHydrogens(
  { hydrogens: { groups, parent: parents }, neighbours }: Pick<PreparedMolecule, 'hydrogens' | 'neighbours'>,
  given: Float32Array,
  moved: Float32Array,
): void {
  const rotation = new Float64Array(9);
  const way = new Float64Array(3);
  for (const group of groups) {
    const parent = parents[group[0]];
    let around = [parent, ...neighbours[parent]];
    if (around.length < 3) around = [...new Set(around.flatMap((atom) => [atom, ...neighbours[atom]]))];
    kabschRotation(rotation, rowsOf(given, around), rowsOf(moved, around), around.length);
    for (const hydrogen of group) {
      for (let k = 0; k < 3; k++) way[k] = given[3 * hydrogen + k] - given[3 * parent + k];
      rotate(way, rotation, way, 1);
      for (let k = 0; k < 3; k++) moved[3 * hydrogen + k] = moved[3 * parent + k] + way[k];
    }
  }
}
