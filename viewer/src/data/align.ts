/** Puts the conformers of a molecule on top of each other, each moved as a rigid body with all of its frames. */
import { centroid } from '../../../src/geometry/coordinates.js';
import { kabschRotation } from '../../../src/geometry/kabsch.js';
import { rotate } from '../../../src/geometry/rotation.js';
import { heavyAtoms, lastFrame, type Conformer, type Entry } from './trajectory.js';

/** Rows `atoms` of `x` [n,3]. */
export function rows(x: Float32Array, atoms: readonly number[]): Float32Array {
  const out = new Float32Array(3 * atoms.length);
  atoms.forEach((atom, i) => out.set(x.subarray(3 * atom, 3 * atom + 3), 3 * i));
  return out;
}

/**
 * The conformers with the heavy atoms of their last frames centred at the origin and turned onto those of the first
 * conformer. Within a conformer all frames move alike, so its path stays what it was.
 */
export function aligned({ structure, conformers }: Pick<Entry, 'structure' | 'conformers'>): Conformer[] {
  const heavy = heavyAtoms(structure);
  const target = rows(lastFrame(conformers[0]).coordinates, heavy);
  return conformers.map((conformer) => {
    const own = rows(lastFrame(conformer).coordinates, heavy);
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
