/** Formal charges that a file does not write, from the bonds of its atoms. */
import type { StructureBond } from './structure.js';

/** Bonds of an uncharged atom with all its hydrogens, by atomic number. */
const USUAL: Readonly<Record<number, readonly number[]>> = {
  1: [1],
  5: [3],
  6: [4],
  7: [3],
  8: [2],
  9: [1],
  14: [4],
  15: [3, 5],
  16: [2, 4, 6],
  17: [1],
  33: [3, 5],
  34: [2, 4, 6],
  35: [1],
  53: [1, 3, 5],
};
/** Of metals that stand alone, as counter-ions. */
const ION_CHARGES: Readonly<Record<number, number>> = { 3: 1, 11: 1, 12: 2, 19: 1, 20: 2, 30: 2, 37: 1, 55: 1 };
const HALOGENS = new Set([9, 17, 35, 53]);

interface Bonded {
  readonly elements: readonly number[];
  readonly bonds: readonly StructureBond[];
}

/** The sum of the orders of each atom's bonds; an aromatic one counts one and a half. */
function valences({ elements, bonds }: Bonded): number[] {
  const sums = elements.map(() => 0);
  for (const { a, b, order } of bonds) {
    const counted = order === 4 ? 1.5 : order;
    sums[a] += counted;
    sums[b] += counted;
  }
  return sums.map(Math.floor);
}

/**
 * Charges by which the valences are usual: N with four bonds is +1, O with one −1, and so on. Too few bonds are taken for
 * a charge only where the hydrogens are `complete`. Atoms with aromatic bonds are left at 0.
 */
export function chargesByValence({ elements, bonds, complete }: Bonded & { readonly complete: boolean }): number[] {
  const sums = valences({ elements, bonds });
  const aromatic = new Set(bonds.flatMap(({ a, b, order }) => (order === 4 ? [a, b] : [])));
  const triple = new Set(bonds.flatMap(({ a, b, order }) => (order === 3 ? [a, b] : [])));
  return elements.map((element, i) => {
    const sum = sums[i];
    if (aromatic.has(i)) return 0;
    if (sum === 0) return ION_CHARGES[element] ?? (HALOGENS.has(element) && complete ? -1 : 0);
    switch (element) {
      case 5:
        return sum === 4 ? -1 : 0;
      case 6:
        return sum === 3 && complete && triple.has(i) ? -1 : 0;
      case 7:
        return sum === 4 ? 1 : sum === 2 && complete ? -1 : 0;
      case 8:
      case 16:
      case 34:
        return sum === 3 ? 1 : sum === 1 && complete ? -1 : 0;
      case 15:
        return sum === 4 ? 1 : sum === 6 ? -1 : 0;
      default:
        return 0;
    }
  });
}

/** Whether every atom has the bonds of its element and charge: then orders are right, and no hydrogen is missing. */
export function hasUsualValences({
  elements,
  bonds,
  charges,
}: Bonded & { readonly charges: readonly number[] }): boolean {
  const sums = valences({ elements, bonds });
  return elements.every((element, i) => {
    if (USUAL[element] === undefined) return true;
    // An ion has the bonds of its isoelectronic neighbour; a noble gas has none, as a halide.
    const usual = USUAL[element - charges[i]] ?? [0];
    return usual.includes(sums[i]);
  });
}
