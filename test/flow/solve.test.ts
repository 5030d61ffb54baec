import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { solveAdaptive } from '../../src/flow/adaptive.js';
import { solveOde } from '../../src/flow/solve.js';
import { solverByName, solverNames } from '../../src/flow/solvers/by-name.js';
import { dormandPrince } from '../../src/flow/solvers/dormand-prince.js';
import { heun } from '../../src/flow/solvers/heun.js';
import { timeGrid, type GridSpacing } from '../../src/flow/time-grid.js';

/** Not linear and not autonomous: x' = −2t·x²·s, y' = y·cos t + x − 1/(1 + t²), with x = 1/(1 + t²), y = e^{sin t}. */
async function velocity(x: Float64Array, t: number): Promise<Float64Array> {
  return Float64Array.of(-2 * t * x[0] * x[0], x[1] * Math.cos(t) + x[0] - 1 / (1 + t * t));
}
const exact = (t: number) => [1 / (1 + t * t), Math.exp(Math.sin(t))];
const distance = (x: ArrayLike<number>, t: number) => Math.hypot(x[0] - exact(t)[0], x[1] - exact(t)[1]);
const start = Float64Array.from(exact(0));

/** Slope of log error against log h, by least squares. */
function fittedOrder(points: [number, number][]): number {
  const logs = points.map(([n, e]) => [Math.log(1 / n), Math.log(e)]);
  const mx = logs.reduce((s, [a]) => s + a, 0) / logs.length;
  const my = logs.reduce((s, [, b]) => s + b, 0) / logs.length;
  return logs.reduce((s, [a, b]) => s + (a - mx) * (b - my), 0) / logs.reduce((s, [a]) => s + (a - mx) ** 2, 0);
}

