/** Superposes the conformers of a molecule, each moved as a rigid body with all of its frames. */
import { centroid } from '../../../src/geometry/coordinates.js';
import { inertiaTensor } from '../../../src/geometry/inertia.js';
import { kabschRotation } from '../../../src/geometry/kabsch.js';
import { moveOnto, rowsOf } from '../../../src/geometry/move-onto.js';
import { rotate } from '../../../src/geometry/rotation.js';
import { symmetricEigen } from '../../../src/geometry/symmetric-eigen.js';
import type { Structure } from '../../../src/chem/structure.js';
import { heavyAtoms, lastFrame, type Conformer, type Entry } from './trajectory.js';

/**
 * Conformers whose last frames are superposed by `atoms`, the heavy ones by default. The first one lies about the origin,
 * turned for the best view: its longest axis across the screen, its shortest towards the eye. All frames of a conformer
 * move alike.
 */
export function aligned(
  { structure, conformers }: Pick<Entry, 'structure' | 'conformers'>,
  { atoms }: { readonly atoms?: readonly number[] | undefined } = {},
): Conformer[] {
  const heavy = heavyAtoms(structure);
  const [first, ...others] = conformers;
  const upright = alongPrincipalAxes(rowsOf(lastFrame(first).coordinates, heavy));
  const turned = movedOnto(first, { structure, by: heavy, target: upright });
  const by = atoms ?? heavy;
  const target = rowsOf(lastFrame(turned).coordinates, by);
  return [turned, ...others.map((conformer) => movedOnto(conformer, { structure, by, target }))];
}

/** The conformer whose last frame has the atoms `by` superposed onto `target`, with all its frames. */
function movedOnto(
  conformer: Conformer,
  {
    structure,
    by,
    target,
  }: { readonly structure: Structure; readonly by: readonly number[]; readonly target: Float32Array },
): Conformer {
  const own = rowsOf(lastFrame(conformer).coordinates, by);
  const [here, there, rotation] = [new Float64Array(3), new Float64Array(3), new Float64Array(9)];
  centroid(here, own, by.length);
  centroid(there, target, by.length);
  kabschRotation(rotation, own, target, by.length);
  return {
    ...conformer,
    frames: conformer.frames.map((frame) => {
      const x = frame.coordinates.map((value, k) => value - here[k % 3]);
      rotate(x, rotation, x, structure.atoms.length);
      return { ...frame, coordinates: x.map((value, k) => value + there[k % 3]) };
    }),
  };
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
