import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centre } from '../../src/geometry/coordinates.js';
import { alignOnto, kabschRotation } from '../../src/geometry/kabsch.js';
import { randomRotation, rotate } from '../../src/geometry/rotation.js';
import { areFarApart, radii } from '../../src/geometry/radial-bound.js';
import { bestRmsd, rmsd, rmsdAligned } from '../../src/geometry/rmsd.js';
import { cloud, rotationOf, uniforms } from './arbitraries.js';

function determinant(m: ArrayLike<number>): number {
  return m[0] * (m[4] * m[8] - m[5] * m[7]) - m[1] * (m[3] * m[8] - m[5] * m[6]) + m[2] * (m[3] * m[7] - m[4] * m[6]);
}

/**
 * Points w from a line of length L fix the turn about it to ε·(L/w)², and a turn θ moves them by w·θ: at worst, at
 * w = √ε·L, by some √ε·L, which is 1e-7 Å here.
 */
const nearlyLinear = [1, 1e-5, 0];
/** Every flattening of a cloud: full, planar, on a line. */
const flattened = fc.constantFrom([1, 1, 1], [1, 1, 0], [1, 0, 0], [1, 1, 1e-4], nearlyLinear);

describe('superposition', () => {
  it('undoes any rigid motion, also of one or two points, planar and collinear ones', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 12 }).chain((n) => fc.tuple(cloud(n), cloud(n))),
        flattened,
        fc.integer(),
        ([x], squash, seed) => {
          const n = x.length / 3;
          const a = x.map((v, i) => v * squash[i % 3]);
          const b = new Float64Array(3 * n);
          const rotation = rotationOf(seed);
          rotate(b, rotation, a, n);
          for (let i = 0; i < 3 * n; i++) b[i] += [3, -1, 7][i % 3];
          const out = new Float64Array(3 * n);
          alignOnto(out, a, b, n);
          expect(rmsd(out, b, n)).toBeLessThan(squash === nearlyLinear ? 1e-6 : 1e-9);
          expect(rmsdAligned(a, b, n)).toBeLessThan(1e-6);
        },
      ),
    );
  });

  it('is a proper rotation and no random rotation does better, even onto a mirror image', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }).chain((n) => fc.tuple(cloud(n), cloud(n))),
        flattened,
        fc.boolean(),
        fc.integer(),
        ([x, y], squash, mirror, seed) => {
          const n = x.length / 3;
          const a = x.map((v, i) => v * squash[i % 3]);
          const b = mirror ? a.map((v, i) => (i % 3 === 0 ? -v : v)) : y;
          const rotation = new Float64Array(9);
          kabschRotation(rotation, a, b, n);
          expect(determinant(rotation)).toBeCloseTo(1, 10);
          for (let p = 0; p < 3; p++) {
            for (let q = 0; q < 3; q++) {
              let dot = 0;
              for (let k = 0; k < 3; k++) dot += rotation[3 * p + k] * rotation[3 * q + k];
              expect(dot).toBeCloseTo(p === q ? 1 : 0, 10);
            }
          }
          const out = new Float64Array(3 * n);
          alignOnto(out, a, b, n);
          const best = rmsd(out, b, n);
          expect(rmsdAligned(a, b, n)).toBeCloseTo(best, 6);
          centre(a, a, n);
          const centred = new Float64Array(3 * n);
          centre(centred, b, n);
          const draw = uniforms(seed);
          for (let k = 0; k < 50; k++) {
            const random = new Float64Array(9);
            randomRotation(random, draw);
            rotate(out, random, a, n);
            expect(rmsd(out, centred, n)).toBeGreaterThanOrEqual(best - 1e-9);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('turns with its target and does not care how the moving set lay', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 10 }).chain((n) => fc.tuple(cloud(n), cloud(n))),
        fc.integer(),
        fc.integer(),
        ([a, b], s1, s2) => {
          const n = a.length / 3;
          const aligned = new Float64Array(3 * n);
          alignOnto(aligned, a, b, n);
          const turnedMoving = new Float64Array(3 * n);
          rotate(turnedMoving, rotationOf(s1), a, n);
          const turnedTarget = new Float64Array(3 * n);
          rotate(turnedTarget, rotationOf(s2), b, n);
          const out = new Float64Array(3 * n);
          alignOnto(out, turnedMoving, turnedTarget, n);
          const expected = new Float64Array(3 * n);
          rotate(expected, rotationOf(s2), aligned, n);
          expect(rmsd(out, expected, n)).toBeLessThan(1e-5);
        },
      ),
    );
  });

  it('finds the permutation that a symmetric molecule was renumbered by', () => {
    // A square with a handle has two symmetries in space but eight permutations are offered.
    const ring = [0, 1, 2, 3].map((s) => [0, 1, 2, 3].map((i) => (i + s) % 4));
    const all = [...ring, ...ring.map((p) => [...p].reverse())];
    fc.assert(
      fc.property(cloud(4), fc.integer({ min: 0, max: 7 }), fc.integer(), (a, which, seed) => {
        const b = new Float64Array(12);
        all[which].forEach((j, i) => b.set(a.subarray(3 * i, 3 * i + 3), 3 * j));
        rotate(b, rotationOf(seed), b, 4);
        const found = bestRmsd(a, b, all);
        expect(found.rmsd).toBeLessThan(1e-6);
        // Independent: the least of the one-by-one distances.
        const each = all.map((p) => {
          const c = new Float64Array(12);
          p.forEach((j, i) => c.set(b.subarray(3 * j, 3 * j + 3), 3 * i));
          return rmsdAligned(a, c, 4);
        });
        expect(found.rmsd).toBeCloseTo(Math.min(...each), 6);
      }),
    );
  });

  it('is never below what radii alone promise, and they promise most of it for shapes of other size', () => {
    const all = [
      [0, 1, 2, 3],
      [3, 2, 1, 0],
      [1, 0, 3, 2],
    ];
    fc.assert(
      fc.property(cloud(4), cloud(4), fc.double({ min: 0, max: 5, noNaN: true }), (a, b, threshold) => {
        if (areFarApart(radii(a, 4), radii(b, 4), all, threshold))
          expect(bestRmsd(a, b, all).rmsd).toBeGreaterThanOrEqual(threshold - 1e-6);
      }),
    );
    fc.assert(
      fc.property(cloud(4), fc.integer(), (a, seed) => {
        const b = new Float64Array(12);
        rotate(
          b,
          rotationOf(seed),
          a.map((x) => 2 * x),
          4,
        );
        const { rmsd: apart } = bestRmsd(a, b, [[0, 1, 2, 3]]);
        expect(areFarApart(radii(a, 4), radii(b, 4), [[0, 1, 2, 3]], 0.99 * apart)).toBe(true);
        expect(areFarApart(radii(a, 4), radii(b, 4), [[0, 1, 2, 3]], 1.01 * apart + 1e-6)).toBe(false);
      }),
    );
  });
});
