/**
 * The velocity network: an SE(3)-equivariant message passing network on all pairs of atoms, after EGNN (Satorras,
 * Hoogeboom, Welling 2021, eqs 3–6), with a pseudo-scalar term for tagged stereocentres and, where configured, vectors
 * of each atom whose angles messages see. Written once in tfjs operations; engines compile it.
 *
 * Shapes: B conformers of n atoms, of G graphs, G = B (each its own) or 1 (all conformers of one molecule).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import type { Shape } from '../engine/program.js';
import { weightsInCrowd, type Crowding } from './crowding.js';
import { carriedMessages } from './carried-messages.js';
import { ATOM_FEATURES, HOPS_FROM, PAIR_FEATURES } from './features.js';
import type { NearPairs } from './near-pairs.js';
import { allPairs, somePairs, type PairView } from './pair-views.js';
import { gaussian, silu } from './pointwise.js';

export interface NetworkConfig {
  /** Width of a node's state. */
  readonly width: number;
  /** Width of a message. */
  readonly edgeWidth: number;
  readonly layers: number;
  /** Width of the hidden layer that weighs the chirality directions. */
  readonly chiralWidth: number;
  /** Vectors that each atom carries to the next layer; none where absent. */
  readonly vectors?: number | undefined;
  /** Whether a pair's messages of all layers so far are part of its next one; not where absent. */
  readonly carried?: boolean | undefined;
  /** Which layers hear near atoms alone; none where absent. */
  readonly local?: LocalLayers | undefined;
}

/** Layers in which an atom hears those up to so many bonds away, and itself: all but every so many-th. */
export interface LocalLayers {
  readonly bonds: number;
  /** The third, sixth, .. layer hears all atoms where this is 3. */
  readonly wholeEvery: number;
}

/** What the network is given. @internal */
export interface NetworkInputs {
  /** [B, n, 3] coordinates at time t, Å. */
  readonly x: Tensor;
  /** [B, 1] flow time. */
  readonly t: Tensor;
  /** [G·n, ATOM_FEATURES] */
  readonly atoms: Tensor;
  /** [G·n·n, PAIR_FEATURES] */
  readonly pairs: Tensor;
  /**
   * [G, 4, n, n] for each tagged centre i, row i: one-hot of the centre itself and of its three ordered neighbours.
   * Without it no atom is tagged, which is the same as all zeros and cheaper.
   */
  readonly centres?: Tensor | undefined;
  /** [G, n, 1] 1 where an atom may move, 0 where it is clamped; without it all move and the centre of mass rests. */
  readonly mobile?: Tensor | undefined;
  /** Of one molecule, those that its local layers see: without it these compute all pairs, and more slowly. */
  readonly near?: NearPairs<Tensor> | undefined;
  /** Where the molecule has more atoms than the network was trained on. */
  readonly crowding?: Crowding | undefined;
}

/** Radial functions: Gaussians on the distance in Å, narrow where bonds differ by hundredths, wide far out. */
const RADIAL_CENTRES = [0, 0.8, 1.2, 1.6, 2, 2.5, 3, 3.6, 4.3, 5.2, 6.5, 8, 10, 13];
const RADIAL_WIDTHS = [0.4, 0.3, 0.3, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.8, 1, 1.2, 1.6, 2.2];
const RADIAL = RADIAL_CENTRES.length;
/** Softens distances near 0 (Å²), so that their gradient is finite there. */

/** Softens unit vectors near a centre (Å²): a bond's length is 1 to 2 Å, noise may put a neighbour on the centre. */
const SOFT_UNIT = 0.25;
/** Scales of the updates at the start of training, chosen so that the first steps neither stall nor burst. */
const COORDINATE_SCALE = 0.2;
const CHIRAL_SCALE = 0.3;
const MESSAGE_SCALE = 0.3;
const TIME_FREQUENCIES = [1, 2, 4, 8].map((k) => (k * Math.PI) / 2);
const TIME_FEATURES = 1 + 2 * TIME_FREQUENCIES.length;

