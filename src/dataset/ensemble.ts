/** An ensemble: a molecule with the reference conformers that training or evaluation holds against it. */
import type { Molecule } from '../chem/molecule.js';

export interface Ensemble {
  readonly molecule: Molecule;
  /** SMILES of the molecule as its file has it: a twin with deuterium shares it, so that both are held out or neither. */
  readonly family: string;
  /** Whether the geometries are minima of a force field rather than of quantum chemistry. */
  readonly forceField: boolean;
  /** [K, atoms, 3] Å, atoms in the order of the molecule, hydrogens included; with `noise`, [K, skeletonCount, 3]. */
  readonly coordinates: Float32Array;
  readonly conformers: number;
  /** [K, skeletonCount, 3] Å: the noise that a model's flow took to each conformer, for reflow. */
  readonly noise?: Float32Array;
  /** Permutations of the skeleton that leave it as it is, stereo included; the identity first. */
  readonly automorphisms: readonly (readonly number[])[];
}
