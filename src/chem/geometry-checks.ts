/**
 * Tells a conformer with sound geometry from a broken one: bonds by their kind, rings, clashes, what is flat, straight or
 * at right angles, bonds through rings, NaN.
 *
 * Bounds are from the reference ensembles in molecules/ (28 870 GFN2-xTB minima, `npm run bench -- geometry-bounds`), where
 * nothing else is said; `npm run bench -- geometry-checks` counts false alarms over all of them and what is caught of
 * structures broken in one way each.
 */
import { inertiaTensor } from '../geometry/inertia.js';
import { angle, distance, signedVolume } from '../geometry/internal-coordinates.js';
import { symmetricEigen } from '../geometry/symmetric-eigen.js';
import { COINCIDENT } from './clash-limits.js';
import { passesThrough, planeDeviation } from './geometry-measures.js';
import { geometryPlan, type FlatKind, type GeometryPlan, type PlaneKind } from './geometry-plan.js';
import type { Molecule } from './molecule.js';

/** How far an atom of an aromatic ring may lie from the ring's mean plane, in Å. Crowded ones reach 0.15. */
export const AROMATIC_PLANARITY = 0.25;

/**
 * How far the planes of two ends may be from where they should be, in degrees. Of a thousand double bonds one lies beyond
 * 29 (push-pull alkenes, bridgeheads), of a hundred amides one beyond 18, of ureas and imides one
 * beyond 51. Cumulenes reached 3; turning them costs 45 kcal/mol at worst. In
 * GFN2 minima of trans-cyclooctene, -nonene and -decene it is 2, 10 and 7 (their C–C=C–C of 137° and more comes of pyramidal
 * ends, which the measure does not feel), in 1,2-cyclooctadiene and -nonadiene 13 and 6.
 */
export const PLANE_DEVIATION: Readonly<Record<PlaneKind, number>> = {
  'double bond': 32,
  'double bond of a small ring': 30,
  'double bond of a medium ring': 30,
  cumulene: 15,
  'cumulene of a ring': 25,
  amide: 40,
  'urea or imide': 65,
  'amide of a ring': 30,
};

/**
 * How far an angle at an sp atom may be from straight, in degrees. Of a thousand one lies beyond 15. In rings
 * (GFN2 minima: cyclooctyne 26, 1,2-cyclooctadiene 22, 1,2-cyclononadiene 12), by their size; smaller rings are not
 * looked at.
 */
export const STRAIGHT_DEVIATION = 22;
/** Of the middle nitrogen of diazo groups and azides, in zwitterions. */
const STRAIGHT_DEVIATION_OF_NITROGEN = 46;
const STRAIGHT_DEVIATION_OF_RING: Readonly<Record<number, number>> = { 8: 35, 9: 30, 10: 26 };
const SMALLEST_STRAIGHT_RING = 8;

/** Largest signed volume of unit vectors (0.77 for a tetrahedron) at a flat atom: one in ten thousand or fewer lie beyond. */
export const FLAT_VOLUME: Readonly<Record<FlatKind, number>> = {
  'aromatic carbon': 0.3,
  'double-bonded': 0.49,
  boron: 0.3,
  'amide nitrogen': 0.65,
};

/**
 * Angles in degrees at atoms with more than four pairs of electrons: narrowest, and the least of the widest (SF4 173,
 * O–I–C of a benziodoxolone 145).
 */
const HYPERVALENT_ANGLES = { narrowest: 70, widest: 140 };

export interface GeometryProblem {
  readonly kind:
    | 'nan'
    | 'coincident'
    | 'bond-length'
    | 'ring-open'
    | 'clash'
    | 'aromatic-planarity'
    /** Of the planes of a double bond's, cumulene's or amide's ends. */
    | 'twist'
    /** An sp atom that is bent. */
    | 'bent'
    /** A flat atom that is pyramidal. */
    | 'pyramidal'
    | 'hypervalent-angle'
    /** A bond that passes through a ring. */
    | 'pierced-ring';
  readonly atoms: readonly number[];
  /** What was measured, and the bound that it passes: Å, or degrees for angles; a signed volume where `pyramidal`. */
  readonly value: number;
  readonly limit: number;
  /** Of a bond that is unlike others of its kind, what it is. */
  readonly unusual?: string | undefined;
}

/**
 * All that is wrong with a conformer's geometry. Coordinates that are not finite are the only problem reported
 * where there are any.
 * @param coordinates [n,3] row-major, Å; n may be `atoms.length` or, for a skeleton alone, `skeletonCount`.
 * @param plan of the molecule; who checks many of its conformers makes it once.
 * @throws RangeError for another length.
 */
export function checkGeometry(
  molecule: Molecule,
  coordinates: Float32Array,
  plan: GeometryPlan = geometryPlan(molecule),
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

  checkBonds(plan, coordinates, n, problems);
  checkClashes(plan, coordinates, n, problems);
  checkShapes(molecule, plan, coordinates, n, problems);
  checkHoles(plan, coordinates, n, problems);
  return { ok: problems.length === 0, problems };
}

