/** Entropic optimal transport between two sets of equally likely points: Sinkhorn's algorithm. */
import type { Random } from './random.js';

export interface SinkhornOptions {
  /** Cost of every pair [rows,columns], row-major. */
  readonly cost: Float64Array;
  readonly rows: number;
  readonly columns: number;
  /**
   * Strength ε of the entropy, in the unit of the cost: towards 0 the plan becomes the optimal assignment, with large
   * ε every pair is equally likely.
   */
  readonly regularisation: number;
  /** Largest relative error of a row's sum at which the iteration ends. */
  readonly tolerance?: number;
  readonly maxIterations?: number;
}

/**
 * The plan [rows,columns] that minimises Σ P·cost − ε·entropy(P) among those with row sums 1/rows and column sums
 * 1/columns. In the logarithmic domain, so small ε does not underflow. Throws where it has not converged.
 *
 * Cuturi, "Sinkhorn distances" (arXiv:1306.0895); in logarithms: Peyré & Cuturi, Computational Optimal Transport,
 * §4.4.
 */
export function sinkhornPlan({
  cost,
  rows,
  columns,
  regularisation,
  tolerance = 1e-6,
  maxIterations = 100_000,
}: SinkhornOptions): Float64Array {
  if (!(regularisation > 0))
    throw new Error(`Sinkhorn: the regularisation is ${regularisation}; expected more than 0.`);
  if (cost.length !== rows * columns) throw new Error(`Sinkhorn: ${cost.length} costs for ${rows} × ${columns} pairs.`);
  const f = new Float64Array(rows);
  const g = new Float64Array(columns);
  // ε falls by halves from the size of the cost: each stage starts near the next one's solution.
  let epsilon = Math.max(regularisation, ...cost.map(Math.abs));
  for (let iteration = 0; iteration < maxIterations; iteration++) {
    const error = update(f, g, cost, columns, 1, epsilon);
    if (error < (epsilon > regularisation ? 0.1 : tolerance) && iteration > 0) {
      if (epsilon === regularisation) {
        return cost.map((c, at) => Math.exp((f[Math.floor(at / columns)] + g[at % columns] - c) / epsilon));
      }
      epsilon = Math.max(regularisation, epsilon / 2);
    }
    update(g, f, cost, 1, columns, epsilon);
  }
  throw new Error(
    `Sinkhorn: not converged to ${tolerance} in ${maxIterations} iterations; a larger regularisation than ` +
      `${regularisation} converges faster.`,
  );
}

/**
 * Shifts the potentials `own` so that its marginal is uniform given `other`, and returns the largest logarithmic error
 * that the marginal had. The pair (i, j) costs cost[i·ownStride + j·otherStride].
 */
function update(
  own: Float64Array,
  other: Float64Array,
  cost: Float64Array,
  ownStride: number,
  otherStride: number,
  epsilon: number,
): number {
  let error = 0;
  for (let i = 0; i < own.length; i++) {
    let top = -Infinity;
    for (let j = 0; j < other.length; j++) top = Math.max(top, other[j] - cost[i * ownStride + j * otherStride]);
    let sum = 0;
    for (let j = 0; j < other.length; j++) {
      sum += Math.exp((other[j] - cost[i * ownStride + j * otherStride] - top) / epsilon);
    }
    const potential = -top - epsilon * Math.log(sum * own.length);
    error = Math.max(error, Math.abs(potential - own[i]) / epsilon);
    own[i] = potential;
  }
  return error;
}

/** Draws a column for each row of a plan [rows,columns], with the probabilities of that row. */
export function samplePlan(plan: Float64Array, rows: number, columns: number, random: Random): Int32Array {
  return Int32Array.from({ length: rows }, (_, i) => {
    const row = plan.subarray(i * columns, (i + 1) * columns);
    let rest = random.uniform() * row.reduce((sum, v) => sum + v, 0);
    for (let j = 0; j < columns - 1; j++) {
      rest -= row[j];
      if (rest < 0) return j;
    }
    return columns - 1;
  });
}
