/** A molecule made ready: all that drawing, checking and comparing its conformers needs of its graph, computed once. */
import { adjacency } from '../chem/adjacency.js';
import { automorphisms } from '../chem/automorphisms.js';
import { geometryPlan, type GeometryPlan } from '../chem/geometry-plan.js';
import { MoleculeError } from '../chem/molecule-error.js';
import type { Molecule } from '../chem/molecule.js';
import type { RDKitModule } from '../chem/rdkit.js';
import { stereoPerception, type StereoPerception } from '../chem/stereo.js';
import type { Prior } from '../flow/prior.js';
import { graphFeatures, type GraphFeatures } from '../network/features.js';
import { hydrogenParents, skeletonPrior, type HydrogenParents } from '../network/priors.js';
import { stereoAutomorphisms } from '../network/stereo-automorphisms.js';
import type { Generator } from './generator.js';

/** What the skeleton's flow needs. */
export interface PreparedSkeleton {
  readonly molecule: Molecule;
  /** Features of the skeleton. */
  readonly skeleton: GraphFeatures;
  readonly prior: Prior;
  /** Over which noise is aligned onto data, as in training: the identity first. */
  readonly automorphisms: readonly ArrayLike<number>[];
}

export interface PreparedMolecule extends PreparedSkeleton {
  /** Features of all atoms. */
  readonly all: GraphFeatures;
  readonly hydrogens: HydrogenParents;
  /** Skeleton neighbours of each skeleton atom. */
  readonly neighbours: readonly (readonly number[])[];
  /** Over which conformers are compared, as RDKit's GetBestRMS does. Searched for when first asked for. */
  readonly permutations: readonly ArrayLike<number>[];
  /** What the geometry of its conformers is checked for. */
  readonly geometry: GeometryPlan;
  /** What RDKit sees of their stereo. */
  readonly perceiveStereo: StereoPerception;
}

/**
 * Atoms that a molecule may have, hydrogens among them: a prediction takes 2 kB for each pair of them, at so many 1.3 GB in all.
 */
export const MAX_ATOMS = 700;

/** @throws MoleculeError naming the element and atom, where the network does not know it; where there are too many atoms. */
export function prepareMolecule(
  { rdkit, skeleton, phase }: Pick<Generator, 'rdkit' | 'skeleton'> & Partial<Pick<Generator, 'phase'>>,
  molecule: Molecule,
): PreparedMolecule {
  const { length } = molecule.atoms;
  if (length > MAX_ATOMS)
    throw new MoleculeError(
      'too-large',
      `${molecule.name.slice(0, 80) || 'the molecule'} has ${length} atoms; at most ${MAX_ATOMS} are supported, hydrogens counted. Cut it into smaller parts.`,
    );
  let permutations: readonly ArrayLike<number>[] | undefined;
  return {
    molecule,
    skeleton: graphFeatures(molecule, { phase }),
    all: graphFeatures(molecule, { scope: 'all', phase }),
    prior: skeletonPrior(molecule, skeleton.stage.prior),
    automorphisms: stereoAutomorphisms(rdkit, molecule),
    hydrogens: hydrogenParents(molecule),
    neighbours: adjacency(molecule.skeletonCount, molecule.bonds),
    get permutations() {
      return (permutations ??= comparedPermutations(rdkit, molecule));
    },
    geometry: geometryPlan(molecule),
    perceiveStereo: stereoPerception(rdkit, molecule),
  };
}

/** More symmetry than this is not searched when conformers are compared; the RMSD is then an upper bound. */
const MOST_PERMUTATIONS = 1000;

/** The permutations of the skeleton over which conformers of a molecule are compared, as RDKit's GetBestRMS does. */
function comparedPermutations(rdkit: RDKitModule, molecule: Molecule): readonly ArrayLike<number>[] {
  return automorphisms(rdkit, molecule, { maxMatches: MOST_PERMUTATIONS, symmetriseTerminals: true }).permutations;
}
