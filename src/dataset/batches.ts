/** Training batches: molecules of equal atom count, noise coupled to a conformer of each, as arrays for the network. */
import type { FloatArray } from '../geometry/coordinates.js';
import { centre } from '../geometry/coordinates.js';
import { countRotatableBonds } from '../chem/rotatable-bonds.js';
import { optimalAssignment } from '../flow/assignment.js';
import { alignNoise, matchRows } from '../flow/coupling.js';
import { alignedSquaredDistances, pairByTransport } from '../flow/minibatch-transport.js';
import { dataLossWeight, interpolate, sampleTime, type TimeDistribution } from '../flow/path.js';
import { pathSchedule, type PathSettings } from '../flow/path-schedule.js';
import { defaultScale, sampleAboutParents, type Prior } from '../flow/prior.js';
import type { Random } from '../flow/random.js';
import { rotationAveragedData } from '../flow/rotation-average.js';
import { ATOM_FEATURES, centreRows, graphFeatures, PAIR_FEATURES, type GraphFeatures } from '../network/features.js';
import { hydrogenParents, skeletonPrior, type HydrogenParents, type PriorSettings } from '../network/priors.js';
import type { Ensemble } from './ensemble.js';

export interface BatchSettings {
  readonly stage: 'skeleton' | 'hydrogens';
  readonly prior: PriorSettings;
  readonly target: 'data' | 'velocity';
  readonly time: TimeDistribution;
  /** From noise to data. */
  readonly path: PathSettings;
  /**
   * How the skeleton's noise is paired with a conformer.
   * - aligned: superposed onto it (Kabsch).
   * - independent: as it was drawn.
   * - rotation-averaged: as it was drawn; the target is the mean over all orientations of the conformer that the noised
   *   state may stem from (Gaussian prior only).
   * - transport, sinkhorn: optimal transport chooses the partner among several conformers of the molecule, exactly or by
   *   Sinkhorn's plan; the noise is then superposed onto it.
   * - paired: the data hold for each conformer the noise from which a model's flow made it (reflow).
   */
  readonly coupling: 'aligned' | 'independent' | 'rotation-averaged' | 'transport' | 'sinkhorn' | 'paired';
  readonly transport: {
    /** Number of noises, and of conformers, of one molecule that are paired with one another. */
    readonly draws: number;
    /** Entropic regularisation of Sinkhorn's plan, in units of the mean cost. */
    readonly regularisation: number;
  };
  /** Whether an aligned coupling may also permute equivalent atoms. */
  readonly automorphisms: boolean;
  /** Size of a batch in pairs of skeleton atoms: a batch of molecules of n atoms holds about pairsPerBatch / n² of them. */
  readonly pairsPerBatch: number;
  readonly mostMolecules: number;
  readonly mostAtoms: number;
  readonly weights: {
    /** Sampling weight of a molecule with rotatable bonds but only one conformer: its ensemble is incomplete. */
    readonly flexibleSingle: number;
    /** Earliest flow time at which such a molecule is used: later the shape is decided, and one conformer is enough. */
    readonly flexibleSingleFrom: number;
    /** Sampling weight of a molecule whose geometries are minima of a force field. */
    readonly forceField: number;
    /** A molecule with K conformers has the sampling weight K to this power. */
    readonly conformerPower: number;
  };
}

/** The part of a batch that changes from draw to draw; the rest depends on the molecular graphs alone. */
export interface Points {
  readonly n: number;
  readonly size: number;
  /** Rows [size] of the molecules in the table of features of n atoms. */
  readonly places: Int32Array;
  /** x, t, target and weight, as the training program takes them. */
  readonly feeds: Readonly<Record<'x' | 't' | 'target' | 'weight', Float32Array>>;
}

/** Features of the M molecules of n atoms, as the training program takes them. */
export interface FeatureTable {
  readonly molecules: number;
  /** [M, n, ATOM_FEATURES] */
  readonly atoms: Float32Array;
  /** [M, n·n, PAIR_FEATURES], zeros and ones. */
  readonly pairs: Uint8Array;
  /** [M, 4, n, n], zeros and ones. */
  readonly centres: Uint8Array;
  /** [M, n], zeros and ones; of hydrogens alone. */
  readonly mobile?: Uint8Array;
}

