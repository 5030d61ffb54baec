/** Superposes the conformers of a molecule, each moved as a rigid body with all of its frames. */
import { centroid } from '../../../src/geometry/coordinates.js';
import { inertiaTensor } from '../../../src/geometry/inertia.js';
import { kabschRotation } from '../../../src/geometry/kabsch.js';
import { moveOnto, rowsOf } from '../../../src/geometry/move-onto.js';
import { rotate } from '../../../src/geometry/rotation.js';
import { symmetricEigen } from '../../../src/geometry/symmetric-eigen.js';
import { heavyAtoms, lastFrame, type Conformer, type Entry } from './trajectory.js';

/**
 * Conformers whose last frames are superposed by their heavy atoms, about the origin. The first one is turned for the
 * best view: its longest axis across the screen, its shortest towards the eye. All frames of a conformer move alike.
 */
export function aligned({ structure, conformers }: Pick<Entry, 'structure' | 'conformers'>): Conformer[] {
  const heavy = heavyAtoms(structure);
  const target = alongPrincipalAxes(rowsOf(lastFrame(conformers[0]).coordinates, heavy));
  return conformers.map((conformer) => {
    const own = rowsOf(lastFrame(conformer).coordinates, heavy);
    const middle = new Float64Array(3);
    centroid(middle, own, heavy.length);
    const rotation = new Float64Array(9);
    kabschRotation(rotation, own, target, heavy.length);
    return {
      ...conformer,
      frames: conformer.frames.map((frame) => {
        const n = structure.atoms.length;
        const x = frame.coordinates.map((value, k) => value - middle[k % 3]);
        rotate(x, rotation, x, n);
        return { ...frame, coordinates: x };
      }),
    };
  });
}

/** A copy of `x` [n,3] about its centroid, its longest axis along x and its shortest along z, without reflection. */
export function alongPrincipalAxes(x: Float32Array): Float32Array {
  const n = x.length / 3;
  const tensor = new Float64Array(9);
  const vectors = new Float64Array(9);
  inertiaTensor(tensor, x, n);
  symmetricEigen(tensor, vectors, 3);
  // Least inertia is about the longest axis.
  const order = [0, 1, 2].sort((one, other) => tensor[4 * one] - tensor[4 * other] || one - other);
  const [first, second] = order.slice(0, 2).map((k) => [vectors[k], vectors[3 + k], vectors[6 + k]]);
  const third = [
    first[1] * second[2] - first[2] * second[1],
    first[2] * second[0] - first[0] * second[2],
    first[0] * second[1] - first[1] * second[0],
  ];
  const middle = new Float64Array(3);
  centroid(middle, x, n);
  const out = x.map((value, k) => value - middle[k % 3]);
  rotate(out, Float64Array.from([...first, ...second, ...third]), out, n);
  return out;
}

/** A copy of `x` [n,3] whose rows `atoms` are superposed onto `target`. */
export function laidOnto(x: Float32Array, atoms: readonly number[], target: Float32Array): Float32Array {
  const out = x.slice();
  moveOnto(out, rowsOf(x, atoms), target, atoms.length);
  return out;
}

/** Radius in Å of the sphere about the origin that holds every frame. */
export function extent(conformers: readonly Conformer[]): number {
  let square = 0;
  for (const { frames } of conformers) {
    for (const { coordinates: x } of frames) {
      for (let k = 0; k < x.length; k += 3) square = Math.max(square, x[k] ** 2 + x[k + 1] ** 2 + x[k + 2] ** 2);
    }
  }
  return Math.sqrt(square);
}
