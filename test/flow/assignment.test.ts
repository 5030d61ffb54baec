import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { optimalAssignment } from '../../src/flow/assignment.js';

/** The least total over all permutations, by recursion over rows. */
function leastTotal(
  cost: Float64Array,
  size: number,
  row = 0,
  free = Array.from({ length: size }, (_, j) => j),
): number {
  if (row === size) return 0;
  return Math.min(
    ...free.map(
      (j) =>
        cost[row * size + j] +
        leastTotal(
          cost,
          size,
          row + 1,
          free.filter((other) => other !== j),
        ),
    ),
  );
}

describe('the optimal assignment', () => {
  it('is a permutation whose total no other permutation beats, ties included', () => {
    const square = fc.integer({ min: 1, max: 6 }).chain((size) =>
      fc.tuple(
        fc.constant(size),
        // Whole numbers make ties; others do not.
        fc.oneof(
          fc.array(fc.integer({ min: 0, max: 4 }), { minLength: size * size, maxLength: size * size }),
          fc.array(fc.double({ min: -50, max: 50, noNaN: true }), { minLength: size * size, maxLength: size * size }),
        ),
      ),
    );
    fc.assert(
      fc.property(square, ([size, values]) => {
        const cost = Float64Array.from(values);
        const columns = optimalAssignment(cost, size);
        expect([...columns].sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, j) => j));
        const total = columns.reduce((sum, column, row) => sum + cost[row * size + column], 0);
        expect(total).toBeCloseTo(leastTotal(cost, size), 9);
      }),
      { numRuns: 150 },
    );
  });

  it('sorts on a line: the optimal pairing of squared distances keeps the order', () => {
    const n = 60;
    const from = Array.from({ length: n }, (_, i) => Math.sin(37 * i));
    const to = Array.from({ length: n }, (_, i) => 3 * Math.cos(23 * i) + 5);
    const cost = Float64Array.from({ length: n * n }, (_, at) => (from[Math.floor(at / n)] - to[at % n]) ** 2);
    const columns = optimalAssignment(cost, n);
    const rows = from.map((_, i) => i).sort((a, b) => from[a] - from[b]);
    const partners = rows.map((row) => to[columns[row]]);
    expect(partners).toEqual([...to].sort((a, b) => a - b));
  });

  it('says which cost is not a number', () => {
    expect(() => optimalAssignment(Float64Array.of(1, 2, NaN, 4), 2)).toThrow(/row 1, column 0 is NaN/);
  });
});
