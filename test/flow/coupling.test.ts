import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignNoise, matchRows } from '../../src/flow/coupling.js';
import { createRandom } from '../../src/flow/random.js';
import { meanRotation, rotationAveragedData } from '../../src/flow/rotation-average.js';
import { centre } from '../../src/geometry/coordinates.js';
import { alignOnto } from '../../src/geometry/kabsch.js';
import { rmsd } from '../../src/geometry/rmsd.js';
import { randomRotation, rotate } from '../../src/geometry/rotation.js';
import { cloud, rotationOf } from '../geometry/arbitraries.js';

const square = (a: Float64Array, b: Float64Array) => a.reduce((sum, v, i) => sum + (v - b[i]) ** 2, 0);

/** The twelve symmetries of a six-ring. */
const ring = [0, 1, 2, 3, 4, 5].map((s) => [0, 1, 2, 3, 4, 5].map((i) => (i + s) % 6));
const hexagon = [...ring, ...ring.map((p) => [...p].reverse())];

describe('couplings', () => {
  it('pairs noise with data at the least distance over rotations and automorphisms, keeping its shape', () => {
    fc.assert(
      fc.property(cloud(6), cloud(6), (noise, data) => {
        centre(noise, noise, 6);
        centre(data, data, 6);
        const out = new Float64Array(18);
        alignNoise(out, noise, data, { atoms: 6, automorphisms: hexagon });
        const found = square(out, data);
        const aligned = new Float64Array(18);
        let least = Infinity;
        for (const p of hexagon) {
          const renumbered = new Float64Array(18);
          p.forEach((j, i) => renumbered.set(noise.subarray(3 * j, 3 * j + 3), 3 * i));
          alignOnto(aligned, renumbered, data, 6);
          least = Math.min(least, square(aligned, data));
        }
        expect(found).toBeCloseTo(least, 8);
        // With the identity alone rows keep their number; in place works too.
        alignOnto(aligned, noise, data, 6);
        alignNoise(noise, noise, data, { atoms: 6, automorphisms: hexagon.slice(0, 1) });
        expect(rmsd(noise, aligned, 6)).toBeLessThan(1e-9);
      }),
    );
  });

  it('matches interchangeable rows at the least total distance and moves no other', () => {
    const brute = (k: number): number[][] =>
      k === 0 ? [[]] : brute(k - 1).flatMap((p) => Array.from({ length: k }, (_, at) => p.toSpliced(at, 0, k - 1)));
    fc.assert(
      fc.property(cloud(9), cloud(9), (noise, data) => {
        const before = noise.slice();
        const groups = [[1, 4, 5, 8], [2], [6, 3]];
        matchRows(noise, data, groups);
        for (const row of [0, 2, 7]) for (let k = 0; k < 3; k++) expect(noise[3 * row + k]).toBe(before[3 * row + k]);
        for (const group of groups) {
          const cost = (order: number[]) =>
            order.reduce(
              (sum, from, at) =>
                sum + [0, 1, 2].reduce((s, k) => s + (before[3 * group[from] + k] - data[3 * group[at] + k]) ** 2, 0),
              0,
            );
          const got = group.reduce(
            (sum, row) => sum + [0, 1, 2].reduce((s, k) => s + (noise[3 * row + k] - data[3 * row + k]) ** 2, 0),
            0,
          );
          expect(got).toBeCloseTo(Math.min(...brute(group.length).map(cost)), 8);
        }
      }),
    );
  });

  it('brings a large shuffled group no farther than it was, and home when noise is data shuffled', () => {
    const random = createRandom(8);
    const data = Float64Array.from({ length: 24 }, () => random.normal());
    const noise = new Float64Array(24);
    [3, 0, 2, 1, 7, 4, 6, 5].forEach((j, i) => noise.set(data.subarray(3 * j, 3 * j + 3), 3 * i));
    matchRows(noise, data, [[0, 1, 2, 3, 4, 5, 6, 7]]);
    expect(square(noise, data)).toBe(0);
  });
});