export interface Batch {
  readonly n: number;
  readonly size: number;
  /** x, t, atoms, pairs, centres, target, weight and (hydrogens) mobile, as the training program takes them. */
  readonly feeds: Record<string, Float32Array>;
}

interface Entry {
  readonly ensemble: Ensemble;
  /** Cumulative sampling weight within its group. */
  readonly cumulative: number;
  /** The earliest flow time at which it is used. */
  readonly from: number;
  /** Features, made on first use. Pairs are stored as bytes: they are zeros and ones, and there are many. */
  features: { readonly graph: Omit<GraphFeatures, 'pairs'>; readonly pairs: Uint8Array } | undefined;
  /** Likewise what noise needs. */
  prior: Prior | undefined;
  parents: HydrogenParents | undefined;
}

/** Cost of an atom, in pairs. */
const PAIRS_PER_NODE = 6;

/** Least share of the batches for each atom count: there are few molecules of two or three heavy atoms. */
const LEAST_SHARE = 0.002;

export function batchSize(n: number, { pairsPerBatch, mostMolecules }: BatchSettings): number {
  return Math.max(1, Math.min(mostMolecules, Math.round(pairsPerBatch / (n * (n + PAIRS_PER_NODE)))));
}

/** Sampling weight of an ensemble, and the earliest flow time at which it is used. */
function shareOf(
  { molecule, conformers, forceField, noise }: Ensemble,
  { weights }: BatchSettings,
): { weight: number; from: number } {
  // The pairs of reflow were drawn by these weights already: each counts once.
  if (noise) return { weight: conformers, from: 0 };
  const cutShort = conformers === 1 && countRotatableBonds(molecule) > 0;
  return {
    weight:
      (cutShort ? weights.flexibleSingle : 1) *
      (forceField ? weights.forceField : 1) *
      conformers ** weights.conformerPower,
    from: cutShort ? weights.flexibleSingleFrom : 0,
  };
}

