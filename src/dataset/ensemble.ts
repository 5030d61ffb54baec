/** An ensemble: a molecule and its reference conformers, for training or evaluation. */
import type { Molecule } from '../chem/molecule.js';
import type { Phase } from '../network/phase-names.js';

export interface Ensemble {
  readonly molecule: Molecule;
  /** SMILES as in the file. A copy of the molecule with deuterium has the same, so that both are held out or neither. */
  readonly family: string;
  /** Whether the geometries are minima of a force field rather than of quantum chemistry. */
  readonly forceField: boolean;
  /** Where the molecule was when its geometries were minimised. */
  readonly phase: Phase;
  /** [K, atoms, 3] Å, atoms in the order of the molecule, hydrogens included; with `noise`, [K, skeletonCount, 3]. */
  readonly coordinates: Float32Array;
  readonly conformers: number;
  /** [K, skeletonCount, 3] Å: for reflow, the noise from which a model's flow made each conformer. */
  readonly noise?: Float32Array;
  /** Automorphisms of the skeleton that keep its stereo; the identity first. */
  readonly automorphisms: readonly (readonly number[])[];
}
