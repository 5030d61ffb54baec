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
  14: 4,
  15: 5,
  16: 6,
  17: 1,
  32: 4,
  33: 5,
  34: 6,
  35: 1,
  52: 6,
  53: 5,
};

/** Of the neighbours of ions that are none of the above. */
const MOST_OF_NEIGHBOUR: Readonly<Record<number, number>> = {
  ...{ 0: 0, 2: 0, 10: 0, 18: 0, 36: 0, 54: 6, 55: 1 },
  ...{ 3: 1, 4: 2, 11: 1, 12: 2, 13: 3, 31: 3, 50: 4, 51: 5 },
};

/** Of an element and charge. An ion has the bonds of its isoelectronic neighbour, but for anions of P, S, As and Se, which keep their own. */
function mostOf(element: number, charge: number): number {
  const neighbour = element - charge;
  const keepsItsOwn =
    ((element === 15 || element === 16) && neighbour > 16) || ((element === 33 || element === 34) && neighbour > 34);
  if (charge === 0 || keepsItsOwn) return (MOST[element] ?? Infinity) + charge;
  return MOST[element] === undefined ? Infinity : (MOST[neighbour] ?? MOST_OF_NEIGHBOUR[neighbour] ?? Infinity);
}

/** What is wrong with the valences of a molecule, in words; undefined where nothing is. An aromatic bond counts as one. */
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
  const at = atoms.findIndex(({ element, charge }, i) => sums[i] > Math.max(0, mostOf(element, charge)));
  if (at < 0) return undefined;
  const { element, charge } = atoms[at];
  return `atom ${at + 1}, ${elementSymbol(element)}${charge === 0 ? '' : ` of charge ${charge}`}, has a valence of ${sums[at]}, which is more than it can have`;
}
