import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  dataFromVelocity,
  dataLossWeight,
  interpolate,
  noiseFromData,
  sampleTime,
  velocityFromData,
  velocityTarget,
  type TimeDistribution,
} from '../../src/flow/path.js';
import { createRandom } from '../../src/flow/random.js';
import { cloud } from '../geometry/arbitraries.js';

it('starts at the noise, ends at the data, and moves at the constant velocity between', () => {
  fc.assert(
    fc.property(cloud(4), cloud(4), fc.double({ min: 0, max: 0.99, noNaN: true }), (x0, x1, t) => {
      const x = new Float64Array(12);
      const later = new Float64Array(12);
      const v = new Float64Array(12);
      interpolate(x, x0, x1, 0);
      expect(x).toEqual(x0);
      interpolate(x, x0, x1, 1);
      expect(x).toEqual(x1);
      velocityTarget(v, x0, x1);
      const h = 1e-3;
      interpolate(x, x0, x1, t);
      interpolate(later, x0, x1, t + h);
      for (let i = 0; i < 12; i++) expect((later[i] - x[i]) / h).toBeCloseTo(v[i], 8);
      // The three predictions describe the same pair.
      const out = new Float64Array(12);
      dataFromVelocity(out, x, v, t);
      for (let i = 0; i < 12; i++) expect(out[i]).toBeCloseTo(x1[i], 8);
      velocityFromData(out, x, x1, t);
      for (let i = 0; i < 12; i++) expect(out[i]).toBeCloseTo(v[i], 8);
      noiseFromData(out, x, x1, t);
      for (let i = 0; i < 12; i++) expect(out[i]).toBeCloseTo(x0[i], 8);
    }),
  );
});

it('weights the data error so that it is the velocity error while a tenth is noise, and bounded after', () => {
  const error = 0.3;
  for (const t of [0, 0.5, 0.9]) expect(dataLossWeight(1 - t) * error ** 2).toBeCloseTo((error / (1 - t)) ** 2, 10);
  expect(dataLossWeight(0.001)).toBeCloseTo(100, 10);
});

it('draws times with the mean and variance of their distribution', () => {
  const n = 100_000;
  const logistic: number[] = [];
  for (let k = -4000; k <= 4000; k++) logistic.push(k / 500);
  const density = (z: number) => Math.exp(-(z * z) / 2) / Math.sqrt(2 * Math.PI) / 500;
  const logit = (power: number) =>
    logistic.reduce((s, z) => s + density(z) / (1 + Math.exp(-(0.5 + 1.2 * z))) ** power, 0);
  const cases: [TimeDistribution, number, number][] = [
    [{ kind: 'uniform' }, 1 / 2, 1 / 12],
    [{ kind: 'beta', alpha: 1.9, beta: 1 }, 1.9 / 2.9, 1.9 / (2.9 ** 2 * 3.9)],
    [{ kind: 'beta', alpha: 0.5, beta: 0.7 }, 0.5 / 1.2, 0.35 / (1.2 ** 2 * 2.2)],
    [{ kind: 'logit-normal', mean: 0.5, deviation: 1.2 }, logit(1), logit(2) - logit(1) ** 2],
  ];
  for (const [distribution, mean, variance] of cases) {
    const random = createRandom(4);
    let sum = 0;
    let square = 0;
    for (let i = 0; i < n; i++) {
      const t = sampleTime(distribution, random);
      if (!(t >= 0 && t <= 1)) throw new Error(`time ${t}`);
      sum += t / n;
      square += (t * t) / n;
    }
    expect(Math.abs(sum - mean)).toBeLessThan(5 * Math.sqrt(variance / n));
    expect(Math.abs(square - sum * sum - variance)).toBeLessThan(0.01 * variance + 0.001);
  }
});
