import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isEvenPermutation } from '../../src/chem/parity.js';

it('tells even from odd: each exchange of two turns the hand, whatever the order it is told against', () => {
  const orders = fc.integer({ min: 2, max: 6 }).chain((n) =>
    fc.shuffledSubarray(
      [...'abcdef'].slice(0, n).map((c) => c.charCodeAt(0)),
      { minLength: n, maxLength: n },
    ),
  );
  fc.assert(
    fc.property(orders, fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 9 }), (reference, exchanges) => {
      const order = [...reference];
      let made = 0;
      for (const [i, j] of exchanges) {
        if (i === j || i >= order.length || j >= order.length) continue;
        [order[i], order[j]] = [order[j], order[i]];
        made++;
      }
      expect(isEvenPermutation(order, reference)).toBe(made % 2 === 0);
      expect(isEvenPermutation(order.map((entry) => reference.indexOf(entry)))).toBe(made % 2 === 0);
    }),
  );
  expect(isEvenPermutation([1, 2, 3], [1, 2, 4])).toBe(false);
});
