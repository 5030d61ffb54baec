/** Bonds of atoms whose file has none, by their distances. */
import { covalentRadius } from './elements.js';
import type { StructureBond } from './structure.js';

/** Å beyond the sum of two covalent radii at which two atoms still count as bonded. */
const SLACK = 0.4;
/** Å below which two atoms are one that was written twice. */
const SAME_PLACE = 0.4;

/**
 * Single bonds between atoms nearer than the sum of their covalent radii and 0.4 Å; at most one for a hydrogen.
 * @param x [n,3] row-major, Å
 */
export function bondsByDistance(elements: readonly number[], x: Float32Array): StructureBond[] {
  const candidates: { a: number; b: number; distance: number }[] = [];
  for (let a = 0; a < elements.length; a++) {
    for (let b = a + 1; b < elements.length; b++) {
      const distance = Math.hypot(x[3 * a] - x[3 * b], x[3 * a + 1] - x[3 * b + 1], x[3 * a + 2] - x[3 * b + 2]);
      if (distance > SAME_PLACE && distance < covalentRadius(elements[a]) + covalentRadius(elements[b]) + SLACK)
        candidates.push({ a, b, distance });
    }
  }
  candidates.sort((one, other) => one.distance - other.distance);
  const used = elements.map(() => 0);
  const bonds: StructureBond[] = [];
  for (const { a, b } of candidates) {
    if ((elements[a] === 1 && used[a] > 0) || (elements[b] === 1 && used[b] > 0)) continue;
    used[a] += 1;
    used[b] += 1;
    bonds.push({ a, b, order: 1 });
  }
  return bonds;
}
