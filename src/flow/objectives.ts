/** The two losses of flow matching side by side: against the marginal and against the conditional velocity. */

/** One training draw: a time, and the ends of a path. */
export interface PathDraw {
  readonly t: number;
  readonly x0: Float64Array;
  readonly x1: Float64Array;
}

/** Mean squared errors over the same draws, summed over dimensions. */
export interface Objectives {
  /** Flow matching: mean |v(x_t, t) − u(x_t, t)|², u the marginal velocity. */
  readonly marginal: number;
  /** Conditional flow matching: mean |v(x_t, t) − (x1 − x0)|². */
  readonly conditional: number;
  /**
   * mean |(x1 − x0) − u|²: what the conditional loss keeps when v = u, and by which the two losses differ whatever v
   * is, up to the noise of the draws.
   */
  readonly crossing: number;
}

/**
 * Both losses of a velocity field on weighted draws of the straight path. The conditional one needs no marginal
 * velocity and has the same gradient: Lipman et al. (arXiv:2210.02747), theorem 2. Their difference, `crossing`, is
 * the variance of path directions at a point: zero only where no two paths cross.
 */
export function flowMatchingObjectives({
  velocity,
  marginalVelocity,
  draws,
  weights,
}: {
  readonly velocity: (x: Float64Array, t: number) => Float64Array;
  readonly marginalVelocity: (x: Float64Array, t: number) => Float64Array;
  readonly draws: readonly PathDraw[];
  /** Weight of each draw, for quadrature; equal where absent. */
  readonly weights?: ArrayLike<number>;
}): Objectives {
  let total = 0;
  let marginal = 0;
  let conditional = 0;
  let crossing = 0;
  draws.forEach(({ t, x0, x1 }, k) => {
    const w = weights ? weights[k] : 1;
    const x = x0.map((v, i) => (1 - t) * v + t * x1[i]);
    const v = velocity(x, t);
    const u = marginalVelocity(x, t);
    total += w;
    for (let i = 0; i < x.length; i++) {
      const straight = x1[i] - x0[i];
      marginal += w * (v[i] - u[i]) ** 2;
      conditional += w * (v[i] - straight) ** 2;
      crossing += w * (straight - u[i]) ** 2;
    }
  });
  return { marginal: marginal / total, conditional: conditional / total, crossing: crossing / total };
}
