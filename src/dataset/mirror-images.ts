/**
 * How complete ensembles are: the mirror image of a conformer of a molecule that has no centre is a conformer of the same
 * energy, which a complete ensemble holds as well.
 */
import { automorphisms } from '../chem/automorphisms.js';
import type { RDKitModule } from '../chem/rdkit.js';
import { bestRmsd } from '../geometry/rmsd.js';
import type { Ensemble } from './ensemble.js';

export interface MirrorImages {
  /** Conformers looked at: of molecules without any centre. */
  readonly conformers: number;
  /** Those whose mirror image lies within WITHIN of a conformer of the ensemble, their own included. */
  readonly present: number;
}

/** Å of RMSD over the skeleton, over all automorphisms: a minimum met twice lies nearer. */
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
