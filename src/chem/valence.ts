/** The most bonds that atoms may have, as RDKit counts them when it reads a structure. */

import { elementSymbol } from './elements.js';
import type { MolblockAtom, MolblockBond } from './molblock.js';

/** By atomic number. Other elements, the metals, take any number. */
const MOST: Readonly<Record<number, number>> = {
  1: 1,
  5: 3,
  6: 4,
  7: 3,
  8: 2,
  9: 1,
  14: 6,
  15: 7,
  16: 6,
  17: 1,
  32: 4,
  33: 7,
  34: 6,
  35: 1,
  52: 6,
  53: 5,
};

/**
 * What is wrong with the valences of a molecule, in words; undefined where nothing is. A charged atom may have as many
 * bonds as the neutral one, or as its isoelectronic neighbour. An aromatic bond counts as one.
 */
export function valenceProblem({
  atoms,
  bonds,
}: {
  readonly atoms: readonly MolblockAtom[];
  readonly bonds: readonly MolblockBond[];
}): string | undefined {
  const sums = new Uint32Array(atoms.length);
  for (const { a, b, order } of bonds) {
    const counted = order <= 3 ? order : 1;
    sums[a] += counted;
    sums[b] += counted;
  }
  const at = atoms.findIndex(({ element, charge }, i) => {
    const neutral = MOST[element];
    return neutral !== undefined && sums[i] > Math.max(neutral, MOST[element - charge] ?? 0);
  });
  if (at < 0) return undefined;
  const { element, charge } = atoms[at];
  return `atom ${at + 1}, ${elementSymbol(element)}${charge === 0 ? '' : ` of charge ${charge}`}, has a valence of ${sums[at]}, which is more than it can have`;
}
