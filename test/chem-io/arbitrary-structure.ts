/** Random structures that a file can hold: not sensible chemistry, but everything that the formats can say. */

import fc from 'fast-check';
import { valenceProblem } from '../../src/chem/valence.js';
import type { Structure, StructureAtom, StructureBond } from '../../src/chem/structure.js';

const atom: fc.Arbitrary<StructureAtom> = fc.record({
  element: fc.constantFrom(1, 5, 6, 7, 8, 9, 14, 15, 16, 17, 26, 35, 53, 92),
  charge: fc.constantFrom(0, 0, 0, 0, 1, -1, 2, -4, 15),
  isotope: fc.constantFrom(0, 0, 0, 0, 2, 3, 13, 235),
  radicals: fc.constantFrom(0, 0, 0, 0, 1, 2),
});

/** Four decimals, as the files hold. */
const coordinate = fc.integer({ min: -999_999, max: 999_999 }).map((value) => value / 10_000);

const line = fc.string({ maxLength: 40, unit: 'grapheme' }).map((text) => text.replace(/[\r\n\u2028\u2029]/g, ''));

export const title = fc.oneof(
  line.map((text) => text.trim()),
  fc.constantFrom('$$$$', '1 0 V2000', 'M  END'),
);

/** Values of one or several lines, harsh ones among them. */
export const value = fc
  .array(fc.oneof(line, fc.constantFrom('', '  ', '$$$$', '> <NAME>', '>  <X> (1)', 'M  END', '>50', 'a\tb')), {
    maxLength: 5,
  })
  .map((lines) => lines.join('\n'));

export function structure({ minAtoms = 1, maxAtoms = 12 } = {}): fc.Arbitrary<Structure> {
  return fc.integer({ min: minAtoms, max: maxAtoms }).chain((count) =>
    fc
      .record({
        name: title,
        atoms: fc.array(atom, { minLength: count, maxLength: count }),
        xyz: fc.array(coordinate, { minLength: 3 * count, maxLength: 3 * count }),
        pairs: fc.uniqueArray(fc.tuple(fc.nat(count - 1), fc.nat(count - 1)), {
          maxLength: 2 * count,
          selector: ([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`,
        }),
        orders: fc.array(fc.constantFrom<StructureBond['order']>(0, 1, 2, 3, 4), {
          minLength: 2 * count,
          maxLength: 2 * count,
        }),
      })
      .map(({ name, atoms, xyz, pairs, orders }) => ({
        name,
        atoms,
        bonds: possible(
          atoms,
          pairs.filter(([a, b]) => a !== b).map(([a, b], i) => ({ a, b, order: orders[i] })),
        ),
        coordinates: Float32Array.from(xyz),
        dimension: 3 as const,
      })),
  );
}

/** Those bonds, in their order, that leave every atom a valence that it can have. */
export function possible(atoms: readonly StructureAtom[], bonds: readonly StructureBond[]): StructureBond[] {
  const kept: StructureBond[] = [];
  for (const bond of bonds) if (valenceProblem({ atoms, bonds: [...kept, bond] }) === undefined) kept.push(bond);
  return kept;
}
