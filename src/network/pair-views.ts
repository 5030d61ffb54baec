/**
 * Pairs of atoms as a layer of the network sees them: all n·n of a molecule, or those that are near along bonds alone.
 * A layer is written once, in what either view gives.
 *
 * Shapes: B conformers of n atoms, P pairs (P = n·n where all are seen). Coordinates and vectors lie in rows, [B, 3, n]
 * and [B, 3, C, n]: sums run over long rows of atoms, and nearly all products find their operands as they lie.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import type { NearPairs } from './near-pairs.js';

/** @internal */
export interface PairView {
  /** P */
  readonly pairs: number;
  /** |x_i − x_j| of each pair, softened, [B, 1, P] Å. */
  distances(position: Tensor): Tensor;
  /** What each pair is told, [B, P, E]: `weighed` and what its two atoms say, each [B, n, E]. */
  told(weighed: Tensor, received: Tensor, sent: Tensor): Tensor;
  /**
   * What the vectors [B, 3, C, n] of two atoms say of the pair, three times [B, C, P]: V_i and V_j along the way from
   * one to the other, of which bond angles follow, and V_i·V_j, of which torsions do. `reach` [B, 1, P] is the
   * distance + 1 Å.
   */
  angles(vectors: Tensor, position: Tensor, reach: Tensor): Tensor[];
  /** Σ_j W_ij (x_i − x_j) for each of C weights [B, C, P], as [B, 3, C, n]. */
  differencesSummed(weights: Tensor, position: Tensor): Tensor;
  /** Σ_j g_ij m_ij [B, n, E] of gates [B, 1, P] and messages [B, P, E]. */
  messagesSummed(gates: Tensor, messages: Tensor): Tensor;
}

/** Softens distances near 0 (Å²), so that their gradient is finite there. */
const SOFT_DISTANCE = 1e-4;

const softLength = (differences: Tensor, keepDimension: boolean): Tensor =>
  tf.sqrt(tf.add(tf.sum(tf.square(differences), 1, keepDimension), SOFT_DISTANCE));

/**
 * All pairs (i, j), j running fastest.
 * @internal
 */
export function allPairs(B: number, n: number): PairView {
  return {
    pairs: n * n,
    distances(position) {
      const differences = tf.sub(tf.reshape(position, [B, 3, n, 1]), tf.reshape(position, [B, 3, 1, n]));
      return tf.reshape(softLength(differences, false), [B, 1, n * n]);
    },
    told(weighed, received, sent) {
      const E = weighed.shape[2] as number;
      const ofSenders = tf.add(tf.reshape(weighed, [B, n, n, E]), tf.reshape(sent, [B, 1, n, E]));
      return tf.reshape(tf.add(ofSenders, tf.reshape(received, [B, n, 1, E])), [B, n * n, E]);
    },
    angles(vectors, position, reach) {
      const C = vectors.shape[2] as number;
      const across = tf.matMul(tf.reshape(vectors, [B, 3, C * n]), position, true);
      const own = tf.reshape(tf.sum(tf.mul(vectors, tf.reshape(position, [B, 3, 1, n])), 1), [B, C, n, 1]);
      const along = tf.div(tf.sub(own, tf.reshape(across, [B, C, n, n])), tf.reshape(reach, [B, 1, n, n]));
      const each = tf.transpose(vectors, [0, 2, 1, 3]);
      const between = tf.matMul(each, each, true);
      return [along, tf.transpose(along, [0, 1, 3, 2]), between].map((angles) => tf.reshape(angles, [B, C, n * n]));
    },
    // As two small products instead of a sum over [B, 3, C, n, n].
    differencesSummed(weights, position) {
      const C = weights.shape[1] as number;
      const totals = tf.reshape(tf.sum(tf.reshape(weights, [B, C, n, n]), 3), [B, 1, C, n]);
      const others = tf.matMul(position, tf.reshape(weights, [B, C * n, n]), false, true);
      return tf.sub(tf.mul(tf.reshape(position, [B, 3, 1, n]), totals), tf.reshape(others, [B, 3, C, n]));
    },
    messagesSummed(gates, messages) {
      const E = messages.shape[2] as number;
      const ofAtoms = tf.reshape(messages, [B * n, n, E]);
      return tf.reshape(tf.matMul(tf.reshape(gates, [B * n, 1, n]), ofAtoms), [B, n, E]);
    },
  };
}

/**
 * Some of a molecule's pairs, the same for all B conformers.
 * @internal
 */
export function somePairs(
  B: number,
  { receivers, senders, receiverOf, senderOf }: Omit<NearPairs<Tensor>, 'features' | 'places' | 'ofPlaces'>,
): PairView {
  const [, n, P] = receivers.shape as [number, number, number];
  const [ofReceivers, ofSenders] = [receivers, senders].map((ends) => tf.reshape(ends, [n, P])) as [Tensor, Tensor];
  const ways = tf.sub(ofReceivers, ofSenders);
  const bothEnds = tf.concat([ofReceivers, ofSenders], 1);
  const [first, second] = [receiverOf, senderOf].map((atoms) => tf.cast(atoms, 'int32')) as [Tensor1D, Tensor1D];
  const differences = (position: Tensor) => tf.reshape(tf.matMul(tf.reshape(position, [3 * B, n]), ways), [B, 3, P]);
  return {
    pairs: P,
    distances: (position) => softLength(differences(position), true),
    told: (weighed, received, sent) =>
      tf.add(weighed, tf.add(tf.gather(received, first, 1), tf.gather(sent, second, 1))),
    angles(vectors, position, reach) {
      const C = vectors.shape[2] as number;
      const both = tf.matMul(tf.reshape(vectors, [3 * B * C, n]), bothEnds);
      const [own, other] = tf.split(tf.reshape(both, [B, 3, C, 2 * P]), 2, 3) as [Tensor, Tensor];
      const way = tf.div(tf.reshape(differences(position), [B, 3, 1, P]), tf.reshape(reach, [B, 1, 1, P]));
      return [tf.sum(tf.mul(own, way), 1), tf.neg(tf.sum(tf.mul(other, way), 1)), tf.sum(tf.mul(own, other), 1)];
    },
    differencesSummed(weights, position) {
      const C = weights.shape[1] as number;
      const weighed = tf.mul(tf.reshape(differences(position), [B, 3, 1, P]), tf.reshape(weights, [B, 1, C, P]));
      return tf.reshape(tf.matMul(tf.reshape(weighed, [3 * B * C, P]), ofReceivers, false, true), [B, 3, C, n]);
    },
    messagesSummed: (gates, messages) => tf.matMul(tf.mul(receivers, gates), messages),
  };
}
