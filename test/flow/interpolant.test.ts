import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { finiteDataFlow } from '../../src/flow/finite-data-flow.js';
import { ancestralShare, gaussianSamplerVariance } from '../../src/flow/fresh-noise.js';
import {
  bridge,
  createInterpolant,
  interpolateNoisily,
  interpolantVelocity,
  stochasticDrift,
} from '../../src/flow/interpolant.js';
import { gaussianPrior } from '../../src/flow/prior.js';
import { createRandom } from '../../src/flow/random.js';
import { sampleFlow } from '../../src/flow/sampler.js';
import {
  convertPrediction,
  cosineSchedule,
  polynomialSchedule,
  straightSchedule,
  type Prediction,
} from '../../src/flow/schedule.js';
import { timeGrid } from '../../src/flow/time-grid.js';

const schedules = [straightSchedule, cosineSchedule, polynomialSchedule(2), polynomialSchedule(1.5)];
const time = fc.double({ min: 0.05, max: 0.95, noNaN: true });

describe.each(schedules)('the $name schedule', (schedule) => {
  it('goes from noise to data with its own derivatives', () => {
    expect([schedule.data(0), schedule.noise(0)]).toEqual([0, 1]);
    expect(schedule.data(1)).toBeCloseTo(1, 14);
    expect(schedule.noise(1)).toBeCloseTo(0, 14);
    fc.assert(
      fc.property(time, (t) => {
        const h = 1e-5;
        expect((schedule.data(t + h) - schedule.data(t - h)) / (2 * h)).toBeCloseTo(schedule.dataRate(t), 7);
        expect((schedule.noise(t + h) - schedule.noise(t - h)) / (2 * h)).toBeCloseTo(schedule.noiseRate(t), 7);
      }),
    );
  });

  it('turns any prediction into any other', () => {
    const predictions: Prediction[] = ['velocity', 'data', 'noise'];
    fc.assert(
      fc.property(time, fc.integer({ min: 0 }), (t, seed) => {
        const random = createRandom(seed);
        const draw = () => Float64Array.from({ length: 3 }, () => random.normal());
        const [x1, x0] = [draw(), draw()];
        const x = x1.map((v, i) => schedule.data(t) * v + schedule.noise(t) * x0[i]);
        const truth = {
          data: x1,
          noise: x0,
          velocity: x1.map((v, i) => schedule.dataRate(t) * v + schedule.noiseRate(t) * x0[i]),
        };
        for (const from of predictions) {
          for (const to of predictions) {
            const got = convertPrediction({ from, to, value: truth[from], x, t, schedule });
            got.forEach((v, i) => expect(v).toBeCloseTo(truth[to][i], 7));
          }
        }
      }),
    );
  });
});

describe('stochastic interpolants', () => {
  it('moves along its own path, noise included, and joins both ends', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...schedules),
        time,
        fc.double({ min: 0, max: 2, noNaN: true }),
        (schedule, t, strength) => {
          const interpolant = createInterpolant({ schedule, strength });
          const [x0, x1, z] = [0.3, -1.2, 0.8].map((v) => Float64Array.of(v, 2 * v));
          const at = (s: number) => {
            const out = new Float64Array(2);
            interpolateNoisily(out, interpolant, x0, x1, z, s);
            return out;
          };
          const velocity = new Float64Array(2);
          interpolantVelocity(velocity, interpolant, x0, x1, z, t);
          const h = 1e-5;
          velocity.forEach((v, i) => expect((at(t + h)[i] - at(t - h)[i]) / (2 * h)).toBeCloseTo(v, 4));
          at(0).forEach((v, i) => expect(v).toBeCloseTo(x0[i], 12));
          at(1).forEach((v, i) => expect(v).toBeCloseTo(x1[i], 12));
        },
      ),
    );
    expect(bridge(createInterpolant({ strength: 0.7 }), 0.5).deviation).toBeCloseTo(0.7 * Math.SQRT1_2, 12);
  });

  it('has the marginal velocity that its variance asks for: the regression on x_t is ½ d log var/dt', () => {
    const interpolant = createInterpolant({ schedule: cosineSchedule, strength: 0.6 });
    const [noiseScale, dataScale] = [1.2, 0.5];
    const variance = (t: number) =>
      (cosineSchedule.data(t) * dataScale) ** 2 + (cosineSchedule.noise(t) * noiseScale) ** 2 + 0.36 * 2 * t * (1 - t);
    const random = createRandom(3);
    for (const t of [0.2, 0.7]) {
      const n = 200_000;
      const draw = (scale: number) => Float64Array.from({ length: n }, () => scale * random.normal());
      const [x0, x1, z] = [draw(noiseScale), draw(dataScale), draw(1)];
      const x = new Float64Array(n);
      const v = new Float64Array(n);
      interpolateNoisily(x, interpolant, x0, x1, z, t);
      interpolantVelocity(v, interpolant, x0, x1, z, t);
      let xx = 0;
      let xv = 0;
      x.forEach((value, i) => {
        xx += value * value;
        xv += value * v[i];
      });
      expect(Math.abs(xx / n / variance(t) - 1)).toBeLessThan(0.02);
      const expected = (variance(t + 1e-5) - variance(t - 1e-5)) / (4e-5 * variance(t));
      expect(Math.abs(xv / xx - expected)).toBeLessThan(0.02);
    }
  });

  it('drifts by v + diffusion·score, which keeps the marginals of the flow', () => {
    const scale = 1.3;
    const flow = finiteDataFlow({ data: [Float64Array.of(1, 0), Float64Array.of(-1, 0.5)], scale });
    fc.assert(
      fc.property(
        time,
        fc.double({ min: 0, max: 2, noNaN: true }),
        fc.double({ min: -2, max: 2, noNaN: true }),
        (t, diffusion, a) => {
          fc.pre(t < 0.9);
          const x = Float64Array.of(a, 0.4);
          const drift = stochasticDrift({ x, data: flow.data(x, t), t, diffusion, scale });
          const v = flow.velocity(x, t);
          for (const i of [0, 1]) {
            const h = 1e-5;
            const shifted = (by: number) => x.map((value, k) => (k === i ? value + by : value));
            const score = (flow.logDensity(shifted(h), t) - flow.logDensity(shifted(-h), t)) / (2 * h);
            expect(drift[i]).toBeCloseTo(v[i] + diffusion * score, 4);
          }
          // For a Gaussian the variance equation V' = 2kV + 2·diffusion has V = a²D + b²S as its solution.
          for (const schedule of schedules) {
            const dataVariance = 0.4;
            const V = (s: number) => schedule.data(s) ** 2 * dataVariance + schedule.noise(s) ** 2 * scale ** 2;
            const one = Float64Array.of(1);
            const data = Float64Array.of((schedule.data(t) * dataVariance) / V(t));
            const [k] = stochasticDrift({ x: one, data, t, diffusion, scale, schedule });
            const rate = (V(t + 1e-5) - V(t - 1e-5)) / 2e-5;
            expect(2 * k * V(t) + 2 * diffusion).toBeCloseTo(rate, 5);
          }
        },
      ),
    );
  });
});

