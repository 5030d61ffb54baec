/** Solves dx/dt = v(x, t) with steps at given times; the velocity may be asynchronous, as a network's is. */
import type { FloatArray } from '../geometry/coordinates.js';
import { solveAdaptive } from './adaptive.js';
import { combine, createStages, type OdeProblem, type OdeSolution } from './ode.js';
import { euler } from './solvers/euler.js';
import type { ButcherTableau } from './solvers/tableau.js';
import { timeGrid } from './time-grid.js';

export interface OdeOptions<A extends FloatArray> extends OdeProblem<A> {
  readonly solver: ButcherTableau;
  /** Equal steps; or give `grid`. Without either, a solver with an error estimate chooses its own steps. */
  readonly steps?: number;
  /** The times t0 … t1 of the steps, monotonic; with an adaptive solve, the times that onStep is called at. */
  readonly grid?: readonly number[];
  /** Relative tolerance of an adaptive solve. */
  readonly rtol?: number;
  /** Absolute tolerance of an adaptive solve, in the state's unit. */
  readonly atol?: number;
}

/**
 * Solves an initial-value problem. With `steps`, or with a solver of fixed step and a `grid`, steps end at those
 * times; a solver with an embedded error estimate and no `steps` adapts them to `rtol` and `atol`.
 */
export async function solveOde<A extends FloatArray>(options: OdeOptions<A>): Promise<OdeSolution<A>> {
  const { solver, steps, grid, t0 = grid?.[0] ?? 0, t1 = grid?.at(-1) ?? 1 } = options;
  if (solver.embedded && steps === undefined) {
    const { rtol, atol } = options;
    return solveAdaptive({
      ...options,
      t0,
      t1,
      ...(grid && { output: grid }),
      ...(rtol !== undefined && { rtol }),
      ...(atol !== undefined && { atol }),
    });
  }
  if (steps === undefined && grid === undefined) {
    throw new Error(`Solver "${solver.name}" has no error estimate: give it steps or a grid of times.`);
  }
  return solveFixed(options, grid ?? timeGrid({ steps: steps ?? 1, from: t0, to: t1 }));
}

async function solveFixed<A extends FloatArray>(
  { velocity, x0, solver, eulerFinish = false, onStep }: OdeOptions<A>,
  grid: readonly number[],
): Promise<OdeSolution<A>> {
  const x = x0.slice() as A;
  const work = createStages(solver, x0);
  let evaluations = 0;
  await onStep?.(0, grid[0], x);
  for (let step = 1; step < grid.length; step++) {
    const t = grid[step - 1];
    const h = grid[step] - t;
    const tableau = eulerFinish && step === grid.length - 1 ? euler : solver;
    for (let stage = 0; stage < tableau.b.length; stage++) {
      const at = stage === 0 ? x : combine(work.x, x, h, tableau.a[stage], work.k);
      work.k[stage].set(await velocity(at, t + tableau.c[stage] * h));
      evaluations++;
    }
    combine(x, x, h, tableau.b, work.k);
    await onStep?.(step, grid[step], x);
  }
  return { x, evaluations, steps: grid.length - 1, rejected: 0 };
}
