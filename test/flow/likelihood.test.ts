import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finiteDataFlow } from '../../src/flow/finite-data-flow.js';
import { differenceDerivative, divergenceDirections, logLikelihood } from '../../src/flow/likelihood.js';
import { gaussianPrior, harmonicPrior } from '../../src/flow/prior.js';
import { createRandom } from '../../src/flow/random.js';
import { solveOde } from '../../src/flow/solve.js';
import { dormandPrince } from '../../src/flow/solvers/dormand-prince.js';
import { rk4 } from '../../src/flow/solvers/rk4.js';
import { centre } from '../../src/geometry/coordinates.js';
import { rotate } from '../../src/geometry/rotation.js';
import { cloud, rotationOf } from '../geometry/arbitraries.js';

const atoms = 4;
const size = 3 * atoms;

function centred(x: Float64Array): Float64Array {
  const out = new Float64Array(x.length);
  centre(out, x, x.length / 3);
  return out;
}

/** An equivariant velocity without a closed form: every pair pulls, with a handed term. */
function pull(x: Float64Array, t: number): Float64Array {
  const out = new Float64Array(x.length);
  for (let i = 0; i < atoms; i++) {
    for (let j = 0; j < atoms; j++) {
      const d = [0, 1, 2].map((k) => x[3 * j + k] - x[3 * i + k]);
      const r2 = d.reduce((sum, v) => sum + v * v, 0);
      for (let k = 0; k < 3; k++) out[3 * i + k] += d[k] * (0.5 - t / (1 + r2));
    }
  }
  return centred(out);
}

describe('the log likelihood', () => {
  it('is exact for a flow between Gaussians on the mean-free space', async () => {
    // v of the independent straight path from σ0 to σ1, isotropic: (tσ1² − (1−t)σ0²)/((1−t)²σ0² + t²σ1²)·x.
    const [s0, s1] = [1.4, 0.3];
    const velocity = (x: Float64Array, t: number) =>
      x.map((v) => (v * (t * s1 ** 2 - (1 - t) * s0 ** 2)) / ((1 - t) ** 2 * s0 ** 2 + t ** 2 * s1 ** 2));
    const prior = gaussianPrior({ atoms, scale: s0 });
    const target = gaussianPrior({ atoms, scale: s1 });
    await fc.assert(
      fc.asyncProperty(cloud(atoms), async (draw) => {
        const x = centred(draw.map((v) => 0.2 * v));
        const result = await logLikelihood({
          x,
          prior,
          derivative: differenceDerivative(velocity),
          rtol: 1e-8,
          atol: 1e-8,
        });
        expect(result.logLikelihood).toBeCloseTo(target.logDensity(x), 5);
        // The noise flows to x.
        const back = await solveOde({ velocity, x0: result.noise, solver: dormandPrince, rtol: 1e-8, atol: 1e-8 });
        back.x.forEach((v, i) => expect(v).toBeCloseTo(x[i], 5));
        expect(result.divergence).toBeCloseTo(3 * (atoms - 1) * Math.log(s1 / s0), 5);
      }),
      { numRuns: 10 },
    );
  });

  it('agrees with the known density of a mixture, whose velocity is not linear', async () => {
    // In the 3(n−1) = 3 coordinates of two atoms along Helmert's direction; the flow of the mixture lives there.
    const points = [
      [1, 0.2, -0.5],
      [-0.8, 1, 0.3],
    ].map((p) => Float64Array.from(p));
    const flow = finiteDataFlow({ data: points, scale: 1.1 });
    const toRelative = (x: Float64Array) => Float64Array.from({ length: 3 }, (_, k) => (x[k] - x[3 + k]) / Math.SQRT2);
    const fromRelative = (y: Float64Array) =>
      Float64Array.from({ length: 6 }, (_, i) => (i < 3 ? y[i] : -y[i - 3]) / Math.SQRT2);
    const velocity = (x: Float64Array, t: number) => fromRelative(flow.velocity(toRelative(x), t));
    const prior = gaussianPrior({ atoms: 2, scale: 1.1 });
    const t1 = 0.8;
    for (const y of [
      [0.8, 0.1, -0.4],
      [0, 0.4, 0],
      [-0.7, 0.9, 0.2],
    ]) {
      const relative = Float64Array.from(y);
      const x = fromRelative(relative);
      const { logLikelihood: value } = await logLikelihood({
        x,
        prior,
        derivative: differenceDerivative(velocity),
        t1,
        rtol: 1e-8,
        atol: 1e-8,
      });
      expect(value).toBeCloseTo(flow.logDensity(relative, t1), 4);
    }
  });

  it('does not change when the molecule is turned or moved', async () => {
    const prior = harmonicPrior({ atoms, bonds: [0, 1, 2].map((a) => ({ a, b: a + 1 })) });
    const options = { prior, derivative: differenceDerivative(pull), solver: rk4, steps: 10 };
    await fc.assert(
      fc.asyncProperty(cloud(atoms), fc.integer(), async (x, seed) => {
        const turned = new Float64Array(size);
        rotate(turned, rotationOf(seed), x, atoms);
        for (let i = 0; i < size; i++) turned[i] += [1, -2, 0.5][i % 3];
        const one = await logLikelihood({ ...options, x });
        const other = await logLikelihood({ ...options, x: turned });
        expect(other.logLikelihood).toBeCloseTo(one.logLikelihood, 6);
      }),
      { numRuns: 10 },
    );
  });

  it('measures volume: densities pushed through a flow integrate to one', async () => {
    // Importance sampling of ∫ p1 from the prior itself: the mean of p1/p0 over draws of p0.
    const prior = gaussianPrior({ atoms: 2, scale: 1 });
    const gentle = (x: Float64Array, t: number) => {
      const r2 = (x[0] - x[3]) ** 2 + (x[1] - x[4]) ** 2 + (x[2] - x[5]) ** 2;
      return x.map((v) => 0.4 * v * (t - 1 / (1 + r2)));
    };
    const random = createRandom(31);
    const n = 1500;
    let mean = 0;
    let square = 0;
    const x = new Float64Array(6);
    for (let k = 0; k < n; k++) {
      prior.sample(x, random);
      const { logLikelihood: value } = await logLikelihood({
        x,
        prior,
        derivative: differenceDerivative(gentle),
        solver: rk4,
        steps: 6,
      });
      const ratio = Math.exp(value - prior.logDensity(x));
      mean += ratio / n;
      square += ratio ** 2 / n;
    }
    expect(Math.abs(mean - 1)).toBeLessThan(4.5 * Math.sqrt((square - mean ** 2) / n));
    expect(square - mean ** 2).toBeGreaterThan(1e-3);
  });
});

