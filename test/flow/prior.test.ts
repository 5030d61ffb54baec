import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultScale, gaussianPrior, harmonicPrior, type Edge, type Prior } from '../../src/flow/prior.js';
import { createRandom } from '../../src/flow/random.js';
import { symmetricEigen } from '../../src/geometry/symmetric-eigen.js';
import { rotate } from '../../src/geometry/rotation.js';
import { cloud, rotationOf } from '../geometry/arbitraries.js';

/** A five-ring with a tail: a molecule's graph with a cycle and a branch. */
const atoms = 7;
const bonds: Edge[] = [
  [0, 1],
  [1, 2],
  [2, 3],
  [3, 4],
  [4, 0],
  [2, 5],
  [5, 6],
].map(([a, b]) => ({ a, b }));

/** Pseudo-inverse of α·L and the product of its nonzero eigenvalues' inverses, from the spectrum. */
function pseudoInverse(alpha: number): { inverse: Float64Array; logPseudoDeterminant: number } {
  const laplacian = new Float64Array(atoms * atoms);
  for (const { a, b } of bonds) {
    laplacian[a * atoms + a] += alpha;
    laplacian[b * atoms + b] += alpha;
    laplacian[a * atoms + b] -= alpha;
    laplacian[b * atoms + a] -= alpha;
  }
  const vectors = new Float64Array(atoms * atoms);
  symmetricEigen(laplacian, vectors, atoms);
  const inverse = new Float64Array(atoms * atoms);
  let logPseudoDeterminant = 0;
  for (let k = 0; k < atoms; k++) {
    const value = laplacian[k * atoms + k];
    if (value < 1e-9) continue;
    logPseudoDeterminant += Math.log(value);
    for (let i = 0; i < atoms; i++) {
      for (let j = 0; j < atoms; j++)
        inverse[i * atoms + j] += (vectors[i * atoms + k] * vectors[j * atoms + k]) / value;
    }
  }
  return { inverse, logPseudoDeterminant };
}

/** Covariance [3n,3n] of many draws. */
function empiricalCovariance(prior: Prior, draws: number): Float64Array {
  const d = 3 * prior.atoms;
  const sum = new Float64Array(d * d);
  const x = new Float64Array(d);
  const random = createRandom(11);
  for (let k = 0; k < draws; k++) {
    prior.sample(x, random);
    for (let i = 0; i < d; i++) for (let j = 0; j < d; j++) sum[i * d + j] += (x[i] * x[j]) / draws;
  }
  return sum;
}