/** Every parameter with its shape, in a fixed order. */
export function parameterShapes({
  width,
  edgeWidth,
  layers,
  chiralWidth,
  vectors = 0,
  carried = false,
}: NetworkConfig): Record<string, Shape> {
  const shapes: Record<string, Shape> = {
    'embed.atoms': [ATOM_FEATURES, width],
    'embed.time': [TIME_FEATURES, width],
    'embed.bias': [1, width],
    'embed.out': [width, width],
    'embed.out.bias': [1, width],
  };
  for (let l = 0; l < layers; l++) {
    const at = (name: string) => `layer${l}.${name}`;
    shapes[at('receiver')] = [width, edgeWidth];
    shapes[at('sender')] = [width, edgeWidth];
    shapes[at('pair')] = [PAIR_FEATURES, edgeWidth];
    shapes[at('distance')] = [2 * RADIAL, edgeWidth];
    shapes[at('edge.bias')] = [1, edgeWidth];
    shapes[at('message')] = [edgeWidth, edgeWidth];
    shapes[at('message.bias')] = [1, edgeWidth];
    shapes[at('heads')] = [edgeWidth, 2];
    shapes[at('heads.bias')] = [1, 2];
    shapes[at('chiral')] = [width, chiralWidth];
    shapes[at('chiral.volume')] = [1, chiralWidth];
    shapes[at('chiral.bias')] = [1, chiralWidth];
    shapes[at('chiral.out')] = [chiralWidth, 3];
    if (vectors > 0 && l > 0) shapes[at('angles')] = [3 * vectors, edgeWidth];
    if (carried && l > 0) shapes[at('carried')] = [edgeWidth, edgeWidth];
    if (l === layers - 1) continue;
    shapes[at('node.state')] = [width, width];
    shapes[at('node.message')] = [edgeWidth, width];
    shapes[at('node.volume')] = [1, width];
    shapes[at('node.bias')] = [1, width];
    shapes[at('node.out')] = [width, width];
    shapes[at('node.out.bias')] = [1, width];
    if (vectors === 0) continue;
    shapes[at('vectors')] = [edgeWidth, vectors];
    shapes[at('node.vectors')] = [vectors, width];
  }
  return shapes;
}

/** Starting values: normal with variance 1/fan-in, a tenth of that where coordinates are moved, biases 0. */
export function initialParameters(config: NetworkConfig, normal: () => number): Record<string, Float32Array> {
  return Object.fromEntries(
    Object.entries(parameterShapes(config)).map(([name, [rows, columns]]) => {
      const small = name.endsWith('heads') || name.endsWith('chiral.out');
      const scale = name.endsWith('bias') ? 0 : (small ? 0.1 : 1) / Math.sqrt(rows);
      return [name, Float32Array.from({ length: rows * columns }, () => scale * normal())];
    }),
  );
}

/**
 * [B, n, n] distances in Å of coordinates [B, n, 3], softened: an atom's from itself stays above 0, where the root has a slope.
 * @internal
 */
export function distances(x: Tensor): Tensor {
  const [B, n] = x.shape as [number, number];
  return tf.reshape(allPairs(B, n).distances(tf.transpose(x, [0, 2, 1])), [B, n, n]);
}

/*
 * Inside, coordinates lie in rows, [B, 3, n], and so do all vectors, [B, 3, .., n]; see pair-views.ts.
 */

/** Pairs as a layer sees them, and what is known of each before the first layer. */
interface SeenPairs {
  readonly view: PairView;
  /** [B, 1, P] Å. */
  readonly distance: Tensor;
  /** [B, RADIAL, P] */
  readonly radial: Tensor;
  /** [B, RADIAL + PAIR_FEATURES, P] */
  readonly known: Tensor;
}

/** Features of pairs [G·P, PAIR_FEATURES] as [G, PAIR_FEATURES, P]. */
const inColumns = (features: Tensor, G: number): Tensor =>
  tf.transpose(tf.reshape(features, [G, -1, PAIR_FEATURES]), [0, 2, 1]);

/** Of such columns [G, 1, P] 1 where the two atoms are up to so many bonds apart. */
const nearColumn = (columns: Tensor, bonds: number): Tensor =>
  tf.sum(tf.slice(columns, [0, HOPS_FROM, 0], [-1, bonds + 1, -1]), 1, true);

