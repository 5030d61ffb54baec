/** The reference conformer of a molecule that is farthest from any generated one, with the nearest generated one. */
import { molblock } from '../../chem/molblock.js';
import { alignOnto } from '../../geometry/kabsch.js';
import { bestRmsd } from '../../geometry/rmsd.js';
import type { ScoredMolecule } from '../score-molecule.js';

export interface WorstPair {
  readonly title: string;
  readonly smiles: string;
  /** Å. */
  readonly rmsd: number;
  /** Molblocks of the skeletons, superposed. */
  readonly reference: string;
  readonly generated: string;
}

/** Undefined where nothing was generated. */
export function worstPair({ score, reference, conformers }: ScoredMolecule): WorstPair | undefined {
  if (conformers.length === 0) return undefined;
  const { molecule, permutations } = reference;
  const n = molecule.skeletonCount;
  const worst = score.recall.indexOf(Math.max(...score.recall));
  const target = reference.conformers[worst].slice(0, 3 * n);
  const moving = conformers[score.recallIndex[worst]].slice(0, 3 * n);
  const { rmsd, permutation } = bestRmsd(moving, target, permutations);
  const renamed = new Float32Array(3 * n);
  for (let i = 0; i < n; i++) renamed.set(target.subarray(3 * permutation[i], 3 * permutation[i] + 3), 3 * i);
  alignOnto(moving, moving, renamed, n);
  const skeleton = {
    name: score.title,
    atoms: molecule.atoms.slice(0, n),
    bonds: molecule.bonds.filter(({ a, b }) => a < n && b < n),
  };
  return {
    title: score.title,
    smiles: score.smiles,
    rmsd,
    reference: molblock({ molecule: skeleton, coordinates: target }),
    generated: molblock({ molecule: skeleton, coordinates: moving }),
  };
}
