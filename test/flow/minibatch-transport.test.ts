import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  alignedSquaredDistances,
  pairByTransport,
  squaredDistances,
  type AssignmentSolver,
} from '../../src/flow/minibatch-transport.js';
import { createRandom } from '../../src/flow/random.js';
import { samplePlan, sinkhornPlan } from '../../src/flow/sinkhorn.js';
import { pathCurvature } from '../../src/flow/straightness.js';
import { rmsdAligned } from '../../src/geometry/rmsd.js';
import { rotate } from '../../src/geometry/rotation.js';
import { cloud, rotationOf } from '../geometry/arbitraries.js';

/** Every assignment tried. */
const bruteForce: AssignmentSolver = (cost, size) => {
  let best: number[] = [];
  let least = Infinity;
  const extend = (chosen: number[], sum: number) => {
    if (sum >= least) return;
    if (chosen.length === size) {
      least = sum;
      best = chosen;
      return;
    }
    for (let j = 0; j < size; j++) {
      if (!chosen.includes(j)) extend([...chosen, j], sum + cost[chosen.length * size + j]);
    }
  };
  extend([], 0);
  return Int32Array.from(best);
};

describe("Sinkhorn's plan", () => {
  it('has the marginals asked for, and the form exp(f + g − cost/ε) that makes it the optimum', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 7 }),
        fc.integer({ min: 2, max: 7 }),
        fc.integer({ min: 0 }),
        (n, m, seed) => {
          const random = createRandom(seed);
          const cost = Float64Array.from({ length: n * m }, () => 3 * random.uniform());
          const plan = sinkhornPlan({ cost, rows: n, columns: m, regularisation: 0.3 });
          for (let i = 0; i < n; i++) {
            let sum = 0;
            for (let j = 0; j < m; j++) sum += plan[i * m + j];
            expect(sum).toBeCloseTo(1 / n, 5);
          }
          for (let j = 0; j < m; j++) {
            let sum = 0;
            for (let i = 0; i < n; i++) sum += plan[i * m + j];
            expect(sum).toBeCloseTo(1 / m, 5);
          }
          // log P + cost/ε is a sum of a row and a column term: all its 2 × 2 differences vanish.
          const s = (i: number, j: number) => Math.log(plan[i * m + j]) + cost[i * m + j] / 0.3;
          for (let i = 1; i < n; i++)
            for (let j = 1; j < m; j++) expect(s(i, j) - s(i, 0) - s(0, j) + s(0, 0)).toBeCloseTo(0, 6);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('lies between the product of the marginals and the optimal assignment', () => {
    const random = createRandom(5);
    const n = 6;
    // The best assignment by a clear margin: Sinkhorn's steps grow exponentially with the inverse of the margin.
    const planted = [2, 0, 5, 1, 3, 4];
    const cost = Float64Array.from({ length: n * n }, (_, at) =>
      planted[Math.floor(at / n)] === at % n ? 0.2 * random.uniform() : 0.3 + random.uniform(),
    );
    sinkhornPlan({ cost, rows: n, columns: n, regularisation: 1e4 }).forEach((p) => expect(p).toBeCloseTo(1 / 36, 5));
    const sharp = sinkhornPlan({ cost, rows: n, columns: n, regularisation: 0.02 });
    const assignment = bruteForce(cost, n);
    expect([...assignment]).toEqual(planted);
    for (let i = 0; i < n; i++) expect(sharp[i * n + assignment[i]]).toBeGreaterThan(0.98 / n);
    expect(() => sinkhornPlan({ cost, rows: n, columns: n, regularisation: 0.001, maxIterations: 3 })).toThrow(
      /converged/,
    );
  });

  it('is sampled with its own probabilities', () => {
    const plan = Float64Array.of(0.1, 0.3, 0.1, 0.25, 0, 0.25);
    const random = createRandom(1);
    const counts = new Float64Array(6);
    const n = 20_000;
    for (let k = 0; k < n; k++) samplePlan(plan, 2, 3, random).forEach((j, i) => (counts[3 * i + j] += 0.5 / n));
    counts.forEach((c, at) => expect(Math.abs(c - plan[at])).toBeLessThan(0.01));
    expect(counts[4]).toBe(0);
  });
});