describe("Hutchinson's estimator", () => {
  it('has the exact divergence as its mean, and the variance of its kind', async () => {
    const random = createRandom(4);
    // A linear velocity that keeps the mean at zero: P·M·P.
    const matrix = Float64Array.from({ length: size * size }, () => random.normal() / 3);
    const apply = (x: Float64Array) => {
      const c = centred(x);
      return centred(c.map((_, i) => c.reduce((sum, v, j) => sum + matrix[i * size + j] * v, 0)));
    };
    // Columns of the Jacobian, for the independent formulas.
    const jacobian = Array.from({ length: size }, (_, j) => {
      const e = new Float64Array(size);
      e[j] = 1;
      return apply(e);
    });
    const trace = jacobian.reduce((sum, column, j) => sum + column[j], 0);
    let offDiagonal = 0;
    let all = 0;
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const symmetric = (jacobian[i][j] + jacobian[j][i]) / 2;
        all += 2 * symmetric ** 2;
        if (i !== j) offDiagonal += 2 * symmetric ** 2;
      }
    }
    const sum = (ws: Float64Array[]) => ws.reduce((s, w) => s + apply(w).reduce((a, v, i) => a + v * w[i], 0), 0);
    expect(sum(divergenceDirections(atoms, { kind: 'exact' }))).toBeCloseTo(trace, 9);
    for (const [distribution, variance] of [
      ['rademacher', offDiagonal],
      ['gaussian', all],
    ] as const) {
      const n = 30_000;
      let mean = 0;
      let square = 0;
      for (let k = 0; k < n; k++) {
        const value = sum(divergenceDirections(atoms, { kind: 'hutchinson', distribution, probes: 1, random }));
        mean += value / n;
        square += value ** 2 / n;
      }
      expect(Math.abs(mean - trace)).toBeLessThan(5 * Math.sqrt(variance / n));
      expect(Math.abs((square - mean ** 2) / variance - 1)).toBeLessThan(0.08);
      const many = Array.from({ length: 400 }, () =>
        sum(divergenceDirections(atoms, { kind: 'hutchinson', distribution, probes: 16, random })),
      );
      const spread = many.reduce((s, v) => s + (v - trace) ** 2 / many.length, 0);
      expect(Math.abs((16 * spread) / variance - 1)).toBeLessThan(0.35);
    }
  });

  it('gives the exact likelihood on average', async () => {
    const prior = gaussianPrior({ atoms });
    const [x] = fc.sample(cloud(atoms), { seed: 1, numRuns: 1 });
    const options = { x, prior, derivative: differenceDerivative(pull), solver: rk4, steps: 8 };
    const exact = await logLikelihood(options);
    for (const distribution of ['rademacher', 'gaussian'] as const) {
      const random = createRandom(8);
      const values: number[] = [];
      for (let k = 0; k < 60; k++) {
        const method = { kind: 'hutchinson', distribution, probes: 4, random } as const;
        values.push((await logLikelihood({ ...options, method })).logLikelihood);
      }
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      const deviation = Math.sqrt(values.reduce((s, v) => s + (v - mean) ** 2, 0) / values.length);
      expect(Math.abs(mean - exact.logLikelihood)).toBeLessThan((4 * deviation) / Math.sqrt(values.length));
      expect(deviation).toBeGreaterThan(1e-3);
    }
  });
});
