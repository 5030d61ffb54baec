/** Training pairs of the toy networks: noise and data of a batch, paired by a coupling. */
import { optimalAssignment } from '../flow/assignment.js';
import { pairByTransport, squaredDistances, type TransportMethod } from '../flow/minibatch-transport.js';
import { createRandom } from '../flow/random.js';
import { drawPoints, rows, type PlanarDensity } from './densities.js';
import type { Pairs } from './field.js';

export const COUPLINGS = ['independent', 'exact', 'sinkhorn'] as const;
export type Coupling = (typeof COUPLINGS)[number];

/** Paths of one training step. */
export const BATCH = 128;
/** Points that are paired with each other: the cost of the exact solver grows with the cube. */
const TRANSPORT_BATCH = 64;

/** A source of fresh pairs by training step, the same for the same seed. */
export function pairSource({
  from,
  to,
  coupling,
  seed,
}: {
  readonly from: PlanarDensity;
  readonly to: PlanarDensity;
  readonly coupling: Coupling;
  readonly seed: number;
}): (step: number) => Pairs {
  return (step) => {
    const random = createRandom(seed, 3, step);
    const x0 = drawPoints(from, BATCH, random);
    const x1 = drawPoints(to, BATCH, random);
    if (coupling === 'independent') return { x0, x1 };
    const method: TransportMethod =
      coupling === 'exact'
        ? { kind: 'exact', assign: optimalAssignment }
        : { kind: 'sinkhorn', regularisation: 0.1, random };
    const paired = new Float32Array(2 * BATCH);
    for (let at = 0; at < BATCH; at += TRANSPORT_BATCH) {
      const noise = rows(x0).slice(at, at + TRANSPORT_BATCH);
      const data = rows(x1).slice(at, at + TRANSPORT_BATCH);
      const columns = pairByTransport(squaredDistances(noise, data), TRANSPORT_BATCH, method);
      columns.forEach((column, i) => paired.set(data[column], 2 * (at + i)));
    }
    return { x0, x1: paired };
  };
}

/** Batches of given pairs [n,2], drawn with replacement: for reflow. */
export function fixedPairs({ x0, x1 }: Pairs, seed: number): (step: number) => Pairs {
  return (step) => {
    const random = createRandom(seed, 4, step);
    const from = new Float32Array(2 * BATCH);
    const to = new Float32Array(2 * BATCH);
    for (let b = 0; b < BATCH; b++) {
      const pick = 2 * random.integer(x0.length / 2);
      from.set(x0.subarray(pick, pick + 2), 2 * b);
      to.set(x1.subarray(pick, pick + 2), 2 * b);
    }
    return { x0: from, x1: to };
  };
}
