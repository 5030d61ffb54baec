/** Checks that a density and a velocity belong together: the continuity equation, numerically. */

/**
 * The residual ∂ log p/∂t + v·∇ log p + ∇·v at (x, t) by central differences of width `step`, with its terms' size.
 * It is zero, up to the differences' error of order step², exactly where ∂p/∂t + ∇·(p v) = 0: where the velocity
 * carries the density.
 *
 * Lipman et al., "Flow matching for generative modeling" (arXiv:2210.02747), appendix A, divided by p.
 */
export function continuityResidual({
  logDensity,
  velocity,
  x,
  t,
  step = 1e-4,
}: {
  readonly logDensity: (x: Float64Array, t: number) => number;
  readonly velocity: (x: Float64Array, t: number) => Float64Array;
  readonly x: Float64Array;
  readonly t: number;
  readonly step?: number;
}): { readonly residual: number; readonly magnitude: number } {
  const change = (logDensity(x, t + step) - logDensity(x, t - step)) / (2 * step);
  const v = velocity(x, t);
  let carried = 0;
  let divergence = 0;
  const shifted = x.slice();
  for (let i = 0; i < x.length; i++) {
    shifted[i] = x[i] + step;
    const above = logDensity(shifted, t);
    const vAbove = velocity(shifted, t)[i];
    shifted[i] = x[i] - step;
    carried += (v[i] * (above - logDensity(shifted, t))) / (2 * step);
    divergence += (vAbove - velocity(shifted, t)[i]) / (2 * step);
    shifted[i] = x[i];
  }
  return {
    residual: change + carried + divergence,
    magnitude: Math.abs(change) + Math.abs(carried) + Math.abs(divergence),
  };
}
