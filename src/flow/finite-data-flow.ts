/** The exact marginal flow from Gaussian noise to a finite data set: the answer that training approaches. */

/** The flow of a data set: all that a network with unlimited room would learn from it. */
export interface FiniteDataFlow {
  /** Log density of x_t, a mixture of one Gaussian a data point; t < 1. */
  logDensity(x: Float64Array, t: number): number;
  /** The probability that each data point is the end of the path through (x, t). */
  posterior(x: Float64Array, t: number): Float64Array;
  /** x̂1 = E[x1 | x_t = x], what x1-prediction learns. */
  data(x: Float64Array, t: number): Float64Array;
  /** v = E[x1 − x0 | x_t = x], the marginal velocity. */
  velocity(x: Float64Array, t: number): Float64Array;
}

/**
 * The marginal flow of the straight path from independent noise of standard deviation `scale` in every dimension to
 * the points of `data` [k][d], equally likely. A point's weight at (x, t) is ∝ exp(−|x − t·x1|²/(2(1−t)²scale²)), and
 * the velocity is the weighted mean of the conditional velocities (x1 − x)/(1 − t).
 *
 * Lipman et al. (arXiv:2210.02747), eqs. 6 and 8.
 */
export function finiteDataFlow({
  data: points,
  scale = 1,
}: {
  readonly data: readonly Float64Array[];
  readonly scale?: number;
}): FiniteDataFlow {
  if (points.length === 0) throw new Error('Finite data flow: the data set is empty; expected one point or more.');
  const d = points[0].length;
  const logWeights = (x: Float64Array, t: number): Float64Array => {
    if (!(t < 1)) throw new Error(`Finite data flow: t is ${t}; the noise ends at 1, so expected a time below it.`);
    const width = (1 - t) * scale;
    return Float64Array.from(points, (point) => {
      let square = 0;
      for (let i = 0; i < d; i++) square += (x[i] - t * point[i]) ** 2;
      return -square / (2 * width * width);
    });
  };
  const logSum = (logs: Float64Array): number => {
    const top = Math.max(...logs);
    return top + Math.log(logs.reduce((sum, v) => sum + Math.exp(v - top), 0));
  };
  const posterior = (x: Float64Array, t: number): Float64Array => {
    const logs = logWeights(x, t);
    const total = logSum(logs);
    return logs.map((v) => Math.exp(v - total));
  };
  const data = (x: Float64Array, t: number): Float64Array => {
    const weights = posterior(x, t);
    return x.map((_, i) => points.reduce((sum, point, k) => sum + weights[k] * point[i], 0));
  };
  return {
    posterior,
    data,
    logDensity(x, t) {
      const width = (1 - t) * scale;
      return logSum(logWeights(x, t)) - Math.log(points.length) - (d / 2) * Math.log(2 * Math.PI * width * width);
    },
    velocity(x, t) {
      return data(x, t).map((v, i) => (v - x[i]) / (1 - t));
    },
  };
}
