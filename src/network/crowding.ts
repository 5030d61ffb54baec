/**
 * Keeps molecules larger than those trained on from running away. A network that adds up what an atom hears from all
 * others has never seen the sums of a crowd: beyond so many atoms, distant ones weigh less, and each atom hears about as
 * many as it did in training.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

export interface Crowding {
  /** Å, within which an atom hears the others before those farther away. */
  readonly radius: number;
  /** So many atoms are heard as in training: the weights of all that one hears add up to this at most. */
  readonly most: number;
}

/** The weight of a pair falls from that of a near to that of a distant one over some such way, Å: a step would let atoms at it jump. */
const SOFTNESS = 0.7;

/**
 * What each pair of atoms weighs in sums over the second, [B, n, n]. For each atom those within the radius have weight 1,
 * and those beyond share what is left of `most`, up to weight 1; where those within are more than `most`, they share it.
 * @param reach [B, 1, n·n] the distance + 1 Å.
 * @internal
 */
export function weightsInCrowd(reach: Tensor, n: number, { radius, most }: Crowding): Tensor {
  const near = tf.reshape(tf.sigmoid(tf.mul(tf.sub(radius + 1, reach), 1 / SOFTNESS)), [-1, n, n]);
  const distant = tf.sub(1, near);
  const [nearby, beyond] = [near, distant].map((weights) => tf.sum(weights, 2, true));
  const nearShare = tf.minimum(tf.div(most, nearby), 1);
  // In a molecule that is small and dense nothing lies beyond.
  const distantShare = tf.minimum(tf.div(tf.relu(tf.sub(most, nearby)), tf.add(beyond, 1e-3)), 1);
  return tf.add(tf.mul(near, nearShare), tf.mul(distant, distantShare));
}
