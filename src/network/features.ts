/** What the network sees of a molecule: numbers per atom and per pair that depend on the graph alone. */
import { adjacency } from '../chem/adjacency.js';
import type { Molecule } from '../chem/molecule.js';
import { elementName, elementSymbol } from '../chem/elements.js';
import { inputNumber } from '../chem/match-order.js';
import { MoleculeError, shorten } from '../chem/molecule-error.js';
import type { Phase } from './phase-names.js';

/** Elements the network knows, by atomic number: H B C N O F Si P S Cl Br I. */
export const ELEMENTS = [1, 5, 6, 7, 8, 9, 14, 15, 16, 17, 35, 53] as const;
const SUPPORTED = ELEMENTS.map(elementSymbol).join(' ');
const HYBRIDISATIONS = ['sp', 'sp2', 'sp3'] as const;
const RING_SIZES = [3, 4, 5, 6, 7] as const;
/** Bond steps between two atoms, as classes: the upper end of each, the last without end. */
const HOP_CLASSES = [0, 1, 2, 3, 4, 5, 6, 8, Infinity] as const;

/**
 * element, charge, radicals, aromatic, hybridisation, neighbours, hydrogens, rings of each size, larger ring, ring,
 * tagged, whether the geometry wanted is that of a force field (in training, where some references are), and whether
 * the molecule is in water: the last, since models from before it have no weights for it.
 */
export const ATOM_FEATURES = ELEMENTS.length + 3 + HYBRIDISATIONS.length + 2 + RING_SIZES.length + 5;
/** bond class (4), ring bond, conjugated, cis, trans, hop class, shared ring of 3–4, 5, 6, more */
export const PAIR_FEATURES = 8 + HOP_CLASSES.length + 4;
/** Where among them the hop classes begin: an atom and itself, then pairs one, two, .. bonds apart. */
export const HOPS_FROM = 8;
/** Where among them pairs one, two and three bonds apart are told. */
export const LOCAL_PAIRS = { from: HOPS_FROM + 1, count: 3 } as const;

/** Which atoms stage one or two works on: the skeleton alone, or all. */
export type Scope = 'skeleton' | 'all';

export interface GraphFeatures {
  readonly n: number;
  /** [n, ATOM_FEATURES] */
  readonly atoms: Float32Array;
  /** [n, n, PAIR_FEATURES] */
  readonly pairs: Float32Array;
  /** Each tagged centre with three neighbours in the order of positive signed volume. */
  readonly centres: readonly (readonly [number, number, number, number])[];
}

export interface FeatureOptions {
  readonly scope?: Scope;
  /** Whether the geometry wanted is that of a force field. */
  readonly forceField?: boolean;
  readonly phase?: Phase | undefined;
}

/**
 * @throws MoleculeError naming the element and atom, where the network does not know it.
 */
export function graphFeatures(
  molecule: Molecule,
  { scope = 'skeleton', forceField = false, phase = 'gas' }: FeatureOptions = {},
): GraphFeatures {
  const n = scope === 'skeleton' ? molecule.skeletonCount : molecule.atoms.length;
  const bonds = molecule.bonds.filter(({ a, b }) => a < n && b < n);
  const neighbours = adjacency(n, bonds);
  const centres = molecule.centres.flatMap(({ atom, neighbours: [i, j, k], specified }) =>
    specified && i < n && j < n && k < n ? [[atom, i, j, k] as const] : [],
  );
  const tagged = new Set(centres.map(([centre]) => centre));
  return {
    n,
    atoms: atomFeatures(molecule, n, { tagged, forceField, phase }),
    pairs: pairFeatures(molecule, n, bonds, neighbours),
    centres,
  };
}

interface AtomFeatureOptions extends Required<Pick<FeatureOptions, 'forceField' | 'phase'>> {
  readonly tagged: ReadonlySet<number>;
}

