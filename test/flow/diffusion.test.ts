import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ancestralShareOf,
  diffusionStep,
  LINEAR_VARIANCE,
  probabilityFlowVelocity,
  variancePreservingSchedule,
} from '../../src/flow/diffusion.js';
import { ancestralShare } from '../../src/flow/fresh-noise.js';
import { convertPrediction, cosineSchedule, straightSchedule } from '../../src/flow/schedule.js';
import { solveOde } from '../../src/flow/solve.js';
import { dormandPrince } from '../../src/flow/solvers/dormand-prince.js';

const linear = variancePreservingSchedule(LINEAR_VARIANCE);
const between = fc.double({ min: 0.02, max: 0.97, noNaN: true });

/** E[x0 | x_t = x] for data N(0, D) and unit noise. */
const gaussianNoise = (x: Float64Array, t: number, D: number) => {
  const [a, b] = [linear.data(t), linear.noise(t)];
  return x.map((v) => (b * v) / (a * a * D + b * b));
};

describe('variance-preserving schedules', () => {
  it('keep data² + noise² = 1 and have the derivatives they claim', () => {
    for (const schedule of [linear, variancePreservingSchedule({ kind: 'cosine' })])
      fc.assert(
        fc.property(between, (t) => {
          expect(schedule.data(t) ** 2 + schedule.noise(t) ** 2).toBeCloseTo(1, 12);
          const h = 1e-6;
          expect(schedule.dataRate(t)).toBeCloseTo((schedule.data(t + h) - schedule.data(t - h)) / (2 * h), 5);
          expect(schedule.noiseRate(t)).toBeCloseTo((schedule.noise(t + h) - schedule.noise(t - h)) / (2 * h), 5);
        }),
      );
  });

  it('are the limit of a chain that adds a little noise again and again', () => {
    // DDPM's product ∏(1 − βᵢ) with βᵢ = β(s)/N, s from data to noise.
    const N = 100_000;
    let product = 1;
    for (let i = 0; i < N; i++) product *= 1 - (0.1 + ((i + 0.5) / N) * 19.9) / N;
    expect(linear.data(0) ** 2).toBeCloseTo(product, 7);
    expect(linear.data(1)).toBe(1);
    expect(linear.noise(1)).toBe(0);
    expect(() => variancePreservingSchedule({ kind: 'linear', betaMin: 0, betaMax: 1 })).toThrow(/betaMin/);
  });
});

describe('diffusion and flow matching', () => {
  it('have the same velocity: the probability-flow ODE is the velocity a noise prediction stands for', () => {
    fc.assert(
      fc.property(
        between,
        fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (t, v) => {
          const x = Float64Array.from(v.slice(0, 2));
          const noise = Float64Array.from(v.slice(2));
          for (const schedule of [linear, cosineSchedule]) {
            const converted = convertPrediction({ from: 'noise', to: 'velocity', value: noise, x, t, schedule });
            const velocity = probabilityFlowVelocity({ x, noise, t, schedule });
            velocity.forEach((u, i) => expect(Math.abs(u - converted[i])).toBeLessThan(1e-9 * (1 + Math.abs(u))));
          }
        },
      ),
    );
  });

  it('the ODE carries a Gaussian to its data, and small steps without fresh noise follow it', async () => {
    const D = 0.3;
    const x0 = Float64Array.of(1.1, -0.4);
    const { x: exact } = await solveOde({
      velocity: (x: Float64Array, t) =>
        probabilityFlowVelocity({ x, noise: gaussianNoise(x, t, D), t, schedule: linear }),
      x0,
      t1: 0.999,
      solver: dormandPrince,
      rtol: 1e-9,
      atol: 1e-9,
    });
    // Standard deviations follow the marginal: √(a²D + b²).
    const deviation = (t: number) => Math.sqrt(linear.data(t) ** 2 * D + linear.noise(t) ** 2);
    exact.forEach((v, i) => expect(v).toBeCloseTo((x0[i] * deviation(0.999)) / deviation(0), 6));
    let x: Float64Array = x0;
    const steps = 4000;
    for (let k = 0; k < steps; k++) {
      const [t, u] = [(0.999 * k) / steps, (0.999 * (k + 1)) / steps];
      x = diffusionStep({ x, value: gaussianNoise(x, t, D), prediction: 'noise', t, u, schedule: linear });
    }
    x.forEach((v, i) => expect(v).toBeCloseTo(exact[i], 3));
  });

  it('without fresh noise on the straight path, a step is Euler’s; the ancestral share is the known one', () => {
    fc.assert(
      fc.property(between, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (t, s) => {
        const u = t + s * (1 - t);
        const x = Float64Array.of(0.7);
        const value = Float64Array.of(-1.3);
        const next = diffusionStep({ x, value, prediction: 'velocity', t, u, schedule: straightSchedule });
        expect(next[0]).toBeCloseTo(0.7 - 1.3 * (u - t), 10);
        expect(ancestralShareOf(straightSchedule, t, u)).toBeCloseTo(ancestralShare(t, u), 10);
      }),
    );
  });

  it('the ancestral step is the reverse of the forward chain, by Bayes’ rule', () => {
    // x_u given x_t and x1: product of N(x_u; a_u x1, b_u²) and the chain's N(x_t; r x_u, b_t² − r²b_u²), r = a_t/a_u.
    fc.assert(
      fc.property(between, fc.double({ min: 0.05, max: 0.95, noNaN: true }), (t, s) => {
        const u = t + s * (1 - t);
        const [at, bt, au, bu] = [linear.data(t), linear.noise(t), linear.data(u), linear.noise(u)];
        const [x, x1] = [0.8, -0.5];
        const r = at / au;
        const precision = 1 / bu ** 2 + r ** 2 / (bt ** 2 - (r * bu) ** 2);
        const mean = ((au * x1) / bu ** 2 + (r * x) / (bt ** 2 - (r * bu) ** 2)) / precision;
        const share = ancestralShareOf(linear, t, u);
        const step = (z: number) =>
          diffusionStep({
            x: Float64Array.of(x),
            value: Float64Array.of(x1),
            prediction: 'data',
            t,
            u,
            schedule: linear,
            share,
            fresh: Float64Array.of(z),
          })[0];
        expect(step(0)).toBeCloseTo(mean, 8);
        expect(step(1) - step(0)).toBeCloseTo(1 / Math.sqrt(precision), 8);
      }),
    );
  });

  it('ancestral sampling tends to the data’s variance, at first order in the step', () => {
    const D = 0.3;
    // With a Gaussian everything is linear: each step multiplies by m and adds noise of deviation s.
    const finalError = (steps: number) => {
      let variance = 1;
      for (let k = 0; k < steps; k++) {
        const [t, u] = [k / steps, (k + 1) / steps];
        const share = ancestralShareOf(linear, t, u);
        const step = (x: number, z: number) => {
          const at = Float64Array.of(x);
          const value = gaussianNoise(at, t, D);
          return diffusionStep({
            x: at,
            value,
            prediction: 'noise',
            t,
            u,
            schedule: linear,
            share,
            fresh: Float64Array.of(z),
          })[0];
        };
        variance = step(1, 0) ** 2 * variance + step(0, 1) ** 2;
      }
      return Math.abs(variance - D);
    };
    expect(finalError(2000)).toBeLessThan(0.01 * D);
    expect(finalError(2000) / finalError(1000)).toBeCloseTo(0.5, 1);
  });
});
