/** Measures how equivariant a model really is: rotations, translations, permutations and reflections, in float32. */
import { parseSmiles } from '../chem/parse.js';
import type { Molecule } from '../chem/molecule.js';
import type { RDKitModule } from '../chem/rdkit.js';
import { sampleAboutParents } from '../flow/prior.js';
import { createRandom, type Random } from '../flow/random.js';
import { randomRotation, rotate } from '../geometry/rotation.js';
import { ATOM_FEATURES, graphFeatures, PAIR_FEATURES, type GraphFeatures } from './features.js';
import type { Predictor } from './predictor.js';
import { hydrogenParents, skeletonPrior } from './priors.js';

export interface EquivarianceErrors {
  readonly smiles: string;
  readonly stage: 'skeleton' | 'hydrogens';
  readonly tagged: boolean;
  /** |v(Rx) − R v(x)| / |v(x)|, and likewise for the others: relative, in the Euclidean norm over all atoms. */
  readonly rotation: number;
  readonly translation: number;
  readonly permutation: number;
  /** |v(−x) + v(x)| / |v(x)|: at most TOLERANCE where no centre is tagged, above SEEN where one is. */
  readonly reflection: number;
}

/** Largest relative error that counts as equivariant in float32. */
export const TOLERANCE = 1e-4;
/** Least relative difference that shows a mirror image to be seen: rounding stays a hundred times below. */
export const SEEN = 1e-5;
/** A displacement is compared with itself, or with this much an atom (Å) where it is smaller: x itself is rounded. */
const LEAST_DISPLACEMENT = 0.05;

/** Molecules of many kinds, tagged and not. */
export const PROBES = [
  'CC',
  'CC(=O)Oc1ccccc1C(=O)O',
  'C[C@H](N)C(=O)O',
  'C[C@@H](N)C(=O)O',
  'C/C=C\\C',
  'F[C@](Cl)(Br)I',
  'C1CC1C#N',
  'CC(C)Cc1ccc(cc1)[C@@H](C)C(=O)O',
  'C[N+](C)(C)CC([O-])=O',
  'O=S(=O)(N)c1ccc(cc1)Br',
] as const;

/** Errors of one stage on a molecule at random coordinates and a random time. */
export async function measureEquivariance({
  rdkit,
  predictor,
  stage,
  smiles,
  seed = 1,
}: {
  readonly rdkit: RDKitModule;
  readonly predictor: Predictor;
  readonly stage: 'skeleton' | 'hydrogens';
  readonly smiles: string;
  readonly seed?: number;
}): Promise<EquivarianceErrors> {
  const molecule = parseSmiles(rdkit, smiles);
  const graph = graphFeatures(molecule, { scope: stage === 'skeleton' ? 'skeleton' : 'all' });
  const mobile = stage === 'hydrogens' ? hydrogenParents(molecule).mobile : undefined;
  const random = createRandom(seed);
  const { n } = graph;
  const x = noisyCoordinates(molecule, predictor, stage, random);
  const t = random.uniform() * 0.9;
  const velocity = await displacementOf(predictor, graph, mobile, x, t);

  const rotation = new Float64Array(9);
  randomRotation(rotation, () => random.uniform());
  const turn = (v: Float32Array) => {
    const out = new Float32Array(v.length);
    rotate(out, rotation, v, n);
    return out;
  };
  const order = permutation(n, random);
  const permuted = permuteGraph(graph, order);
  const shift = [random.normal() * 3, random.normal() * 3, random.normal() * 3];
  const shifted = x.map((v, i) => v + shift[i % 3]);

  return {
    smiles,
    stage,
    tagged: graph.centres.length > 0 && (!mobile || mobile.includes(1)),
    rotation: relative(await displacementOf(predictor, graph, mobile, turn(x), t), turn(velocity)),
    translation: relative(await displacementOf(predictor, graph, mobile, shifted, t), velocity),
    permutation: relative(
      await displacementOf(predictor, permuted, mobile && permuteRows(mobile, order, 1), permuteRows(x, order, 3), t),
      permuteRows(velocity, order, 3),
    ),
    reflection: relative(
      await displacementOf(
        predictor,
        graph,
        mobile,
        x.map((v) => -v),
        t,
      ),
      velocity.map((v) => -v),
    ),
  };
}

function noisyCoordinates(molecule: Molecule, predictor: Predictor, stage: string, random: Random): Float32Array {
  const skeleton = new Float32Array(molecule.skeletonCount * 3);
  skeletonPrior(molecule, predictor.stage.prior).sample(skeleton, random);
  if (stage === 'skeleton') return skeleton;
  const all = new Float32Array(molecule.atoms.length * 3);
  all.set(skeleton);
  sampleAboutParents(all, hydrogenParents(molecule).parent, random, predictor.stage.prior.hydrogenScale);
  return all;
}

async function displacementOf(
  predictor: Predictor,
  graph: GraphFeatures,
  mobile: Float32Array | undefined,
  x: Float32Array,
  t: number,
): Promise<Float32Array> {
  const predicted = await predictor.bind(graph, { mobile })(x, t);
  return predicted.map((v, i) => v - x[i]);
}

function relative(a: Float32Array, b: Float32Array): number {
  let [difference, size] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    difference += (a[i] - b[i]) ** 2;
    size += b[i] ** 2;
  }
  return Math.sqrt(difference) / Math.max(Math.sqrt(size), LEAST_DISPLACEMENT * Math.sqrt(a.length / 3));
}

/** A random order of 0…n−1; order[i] is the old place of what comes to i. */
export function permutation(n: number, random: Random): number[] {
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

export function permuteRows(rows: Float32Array, order: readonly number[], width: number): Float32Array {
  const out = new Float32Array(rows.length);
  order.forEach((from, to) => out.set(rows.subarray(from * width, (from + 1) * width), to * width));
  return out;
}

export function permuteGraph({ n, atoms, pairs, centres }: GraphFeatures, order: readonly number[]): GraphFeatures {
  const newPlace = new Int32Array(n);
  order.forEach((from, to) => (newPlace[from] = to));
  const out = new Float32Array(pairs.length);
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++) {
      const from = (order[i] * n + order[j]) * PAIR_FEATURES;
      out.set(pairs.subarray(from, from + PAIR_FEATURES), (i * n + j) * PAIR_FEATURES);
    }
  return {
    n,
    atoms: permuteRows(atoms, order, ATOM_FEATURES),
    pairs: out,
    centres: centres.map(([c, i, j, k]) => [newPlace[c], newPlace[i], newPlace[j], newPlace[k]] as const),
  };
}