describe('fresh noise', () => {
  const variance = (share: number | 'ancestral', steps: number) =>
    gaussianSamplerVariance({ times: timeGrid({ steps }), share, dataVariance: 0.3, noiseVariance: 1.5 }).at(-1)!;

  it('keeps a Gaussian at γ = 0 and at the ancestral share, and halves its variance at γ = 1, in the limit', () => {
    expect(variance(0, 20_000)).toBeCloseTo(0.3, 3);
    expect(variance('ancestral', 20_000)).toBeCloseTo(0.3, 3);
    expect(variance(1, 20_000)).toBeCloseTo(0.15, 3);
    // The narrowing is gradual: it grows with the share at a practical number of steps.
    const practical = [0, 0.25, 1].map((share) => variance(share, 20));
    expect(practical[0]).toBeGreaterThan(practical[1]);
    expect(practical[1]).toBeGreaterThan(practical[2]);
  });

  it('at the ancestral share reverses a Markov chain: the step has its posterior variance', () => {
    // The chain from u back to t: x_t = (t/u)·x_u + noise; given x1, Var[x_u | x_t] by the rule of two Gaussians.
    fc.assert(
      fc.property(time, time, (p, q) => {
        fc.pre(Math.abs(p - q) > 1e-3);
        const [t, u] = [Math.min(p, q), Math.max(p, q)];
        const added = (1 - t) ** 2 - (t / u) ** 2 * (1 - u) ** 2;
        const posterior = 1 / (1 / (1 - u) ** 2 + (t / u) ** 2 / added);
        expect((1 - u) ** 2 * ancestralShare(t, u)).toBeCloseTo(posterior, 10);
      }),
    );
  });

  it('does in the sampler what the closed form says', async () => {
    const noiseVariance = 1.5;
    const dataVariance = 0.3;
    const atoms = 3;
    const prior = gaussianPrior({ atoms, scale: Math.sqrt(noiseVariance) });
    const draws = Array.from({ length: 4000 }, (_, conformer) => ({ conformer, attempt: 0 }));
    for (const share of [0, 0.4, 1, 'ancestral'] as const) {
      const measured: number[] = [];
      await sampleFlow({
        prior,
        seed: 2,
        draws,
        steps: 8,
        noise: { freshShare: share, aligned: false },
        predict(x, t) {
          const gain = (t * dataVariance) / (t * t * dataVariance + (1 - t) ** 2 * noiseVariance);
          return x.map((v) => gain * v);
        },
        onFrame({ x }) {
          const dimensions = draws.length * 3 * (atoms - 1);
          measured.push(x.reduce((sum, v) => sum + v * v, 0) / dimensions);
        },
      });
      const expected = gaussianSamplerVariance({ times: timeGrid({ steps: 8 }), share, dataVariance, noiseVariance });
      measured.forEach((v, k) => expect(Math.abs(v / expected[k] - 1)).toBeLessThan(5 * Math.sqrt(2 / 24_000)));
    }
  });
});