describe('minibatch transport', () => {
  it('leaves no two paths crossing on a line, where chance pairs cross half the time', () => {
    const random = createRandom(7);
    const n = 9;
    const noises = Array.from({ length: n }, () => Float64Array.of(random.normal()));
    const data = Array.from({ length: n }, () => Float64Array.of(2 * random.uniform() + 1));
    const crossings = (partner: ArrayLike<number>) => {
      let count = 0;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < i; j++) {
          if ((noises[i][0] - noises[j][0]) * (data[partner[i]][0] - data[partner[j]][0]) < 0) count++;
        }
      }
      return count;
    };
    const cost = squaredDistances(noises, data);
    const exact = pairByTransport(cost, n, { kind: 'exact', assign: bruteForce });
    expect(new Set(exact).size).toBe(n);
    expect(crossings(exact)).toBe(0);
    expect(crossings(Array.from({ length: n }, (_, i) => i))).toBeGreaterThan(5);
    const soft = pairByTransport(cost, n, { kind: 'sinkhorn', regularisation: 0.02, random });
    expect(crossings(soft)).toBeLessThanOrEqual(5);
  });

  it('costs a pair of conformers their distance over rotations and renumberings', () => {
    const swap = [
      [0, 1, 2, 3],
      [1, 0, 2, 3],
    ];
    fc.assert(
      fc.property(cloud(4), cloud(4), fc.integer(), (a, b, seed) => {
        const turned = new Float64Array(12);
        rotate(turned, rotationOf(seed), a, 4);
        const renumbered = turned.slice();
        renumbered.set(turned.subarray(0, 3), 3);
        renumbered.set(turned.subarray(3, 6), 0);
        const cost = alignedSquaredDistances([a, b], [renumbered, b], swap);
        expect(cost[0]).toBeCloseTo(0, 8);
        expect(cost[3]).toBeCloseTo(0, 8);
        const swapped = b.slice();
        swapped.set(b.subarray(0, 3), 3);
        swapped.set(b.subarray(3, 6), 0);
        expect(cost[1]).toBeCloseTo(4 * Math.min(rmsdAligned(a, b, 4), rmsdAligned(a, swapped, 4)) ** 2, 8);
        // So the assignment brings each noise to its own shape.
        expect([...pairByTransport(cost, 2, { kind: 'exact', assign: bruteForce })]).toEqual([0, 1]);
      }),
    );
  });
});

it('measures curvature: none on a straight line, that of a semicircle in closed form, more for uneven speed', () => {
  const times = Array.from({ length: 2001 }, (_, k) => k / 2000);
  const along = (f: (t: number) => number[]) => times.map((t) => Float64Array.from(f(t)));
  expect(
    pathCurvature(
      along((t) => [t, 2 - 3 * t]),
      times,
    ),
  ).toBeLessThan(1e-12);
  // |v| = π along a half circle of diameter 2: ∫|v − Δ|² = π² − |Δ|², over |Δ|² = 4.
  expect(
    pathCurvature(
      along((t) => [Math.cos(Math.PI * t), Math.sin(Math.PI * t)]),
      times,
    ),
  ).toBeCloseTo((Math.PI ** 2 - 4) / 4, 5);
  // x = t²: ∫(2t − 1)² dt = 1/3.
  expect(
    pathCurvature(
      along((t) => [t * t]),
      times,
    ),
  ).toBeCloseTo(1 / 3, 5);
  expect(pathCurvature([Float64Array.of(1), Float64Array.of(1)], [0, 1])).toBe(0);
});
