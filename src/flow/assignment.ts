/** The optimal assignment of a batch, by Munkres' algorithm. */
import { munkres } from 'munkres';
import type { AssignmentSolver } from './minibatch-transport.js';

/**
 * The column of each row of a square cost [size,size] that makes the total least, in O(size³).
 * Throws where a cost is not a finite number.
 *
 * Munkres, J. SIAM 5, 32 (1957); the implementation is the package munkres.
 */
export const optimalAssignment: AssignmentSolver = (cost, size) => {
  if (cost.length !== size * size) throw new Error(`Assignment: ${cost.length} costs for ${size} × ${size} pairs.`);
  const bad = cost.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) {
    throw new Error(
      `Assignment: the cost of row ${Math.floor(bad / size)}, column ${bad % size} is ${cost[bad]}; expected a finite number.`,
    );
  }
  const columns = new Int32Array(size);
  const rows = Array.from({ length: size }, (_, i) => cost.subarray(i * size, (i + 1) * size));
  for (const [row, column] of munkres(rows)) columns[row] = column;
  return columns;
};
