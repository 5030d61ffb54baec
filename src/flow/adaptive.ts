/** Adaptive solution of an ODE by a Runge–Kutta pair: steps as long as the tolerance allows. */
import type { FloatArray } from '../geometry/coordinates.js';
import { combine, createStages, type OdeProblem, type OdeSolution } from './ode.js';
import type { ButcherTableau } from './solvers/tableau.js';

export interface AdaptiveOptions<A extends FloatArray> extends OdeProblem<A> {
  /** A pair whose last stage is the first of the next step (dormand-prince). */
  readonly solver: ButcherTableau;
  readonly rtol?: number;
  readonly atol?: number;
  /**
   * Times at which onStep is called, interpolated inside the steps (those inside an eulerFinish get the end state);
   * without them, after every step.
   */
  readonly output?: readonly number[];
  /** Steps, rejected ones included, after which the solve is given up with an error. */
  readonly maxSteps?: number;
}

/** With eulerFinish, the adaptive steps stop this far before t1. */
const LAST_INTERVAL = 1e-3;

/**
 * Solves an initial-value problem with the step size steered by a PI controller on the root-mean-square of
 * error/(atol + rtol·|x|). The step depends on the whole state: where conformers of one batch must not depend on each
 * other, solve them one by one. Throws after `maxSteps`, and where the step falls below the resolution of t or the
 * velocity is not finite.
 *
 * Hairer, Nørsett & Wanner, Solving Ordinary Differential Equations I, §II.4 (initial step, controller) and
 * Hairer & Wanner, II, §IV.2 (PI control, β = 0.04).
 */
