import fc from 'fast-check';
import { expect, it } from 'vitest';
import { continuityResidual } from '../../src/flow/continuity.js';
import { finiteDataFlow } from '../../src/flow/finite-data-flow.js';
import { flowMatchingObjectives, type PathDraw } from '../../src/flow/objectives.js';
import { createRandom } from '../../src/flow/random.js';
import { solveOde } from '../../src/flow/solve.js';
import { dormandPrince } from '../../src/flow/solvers/dormand-prince.js';

const points = [
  [2, 0.5],
  [-1, 1.5],
  [0, -2],
].map((p) => Float64Array.from(p));
const scale = 1.3;
const flow = finiteDataFlow({ data: points, scale });

it('is a density that the marginal velocity carries', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: 0.02, max: 0.85, noNaN: true }),
      (a, b, t) => {
        const { residual, magnitude } = continuityResidual({ ...flow, x: Float64Array.of(a, b), t, step: 1e-4 });
        expect(Math.abs(residual)).toBeLessThan(1e-4 * (1 + magnitude));
      },
    ),
  );
  // It integrates to one and starts as the noise.
  let mass = 0;
  const h = 0.05;
  for (let a = -8; a < 8; a += h)
    for (let b = -8; b < 8; b += h) mass += Math.exp(flow.logDensity(Float64Array.of(a, b), 0.6)) * h * h;
  expect(mass).toBeCloseTo(1, 6);
  const noise = -(0.25 + 1) / (2 * scale ** 2) - Math.log(2 * Math.PI * scale ** 2);
  expect(flow.logDensity(Float64Array.of(0.5, 1), 0)).toBeCloseTo(noise, 10);
});

it('brings noise to the data points, each equally often', async () => {
  const random = createRandom(6);
  const counts = [0, 0, 0];
  const n = 600;
  for (let k = 0; k < n; k++) {
    const x0 = Float64Array.of(scale * random.normal(), scale * random.normal());
    const { x } = await solveOde({
      velocity: flow.velocity,
      x0,
      solver: dormandPrince,
      rtol: 1e-4,
      atol: 1e-4,
      eulerFinish: true,
    });
    const near = points.findIndex((p) => Math.hypot(p[0] - x[0], p[1] - x[1]) < 1e-2);
    expect(near).toBeGreaterThanOrEqual(0);
    counts[near]++;
  }
  for (const count of counts) expect(Math.abs(count - n / 3)).toBeLessThan(4.5 * Math.sqrt((n * 2) / 9));
});

it('gives the conditional and the marginal loss the same gradient, and a difference that no model changes', () => {
  // One dimension, with expectations by quadrature: x0 on a fine grid under its density, three x1, nine times.
  const data = [-1.5, 0.2, 2].map((v) => Float64Array.of(v));
  const line = finiteDataFlow({ data });
  const draws: PathDraw[] = [];
  const weights: number[] = [];
  for (let step = 0; step < 9; step++) {
    for (let x0 = -9; x0 <= 9; x0 += 0.02) {
      for (const x1 of data) {
        draws.push({ t: 0.05 + step / 10, x0: Float64Array.of(x0), x1 });
        weights.push(Math.exp((-x0 * x0) / 2));
      }
    }
  }
  const model = (theta: number[]) => (x: Float64Array, t: number) =>
    x.map((v) => theta[0] + theta[1] * v + theta[2] * Math.tanh(2 * v - t) + theta[3] * t * v);
  const losses = (theta: number[]) =>
    flowMatchingObjectives({ velocity: model(theta), marginalVelocity: line.velocity, draws, weights });
  const random = createRandom(2);
  for (let trial = 0; trial < 3; trial++) {
    const theta = Array.from({ length: 4 }, () => random.normal());
    const { marginal, conditional, crossing } = losses(theta);
    expect(conditional - marginal).toBeCloseTo(crossing, 8);
    for (let k = 0; k < 4; k++) {
      // Both losses are quadratic in θ, so central differences are exact.
      const shifted = (by: number) => losses(theta.map((v, j) => (j === k ? v + by : v)));
      const [up, down] = [shifted(0.5), shifted(-0.5)];
      expect(up.conditional - down.conditional).toBeCloseTo(up.marginal - down.marginal, 8);
      expect(Math.abs(up.marginal - down.marginal)).toBeGreaterThan(1e-3);
    }
  }
  // The marginal velocity itself is the best that the conditional loss can reach.
  const best = flowMatchingObjectives({ velocity: line.velocity, marginalVelocity: line.velocity, draws, weights });
  expect(best.marginal).toBe(0);
  expect(best.conditional).toBeCloseTo(best.crossing, 10);
  expect(best.crossing).toBeGreaterThan(0.1);
});