/** An endless source of batches: molecules by their sampling weights, the conformers of a molecule uniformly. */
export function batchSource(ensembles: readonly Ensemble[], settings: BatchSettings) {
  if (settings.coupling === 'rotation-averaged' && settings.prior.kind !== 'gaussian')
    throw new Error(
      `the rotation-averaged coupling has a closed form for the gaussian prior alone; the configuration says ${settings.prior.kind}`,
    );
  if (
    settings.path.kind !== 'straight' &&
    (settings.stage === 'hydrogens' || settings.target === 'velocity' || settings.coupling === 'rotation-averaged')
  )
    throw new Error(
      `the path '${settings.path.kind}' is for the skeleton stage, target 'data' and any coupling but rotation-averaged; ` +
        `the configuration has ${settings.stage}, ${settings.target}, ${settings.coupling}`,
    );
  const { flexibleSingleFrom: from } = settings.weights;
  if (settings.time.kind === 'steps' && from > 1 - 1 / settings.time.steps)
    throw new Error(
      `weights.flexibleSingleFrom is ${from}, later than all the ${settings.time.steps} times of the configuration`,
    );
  const paired = settings.coupling === 'paired';
  if (paired && settings.stage !== 'skeleton')
    throw new Error("the coupling 'paired' is of the skeleton stage alone: reflow makes no hydrogens");
  const groups = new Map<number, Entry[]>();
  for (const ensemble of ensembles) {
    if (paired !== (ensemble.noise !== undefined))
      throw new Error(
        paired
          ? `the coupling 'paired' needs the noise of every conformer, and ${ensemble.molecule.smiles} has none; give the pairs of molflow reflow alone`
          : `${ensemble.molecule.smiles} is a pair of noise and conformer as molflow reflow makes them; they train with coupling 'paired'`,
      );
    const { skeletonCount, atoms } = ensemble.molecule;
    const n = settings.stage === 'skeleton' ? skeletonCount : atoms.length;
    if (n < 2 || n > settings.mostAtoms || (settings.stage === 'hydrogens' && n === skeletonCount)) continue;
    const { weight, from } = shareOf(ensemble, settings);
    if (weight === 0) continue;
    let group = groups.get(n);
    if (!group) groups.set(n, (group = []));
    group.push({
      ensemble,
      cumulative: (group.at(-1)?.cumulative ?? 0) + weight,
      from,
      features: undefined,
      prior: undefined,
      parents: undefined,
    });
  }
  const sizes = [...groups.keys()].sort((a, b) => a - b);
  if (sizes.length === 0) throw new Error('no molecule of the data has between 2 and mostAtoms atoms');
  const shares: number[] = [];
  let total = 0;
  const natural = sizes.map((n) => totalOf(groupOf(n)) / batchSize(n, settings));
  const floor = LEAST_SHARE * natural.reduce((sum, share) => sum + share, 0);
  for (const share of natural) shares.push((total += Math.max(share, floor)));

  return {
    sizes,
    molecules: [...groups.values()].reduce((sum, group) => sum + group.length, 0),
    /** Draws one ensemble, with the same probability as batches do. */
    drawEnsemble(random: Random): Ensemble {
      const weights = sizes.map((n, k) => (shares[k] - (shares[k - 1] ?? 0)) * batchSize(n, settings));
      let at = random.uniform() * weights.reduce((sum, weight) => sum + weight, 0);
      const n = sizes.find((_, k) => (at -= weights[k]) < 0) ?? sizes[sizes.length - 1];
      const group = groupOf(n);
      return group[pickPlace(group, random)].ensemble;
    },
    /** Molecules in a batch of those of n atoms. */
    batchSize: (n: number) => batchSize(n, settings),
    draw: (random: Random): Batch => batchOf(drawPoints(random), (n, place) => groupOf(n)[place], settings),
    drawPoints,
    /** The features of all molecules of n atoms, `sizes` says of which n there are some. */
    features: (n: number): FeatureTable => tableOf(groupOf(n), n, settings),
  };

  function groupOf(n: number): readonly Entry[] {
    const group = groups.get(n);
    if (!group) throw new Error(`there is no molecule of ${n} atoms; those with data have ${sizes.join(', ')}`);
    return group;
  }

  function drawPoints(random: Random): Points {
    const at = random.uniform() * total;
    const n = sizes[shares.findIndex((share) => at < share)] ?? sizes[sizes.length - 1];
    const group = groupOf(n);
    const size = batchSize(n, settings);
    const times = isTransport(settings) ? settings.transport.draws : 1;
    const places: number[] = [];
    while (places.length < size) {
      const place = pickPlace(group, random);
      for (let k = Math.min(times, size - places.length); k > 0; k--) places.push(place);
    }
    return {
      n,
      size,
      places: Int32Array.from(places),
      feeds: pointsOf(
        places.map((place) => group[place]),
        n,
        settings,
        random,
      ),
    };
  }
}

const isTransport = ({ stage, coupling }: BatchSettings): boolean =>
  stage === 'skeleton' && (coupling === 'transport' || coupling === 'sinkhorn');

const totalOf = (group: readonly Entry[]): number => group[group.length - 1].cumulative;

function pickPlace(group: readonly Entry[], random: Random): number {
  const at = random.uniform() * totalOf(group);
  let [low, high] = [0, group.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at < group[middle].cumulative) high = middle;
    else low = middle + 1;
  }
  return low;
}

export type BatchSource = ReturnType<typeof batchSource>;

function featuresOf(entry: Entry, stage: BatchSettings['stage']) {
  if (entry.features) return entry.features;
  const { pairs, ...graph } = graphFeatures(entry.ensemble.molecule, {
    scope: stage === 'skeleton' ? 'skeleton' : 'all',
    forceField: entry.ensemble.forceField,
    phase: entry.ensemble.phase,
  });
  return (entry.features = { graph, pairs: Uint8Array.from(pairs) });
}

const priorOf = (entry: Entry, settings: PriorSettings) =>
  (entry.prior ??= skeletonPrior(entry.ensemble.molecule, settings));

const parentsOf = (entry: Entry) => (entry.parents ??= hydrogenParents(entry.ensemble.molecule));

