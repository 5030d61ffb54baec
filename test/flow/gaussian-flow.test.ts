import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { continuityResidual } from '../../src/flow/continuity.js';
import {
  gaussianLogDensity,
  independentGaussianFlow,
  optimalGaussianFlow,
  squaredWasserstein,
  type Gaussian,
  type GaussianFlow,
} from '../../src/flow/gaussian-flow.js';
import { createRandom, type Random } from '../../src/flow/random.js';
import { solveOde } from '../../src/flow/solve.js';
import { dormandPrince } from '../../src/flow/solvers/dormand-prince.js';
import { euler } from '../../src/flow/solvers/euler.js';

const d = 3;

function randomGaussian(random: Random): Gaussian {
  const factor = Float64Array.from({ length: d * d }, () => random.normal());
  const covariance = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j < d; j++) {
      for (let k = 0; k < d; k++) covariance[i * d + j] += factor[i * d + k] * factor[j * d + k];
      if (i === j) covariance[i * d + j] += 0.3;
    }
  }
  return { mean: Float64Array.from({ length: d }, () => random.normal()), covariance };
}

/** A draw, by Cholesky. */
function drawFrom({ mean, covariance }: Gaussian, random: Random): Float64Array {
  const c = covariance.slice();
  for (let j = 0; j < d; j++) {
    for (let i = j; i < d; i++) {
      let v = c[i * d + j];
      for (let k = 0; k < j; k++) v -= c[i * d + k] * c[j * d + k];
      c[i * d + j] = i === j ? Math.sqrt(v) : v / c[j * d + j];
    }
  }
  const z = mean.map(() => random.normal());
  return mean.map((m, i) => m + z.reduce((sum, v, j) => sum + (j <= i ? c[i * d + j] * v : 0), 0));
}

const kinds: [string, (a: Gaussian, b: Gaussian) => GaussianFlow][] = [
  ['independent', independentGaussianFlow],
  ['optimal', optimalGaussianFlow],
];

describe.each(kinds)('the %s flow between Gaussians', (_, build) => {
  it('carries its density: the continuity equation holds, and fails for a wrong velocity', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0 }), fc.double({ min: 0.05, max: 0.95, noNaN: true }), (seed, t) => {
        const random = createRandom(seed);
        const flow = build(randomGaussian(random), randomGaussian(random));
        const x = drawFrom(flow.marginal(t), random);
        const logDensity = (y: Float64Array, time: number) => gaussianLogDensity(flow.marginal(time), y);
        const right = continuityResidual({ logDensity, velocity: flow.velocity, x, t });
        expect(Math.abs(right.residual)).toBeLessThan(1e-5 * (1 + right.magnitude));
        const faster = (y: Float64Array, time: number) => flow.velocity(y, time).map((v, i) => v + 0.2 * y[i]);
        const wrong = continuityResidual({ logDensity, velocity: faster, x: flow.marginal(t).mean, t });
        expect(Math.abs(wrong.residual)).toBeGreaterThan(0.1);
        // The divergence is the trace of the differences of the velocity.
        let trace = 0;
        for (let i = 0; i < d; i++) {
          const up = x.slice();
          up[i] += 1;
          trace += flow.velocity(up, t)[i] - flow.velocity(x, t)[i];
        }
        expect(flow.divergence(t)).toBeCloseTo(trace, 8);
      }),
    );
  });

  it('moves draws of one end to draws of the other, both ways', async () => {
    const random = createRandom(3);
    const from = randomGaussian(random);
    const to = randomGaussian(random);
    const flow = build(from, to);
    const n = 3000;
    const end = { mean: new Float64Array(d), covariance: new Float64Array(d * d) };
    for (let k = 0; k < n; k++) {
      const x0 = drawFrom(from, random);
      const { x } = await solveOde({ velocity: flow.velocity, x0, solver: dormandPrince, steps: 8 });
      if (k < 5) {
        const back = await solveOde({
          velocity: flow.velocity,
          x0: x,
          t0: 1,
          t1: 0,
          solver: dormandPrince,
          rtol: 1e-9,
          atol: 1e-9,
        });
        const there = await solveOde({
          velocity: flow.velocity,
          x0: back.x,
          solver: dormandPrince,
          rtol: 1e-9,
          atol: 1e-9,
        });
        there.x.forEach((v, i) => expect(v).toBeCloseTo(x[i], 6));
      }
      x.forEach((v, i) => {
        end.mean[i] += v / n;
        x.forEach((w, j) => (end.covariance[i * d + j] += ((v - to.mean[i]) * (w - to.mean[j])) / n));
      });
    }
    const largest = Math.max(...to.covariance);
    end.mean.forEach((m, i) => expect(Math.abs(m - to.mean[i])).toBeLessThan(5 * Math.sqrt(largest / n)));
    end.covariance.forEach((c, i) => expect(Math.abs(c - to.covariance[i])).toBeLessThan(0.13 * largest));
  });
});