/** Of distances [B, 1, P], [B, RADIAL, P]. */
function radialFunctions(distance: Tensor): Tensor {
  const inverseWidths = tf.tensor3d(
    RADIAL_WIDTHS.map((v) => 1 / v),
    [1, RADIAL, 1],
  );
  const shifts = tf.tensor3d(
    RADIAL_CENTRES.map((c, k) => c / RADIAL_WIDTHS[k]),
    [1, RADIAL, 1],
  );
  return gaussian(tf.sub(tf.mul(distance, inverseWidths), shifts));
}

/** Weights [rows, columns] as those of every member of a batch. */
const asBatch = (weights: Tensor): Tensor => tf.reshape(weights, [1, ...weights.shape]);

/**
 * Of three vectors u1, u2, u3, in nine components (x1, x2, x3, y1, ..): which component each factor of u2×u3, u3×u1, u1×u2
 * is, [36, 9] one-hot; the products of the first two of four minus those of the last two.
 */
const CROSS_FACTORS = (
  [
    [1, 1],
    [2, 2],
    [2, 1],
    [1, 2],
  ] as const
).flatMap(([axis, vector]) =>
  Array.from({ length: 9 }, (_, k) => {
    const factor = 3 * ((Math.floor(k / 3) + axis) % 3) + ((k + vector) % 3);
    return Array.from({ length: 9 }, (_, component) => +(component === factor));
  }),
);

/** The cross products u2×u3, u3×u1, u1×u2 [B, 3, 3, n] of three vectors each [B, 3, 3, n], components first. */
function crossProducts(units: Tensor): Tensor {
  const [B, , , n] = units.shape as [number, number, number, number];
  const choice = tf.tensor3d([CROSS_FACTORS]);
  const [a, b, c, d] = tf.split(tf.matMul(choice, tf.reshape(units, [B, 9, n])), 4, 1) as [
    Tensor,
    Tensor,
    Tensor,
    Tensor,
  ];
  return tf.reshape(tf.sub(tf.mul(a, b), tf.mul(c, d)), [B, 3, 3, n]);
}

/**
 * How handed each tagged centre is: three times u1·(u2×u3) [B, n] of the softened unit vectors to its ordered neighbours,
 * and the directions [B, 3, 3, n] in which each neighbour (third index) raises it. All zero where no centre is tagged.
 */
function handedness(x: Tensor, spokes: Tensor): { volume: Tensor; directions: Tensor } {
  const [B, , n] = x.shape as [number, number, number];
  const bonds = tf.reshape(alongSpokes(spokes, x), [B, 3, 3, n]);
  const units = tf.div(bonds, tf.sqrt(tf.add(tf.sum(tf.square(bonds), 1, true), SOFT_UNIT)));
  const directions = crossProducts(units);
  return { volume: tf.sum(tf.mul(units, directions), [1, 2]), directions };
}

/** Of each tagged centre the ways to its three neighbours, as sums of atoms: rows [G, 3n, n], 1 at the neighbour and −1 at the centre. */
function spokesOf(centres: Tensor, n: number): Tensor {
  const [centre, neighbours] = tf.split(centres, [1, 3], 1) as [Tensor, Tensor];
  return tf.reshape(tf.sub(neighbours, centre), [-1, 3 * n, n]);
}

/** x [B, 3, n] along the spokes, [B, 3, 3n]; one graph serves the whole batch with the batch folded into the rows. */
function alongSpokes(spokes: Tensor, x: Tensor): Tensor {
  const [B, , n] = x.shape as [number, number, number];
  if (spokes.shape[0] === B) return tf.matMul(x, spokes, false, true);
  return tf.matMul(tf.reshape(x, [3 * B, n]), tf.reshape(spokes, [3 * n, n]), false, true);
}

/** The transpose of `alongSpokes`: forces [B, 3, 3, n] on neighbours and their recoil on centres, added up per atom [B, 3, n]. */
function scatter(spokes: Tensor, forces: Tensor): Tensor {
  const [B, , , n] = forces.shape as [number, number, number, number];
  if (spokes.shape[0] === B) return tf.matMul(tf.reshape(forces, [B, 3, 3 * n]), spokes);
  return tf.reshape(tf.matMul(tf.reshape(forces, [3 * B, 3 * n]), tf.reshape(spokes, [3 * n, n])), [B, 3, n]);
}