function atomFeatures(molecule: Molecule, n: number, { tagged, forceField, phase }: AtomFeatureOptions): Float32Array {
  const out = new Float32Array(n * ATOM_FEATURES);
  const ringSizes: Set<number>[] = Array.from({ length: n }, () => new Set());
  for (const ring of molecule.rings) for (const i of ring) if (i < n) ringSizes[i].add(ring.length);
  const degrees = new Int32Array(molecule.atoms.length);
  for (const { a, b } of molecule.bonds) {
    degrees[a]++;
    degrees[b]++;
  }
  for (let i = 0; i < n; i++) {
    const atom = molecule.atoms[i];
    const element = ELEMENTS.indexOf(atom.element as (typeof ELEMENTS)[number]);
    if (element < 0)
      throw new MoleculeError(
        'element',
        `${shorten(molecule.name || molecule.smiles)}: the network does not know ${elementName(atom.element)} (${elementSymbol(atom.element)}), atom ${inputNumber(molecule, i)}; it knows ${SUPPORTED}. Leave the molecule out, or train a model with that element.`,
      );
    let at = i * ATOM_FEATURES;
    out[at + element] = 1;
    at += ELEMENTS.length;
    out[at++] = atom.charge;
    out[at++] = atom.radicals;
    out[at++] = +atom.aromatic;
    for (const h of HYBRIDISATIONS) out[at++] = +(atom.hybridisation === h);
    out[at++] = degrees[i] / 4;
    out[at++] = atom.hydrogens / 3;
    const sizes = ringSizes[i];
    for (const size of RING_SIZES) out[at++] = +sizes.has(size);
    out[at++] = +[...sizes].some((size) => size > 7);
    out[at++] = +(sizes.size > 0);
    out[at++] = +tagged.has(i);
    out[at++] = +forceField;
    out[at++] = +(phase === 'water');
  }
  return out;
}

function pairFeatures(
  molecule: Molecule,
  n: number,
  bonds: Molecule['bonds'],
  neighbours: readonly (readonly number[])[],
): Float32Array {
  const out = new Float32Array(n * n * PAIR_FEATURES);
  const set = (i: number, j: number, feature: number) => {
    out[(i * n + j) * PAIR_FEATURES + feature] = 1;
    out[(j * n + i) * PAIR_FEATURES + feature] = 1;
  };
  for (const { a, b, order, aromatic, inRing, conjugated } of bonds) {
    set(a, b, aromatic ? 3 : Math.max(order, 1) - 1);
    if (inRing) set(a, b, 4);
    if (conjugated) set(a, b, 5);
  }
  for (const { a, b, references, cis } of molecule.stereoBonds) {
    if (cis === undefined || a >= n || b >= n) continue;
    for (const x of neighbours[a])
      for (const y of neighbours[b]) {
        if (x === b || y === a) continue;
        const sameSide = (cis !== (x !== references[0])) !== (y !== references[1]);
        set(x, y, sameSide ? 6 : 7);
      }
  }
  for (let i = 0; i < n; i++) {
    const hops = hopsFrom(i, neighbours);
    for (let j = 0; j <= i; j++) set(i, j, 8 + HOP_CLASSES.findIndex((limit) => hops[j] <= limit));
  }
  const ringAt = 8 + HOP_CLASSES.length;
  for (const ring of molecule.rings) {
    const size = ring.length;
    const feature = ringAt + (size <= 4 ? 0 : size === 5 ? 1 : size === 6 ? 2 : 3);
    for (const i of ring) for (const j of ring) if (i < j && j < n) set(i, j, feature);
  }
  return out;
}

/** Bond steps from one atom to each other; Infinity where there is no way. */
function hopsFrom(start: number, neighbours: readonly (readonly number[])[]): Float64Array {
  const hops = new Float64Array(neighbours.length).fill(Infinity);
  hops[start] = 0;
  const queue = [start];
  for (const i of queue)
    for (const j of neighbours[i])
      if (hops[j] === Infinity) {
        hops[j] = hops[i] + 1;
        queue.push(j);
      }
  return hops;
}

/** [4, n, n] one-hot rows of the centres and of their three neighbours, as the network's chirality term reads them. */
export function centreRows(out: Float32Array | Uint8Array, { n, centres }: Pick<GraphFeatures, 'n' | 'centres'>): void {
  out.fill(0);
  for (const [centre, ...three] of centres) {
    out[centre * n + centre] = 1;
    three.forEach((atom, k) => (out[((k + 1) * n + centre) * n + atom] = 1));
  }
}
