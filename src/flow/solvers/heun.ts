/** Heun's method (the explicit trapezoidal rule): two evaluations a step, order 2. */
import type { ButcherTableau } from './tableau.js';

export const heun: ButcherTableau = { name: 'heun', order: 2, a: [[], [1]], b: [1 / 2, 1 / 2], c: [0, 1] };