/**
 * C vectors of each atom from their sums V_i = Σ_j w_ij (x_i − x_j) [B, 3, C, n]: each shortened to V/√(|V|² + 1 Å²), and
 * the √(|V|² + 1) − 1 [B·n, C]. After PaiNN's vector features (Schütt, Unke, Gastegger 2021, arXiv:2102.03150, eq. 8).
 */
function shortened(sums: Tensor): { vectors: Tensor; lengths: Tensor } {
  const [B, , C, n] = sums.shape as [number, number, number, number];
  const length = tf.sqrt(tf.add(tf.sum(tf.square(sums), 1), 1));
  const lengths = tf.reshape(tf.transpose(tf.sub(length, 1), [0, 2, 1]), [B * n, C]);
  return { vectors: tf.div(sums, tf.reshape(length, [B, 1, C, n])), lengths };
}

/**
 * The displacement x̂1 − x [B, n, 3] in Å, or with a velocity target the velocity itself.
 * It turns with the molecule, ignores where it stands, and under a reflection differs exactly where centres are tagged.
 * @internal
 */
export function displacement(
  config: NetworkConfig,
  weights: Readonly<Record<string, Tensor>>,
  inputs: NetworkInputs,
): Tensor {
  return displacements(config, weights, inputs, [config.layers])[0];
}

/**
 * The displacement after each of these numbers of layers, which increase: what a network of the first so many would give.
 * @internal
 */
