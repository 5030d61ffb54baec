/** The pairs of atoms up to so many bonds apart, and each atom with itself: what a local layer of the network sees. */
import { HOPS_FROM, PAIR_FEATURES, type GraphFeatures } from './features.js';

/** P pairs (i, j) of n atoms, as the network takes them: arrays, or tensors of their shapes. */
export interface NearPairs<Numbers = Float32Array> {
  /** [P, PAIR_FEATURES] */
  readonly features: Numbers;
  /** [1, n, P] 1 where the atom is i. */
  readonly receivers: Numbers;
  /** [1, n, P] 1 where the atom is j. */
  readonly senders: Numbers;
  /** [P] i. */
  readonly receiverOf: Numbers;
  /** [P] j. */
  readonly senderOf: Numbers;
  /** [P] i·n + j. */
  readonly places: Numbers;
  /** [n·n] the number of each pair among these, from 1; 0 where it is not one. */
  readonly ofPlaces: Numbers;
}

export function nearPairs({ n, pairs }: Pick<GraphFeatures, 'n' | 'pairs'>, bonds: number): NearPairs {
  const featuresAt = (place: number) => pairs.subarray(place * PAIR_FEATURES, (place + 1) * PAIR_FEATURES);
  const isNear = (place: number) =>
    featuresAt(place)
      .subarray(HOPS_FROM, HOPS_FROM + bonds + 1)
      .some((hop) => hop > 0);
  const places = Array.from({ length: n * n }, (_, place) => place).filter(isNear);
  const P = places.length;
  const features = new Float32Array(P * PAIR_FEATURES);
  const [receivers, senders] = [new Float32Array(n * P), new Float32Array(n * P)];
  const ofPlaces = new Float32Array(n * n);
  places.forEach((place, p) => {
    features.set(featuresAt(place), p * PAIR_FEATURES);
    receivers[Math.floor(place / n) * P + p] = 1;
    senders[(place % n) * P + p] = 1;
    ofPlaces[place] = p + 1;
  });
  return {
    features,
    receivers,
    senders,
    receiverOf: Float32Array.from(places, (place) => Math.floor(place / n)),
    senderOf: Float32Array.from(places, (place) => place % n),
    places: Float32Array.from(places),
    ofPlaces,
  };
}
