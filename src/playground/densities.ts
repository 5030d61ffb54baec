/** Toy densities of the plane, and the distance between two samples. */
import { optimalAssignment } from '../flow/assignment.js';
import { squaredDistances } from '../flow/minibatch-transport.js';
import type { Random } from '../flow/random.js';

/** Draws one point [2] of a distribution on the plane. */
export type PlanarDensity = (random: Random) => readonly [x: number, y: number];

/** Eight Gaussians of standard deviation 0.15 on a circle of radius 2. */
export const eightGaussians: PlanarDensity = (random) => {
  const angle = (Math.PI / 4) * random.integer(8);
  return [2 * Math.cos(angle) + 0.15 * random.normal(), 2 * Math.sin(angle) + 0.15 * random.normal()];
};

/** Two interlocking half circles of radius 1 about the origin, with noise of standard deviation 0.06. */
export const twoMoons: PlanarDensity = (random) => {
  const upper = random.integer(2) === 0;
  const angle = Math.PI * random.uniform();
  const [x, y] = upper ? [Math.cos(angle), Math.sin(angle)] : [1 - Math.cos(angle), 0.5 - Math.sin(angle)];
  return [x - 0.5 + 0.06 * random.normal(), y - 0.25 + 0.06 * random.normal()];
};

export const standardGaussian: PlanarDensity = (random) => [random.normal(), random.normal()];

/** Independent points as [count,2]. */
export function drawPoints(density: PlanarDensity, count: number, random: Random): Float32Array {
  const points = new Float32Array(2 * count);
  for (let i = 0; i < count; i++) points.set(density(random), 2 * i);
  return points;
}

/** Points [count,2] as `count` arrays [2] that share its memory. */
export function rows(points: Float32Array): Float32Array[] {
  return Array.from({ length: points.length / 2 }, (_, i) => points.subarray(2 * i, 2 * i + 2));
}

/**
 * The 2-Wasserstein distance between two samples [n,2] of one size, exact by optimal assignment. Two samples of the
 * same density are not at 0: the distance between two draws of the data is the floor that a perfect model reaches.
 */
export function sampleDistance(a: Float32Array, b: Float32Array): number {
  const size = a.length / 2;
  if (a.length !== b.length)
    throw new Error(`Sample distance: ${size} points and ${b.length / 2}; expected as many of each.`);
  const cost = squaredDistances(rows(a), rows(b));
  const columns = optimalAssignment(cost, size);
  return Math.sqrt(columns.reduce((sum, column, row) => sum + cost[row * size + column], 0) / size);
}
