/** Minibatch optimal transport: which noise of a batch goes to which data, so that their paths cross less. */
import type { FloatArray } from '../geometry/coordinates.js';
import { bestRmsd } from '../geometry/rmsd.js';
import type { Random } from './random.js';
import { samplePlan, sinkhornPlan } from './sinkhorn.js';

/** Finds, for a square cost [size,size], the column of each row that makes the total cost least. */
export type AssignmentSolver = (cost: Float64Array, size: number) => Int32Array;

/** How a batch is paired. */
export type TransportMethod =
  /** The optimal assignment: every data point exactly once. */
  | { readonly kind: 'exact'; readonly assign: AssignmentSolver }
  /** A draw from the entropic plan; `regularisation` is in units of the mean cost. */
  | { readonly kind: 'sinkhorn'; readonly regularisation: number; readonly random: Random };

/** Squared distances |noise_i − data_j|² as a matrix [noises,data]. */
export function squaredDistances(noises: readonly FloatArray[], data: readonly FloatArray[]): Float64Array {
  return pairwise(noises, data, (x, y) => {
    let sum = 0;
    for (let i = 0; i < x.length; i++) sum += (x[i] - y[i]) ** 2;
    return sum;
  });
}

/**
 * Least squared distances over proper rotations and automorphisms as a matrix [noises,data]: the cost of pairing
 * noise with conformers of the same molecule, whose orientation and numbering are free. Each array is [n,3]; an
 * automorphism is as in coupling.ts, and the identity alone is one.
 */
export function alignedSquaredDistances(
  noises: readonly FloatArray[],
  data: readonly FloatArray[],
  automorphisms: readonly ArrayLike<number>[],
): Float64Array {
  return pairwise(noises, data, (x, y) => (x.length / 3) * bestRmsd(y, x, automorphisms).rmsd ** 2);
}

/**
 * The index of the data for each noise of a batch, given the cost [size,size] of every pair. The marginals of noise and
 * data stay what they are; the coupling comes nearer to the optimal one as the batch grows.
 *
 * Tong et al., "Improving and generalizing flow-based generative models with minibatch optimal transport"
 * (arXiv:2302.00482), §3; Pooladian et al., "Multisample flow matching" (arXiv:2304.14772).
 */
export function pairByTransport(cost: Float64Array, size: number, method: TransportMethod): Int32Array {
  if (cost.length !== size * size) throw new Error(`Minibatch transport: ${cost.length} costs for ${size} × ${size}.`);
  if (method.kind === 'exact') return method.assign(cost, size);
  const mean = cost.reduce((sum, v) => sum + v, 0) / cost.length;
  if (mean === 0) return Int32Array.from({ length: size }, (_, i) => i);
  const plan = sinkhornPlan({
    cost,
    rows: size,
    columns: size,
    regularisation: method.regularisation * mean,
    tolerance: 1e-3,
  });
  return samplePlan(plan, size, size, method.random);
}

function pairwise(
  noises: readonly FloatArray[],
  data: readonly FloatArray[],
  distance: (x: FloatArray, y: FloatArray) => number,
): Float64Array {
  const cost = new Float64Array(noises.length * data.length);
  noises.forEach((x, i) => data.forEach((y, j) => (cost[i * data.length + j] = distance(x, y))));
  return cost;
}
