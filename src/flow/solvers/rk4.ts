/** The classical Runge–Kutta method: four evaluations a step, order 4. */
import type { ButcherTableau } from './tableau.js';

export const rk4: ButcherTableau = {
  name: 'rk4',
  order: 4,
  a: [[], [1 / 2], [0, 1 / 2], [0, 0, 1]],
  b: [1 / 6, 1 / 3, 1 / 3, 1 / 6],
  c: [0, 1 / 2, 1 / 2, 1],
};
