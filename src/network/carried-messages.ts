/** The messages of all layers so far of each pair, whichever pairs a layer sees. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { NearPairs } from './near-pairs.js';

/** @internal */
export interface CarriedMessages {
  /** Those that a layer is given, [B·P, E]; undefined in the first one. */
  before(isLocal: boolean): Tensor | undefined;
  /** Adds a layer's own, [B·P, E]. */
  add(isLocal: boolean, messages: Tensor): void;
}

/**
 * Where local layers compute near pairs alone, `near` says which of all pairs these are; where they compute all, `nearby`
 * [B·n·n, 1] is 1 at pairs that are near, and messages of others are not carried.
 * @internal
 */
export function carriedMessages({
  B,
  n,
  near,
  nearby,
}: {
  readonly B: number;
  readonly n: number;
  readonly near?: NearPairs<Tensor> | undefined;
  readonly nearby?: Tensor | undefined;
}): CarriedMessages {
  const added = (sum: Tensor | undefined, more: Tensor) => (sum ? tf.add(sum, more) : more);
  let ofAll: Tensor | undefined;
  if (!near)
    return {
      before: () => ofAll,
      add: (isLocal, messages) => (ofAll = added(ofAll, isLocal && nearby ? tf.mul(messages, nearby) : messages)),
    };

  const P = near.places.shape[0];
  const [places, ofPlaces] = [near.places, near.ofPlaces].map((list) => tf.cast(list, 'int32')) as [Tensor, Tensor];
  const widthOf = (messages: Tensor) => messages.shape[1] as number;
  const taken = (messages: Tensor) => {
    const E = widthOf(messages);
    return tf.reshape(tf.gather(tf.reshape(messages, [B, n * n, E]), places, 1), [B * P, E]);
  };
  /** Nothing at pairs that are not near: those refer to a row of zeros before the first. */
  const placed = (messages: Tensor) => {
    const E = widthOf(messages);
    const rows = tf.pad(tf.reshape(messages, [B, P, E]), [
      [0, 0],
      [1, 0],
      [0, 0],
    ]);
    return tf.reshape(tf.gather(rows, ofPlaces, 1), [B * n * n, E]);
  };
  let ofNear: Tensor | undefined;
  /** Of local layers since the last whole one. */
  let recent: Tensor | undefined;
  return {
    before(isLocal) {
      if (isLocal) return (ofNear ??= ofAll && taken(ofAll));
      if (recent) ofAll = added(ofAll, placed(recent));
      [ofNear, recent] = [undefined, undefined];
      return ofAll;
    },
    add(isLocal, messages) {
      if (!isLocal) ofAll = added(ofAll, messages);
      else [ofNear, recent] = [added(ofNear, messages), added(recent, messages)];
    },
  };
}
