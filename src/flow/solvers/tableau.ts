/** A Runge–Kutta method as data: its Butcher tableau. */

/**
 * An explicit Runge–Kutta method: kᵢ = v(x + h Σ_{j<i} a[i][j] kⱼ, t + c[i] h), x' = x + h Σ b[i] kᵢ.
 *
 * Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, §II.1.
 */
export interface ButcherTableau {
  readonly name: string;
  /** The error of a whole solution falls as h^order. */
  readonly order: number;
  readonly a: readonly (readonly number[])[];
  readonly b: readonly number[];
  readonly c: readonly number[];
  /** What an adaptive step needs: absent in methods of fixed step. */
  readonly embedded?: {
    /** b minus the weights of the method of lower order: h Σ error[i] kᵢ estimates the error of a step. */
    readonly error: readonly number[];
    /** Order of the method of lower order. */
    readonly order: number;
    /** Weights of the fourth-degree term of the dense output, see interpolateStep of adaptive.ts. */
    readonly dense: readonly number[];
  };
}