function checkBonds(plan: GeometryPlan, x: Float32Array, n: number, problems: GeometryProblem[]): void {
  for (const { a, b, inRing, least, largest, unusual } of plan.bonds) {
    if (a >= n || b >= n) continue;
    const value = distance(x, a, b);
    if (value < COINCIDENT) problems.push({ kind: 'coincident', atoms: [a, b], value, limit: COINCIDENT });
    else if (value < least || value > largest)
      problems.push({
        kind: value > largest && inRing ? 'ring-open' : 'bond-length',
        atoms: [a, b],
        value,
        limit: value > largest ? largest : least,
        ...(unusual !== undefined && { unusual }),
      });
  }
}

function checkClashes(
  { atoms: all, clashLimits: limits }: GeometryPlan,
  x: Float32Array,
  n: number,
  problems: GeometryProblem[],
): void {
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const limit = limits[i * all + j];
      if (limit === 0) continue;
      const dx = x[3 * j] - x[3 * i];
      const dy = x[3 * j + 1] - x[3 * i + 1];
      const dz = x[3 * j + 2] - x[3 * i + 2];
      const square = dx * dx + dy * dy + dz * dz;
      if (square >= limit * limit) continue;
      const value = Math.sqrt(square);
      problems.push(
        value < COINCIDENT
          ? { kind: 'coincident', atoms: [i, j], value, limit: COINCIDENT }
          : { kind: 'clash', atoms: [i, j], value, limit },
      );
    }
  }
}

function checkShapes(
  molecule: Molecule,
  plan: GeometryPlan,
  x: Float32Array,
  n: number,
  problems: GeometryProblem[],
): void {
  const within = (...atoms: readonly number[]): boolean => atoms.every((atom) => atom < n);
  for (const ring of plan.aromaticRings) {
    if (!within(...ring)) continue;
    const value = outOfPlane(x, ring);
    if (value > AROMATIC_PLANARITY)
      problems.push({ kind: 'aromatic-planarity', atoms: ring, value, limit: AROMATIC_PLANARITY });
  }
  for (const plane of plan.planes) {
    const { a, b, ofA, ofB, kind } = plane;
    if (!within(a, b, ...ofA, ...ofB)) continue;
    const value = planeDeviation(x, plane);
    const limit = PLANE_DEVIATION[kind];
    if (!(value <= limit)) problems.push({ kind: 'twist', atoms: [ofA[0], a, b, ofB[0]], value, limit });
  }
  for (const { atoms, ringSize } of plan.straight) {
    if (ringSize < SMALLEST_STRAIGHT_RING || !within(...atoms)) continue;
    const value = 180 - angle(x, ...atoms) * DEGREES;
    const usual = molecule.atoms[atoms[1]].element === 7 ? STRAIGHT_DEVIATION_OF_NITROGEN : STRAIGHT_DEVIATION;
    const limit = STRAIGHT_DEVIATION_OF_RING[ringSize] ?? usual;
    if (value > limit) problems.push({ kind: 'bent', atoms, value, limit });
  }
  for (const { atom, around, kind } of plan.flat) {
    if (!within(atom, ...around)) continue;
    const value = Math.abs(signedVolume(x, atom, ...around));
    const limit = FLAT_VOLUME[kind];
    if (!(value <= limit)) problems.push({ kind: 'pyramidal', atoms: [atom, ...around], value, limit });
  }
  for (const { atom, around } of plan.hypervalent) {
    if (!within(atom, ...around)) continue;
    const angles = around.flatMap((i, k) => around.slice(k + 1).map((j) => angle(x, i, atom, j) * DEGREES));
    const [least, most] = [Math.min(...angles), Math.max(...angles)];
    const atoms = [atom, ...around];
    if (least < HYPERVALENT_ANGLES.narrowest)
      problems.push({ kind: 'hypervalent-angle', atoms, value: least, limit: HYPERVALENT_ANGLES.narrowest });
    else if (most < HYPERVALENT_ANGLES.widest)
      problems.push({ kind: 'hypervalent-angle', atoms, value: most, limit: HYPERVALENT_ANGLES.widest });
  }
}

function checkHoles(plan: GeometryPlan, x: Float32Array, n: number, problems: GeometryProblem[]): void {
  const centre = [0, 0, 0];
  for (const { ring, bonds } of plan.holes) {
    if (!ring.every((atom) => atom < n)) continue;
    centre.fill(0);
    for (const atom of ring) for (let k = 0; k < 3; k++) centre[k] += x[3 * atom + k] / ring.length;
    let reach = 0;
    for (const atom of ring) reach = Math.max(reach, squareFrom(x, atom, centre));
    reach = (Math.sqrt(reach) + LONGEST_PIERCING) ** 2;
    for (const [i, j] of bonds) {
      if (i >= n || j >= n || squareFrom(x, i, centre) > reach) continue;
      if (passesThrough(x, i, j, ring, centre))
        problems.push({ kind: 'pierced-ring', atoms: [i, j, ...ring], value: 0, limit: 0 });
    }
  }
}

/** A bond that starts further from a ring's rim, in Å, does not reach through it. */
const LONGEST_PIERCING = 2;

function squareFrom(x: Float32Array, atom: number, centre: readonly number[]): number {
  return (x[3 * atom] - centre[0]) ** 2 + (x[3 * atom + 1] - centre[1]) ** 2 + (x[3 * atom + 2] - centre[2]) ** 2;
}

const DEGREES = 180 / Math.PI;

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
