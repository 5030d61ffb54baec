/** Euler's method: one evaluation a step, order 1. With x1-prediction, a step to t = 1 lands on x̂1 itself. */
import type { ButcherTableau } from './tableau.js';

export const euler: ButcherTableau = { name: 'euler', order: 1, a: [[]], b: [1], c: [0] };