describe('the average over orientations', () => {
  /** Mean rotation under exp(Σ S[p,q] R[q,p]) from uniform rotations, with its standard error. */
  function monteCarlo(s: Float64Array, draws: number): { mean: Float64Array; error: number } {
    const random = createRandom(21);
    const rotation = new Float64Array(9);
    const mean = new Float64Array(9);
    let total = 0;
    let squares = 0;
    for (let k = 0; k < draws; k++) {
      randomRotation(rotation, () => random.uniform());
      let exponent = 0;
      for (let p = 0; p < 3; p++) for (let q = 0; q < 3; q++) exponent += s[3 * p + q] * rotation[3 * q + p];
      const weight = Math.exp(exponent);
      total += weight;
      squares += weight * weight;
      for (let i = 0; i < 9; i++) mean[i] += weight * rotation[i];
    }
    return { mean: mean.map((v) => v / total), error: Math.sqrt(squares) / total };
  }

  it('agrees with a Monte-Carlo mean over rotations', () => {
    for (let seed = 0; seed < 12; seed++) {
      const random = createRandom(seed, 5);
      const size = [0.3, 1, 2, 4][seed % 4];
      const s = Float64Array.from({ length: 9 }, () => size * random.normal());
      // A point set of one direction, and of a plane.
      if (seed === 5) for (let i = 0; i < 9; i++) s[i] = size * (i < 3 ? 1 : 0.5) * [1, 2, -1][i % 3];
      if (seed === 6) s.fill(0, 6);
      const mean = new Float64Array(9);
      meanRotation(mean, s);
      const expected = monteCarlo(s, 200_000);
      for (let i = 0; i < 9; i++) expect(Math.abs(mean[i] - expected.mean[i])).toBeLessThan(5 * expected.error);
    }
  });

  it('agrees with quadrature over Euler angles to four digits, broad and sharp', () => {
    // ZYZ angles with measure sin β; all by equal steps.
    const exact = (d: [number, number, number]) => {
      const n = 160;
      const sums = [0, 0, 0, 0];
      for (let ib = 0; ib < 400; ib++) {
        // The midpoint rule in β.
        const z = Math.cos((Math.PI * (ib + 0.5)) / 400);
        const weight = Math.sqrt(1 - z * z) * (Math.PI / 400);
        for (let ia = 0; ia < n; ia++) {
          const plus = (2 * Math.PI * ia) / n;
          for (let ig = 0; ig < n; ig++) {
            const minus = (2 * Math.PI * ig) / n;
            // R11 + R22 and R11 − R22 in ZYZ: (1 + z) cos(α+γ), and (z − 1) cos(α−γ).
            const r11 = ((1 + z) * Math.cos(plus) + (z - 1) * Math.cos(minus)) / 2;
            const r22 = ((1 + z) * Math.cos(plus) - (z - 1) * Math.cos(minus)) / 2;
            const w = weight * Math.exp(d[0] * (r11 - 1) + d[1] * (r22 - 1) + d[2] * (z - 1));
            sums[0] += w;
            sums[1] += w * r11;
            sums[2] += w * r22;
            sums[3] += w * z;
          }
        }
      }
      return [sums[1] / sums[0], sums[2] / sums[0], sums[3] / sums[0]];
    };
    for (const d of [
      [0.7, 0.4, -0.2],
      [30, 12, 5],
      [40, 30, -25],
      [60, 0.5, 0],
    ] as [number, number, number][]) {
      const mean = new Float64Array(9);
      meanRotation(mean, [d[0], 0, 0, 0, d[1], 0, 0, 0, d[2]]);
      const expected = exact(d);
      for (let k = 0; k < 3; k++) expect(Math.abs(mean[4 * k] - expected[k])).toBeLessThan(3e-5);
    }
  });

  it('becomes the superposed data near t = 1, nothing at t = 0, and turns with its input', () => {
    fc.assert(
      fc.property(
        cloud(5),
        cloud(5),
        fc.integer(),
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        (x, data, seed, t) => {
          centre(x, x, 5);
          centre(data, data, 5);
          const out = new Float64Array(15);
          rotationAveragedData(out, x, data, { atoms: 5, t: 0, scale: 1 });
          expect(Math.max(...out.map(Math.abs))).toBeLessThan(1e-12);
          rotationAveragedData(out, x, data, { atoms: 5, t, scale: 1 });
          const turned = new Float64Array(15);
          rotate(turned, rotationOf(seed), x, 5);
          const fromTurned = new Float64Array(15);
          rotationAveragedData(fromTurned, turned, data, { atoms: 5, t, scale: 1 });
          rotate(out, rotationOf(seed), out, 5);
          expect(rmsd(out, fromTurned, 5)).toBeLessThan(1e-8);
          // Data that is x itself, sharpened: its orientation is certain.
          rotate(data, rotationOf(seed), x, 5);
          for (const late of [0.999, 0.99999, 1 - 1e-7]) {
            rotationAveragedData(out, x, data, { atoms: 5, t: late, scale: 1 });
            expect(rmsd(out, x, 5)).toBeLessThan(100 * (1 - late));
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
