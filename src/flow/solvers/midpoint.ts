/** The explicit midpoint method: two evaluations a step, order 2, none of them at the step's end. */
import type { ButcherTableau } from './tableau.js';

export const midpoint: ButcherTableau = { name: 'midpoint', order: 2, a: [[], [1 / 2]], b: [0, 1], c: [0, 1 / 2] };