it('has, on the independent path, the moments of (1−t)x0 + t·x1 and the regression of x1 − x0 on x_t', () => {
  const random = createRandom(9);
  const from = randomGaussian(random);
  const to = randomGaussian(random);
  const flow = independentGaussianFlow(from, to);
  const t = 0.35;
  const n = 200_000;
  const { mean, covariance } = flow.marginal(t);
  const moment = new Float64Array(d * d);
  // v is the regression if the residual (x1 − x0) − v(x_t) is uncorrelated with x_t and has mean zero.
  const correlation = new Float64Array(d * d);
  for (let k = 0; k < n; k++) {
    const x0 = drawFrom(from, random);
    const x1 = drawFrom(to, random);
    const x = x0.map((v, i) => (1 - t) * v + t * x1[i]);
    const v = k % 10 === 0 ? flow.velocity(x, t) : undefined;
    for (let i = 0; i < d; i++) {
      for (let j = 0; j < d; j++) {
        moment[i * d + j] += ((x[i] - mean[i]) * (x[j] - mean[j])) / n;
        if (v) correlation[i * d + j] += ((x1[i] - x0[i] - v[i]) * (x[j] - mean[j])) / (n / 10);
      }
    }
  }
  const largest = Math.max(...covariance);
  moment.forEach((c, i) => expect(Math.abs(c - covariance[i])).toBeLessThan(0.02 * largest));
  correlation.forEach((c) => expect(Math.abs(c)).toBeLessThan(0.06 * largest));
});

it('moves along straight lines that do not cross under the optimal map, at the least mean squared length', async () => {
  const random = createRandom(12);
  const from = randomGaussian(random);
  const to = randomGaussian(random);
  const optimal = optimalGaussianFlow(from, to);
  let length = 0;
  const n = 4000;
  for (let k = 0; k < n; k++) {
    const x0 = drawFrom(from, random);
    const v0 = optimal.velocity(x0, 0);
    const half = x0.map((x, i) => x + 0.5 * v0[i]);
    optimal.velocity(half, 0.5).forEach((v, i) => expect(v).toBeCloseTo(v0[i], 8));
    length += v0.reduce((sum, v) => sum + v * v, 0) / n;
    if (k === 0) {
      const one = await solveOde({ velocity: optimal.velocity, x0, solver: euler, steps: 1 });
      const many = await solveOde({ velocity: optimal.velocity, x0, solver: euler, steps: 100 });
      one.x.forEach((v, i) => expect(v).toBeCloseTo(many.x[i], 8));
    }
  }
  const least = squaredWasserstein(from, to);
  expect(Math.abs(length / least - 1)).toBeLessThan(0.08);
  // Independent pairing costs |Δm|² + tr C0 + tr C1, more by twice the trace of the root.
  let independent = 0;
  for (let i = 0; i < d; i++) {
    independent += (from.mean[i] - to.mean[i]) ** 2 + from.covariance[i * d + i] + to.covariance[i * d + i];
  }
  expect(least).toBeLessThan(independent);
  // In one dimension W² = (m0 − m1)² + (σ0 − σ1)².
  const line = (m: number, s: number): Gaussian => ({ mean: Float64Array.of(m), covariance: Float64Array.of(s * s) });
  expect(squaredWasserstein(line(1, 2), line(-2, 0.5))).toBeCloseTo(9 + 2.25, 10);
});