export async function solveAdaptive<A extends FloatArray>({
  velocity,
  x0,
  t0 = 0,
  t1 = 1,
  solver,
  rtol = 1e-5,
  atol = 1e-5,
  eulerFinish = false,
  output,
  onStep,
  maxSteps = 10_000,
}: AdaptiveOptions<A>): Promise<OdeSolution<A>> {
  const { embedded } = solver;
  if (!embedded) throw new Error(`Solver "${solver.name}" has no error estimate; use dormand-prince, or fixed steps.`);
  const { dense: denseWeights, error: errorWeights, order } = embedded;
  const direction = t1 >= t0 ? 1 : -1;
  const end = eulerFinish ? t1 - direction * Math.min(LAST_INTERVAL, Math.abs(t1 - t0)) : t1;
  const { x: next, k } = createStages(solver, x0);
  const last = solver.b.length - 1;
  const x = x0.slice() as A;
  const dense = x0.slice() as A;
  let evaluations = 0;
  let steps = 0;
  let rejected = 0;
  let reported = 0;
  let t = t0;
  const evaluate = async (at: A, time: number) => {
    evaluations++;
    return velocity(at, time);
  };
  const scale = (a: number, b: number) => atol + rtol * Math.max(Math.abs(a), Math.abs(b));

  k[0].set(await evaluate(x, t));
  let h = await initialStep();
  let previousError = 1e-4;
  let afterRejection = false;
  if (!output) await onStep?.(0, t, x);
  else await report(t, t, h);

  while (direction * (end - t) > 0) {
    if (steps + rejected >= maxSteps) {
      throw new Error(
        `ODE solver "${solver.name}": ${maxSteps} steps only reached t = ${t} of ${t1} at rtol ${rtol}, atol ${atol}; ` +
          `loosen the tolerances or use fixed steps.`,
      );
    }
    // A last sliver of a step would only lose digits.
    const final = direction * (t + 1.0001 * h - end) >= 0;
    if (final) h = end - t;
    for (let stage = 1; stage <= last; stage++) {
      combine(next, x, h, solver.a[stage], k);
      k[stage].set(await evaluate(next, t + solver.c[stage] * h));
    }
    // The last stage stands at the step's end, so `next` is already the new state.
    let sum = 0;
    for (let i = 0; i < x.length; i++) {
      let e = 0;
      for (let j = 0; j <= last; j++) e += errorWeights[j] * k[j][i];
      sum += ((h * e) / scale(x[i], next[i])) ** 2;
    }
    const error = Math.sqrt(sum / x.length);
    if (!Number.isFinite(error))
      throw new Error(`ODE solver "${solver.name}": the velocity is not finite near t = ${t}.`);
    const exponent = 1 / (order + 1);
    if (error <= 1) {
      const from = t;
      t = final ? end : t + h;
      steps++;
      if (output) await report(from, t, h);
      x.set(next);
      k[0].set(k[last]);
      if (!output) await onStep?.(steps, t, x);
      let factor = 0.9 * Math.max(error, 1e-10) ** -(exponent - 0.75 * 0.04) * previousError ** 0.04;
      factor = Math.min(Math.max(factor, 0.2), afterRejection ? 1 : 5);
      previousError = Math.max(error, 1e-4);
      afterRejection = false;
      h *= factor;
    } else {
      rejected++;
      afterRejection = true;
      h *= Math.max(0.2, 0.9 * error ** -exponent);
      if (t + h === t)
        throw new Error(`ODE solver "${solver.name}": the step vanished at t = ${t}; the flow is singular.`);
    }
  }
  if (end !== t1) {
    combine(x, x, t1 - end, [1], k);
    steps++;
    if (!output) await onStep?.(steps, t1, x);
  }
  if (output) {
    while (reported < output.length) {
      await onStep?.(reported, output[reported], x);
      reported++;
    }
  }
  return { x, evaluations, steps, rejected };

  /** Reports every output time in (from, to] of the step just taken; x is still the state at its start. */
  async function report(from: number, to: number, h: number): Promise<void> {
    while (output && reported < output.length && direction * (output[reported] - to) <= 0) {
      if (from === to) dense.set(x);
      else interpolateStep(dense, x, next, k, h, (output[reported] - from) / h, denseWeights);
      await onStep?.(reported, output[reported], dense);
      reported++;
    }
  }

  async function initialStep(): Promise<number> {
    let d0 = 0;
    let d1 = 0;
    for (let i = 0; i < x.length; i++) {
      const s = scale(x[i], x[i]);
      d0 += (x[i] / s) ** 2;
      d1 += (k[0][i] / s) ** 2;
    }
    d0 = Math.sqrt(d0 / x.length);
    d1 = Math.sqrt(d1 / x.length);
    const span = Math.abs(end - t0);
    const trial = Math.min(d0 < 1e-5 || d1 < 1e-5 ? 1e-6 : (0.01 * d0) / d1, span);
    combine(next, x, direction * trial, [1], k);
    k[1].set(await evaluate(next, t0 + direction * trial));
    let d2 = 0;
    for (let i = 0; i < x.length; i++) d2 += ((k[1][i] - k[0][i]) / scale(x[i], x[i])) ** 2;
    d2 = Math.sqrt(d2 / x.length) / trial;
    const steepest = Math.max(d1, d2);
    const second = steepest <= 1e-15 ? Math.max(1e-6, trial * 1e-3) : (0.01 / steepest) ** (1 / solver.order);
    return direction * Math.min(100 * trial, second, span);
  }
}

/**
 * Writes the solution inside a step, at share θ of it, into `out`: x at its start, `next` at its end. Fourth order.
 * Hairer, Nørsett & Wanner, I, eq. II.6.12, in the form of DOPRI5's CONTD5.
 */
function interpolateStep<A extends FloatArray>(
  out: A,
  x: A,
  next: A,
  k: readonly A[],
  h: number,
  theta: number,
  weights: readonly number[],
): void {
  const rest = 1 - theta;
  const first = k[0];
  const last = k[k.length - 1];
  for (let i = 0; i < out.length; i++) {
    const difference = next[i] - x[i];
    const bump = h * first[i] - difference;
    const twist = difference - h * last[i] - bump;
    let fourth = 0;
    for (let j = 0; j < weights.length; j++) fourth += weights[j] * k[j][i];
    out[i] = x[i] + theta * (difference + rest * (bump + theta * (twist + rest * h * fourth)));
  }
}
