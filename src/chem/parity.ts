/** Whether two orders of the same things differ by an even number of exchanges: the one question behind every hand. */

/**
 * True where `order` is an even permutation of `reference`, by default of its own ascending order; false where the two
 * do not hold the same entries. For the neighbours of a tetrahedral centre, even means the same hand.
 */
export function isEvenPermutation(order: readonly number[], reference?: readonly number[]): boolean {
  const places = reference ? order.map((entry) => reference.indexOf(entry)) : order;
  if (places.includes(-1)) return false;
  let inversions = 0;
  for (let i = 0; i < places.length; i++) {
    for (let j = i + 1; j < places.length; j++) if (places[i] > places[j]) inversions++;
  }
  return inversions % 2 === 0;
}