/** Joins points with the features of their molecules. */
function batchOf(
  { n, size: B, places, feeds }: Points,
  entryAt: (n: number, place: number) => Entry,
  { stage }: BatchSettings,
): Batch {
  const arrays = {
    ...feeds,
    atoms: new Float32Array(B * n * ATOM_FEATURES),
    pairs: new Float32Array(B * n * n * PAIR_FEATURES),
    centres: new Float32Array(B * 4 * n * n),
    ...(stage === 'hydrogens' && { mobile: new Float32Array(B * n) }),
  };
  places.forEach((place, b) => fillFeatures(arrays, b, entryAt(n, place), n, stage));
  return { n, size: B, feeds: arrays };
}

function tableOf(group: readonly Entry[], n: number, { stage }: BatchSettings): FeatureTable {
  const table = {
    molecules: group.length,
    atoms: new Float32Array(group.length * n * ATOM_FEATURES),
    pairs: new Uint8Array(group.length * n * n * PAIR_FEATURES),
    centres: new Uint8Array(group.length * 4 * n * n),
    ...(stage === 'hydrogens' && { mobile: new Uint8Array(group.length * n) }),
  };
  group.forEach((entry, place) => fillFeatures(table, place, entry, n, stage));
  return table;
}

interface FeatureArrays {
  readonly atoms: Float32Array;
  readonly pairs: Float32Array | Uint8Array;
  readonly centres: Float32Array | Uint8Array;
  readonly mobile?: Float32Array | Uint8Array;
}

/** Writes what the graph of an entry says into row `b` of the arrays. */
function fillFeatures(
  { atoms, pairs, centres, mobile }: FeatureArrays,
  b: number,
  entry: Entry,
  n: number,
  stage: BatchSettings['stage'],
): void {
  const features = featuresOf(entry, stage);
  atoms.set(features.graph.atoms, b * n * ATOM_FEATURES);
  pairs.set(features.pairs, b * n * n * PAIR_FEATURES);
  if (features.graph.centres.length > 0)
    centreRows(centres.subarray(b * 4 * n * n, (b + 1) * 4 * n * n), features.graph);
  mobile?.set(parentsOf(entry).mobile, b * n);
}

function pointsOf(entries: readonly Entry[], n: number, settings: BatchSettings, random: Random): Points['feeds'] {
  const B = entries.length;
  const points = {
    x: new Float32Array(B * n * 3),
    t: new Float32Array(B),
    target: new Float32Array(B * n * 3),
    weight: new Float32Array(B),
  };
  const schedule = pathSchedule(settings.path);
  const transported = isTransport(settings) ? transportedPairs(entries, n, settings, random) : undefined;
  entries.forEach((entry, b) => {
    const tagged = featuresOf(entry, settings.stage).graph.centres.length > 0;
    const { x0, x1 } = transported?.[b] ?? { x0: new Float32Array(n * 3), x1: new Float32Array(n * 3) };
    const { noise } = entry.ensemble;
    // Only the paired coupling takes ensembles with noise.
    if (noise) drawPair(x0, x1, { ...entry.ensemble, noise }, n, tagged, random);
    else if (!transported) {
      drawConformer(x1, entry.ensemble, n, tagged, random);
      if (settings.stage === 'skeleton') coupledNoise(x0, x1, entry, settings, random);
      else coupledHydrogens(x0, x1, entry, settings, random);
    }

    let t: number;
    do t = sampleTime(settings.time, random);
    while (t < entry.from);
    const x = points.x.subarray(b * n * 3, (b + 1) * n * 3);
    interpolate(x, x0, x1, t, schedule);
    if (settings.stage === 'skeleton' && settings.coupling === 'rotation-averaged')
      rotationAveragedData(x1, x, x1.slice(), { atoms: n, t, scale: defaultScale(n) });
    const target = points.target.subarray(b * n * 3, (b + 1) * n * 3);
    // The velocity (x1 − x)/(1 − t) equals x1 − x0, unless x1 is a mean over rotations.
    const scale = settings.target === 'data' ? 1 : 1 / (1 - t);
    for (let i = 0; i < n * 3; i++) target[i] = scale * (x1[i] - x[i]);
    points.t[b] = t;
    points.weight[b] = settings.target === 'data' ? dataLossWeight(schedule.noise(t)) : 1;
  });
  return points;
}

