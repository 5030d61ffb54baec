/**
 * Measures how complete ensembles are. The mirror image of a conformer of a molecule without stereocentres is a conformer
 * of the same energy, so a complete ensemble contains it.
 */
import { automorphisms } from '../chem/automorphisms.js';
import type { RDKitModule } from '../chem/rdkit.js';
import { bestRmsd } from '../geometry/rmsd.js';
import type { Ensemble } from './ensemble.js';

export interface MirrorImages {
  /** Number of conformers looked at: those of molecules without stereocentres. */
  readonly conformers: number;
  /** Number of those whose mirror image is within WITHIN of a conformer of the ensemble, itself included. */
  readonly present: number;
}

/** RMSD in Å over the skeleton and all automorphisms, below which two conformers are the same minimum. */
const WITHIN = 0.1;

export function mirrorImages(
  rdkit: RDKitModule,
  { molecule, conformers, coordinates }: Pick<Ensemble, 'molecule' | 'conformers' | 'coordinates'>,
): MirrorImages {
  if (molecule.centres.length > 0) return { conformers: 0, present: 0 };
  const [size, heavy] = [3 * molecule.atoms.length, 3 * molecule.skeletonCount];
  const skeletons = Array.from({ length: conformers }, (_, k) => coordinates.slice(k * size, k * size + heavy));
  const { permutations } = automorphisms(rdkit, molecule);
  const isPresent = (skeleton: Float32Array) => {
    const mirrored = skeleton.map((v) => -v);
    return skeletons.some((other) => bestRmsd(other, mirrored, permutations).rmsd < WITHIN);
  };
  return { conformers, present: skeletons.filter(isPresent).length };
}
