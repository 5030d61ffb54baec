/** Conformers for tests, as a file would hold them; conformers.json says of each what openchemlib made. */
import { readFileSync } from 'node:fs';
import type { Structure } from '../../src/chem/structure.js';

interface Entry {
  /** element, charge, isotope, x, y, z */
  readonly atoms: readonly (readonly [number, number, number, number, number, number])[];
  /** atom, atom, order */
  readonly bonds: readonly (readonly [number, number, 1 | 2 | 3])[];
}

const entries = JSON.parse(readFileSync(new URL('conformers.json', import.meta.url), 'utf8')) as Record<string, Entry>;

/** SMILES of all conformers there are. */
export const embedded: readonly string[] = Object.keys(entries);

/** The conformer of a SMILES, with all its hydrogens and in openchemlib's order of atoms. */
export function embed(smiles: string): Structure {
  const entry = entries[smiles];
  if (!entry) throw new Error(`conformers.json has no ${smiles}; add it with make-conformers.mjs`);
  return {
    name: smiles,
    atoms: entry.atoms.map(([element, charge, isotope]) => ({ element, charge, isotope })),
    bonds: entry.bonds.map(([a, b, order]) => ({ a, b, order })),
    coordinates: Float32Array.from(entry.atoms.flatMap((atom) => atom.slice(3))),
    dimension: 3,
  };
}

/** Coordinates of a structure in the atom order of a molecule. */
export function inOrder(coordinates: Float32Array, order: Int32Array): Float32Array {
  const out = new Float32Array(3 * order.length);
  order.forEach((from, to) => out.set(coordinates.subarray(3 * from, 3 * from + 3), 3 * to));
  return out;
}

export function mirrored(coordinates: Float32Array): Float32Array {
  return coordinates.map((value, k) => (k % 3 === 2 ? -value : value));
}

/** Rotated by the quaternion (any length) and shifted by a vector in Å. */
export function moved(
  coordinates: Float32Array,
  quaternion: readonly [number, number, number, number],
  shift: readonly [number, number, number],
): Float32Array {
  const norm = Math.hypot(...quaternion);
  const [w, x, y, z] = quaternion.map((value) => value / norm) as [number, number, number, number];
  const rotation = [
    [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
    [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
    [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
  ];
  return coordinates.map((_, k) => {
    const atom = k - (k % 3);
    return rotation[k % 3].reduce((sum, r, axis) => sum + r * coordinates[atom + axis], shift[k % 3]);
  });
}