/** Draws one conformer of the ensemble, centred. Without tagged centres its mirror image is drawn half of the time. */
function drawConformer(
  out: FloatArray,
  { molecule, conformers, coordinates }: Ensemble,
  n: number,
  tagged: boolean,
  random: Random,
): void {
  const start = random.integer(conformers) * molecule.atoms.length * 3;
  out.set(coordinates.subarray(start, start + n * 3));
  centre(out, out, n);
  if (!tagged && random.uniform() < 0.5) for (let i = 0; i < n * 3; i++) out[i] = -out[i];
}

/** Draws a conformer and the noise it was made from, centred; without tagged centres both mirrored half of the time. */
function drawPair(
  x0: FloatArray,
  x1: FloatArray,
  { conformers, coordinates, noise }: Pick<Required<Ensemble>, 'conformers' | 'coordinates' | 'noise'>,
  n: number,
  tagged: boolean,
  random: Random,
): void {
  const start = random.integer(conformers) * n * 3;
  const mirrored = !tagged && random.uniform() < 0.5;
  for (const [out, all] of [
    [x0, noise],
    [x1, coordinates],
  ] as const) {
    out.set(all.subarray(start, start + n * 3));
    centre(out, out, n);
    if (mirrored) for (let i = 0; i < n * 3; i++) out[i] = -out[i];
  }
}

function coupledNoise(x0: FloatArray, x1: FloatArray, entry: Entry, settings: BatchSettings, random: Random): void {
  const { ensemble } = entry;
  const n = ensemble.molecule.skeletonCount;
  priorOf(entry, settings.prior).sample(x0, random);
  if (settings.coupling === 'aligned')
    alignNoise(x0, x0, x1, { atoms: n, ...(settings.automorphisms && { automorphisms: ensemble.automorphisms }) });
}

interface Pair {
  readonly x0: Float32Array;
  readonly x1: Float32Array;
}

/** A pair for each entry. Entries in a row of one molecule are paired by optimal transport, then superposed. */
function transportedPairs(entries: readonly Entry[], n: number, settings: BatchSettings, random: Random): Pair[] {
  const pairs: Pair[] = [];
  while (pairs.length < entries.length) {
    const entry = entries[pairs.length];
    const { ensemble } = entry;
    const next = entries.findIndex((other, b) => b > pairs.length && other !== entry);
    const size = Math.min(settings.transport.draws, (next < 0 ? entries.length : next) - pairs.length);
    const tagged = featuresOf(entry, settings.stage).graph.centres.length > 0;
    const noises: Float32Array[] = [];
    const data: Float32Array[] = [];
    for (let k = 0; k < size; k++) {
      noises.push(new Float32Array(n * 3));
      data.push(new Float32Array(n * 3));
      drawConformer(data[k], ensemble, n, tagged, random);
      priorOf(entry, settings.prior).sample(noises[k], random);
    }
    const { automorphisms: all, molecule } = ensemble;
    const automorphisms = settings.automorphisms ? all : [Array.from({ length: molecule.skeletonCount }, (_, i) => i)];
    const partner = pairByTransport(
      alignedSquaredDistances(noises, data, automorphisms),
      size,
      settings.coupling === 'transport'
        ? { kind: 'exact', assign: optimalAssignment }
        : { kind: 'sinkhorn', regularisation: settings.transport.regularisation, random },
    );
    noises.forEach((x0, i) => {
      const x1 = data[partner[i]];
      alignNoise(x0, x0, x1, { atoms: n, automorphisms });
      pairs.push({ x0, x1: x1.slice() });
    });
  }
  return pairs;
}

/** Noise of the hydrogen stage: hydrogens about their parents, all other atoms at their final positions. */
function coupledHydrogens(
  x0: FloatArray,
  x1: FloatArray,
  entry: Entry,
  { prior }: BatchSettings,
  random: Random,
): void {
  const parents = parentsOf(entry);
  x0.set(x1);
  sampleAboutParents(x0, parents.parent, random, prior.hydrogenScale);
  matchRows(x0, x1, parents.groups);
}
