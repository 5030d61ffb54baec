/** Atoms at which rings meet. */
import type { Bond } from './molecule.js';

export function ringNeighbours(atom: number, bonds: readonly Bond[]): number[] {
  return bonds.flatMap(({ a, b, inRing }) => (inRing && a === atom ? [b] : inRing && b === atom ? [a] : []));
}

/** An atom with three ring bonds in two rings that share more than one bond: it cannot invert. */
export function isBridgehead(atom: number, bonds: readonly Bond[], rings: readonly (readonly number[])[]): boolean {
  if (ringNeighbours(atom, bonds).length < 3) return false;
  const own = rings.filter((ring) => ring.includes(atom));
  return own.some((ring, i) => own.slice(i + 1).some((next) => next.filter((x) => ring.includes(x)).length > 2));
}