export function displacements(
  { width, edgeWidth, vectors: vectorCount = 0, carried = false, local }: NetworkConfig,
  weights: Readonly<Record<string, Tensor>>,
  { x, t, atoms, pairs, near, centres, mobile, crowding }: NetworkInputs,
  after: readonly number[],
): Tensor[] {
  const layers = after[after.length - 1];
  const found: Tensor[] = [];
  const [B, n] = x.shape as [number, number, number];
  const G = pairs.shape[0] / (n * n);
  const w = (name: string) => weights[name];
  const perNode = (v: Tensor, columns: number) => tf.reshape(v, [B * n, columns]);

  const angles = tf.matMul(t, tf.tensor2d([TIME_FREQUENCIES]));
  const time = tf.concat([t, tf.sin(angles), tf.cos(angles)], 1);
  const graphPart = tf.reshape(tf.add(tf.matMul(atoms, w('embed.atoms')), w('embed.bias')), [G, n, width]);
  const timePart = tf.reshape(tf.matMul(time, w('embed.time')), [B, 1, width]);
  const embedded = silu(perNode(tf.add(graphPart, timePart), width));
  let h = tf.add(tf.matMul(embedded, w('embed.out')), w('embed.out.bias'));

  const ofBatch = (columns: Tensor) => (G === B ? columns : tf.tile(columns, [B, 1, 1]));
  let position = tf.transpose(x, [0, 2, 1]);
  const spokes = centres && spokesOf(centres, n);
  const columns = inColumns(pairs, G);
  const isNear = local && !near ? ofBatch(nearColumn(columns, local.bonds)) : undefined;
  const messages = carriedMessages({ B, n, near, nearby: isNear && tf.reshape(isNear, [B * n * n, 1]) });
  /** What is known of a pair lies in columns, [B, .., P]: one product weighs it all, with nothing transposed. */
  const seenBy = (view: PairView, features: Tensor): SeenPairs => {
    const distance = view.distances(position);
    const radial = radialFunctions(distance);
    return { view, distance, radial, known: tf.concat([radial, ofBatch(features)], 1) };
  };
  const all = seenBy(allPairs(B, n), columns);
  const some = near ? seenBy(somePairs(B, near), inColumns(near.features, G)) : all;
  let vectors: Tensor | undefined;
  for (let l = 0; l < layers; l++) {
    const at = (name: string) => w(`layer${l}.${name}`);
    const isLocal = local !== undefined && (l + 1) % local.wholeEvery !== 0;
    const { view, known, ...start } = isLocal ? some : all;
    const distance = l === 0 ? start.distance : view.distances(position);
    const radial = l === 0 ? start.radial : radialFunctions(distance);
    const reach = tf.add(distance, 1);

    const received = tf.reshape(tf.add(tf.matMul(h, at('receiver')), at('edge.bias')), [B, n, edgeWidth]);
    const sent = tf.reshape(tf.matMul(h, at('sender')), [B, n, edgeWidth]);
    const seen = tf.concat([radial, known, ...(vectors ? view.angles(vectors, position, reach) : [])], 1);
    const weighed = tf.matMul(
      seen,
      asBatch(tf.concat([at('distance'), at('pair'), ...(vectors ? [at('angles')] : [])], 0)),
      true,
    );
    const said = tf.reshape(view.told(weighed, received, sent), [-1, edgeWidth]);
    const before = carried ? messages.before(isLocal) : undefined;
    const hidden = silu(before ? tf.add(tf.matMul(before, at('carried')), said) : said);
    const message = silu(tf.add(tf.matMul(hidden, at('message')), at('message.bias')));
    if (carried) messages.add(isLocal, message);
    // Every head one row of pairs a conformer, so that taking them apart costs nothing.
    const ofPairs = tf.reshape(message, [B, -1, edgeWidth]);
    const last = l === layers - 1;
    const shareCount = last ? 0 : vectorCount;
    const headWeights = shareCount > 0 ? tf.concat([at('heads'), at('vectors')], 1) : at('heads');
    const heads = tf.matMul(asBatch(headWeights), ofPairs, true, true);
    const [pull, gate, shares] = tf.split(heads, shareCount > 0 ? [1, 1, shareCount] : [1, 1], 1) as [
      Tensor,
      Tensor,
      Tensor?,
    ];
    const [pullBias, gateBias] = tf.split(asBatch(at('heads.bias')), 2, 2) as [Tensor, Tensor];

    const crowd = !isLocal && crowding ? tf.reshape(weightsInCrowd(reach, n, crowding), [B, 1, n * n]) : undefined;
    const share = isLocal ? isNear : crowd;
    const heard = (v: Tensor) => (share ? tf.mul(v, share) : v);

    const pulls = heard(tf.div(tf.add(pull, pullBias), reach));
    let update = tf.mul(tf.reshape(view.differencesSummed(pulls, position), [B, 3, n]), COORDINATE_SCALE);
    let volumes: Tensor | undefined;
    if (spokes) {
      const { directions, volume } = handedness(position, spokes);
      volumes = tf.reshape(volume, [B * n, 1]);
      const ofVolume = tf.add(tf.matMul(volumes, tf.mul(at('chiral.volume'), 1 / 3)), at('chiral.bias'));
      const weighing = silu(tf.add(tf.matMul(h, at('chiral')), ofVolume));
      const amounts = tf.transpose(
        tf.reshape(tf.matMul(weighing, tf.mul(at('chiral.out'), CHIRAL_SCALE)), [B, n, 3]),
        [0, 2, 1],
      );
      update = tf.add(update, scatter(spokes, tf.mul(directions, tf.reshape(amounts, [B, 1, 3, n]))));
    }
    position = tf.add(position, mobile ? tf.mul(update, tf.transpose(mobile, [0, 2, 1])) : update);
    if (after.includes(l + 1)) {
      const moved = tf.sub(tf.transpose(position, [0, 2, 1]), x);
      found.push(mobile ? moved : tf.sub(moved, tf.mean(moved, 1, true)));
    }
    if (last) break;

    const gates = heard(tf.sigmoid(tf.add(gate, gateBias)));
    const gathered = perNode(view.messagesSummed(gates, ofPairs), edgeWidth);
    const ofVolume = volumes
      ? tf.add(tf.matMul(volumes, tf.mul(at('node.volume'), 1 / 3)), at('node.bias'))
      : at('node.bias');
    const ofMessages = tf.add(tf.matMul(gathered, tf.mul(at('node.message'), MESSAGE_SCALE)), ofVolume);
    let mixing = tf.add(tf.matMul(h, at('node.state')), ofMessages);
    if (shares) {
      const made = shortened(view.differencesSummed(heard(tf.div(shares, reach)), position));
      vectors = made.vectors;
      mixing = tf.add(mixing, tf.matMul(made.lengths, at('node.vectors')));
    }
    const mixed = silu(mixing);
    h = tf.add(h, tf.add(tf.matMul(mixed, at('node.out')), at('node.out.bias')));
  }
  return found;
}
