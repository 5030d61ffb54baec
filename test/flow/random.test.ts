import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createNoise, createRandom, gaussianNoise, inverseNormal, philox4x32 } from '../../src/flow/random.js';

function philox(counter: number[], key: [number, number]): number[] {
  const state = Uint32Array.from(counter);
  philox4x32(state, key[0], key[1]);
  return [...state];
}

/** Φ(z) by Simpson's rule on the density from 0. */
function normalCdf(z: number): number {
  const n = 4000;
  const h = z / n;
  let sum = 0;
  for (let i = 0; i <= n; i++) sum += (i === 0 || i === n ? 1 : i % 2 ? 4 : 2) * Math.exp((-(i * h) * (i * h)) / 2);
  return 0.5 + (sum * h) / 3 / Math.sqrt(2 * Math.PI);
}

describe('random numbers', () => {
  it('gives the published vectors of Philox4x32-10', () => {
    expect(philox([0, 0, 0, 0], [0, 0])).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]);
    const ones = 0xffffffff;
    expect(philox([ones, ones, ones, ones], [ones, ones])).toEqual([0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]);
    expect(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])).toEqual([
      0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1,
    ]);
  });

  it('inverts the normal distribution', () => {
    for (const p of [1e-9, 1e-6, 1e-3, 0.02, 0.0749, 0.0751, 0.3, 0.5, 0.6, 0.9249, 0.9251, 0.99, 1 - 1e-6]) {
      expect(normalCdf(inverseNormal(p))).toBeCloseTo(p, 12);
    }
    // The far tail, where Φ cannot be told from 0: its asymptotic series.
    const z = -inverseNormal(1e-40);
    const tail = Math.exp((-z * z) / 2) / (z * Math.sqrt(2 * Math.PI));
    expect(tail * (1 - 1 / z ** 2 + 3 / z ** 4 - 15 / z ** 6 + 105 / z ** 8)).toBeCloseTo(1e-40, 44);
  });

  it('keeps the bits of ten thousand normal numbers', () => {
    const values = new Float64Array(10_000);
    gaussianNoise(values, { seed: 2 ** 40 + 7, conformer: 3, attempt: 2, step: 11, stream: 1 });
    const bytes = new DataView(new ArrayBuffer(80_000));
    values.forEach((v, i) => bytes.setFloat64(8 * i, v));
    const hash = createHash('sha256').update(new Uint8Array(bytes.buffer)).digest('hex');
    expect(hash).toBe('8edf2b021e194bce4b0787099e0ea50990d63a6caed24da278135498b378ce83');
  });

  it('has the moments of a normal and of a uniform distribution', () => {
    const n = 400_000;
    const random = createRandom(5);
    const moments = [0, 0, 0, 0, 0];
    let beyondTwo = 0;
    for (let i = 0; i < n; i++) {
      const z = random.normal();
      for (let k = 1; k <= 4; k++) moments[k] += z ** k / n;
      if (Math.abs(z) > 2) beyondTwo++;
    }
    expect(Math.abs(moments[1])).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(moments[2] - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    expect(Math.abs(moments[3])).toBeLessThan(5 * Math.sqrt(15 / n));
    expect(Math.abs(moments[4] - 3)).toBeLessThan(5 * Math.sqrt(96 / n));
    expect(Math.abs(beyondTwo / n - 0.0455003)).toBeLessThan(5 * Math.sqrt(0.0434 / n));
    const counts = new Array<number>(7).fill(0);
    for (let i = 0; i < 70_000; i++) counts[random.integer(7)]++;
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(5 * Math.sqrt(10_000 * (6 / 7)));
  });

  it('gives streams that differ in any part of the key, and the same one again', () => {
    const key = { seed: 1, conformer: 2, attempt: 3, step: 4, stream: 5 };
    const first = (k: object) => createNoise({ ...key, ...k }).normal();
    const values = [first({}), ...Object.keys(key).map((name) => first({ [name]: 9 })), first({ seed: 1 + 2 ** 32 })];
    expect(new Set(values).size).toBe(values.length);
    expect(first({})).toBe(values[0]);
    expect(createRandom(1, 2, 3).normal()).not.toBe(createRandom(1, 2, 4).normal());
  });

  it('says what is wrong with a key', () => {
    expect(() => createNoise({ seed: -1 })).toThrow(/seed is -1/);
    expect(() => createNoise({ seed: 1, attempt: 70_000 })).toThrow(/attempt is 70000/);
    expect(() => createRandom(0.5)).toThrow(/seed is 0.5/);
  });
});
