/** Tells a conformer with sound geometry from a broken one: bonds, rings, clashes, flat aromatic rings, NaN. */
import { inertiaTensor } from '../geometry/inertia.js';
import { distance } from '../geometry/internal-coordinates.js';
import { symmetricEigen } from '../geometry/symmetric-eigen.js';
import { adjacency } from './adjacency.js';
import { covalentRadius } from './elements.js';
import type { Molecule } from './molecule.js';

/**
 * Bounds of a bond length over the sum of covalent radii. Over some 3 000 reference conformers (GFN2-xTB, DFT and MMFF94,
 * crystal ligands) it lay between 0.770 (a nitrile) and 1.123 (a dioxetane); H2 has 1.19, F2 1.24.
 */
export const BOND_RATIO: readonly [number, number] = [0.75, 1.3];

/**
 * Least length of a bond between two hydrogens, in Å: H2 has 0.74, far above their covalent radii, so that the bound above
 * would let through 0.47.
 */
export const LEAST_HYDROGEN_BOND = 0.65;

/**
 * How much farther than the sum of their covalent radii two atoms three or more bonds apart must be, in Å. The least
 * in the same conformers was 0.80 (H⋯H in a crowded biaryl), 0.85 (I⋯I), 0.92 and more otherwise.
 */
export const CLASH_MARGIN = 0.7;

/** The same between a hydrogen and an atom that can hold a hydrogen bond with it: 0.42 was seen, in O–H⋯O⁻. */
export const HYDROGEN_BOND_MARGIN = 0.25;
const ACCEPTORS = new Set([7, 8, 9, 16, 17]);

/** Atoms nearer than this lie on top of each other, in Å: less than two thirds of any bond there is. */
export const COINCIDENT = 0.45;

/** How far an atom of an aromatic ring may lie from the ring's mean plane, in Å. Crowded ones reach 0.15. */
export const AROMATIC_PLANARITY = 0.25;

/** Larger rings that count as aromatic (azepines and such) are often puckered. */
const LARGEST_FLAT_RING = 6;

export interface GeometryProblem {
  readonly kind: 'nan' | 'coincident' | 'bond-length' | 'ring-open' | 'clash' | 'aromatic-planarity';
  readonly atoms: readonly number[];
  /** What was measured, and the bound that it passes, in Å. */
  readonly value: number;
  readonly limit: number;
}

/**
 * All that is wrong with a conformer's geometry. Coordinates that are not finite are the only problem reported
 * where there are any.
 * @param coordinates [n,3] row-major, Å; n may be `atoms.length` or, for a skeleton alone, `skeletonCount`.
 * @throws RangeError for another length.
 */
export function checkGeometry(
  molecule: Molecule,
  coordinates: Float32Array,
): { ok: boolean; problems: readonly GeometryProblem[] } {
  const n = coordinates.length / 3;
  if (n !== molecule.atoms.length && n !== molecule.skeletonCount) {
    throw new RangeError(
      `checkGeometry: ${coordinates.length} coordinates arrived; expected 3 × ${molecule.atoms.length} atoms or 3 × ${molecule.skeletonCount} of the skeleton`,
    );
  }
  const problems: GeometryProblem[] = [];
  for (let i = 0; i < n; i++) {
    const bad = [0, 1, 2].map((axis) => coordinates[3 * i + axis]).find((value) => !Number.isFinite(value));
    if (bad !== undefined) problems.push({ kind: 'nan', atoms: [i], value: bad, limit: 0 });
  }
  if (problems.length > 0) return { ok: false, problems };

  const radii = Float64Array.from({ length: n }, (_, i) => covalentRadius(molecule.atoms[i].element));
  const near = nearPairs(molecule, n);
  for (const { a, b, inRing } of molecule.bonds) {
    if (a >= n || b >= n) continue;
    const value = distance(coordinates, a, b);
    const sum = radii[a] + radii[b];
    const least =
      molecule.atoms[a].element === 1 && molecule.atoms[b].element === 1 ? LEAST_HYDROGEN_BOND : BOND_RATIO[0] * sum;
    const most = BOND_RATIO[1] * sum;
    if (value < COINCIDENT) problems.push({ kind: 'coincident', atoms: [a, b], value, limit: COINCIDENT });
    else if (value < least) problems.push({ kind: 'bond-length', atoms: [a, b], value, limit: least });
    else if (value > most) {
      problems.push({ kind: inRing ? 'ring-open' : 'bond-length', atoms: [a, b], value, limit: most });
    }
  }
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const steps = near[i * n + j];
      if (steps === 1) continue;
      const value = distance(coordinates, i, j);
      if (value < COINCIDENT) {
        problems.push({ kind: 'coincident', atoms: [i, j], value, limit: COINCIDENT });
        continue;
      }
      if (steps === 2) continue;
      const limit = radii[i] + radii[j] + clashMargin(molecule, i, j);
      if (value < limit) problems.push({ kind: 'clash', atoms: [i, j], value, limit });
    }
  }
  for (const ring of molecule.rings) {
    if (ring.length > LARGEST_FLAT_RING || !ring.every((atom) => atom < n && molecule.atoms[atom].aromatic)) continue;
    const value = outOfPlane(coordinates, ring);
    if (value > AROMATIC_PLANARITY) {
      problems.push({ kind: 'aromatic-planarity', atoms: ring, value, limit: AROMATIC_PLANARITY });
    }
  }
  return { ok: problems.length === 0, problems };
}

function clashMargin({ atoms }: Molecule, i: number, j: number): number {
  const [a, b] = [atoms[i].element, atoms[j].element];
  return (a === 1 && ACCEPTORS.has(b)) || (b === 1 && ACCEPTORS.has(a)) ? HYDROGEN_BOND_MARGIN : CLASH_MARGIN;
}

/** [n,n]: 1 for bonded pairs, 2 for those with a common neighbour, 0 for the others. */
function nearPairs({ bonds }: Molecule, n: number): Uint8Array {
  const near = new Uint8Array(n * n);
  const neighbours = adjacency(n, bonds);
  for (const around of neighbours) for (const i of around) for (const j of around) near[i * n + j] = 2;
  neighbours.forEach((around, i) => {
    for (const j of around) near[i * n + j] = 1;
  });
  return near;
}

/** Largest distance of a ring atom from the plane through the ring's centre that fits it best. */
function outOfPlane(coordinates: Float32Array, ring: readonly number[]): number {
  const n = ring.length;
  const x = Float64Array.from(ring.flatMap((atom) => [...coordinates.subarray(3 * atom, 3 * atom + 3)]));
  const tensor = new Float64Array(9);
  const axes = new Float64Array(9);
  inertiaTensor(tensor, x, n);
  symmetricEigen(tensor, axes, 3);
  // The normal is the axis of the largest moment.
  const moments = [tensor[0], tensor[4], tensor[8]];
  const k = moments.indexOf(Math.max(...moments));
  const heights = ring.map((_, i) => x[3 * i] * axes[k] + x[3 * i + 1] * axes[3 + k] + x[3 * i + 2] * axes[6 + k]);
  const mean = heights.reduce((sum, height) => sum + height, 0) / n;
  return Math.max(...heights.map((height) => Math.abs(height - mean)));
}
