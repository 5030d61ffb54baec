/** An initial-value problem dx/dt = v(x, t), its solution, and the arithmetic of one Runge–Kutta step. */
import type { FloatArray } from '../geometry/coordinates.js';
import type { ButcherTableau } from './solvers/tableau.js';

/** The right-hand side. It may reuse the array it returns; it must not keep or change `x`. */
export type Velocity<A extends FloatArray> = (x: A, t: number) => Promise<A> | A;

/** What every solve needs. */
export interface OdeProblem<A extends FloatArray> {
  readonly velocity: Velocity<A>;
  /** State at t0, of any length; it is not changed. Its type, float32 or float64, is that of the whole solve. */
  readonly x0: A;
  readonly t0?: number;
  /** Smaller than t0 to go backwards (data → noise). */
  readonly t1?: number;
  /**
   * Takes the last step by Euler's method. Meant for velocities (x̂1 − x)/(1 − t) of an x1-prediction, which cannot be
   * evaluated at t = 1 and where an Euler step to t = 1 is x̂1 itself. A method with a stage at the end of its step
   * would divide a difference of two predictions by nearly zero there; Karras et al. (arXiv:2206.00364, algorithm 1)
   * end likewise. No stage of the steps before reaches t1.
   */
  readonly eulerFinish?: boolean;
  /** Called after every step with the state, which is only lent: copy what is kept. Step 0 is the start. */
  readonly onStep?: (step: number, t: number, x: A) => void | Promise<void>;
}

/** Where a solve ended and what it cost. */
export interface OdeSolution<A extends FloatArray> {
  readonly x: A;
  /** Calls of the velocity. */
  readonly evaluations: number;
  readonly steps: number;
  /** Steps tried and taken back; 0 with fixed steps. */
  readonly rejected: number;
}

/** Room for the stages of one step. */
export function createStages<A extends FloatArray>(solver: ButcherTableau, x0: A): { readonly x: A; readonly k: A[] } {
  return { x: x0.slice() as A, k: solver.b.map(() => x0.slice() as A) };
}

/** Writes x + h Σ weights[j]·k[j] into `out`, which may be `x`, and returns it. */
export function combine<A extends FloatArray>(out: A, x: A, h: number, weights: readonly number[], k: readonly A[]): A {
  for (let i = 0; i < out.length; i++) {
    let sum = 0;
    for (let j = 0; j < weights.length; j++) sum += weights[j] * k[j][i];
    out[i] = x[i] + h * sum;
  }
  return out;
}
