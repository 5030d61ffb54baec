/** The solvers by the name a user gives. */
import { dormandPrince } from './dormand-prince.js';
import { euler } from './euler.js';
import { heun } from './heun.js';
import { midpoint } from './midpoint.js';
import { rk4 } from './rk4.js';
import type { ButcherTableau } from './tableau.js';

const solvers: readonly ButcherTableau[] = [euler, midpoint, heun, rk4, dormandPrince];

/** Names that solverByName knows. */
export const solverNames = ['euler', 'midpoint', 'heun', 'rk4', 'dormand-prince'] as const;
export type SolverName = (typeof solverNames)[number];

export function isSolverName(name: string): name is SolverName {
  return (solverNames as readonly string[]).includes(name);
}

/** The tableau of that name; throws with the known names where there is none. */
export function solverByName(name: string): ButcherTableau {
  const found = solvers.find((solver) => solver.name === name);
  if (!found) throw new Error(`No solver is called "${name}"; known are ${solverNames.join(', ')}.`);
  return found;
}
