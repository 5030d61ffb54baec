/** Summaries of lists of numbers. */

/** NaN where there are none, as for `median` and `quantile`. */
export function mean(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i];
  return sum / values.length;
}

/** Of the mean: the sample's standard deviation over √n. NaN for fewer than two values. */
export function standardError(values: ArrayLike<number>): number {
  const centre = mean(values);
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += (values[i] - centre) ** 2;
  return Math.sqrt(squares / (values.length - 1) / values.length);
}

export function median(values: ArrayLike<number>): number {
  return quantile(values, 0.5);
}

/** Linear interpolation between order statistics (Hyndman and Fan's definition 7, which numpy uses). */
export function quantile(values: ArrayLike<number>, q: number): number {
  if (values.length === 0) return NaN;
  const sorted = Float64Array.from(values).sort();
  const at = q * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
