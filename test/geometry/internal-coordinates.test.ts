import fc from 'fast-check';
import { expect, it } from 'vitest';
import { angle, dihedral, distance, signedVolume } from '../../src/geometry/internal-coordinates.js';
import { inertiaTensor } from '../../src/geometry/inertia.js';
import { randomRotation, rotate } from '../../src/geometry/rotation.js';
import { cloud, rotationOf, uniforms } from './arbitraries.js';
import { pairDistances } from './pair-distances.js';

/** Four atoms built from bond lengths, angles and a torsion. */
function chain(torsion: number): Float64Array {
  return Float64Array.from([0, 1.1, 0, 0, 0, 0, 1.5, 0, 0, 1.5, 1.2 * Math.cos(torsion), 1.2 * Math.sin(torsion)]);
}

it('reads back the torsion a chain was built with, in sign and size', () => {
  fc.assert(
    fc.property(fc.double({ min: -3.1, max: 3.1, noNaN: true }), fc.integer(), (torsion, seed) => {
      const x = chain(torsion);
      rotate(x, rotationOf(seed), x, 4);
      // For an eye that looks along +x with y up, z points right: a positive torsion turns clockwise.
      expect(dihedral(x, 0, 1, 2, 3)).toBeCloseTo(torsion, 9);
      expect(dihedral(x, 3, 2, 1, 0)).toBeCloseTo(torsion, 9);
      expect(angle(x, 0, 1, 2)).toBeCloseTo(Math.PI / 2, 9);
      expect(distance(x, 1, 2)).toBeCloseTo(1.5, 9);
    }),
  );
});

it('keeps scalars under rotation and flips the hand under reflection', () => {
  fc.assert(
    fc.property(cloud(5), fc.integer(), (x, seed) => {
      const y = new Float64Array(15);
      rotate(y, rotationOf(seed), x, 5);
      const mirrored = x.map((v, i) => (i % 3 === 2 ? -v : v));
      const volume = signedVolume(x, 0, 1, 2, 3);
      expect(signedVolume(y, 0, 1, 2, 3)).toBeCloseTo(volume, 9);
      expect(signedVolume(mirrored, 0, 1, 2, 3)).toBeCloseTo(-volume, 9);
      expect(signedVolume(x, 0, 2, 1, 3)).toBeCloseTo(-volume, 9);
      const distances = pairDistances(x, 5);
      pairDistances(y, 5).forEach((d, i) => expect(d).toBeCloseTo(distances[i], 9));
    }),
  );
});

it('gives the inertia of a rod', () => {
  const tensor = new Float64Array(9);
  inertiaTensor(tensor, Float64Array.from([1, 1, 0, -1, -1, 0]), 2);
  expect([...tensor]).toEqual([2, -2, 0, -2, 2, 0, 0, 0, 4]);
});

it('draws rotations uniformly', () => {
  // For Haar measure every entry has mean 0 and variance 1/3, and E[tr²] = 1.
  const draw = uniforms(3);
  const n = 40_000;
  const rotation = new Float64Array(9);
  const mean = new Float64Array(9);
  const square = new Float64Array(9);
  let trace2 = 0;
  for (let k = 0; k < n; k++) {
    randomRotation(rotation, draw);
    for (let i = 0; i < 9; i++) {
      mean[i] += rotation[i] / n;
      square[i] += rotation[i] ** 2 / n;
    }
    trace2 += (rotation[0] + rotation[4] + rotation[8]) ** 2 / n;
  }
  for (let i = 0; i < 9; i++) {
    expect(Math.abs(mean[i])).toBeLessThan(5 * Math.sqrt(1 / 3 / n));
    expect(Math.abs(square[i] - 1 / 3)).toBeLessThan(0.01);
  }
  expect(Math.abs(trace2 - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
});
