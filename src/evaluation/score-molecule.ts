/** Scores the generated conformers of one molecule against its reference conformers. */
import { automorphisms } from '../chem/automorphisms.js';
import type { Molecule } from '../chem/molecule.js';
import { moleculeFromStructure } from '../chem/parse.js';
import type { RDKitModule } from '../chem/rdkit.js';
import { isTagged, stereoPerception, verifyStereo } from '../chem/stereo.js';
import { atomOrder, reorder } from './atom-order.js';
import type { ConformerSet } from './conformer-sets.js';
import { matchEnsembles, type EnsembleMatch } from './ensemble-match.js';
import { countRotatableBonds } from '../chem/rotatable-bonds.js';

/** Reference conformers of a molecule, ready to be compared with. */
export interface Reference {
  readonly title: string;
  readonly molecule: Molecule;
  /** Each [n,3], Å, all atoms in the order of the molecule. */
  readonly conformers: readonly Float32Array[];
  /** Automorphisms of the skeleton; terminal O and N of conjugated groups count as equivalent. */
  readonly permutations: readonly Uint16Array[];
  /** Whether the list is complete; if not, RMSDs are upper bounds. */
  readonly complete: boolean;
  readonly rotatableBonds: number;
  /** GFN2-xTB energy of the lowest conformer in Hartree, if the first record has it; records are sorted by energy. */
  readonly lowestEnergy?: number | undefined;
}

export interface MoleculeScore extends EnsembleMatch {
  readonly title: string;
  readonly smiles: string;
  readonly heavyAtoms: number;
  readonly rotatableBonds: number;
  /** Reference conformers. */
  readonly references: number;
  /** Number of conformers compared; with 0 the molecule counts as failed. */
  readonly generated: number;
  /** Number of conformers that could not be compared, and the reason of the first. */
  readonly unusable: number;
  readonly reason?: string | undefined;
  /** Number of generated conformers with every specified stereocentre and double bond right. */
  readonly stereoRight: number;
  /** Whether all automorphisms were searched. */
  readonly complete: boolean;
}

/** A molecule's score with the conformers that it was computed from, for further analyses. */
export interface ScoredMolecule {
  readonly score: MoleculeScore;
  readonly reference: Reference;
  /** The conformers compared, each [n,3] in Å, in the atom order of the molecule; missing hydrogens are NaN. */
  readonly conformers: readonly Float32Array[];
}

/**
 * @throws Error where the reference is not a molecule, lacks hydrogens or has coordinates that are not finite.
 */
export function prepareReference(
  rdkit: RDKitModule,
  sets: readonly ConformerSet[],
  { maxAutomorphisms = 100_000 }: { maxAutomorphisms?: number } = {},
): Reference {
  const first = sets[0];
  const { molecule } = moleculeFromStructure(rdkit, first.structure);
  const { conformers, reason } = usableConformers(rdkit, molecule, sets);
  const lacking = conformers.some((conformer) => !conformer.every(Number.isFinite));
  if (reason !== undefined || lacking)
    throw new Error(
      `reference '${first.title}': ${reason ?? 'hydrogens are missing'}; a reference needs every atom with its coordinates`,
    );
  const { permutations, complete } = automorphisms(rdkit, molecule, {
    symmetriseTerminals: true,
    maxMatches: maxAutomorphisms,
  });
  const energy = Number(first.fields.get('GFN2_ENERGY_HARTREE')?.trim() || NaN);
  return {
    title: first.title,
    molecule,
    conformers,
    permutations,
    complete,
    rotatableBonds: countRotatableBonds(molecule),
    ...(Number.isFinite(energy) && { lowestEnergy: energy }),
  };
}

/**
 * The distances of generated conformers of a molecule to its references.
 *
 * - `relax`: relaxes a conformer before it is scored; not called where hydrogens are missing.
 */
export function scoreMolecule(
  rdkit: RDKitModule,
  reference: Reference,
  sets: readonly ConformerSet[],
  { relax = (conformer) => conformer }: { relax?: ((conformer: Float32Array) => Float32Array) | undefined } = {},
): ScoredMolecule {
  const { molecule, permutations, complete, title, rotatableBonds } = reference;
  const { conformers: drawn, unusable, reason } = usableConformers(rdkit, molecule, sets);
  const conformers = drawn.map((conformer) => (conformer.every(Number.isFinite) ? relax(conformer) : conformer));
  const match = matchEnsembles({ references: reference.conformers, generated: conformers, permutations });
  const score: MoleculeScore = {
    title,
    smiles: molecule.smiles,
    heavyAtoms: molecule.atoms.filter(({ element }) => element > 1).length,
    rotatableBonds,
    references: reference.conformers.length,
    generated: conformers.length,
    unusable,
    reason,
    stereoRight: countStereoRight(rdkit, reference, conformers),
    complete,
    ...match,
  };
  return { score, reference, conformers };
}

/** Conformers with a finite skeleton, in the atom order of the molecule. */
function usableConformers(
  rdkit: RDKitModule,
  molecule: Molecule,
  sets: readonly ConformerSet[],
): { conformers: Float32Array[]; unusable: number; reason?: string | undefined } {
  const conformers: Float32Array[] = [];
  let unusable = 0;
  let reason: string | undefined;
  for (const { structure, conformers: raw } of sets) {
    let order: Int32Array | undefined;
    try {
      order = atomOrder(rdkit, molecule, structure);
      if (!order) reason ??= 'its records hold another molecule';
    } catch (error) {
      reason ??= error instanceof Error ? error.message : String(error);
    }
    for (const coordinates of raw) {
      const conformer = order && reorder(coordinates, order);
      if (conformer?.subarray(0, 3 * molecule.skeletonCount).every(Number.isFinite)) conformers.push(conformer);
      else {
        unusable++;
        reason ??= 'its coordinates are not all finite';
      }
    }
  }
  return { conformers, unusable, reason };
}

/** Conformers whose stereo is right for one of the equivalent atom orders: the halves of a meso compound may be exchanged. */
function countStereoRight(
  rdkit: RDKitModule,
  { molecule, permutations }: Reference,
  conformers: readonly Float32Array[],
): number {
  if (!isTagged(molecule)) return conformers.length;
  const perceive = stereoPerception(rdkit, molecule);
  const isRight = (conformer: Float32Array): boolean =>
    verifyStereo(rdkit, molecule, conformer, perceive).right ||
    permutations.slice(1).some((permutation) => {
      // A stereocentre is judged by its skeleton neighbours, so hydrogens need not be permuted.
      const renamed = conformer.slice();
      permutation.forEach((to, from) => renamed.set(conformer.subarray(3 * to, 3 * to + 3), 3 * from));
      return verifyStereo(undefined, molecule, renamed).right;
    });
  return conformers.filter(isRight).length;
}