describe('priors', () => {
  it('has the covariance pinv(α·L) in each dimension and none between dimensions', () => {
    const { inverse } = pseudoInverse(1.33);
    const measured = empiricalCovariance(harmonicPrior({ atoms, bonds }), 60_000);
    const largest = Math.max(...inverse);
    for (let i = 0; i < 3 * atoms; i++) {
      for (let j = 0; j < 3 * atoms; j++) {
        const expected = i % 3 === j % 3 ? inverse[Math.floor(i / 3) * atoms + Math.floor(j / 3)] : 0;
        expect(Math.abs(measured[i * 3 * atoms + j] - expected)).toBeLessThan(0.03 * largest);
      }
    }
  });

  it('has the covariance σ²(1 − 1/n) on and −σ²/n off the diagonal, with σ = 0.55·n^⅓', () => {
    const measured = empiricalCovariance(gaussianPrior({ atoms: 4 }), 60_000);
    const variance = (0.55 * Math.cbrt(4)) ** 2;
    for (let i = 0; i < 12; i++) {
      for (let j = 0; j < 12; j++) {
        const expected = i === j ? 0.75 * variance : i % 3 === j % 3 ? -0.25 * variance : 0;
        expect(Math.abs(measured[i * 12 + j] - expected)).toBeLessThan(0.03 * variance);
      }
    }
    for (const n of [1, 2, 9, 300]) expect(defaultScale(n)).toBeCloseTo(0.55 * Math.cbrt(n), 14);
  });

  it('draws rows that sum to zero; one atom sits at the origin', () => {
    const x = new Float32Array(3 * atoms);
    for (const prior of [gaussianPrior({ atoms }), harmonicPrior({ atoms, bonds })]) {
      prior.sample(x, createRandom(2));
      for (let k = 0; k < 3; k++) {
        let sum = 0;
        for (let i = 0; i < atoms; i++) sum += x[3 * i + k];
        expect(Math.abs(sum)).toBeLessThan(1e-5);
      }
    }
    const one = new Float32Array(3).fill(9);
    for (const prior of [gaussianPrior({ atoms: 1 }), harmonicPrior({ atoms: 1, bonds: [] })]) {
      prior.sample(one, createRandom(2));
      expect([...one]).toEqual([0, 0, 0]);
      expect(prior.logDensity(one)).toBeCloseTo(0, 12);
    }
  });

  it('has the density of a normal distribution on the mean-free space, the same however the molecule is turned', () => {
    const { inverse, logPseudoDeterminant } = pseudoInverse(0.8);
    const harmonic = harmonicPrior({ atoms, bonds, alpha: 0.8 });
    const gaussian = gaussianPrior({ atoms, scale: 1.7 });
    fc.assert(
      fc.property(cloud(atoms), fc.integer(), (x, seed) => {
        const turned = new Float64Array(3 * atoms);
        rotate(turned, rotationOf(seed), x, atoms);
        for (let i = 0; i < 3 * atoms; i++) turned[i] += 2 * (i % 3);
        expect(harmonic.logDensity(turned)).toBeCloseTo(harmonic.logDensity(x), 8);
        expect(gaussian.logDensity(turned)).toBeCloseTo(gaussian.logDensity(x), 8);
        // Draw y = Σ z with a known quadratic form: yᵀ pinv(Σ) y with y = Σ z is zᵀ Σ z.
        const y = new Float64Array(3 * atoms);
        let form = 0;
        for (let i = 0; i < atoms; i++) {
          for (let j = 0; j < atoms; j++) {
            for (let k = 0; k < 3; k++) {
              y[3 * i + k] += inverse[i * atoms + j] * x[3 * j + k];
              form += x[3 * i + k] * inverse[i * atoms + j] * x[3 * j + k];
            }
          }
        }
        const dimensions = 3 * (atoms - 1);
        const expected = -form / 2 - (dimensions / 2) * Math.log(2 * Math.PI) + (3 / 2) * logPseudoDeterminant;
        expect(harmonic.logDensity(y)).toBeCloseTo(expected, 8);
        // A Gaussian of n atoms is that of its mean, which is normal with σ²/n, times the mean-free part.
        let full = 0;
        const mean = [0, 0, 0];
        for (let i = 0; i < 3 * atoms; i++) {
          full += -0.5 * (x[i] / 1.7) ** 2 - 0.5 * Math.log(2 * Math.PI * 1.7 ** 2);
          mean[i % 3] += x[i] / Math.sqrt(atoms);
        }
        for (const m of mean) full -= -0.5 * (m / 1.7) ** 2 - 0.5 * Math.log(2 * Math.PI * 1.7 ** 2);
        expect(gaussian.logDensity(x)).toBeCloseTo(full, 8);
      }),
    );
  });

  it('looks the same from every side: the covariance of turned draws is that of draws', () => {
    // Both priors are Gaussian, so the second moments decide; they are isotropic when Rᵀ C R = C for all R.
    const measured = empiricalCovariance(harmonicPrior({ atoms, bonds }), 40_000);
    const rotation = rotationOf(17);
    const d = 3 * atoms;
    for (let i = 0; i < atoms; i++) {
      const block = (p: number, q: number) => measured[(3 * i + p) * d + 3 * i + q];
      for (let p = 0; p < 3; p++) {
        for (let q = 0; q < 3; q++) {
          let turned = 0;
          for (let a = 0; a < 3; a++)
            for (let b = 0; b < 3; b++) turned += rotation[3 * p + a] * block(a, b) * rotation[3 * q + b];
          expect(Math.abs(turned - block(p, q))).toBeLessThan(0.04 * block(0, 0));
        }
      }
    }
  });

  it('refuses a graph in pieces and bonds to nowhere', () => {
    expect(() =>
      harmonicPrior({
        atoms: 4,
        bonds: [
          { a: 0, b: 1 },
          { a: 2, b: 3 },
        ],
      }),
    ).toThrow(/fragments/);
    expect(() => harmonicPrior({ atoms: 2, bonds: [{ a: 0, b: 2 }] })).toThrow(/0–2/);
  });
});
