/** Breaks sound conformers in one way each, for the geometry checks to find. */
import { planeDeviation } from '../src/chem/geometry-measures.js';
import type { Molecule } from '../src/chem/molecule.js';
import { createRandom } from '../src/flow/random.js';
import type { ReferenceConformer } from './reference-conformers.js';

export const WAYS = [
  'bond 15 % off',
  'double bond turned by 40°',
  'cumulene turned by 40°',
  'ring amide bent by 40°',
  'ring pierced',
] as const;
export type Way = (typeof WAYS)[number];

type Vector = readonly [number, number, number];

/** The conformer with one place of this kind broken, chosen by the seed; undefined where it has none. */
export function broken(
  way: Way,
  { molecule, plan, coordinates: x }: ReferenceConformer,
  seed: number,
): Float32Array | undefined {
  const random = createRandom(seed);
  const pick = <T>(list: readonly T[]): T | undefined =>
    list.length === 0 ? undefined : list[random.integer(list.length)];
  if (way === 'bond 15 % off') {
    // Outside rings all of one side of the bond moves, within rings one atom.
    const bond = pick(plan.bonds);
    if (!bond) return undefined;
    const { a, b, inRing } = bond;
    const by = random.uniform() < 0.5 ? 0.15 : -0.15;
    const shift = [0, 1, 2].map((k) => by * (x[3 * b + k] - x[3 * a + k])) as unknown as Vector;
    return moved(x, inRing ? new Set([b]) : sideOf(molecule, a, b), (p) => add(p, shift));
  }
  if (way === 'ring pierced') {
    // A bond is laid through the centre of a ring.
    const hole = pick(plan.holes.filter(({ bonds }) => bonds.length > 0));
    if (!hole) return undefined;
    const [i, j] = hole.bonds[random.integer(hole.bonds.length)];
    const centre = [0, 1, 2].map((k) => hole.ring.reduce((sum, atom) => sum + x[3 * atom + k], 0) / hole.ring.length);
    const normal = normalOf(x, hole.ring);
    const out = x.slice();
    for (let k = 0; k < 3; k++) {
      out[3 * i + k] = centre[k] + 0.7 * normal[k];
      out[3 * j + k] = centre[k] - 0.7 * normal[k];
    }
    return out;
  }
  const kinds = {
    'double bond turned by 40°': ['double bond'],
    'cumulene turned by 40°': ['cumulene'],
    'ring amide bent by 40°': ['amide of a ring'],
  }[way];
  const plane = pick(plan.planes.filter(({ kind }) => kinds.includes(kind)));
  if (!plane) return undefined;
  const { a, b, ofB } = plane;
  const axis = unit([0, 1, 2].map((k) => x[3 * b + k] - x[3 * a + k]) as unknown as Vector);
  const angle = (random.uniform() < 0.5 ? 40 : -40) * (Math.PI / 180);
  // At a bond of a ring the neighbours of one end turn; outside rings all of one side.
  const isInRing = molecule.rings.some((ring) => ring.includes(a) && ring.includes(b));
  const atoms = isInRing ? new Set(ofB) : sideOf(molecule, a, b, plane.a);
  const origin = [x[3 * b], x[3 * b + 1], x[3 * b + 2]] as const;
  const out = moved(x, atoms, (p) => rotated(p, origin, axis, angle));
  // Where the place was twisted before, the turn may have mended it.
  return planeDeviation(out, plane) > planeDeviation(x, plane) + 15 ? out : undefined;
}

/** Atoms on b's side of the bond or chain from a to b. */
function sideOf({ bonds }: Molecule, a: number, b: number, from = a): Set<number> {
  const side = new Set([b]);
  const list = [b];
  const chain = chainBetween(bonds, from, b);
  for (const atom of list)
    for (const bond of bonds) {
      const next = bond.a === atom ? bond.b : bond.b === atom ? bond.a : undefined;
      if (next === undefined || side.has(next) || next === a || chain.has(next)) continue;
      side.add(next);
      list.push(next);
    }
  return side;
}

/** The shortest path from one atom to another: the first atom and those between. */
function chainBetween(bonds: Molecule['bonds'], from: number, to: number): Set<number> {
  const before = new Map<number, number>([[from, -1]]);
  const list = [from];
  for (const atom of list)
    for (const { a, b } of bonds) {
      const next = a === atom ? b : b === atom ? a : undefined;
      if (next === undefined || before.has(next)) continue;
      before.set(next, atom);
      list.push(next);
    }
  const path = new Set<number>([from]);
  for (let at = before.get(to) ?? -1; at >= 0; at = before.get(at) ?? -1) path.add(at);
  return path;
}

function moved(x: Float32Array, atoms: ReadonlySet<number>, move: (p: Vector) => Vector): Float32Array {
  const out = x.slice();
  for (const atom of atoms) out.set(move([x[3 * atom], x[3 * atom + 1], x[3 * atom + 2]]), 3 * atom);
  return out;
}

function add(p: Vector, q: Vector): Vector {
  return [p[0] + q[0], p[1] + q[1], p[2] + q[2]];
}

function unit(v: Vector): Vector {
  const length = Math.hypot(...v);
  return [v[0] / length, v[1] / length, v[2] / length];
}

/** Rodrigues' formula. */
function rotated(p: Vector, origin: Vector, axis: Vector, angle: number): Vector {
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const v = [p[0] - origin[0], p[1] - origin[1], p[2] - origin[2]];
  const along = v[0] * axis[0] + v[1] * axis[1] + v[2] * axis[2];
  const cross = [axis[1] * v[2] - axis[2] * v[1], axis[2] * v[0] - axis[0] * v[2], axis[0] * v[1] - axis[1] * v[0]];
  return [0, 1, 2].map((k) => origin[k] + c * v[k] + s * cross[k] + (1 - c) * along * axis[k]) as unknown as Vector;
}

function normalOf(x: Float32Array, ring: readonly number[]): Vector {
  const sum = [0, 0, 0];
  ring.forEach((p, i) => {
    const q = ring[(i + 1) % ring.length];
    for (let k = 0; k < 3; k++) {
      const [u, v] = [(k + 1) % 3, (k + 2) % 3];
      sum[k] += x[3 * p + u] * x[3 * q + v] - x[3 * p + v] * x[3 * q + u];
    }
  });
  return unit(sum as unknown as Vector);
}