describe('solvers', () => {
  it.each(solverNames)('%s converges with its order, forwards and backwards', async (name) => {
    const solver = solverByName(name);
    const counts = solver.order >= 4 ? [24, 32, 48, 64, 96] : [64, 128, 256, 512];
    const forwards: [number, number][] = [];
    const backwards: [number, number][] = [];
    for (const steps of counts) {
      const { x, evaluations } = await solveOde({ velocity, x0: start, solver, steps, t1: 2 });
      expect(evaluations).toBe(steps * solver.b.length);
      forwards.push([steps, distance(x, 2)]);
      const back = await solveOde({ velocity, x0: Float64Array.from(exact(1)), solver, steps, t0: 1, t1: 0 });
      backwards.push([steps, distance(back.x, 0)]);
    }
    expect(Math.abs(fittedOrder(forwards) - solver.order)).toBeLessThan(0.2);
    expect(Math.abs(fittedOrder(backwards) - solver.order)).toBeLessThan(0.2);
  });

  it('adapts its steps: the error follows the tolerance', async () => {
    const errors: number[] = [];
    for (const tolerance of [1e-4, 1e-6, 1e-8, 1e-10]) {
      const options = { velocity, x0: start, solver: dormandPrince, t1: 2, rtol: tolerance, atol: tolerance };
      const { x, evaluations, steps, rejected } = await solveOde(options);
      errors.push(distance(x, 2));
      expect(errors.at(-1)).toBeLessThan(20 * tolerance);
      // FSAL: six evaluations a step, and two to begin with.
      expect(evaluations).toBe(6 * (steps + rejected) + 2);
      const back = await solveOde({ ...options, x0: x, t0: 2, t1: 0 });
      expect(distance(back.x, 0)).toBeLessThan(100 * tolerance);
    }
    expect(errors[3]).toBeLessThan(errors[0] / 1e4);
    // A layer at t = 1 costs steps there, not elsewhere.
    const layer = (x: Float64Array, t: number) => Float64Array.of(0 * x[0] + 5 / Math.cosh(5 * (t - 1)) ** 2);
    const times: number[] = [];
    const { x, steps } = await solveAdaptive({
      velocity: layer,
      x0: Float64Array.of(-1),
      t1: 2,
      solver: dormandPrince,
      rtol: 1e-7,
      atol: 1e-7,
      onStep: (_, t) => void times.push(t),
    });
    expect(x[0]).toBeCloseTo(2 * Math.tanh(5) - 1, 5);
    expect(times.length).toBe(steps + 1);
    const longest = (from: number, to: number) =>
      Math.max(...times.map((t, k) => (k > 0 && t > from && t < to ? t - times[k - 1] : 0)));
    expect(longest(0.8, 1.2)).toBeLessThan(longest(0, 0.8) / 1.5);
    expect(longest(0.8, 1.2)).toBeLessThan(longest(1.2, 1.999) / 1.5);
  });

  it('reports the times asked for, as exactly as the steps themselves', async () => {
    const grid = timeGrid({ steps: 37, to: 2, spacing: { kind: 'cosine' } });
    const seen: number[] = [];
    await solveOde({
      velocity,
      x0: start,
      solver: dormandPrince,
      grid,
      rtol: 1e-8,
      atol: 1e-8,
      onStep(step, t, x) {
        expect(t).toBe(grid[step]);
        expect(distance(x, t)).toBeLessThan(1e-6);
        seen.push(step);
      },
    });
    expect(seen).toEqual(grid.map((_, k) => k));
  });

  it('ends on the prediction itself when time stops at the singularity of x1-prediction', async () => {
    // x̂1(x, t) = c + (1 − t)·x has the ODE x' = (c + (1−t)x − x)/(1−t), finite at t = 1 only in the limit.
    const predict = (x: Float64Array, t: number) => x.map((v, i) => [3, -2][i] + (1 - t) * v);
    const times: number[] = [];
    const v = (x: Float64Array, t: number) => {
      times.push(t);
      return predict(x, t).map((p, i) => (p - x[i]) / (1 - t));
    };
    for (const name of solverNames) {
      let before = Float64Array.of(0, 0);
      let beforeTime = 0;
      const { x } = await solveOde({
        velocity: v,
        x0: Float64Array.of(0.5, 1),
        solver: solverByName(name),
        steps: 10,
        eulerFinish: true,
        onStep(_, t, state) {
          if (t < 1) [before, beforeTime] = [state.slice(), t];
        },
      });
      const last = predict(before, beforeTime);
      expect(Math.hypot(x[0] - last[0], x[1] - last[1])).toBeLessThan(1e-12);
    }
    const adaptive = await solveOde({
      velocity: v,
      x0: Float64Array.of(0.5, 1),
      solver: dormandPrince,
      rtol: 1e-7,
      atol: 1e-7,
      eulerFinish: true,
    });
    // Independent: 1/(1−t) x' + x/(1−t)² − x/(1−t) = c/(1−t)² → d/dt[x e^{-t}/(1−t)] = c e^{-t}/(1−t)²; at t = 1 x = c.
    expect(adaptive.x[0]).toBeCloseTo(3, 2);
    expect(adaptive.x[1]).toBeCloseTo(-2, 2);
    expect(Math.max(...times)).toBeLessThan(1);
  });

  it('keeps the float32 state of a hot path within float32 of the double solution', async () => {
    const v32 = async (x: Float32Array, t: number) => Float32Array.from(await velocity(Float64Array.from(x), t));
    const { x } = await solveOde({ velocity: v32, x0: Float32Array.from(start), solver: heun, steps: 50, t1: 2 });
    const double = await solveOde({ velocity, x0: start, solver: heun, steps: 50, t1: 2 });
    expect(x).toBeInstanceOf(Float32Array);
    for (let i = 0; i < 2; i++) expect(Math.abs(x[i] - double.x[i])).toBeLessThan(1e-5);
  });

  it('tolerates a velocity that reuses its output and leaves the start alone', async () => {
    const shared = new Float64Array(2);
    const x0 = start.slice();
    const reuse = async (x: Float64Array, t: number) => {
      shared.set(await velocity(x, t));
      return shared;
    };
    for (const name of solverNames) {
      const solver = solverByName(name);
      const a = await solveOde({ velocity: reuse, x0, solver, steps: 7 });
      const b = await solveOde({ velocity, x0, solver, steps: 7 });
      expect(a.x).toEqual(b.x);
    }
    expect(x0).toEqual(start);
  });

  it('gives up with the reason', async () => {
    const common = { x0: Float64Array.of(1), solver: dormandPrince };
    // x' = x² from 1 leaves every bound at t = 1.
    const blow = (x: Float64Array) => x.map((v) => v * v);
    await expect(solveAdaptive({ ...common, velocity: blow, t1: 2, maxSteps: 200 })).rejects.toThrow(/t = |finite/);
    await expect(solveAdaptive({ ...common, velocity: (x) => x.map(() => NaN) })).rejects.toThrow(/not finite/);
    await expect(solveOde({ ...common, velocity: blow, solver: heun })).rejects.toThrow(/steps or a grid/);
    expect(() => solverByName('leapfrog')).toThrow(/"leapfrog".*euler, midpoint/);
  });
});

it('spaces times monotonically between its ends', () => {
  const spacings: GridSpacing[] = [{ kind: 'uniform' }, { kind: 'power', power: 2 }, { kind: 'cosine' }];
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 60 }), fc.constantFrom(...spacings), fc.boolean(), (steps, spacing, back) => {
      const grid = timeGrid({ steps, spacing, from: back ? 1 : 0.25, to: back ? 0.25 : 1 });
      expect(grid.length).toBe(steps + 1);
      expect([grid[0], grid[steps]]).toEqual(back ? [1, 0.25] : [0.25, 1]);
      for (let k = 1; k <= steps; k++) expect((grid[k] - grid[k - 1]) * (back ? -1 : 1)).toBeGreaterThan(0);
    }),
  );
  expect(timeGrid({ steps: 4, spacing: { kind: 'power', power: 2 } })).toEqual([0, 0.4375, 0.75, 0.9375, 1]);
  expect(() => timeGrid({ steps: 0 })).toThrow(/steps is 0/);
});
