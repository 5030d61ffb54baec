/** The molecular graph: plain immutable data that everything else reads. */

export type Hybridisation = 's' | 'sp' | 'sp2' | 'sp3' | 'other';

export interface Atom {
  /** Atomic number. */
  readonly element: number;
  readonly charge: number;
  /** Mass number, 0 for the natural mixture. */
  readonly isotope: number;
  /** Unpaired electrons. */
  readonly radicals: number;
  readonly aromatic: boolean;
  readonly hybridisation: Hybridisation;
  /** Number of hydrogen neighbours (all are explicit atoms of the molecule). */
  readonly hydrogens: number;
}

export interface Bond {
  readonly a: number;
  readonly b: number;
  /** Kekulé order; 0 for a dative or zero-order bond. */
  readonly order: 0 | 1 | 2 | 3;
  readonly aromatic: boolean;
  readonly inRing: boolean;
  readonly conjugated: boolean;
}

/**
 * A tetrahedral stereocentre. With `specified`, the first three neighbours are ordered so that the wanted
 * hand has a positive signed volume u1·(u2×u3), u = neighbour − centre. Without, either hand is legal and
 * the neighbours stand in ascending order.
 * The first three neighbours are skeleton atoms (index < skeletonCount) wherever there are three such.
 */
export interface TetrahedralCentre {
  readonly atom: number;
  readonly neighbours: readonly number[];
  readonly specified: boolean;
  /** CIP descriptor, where specified and known. */
  readonly cip?: 'R' | 'S' | undefined;
}

/**
 * A double bond a=b that can be cis or trans; `references` are one neighbour of a and one of b. Of a chain of three (five,
 * …) cumulated double bonds a and b are the ends.
 */
export interface StereoBond {
  readonly a: number;
  readonly b: number;
  readonly references: readonly [number, number];
  /** Whether the two references lie on the same side; undefined where the input leaves it open. */
  readonly cis: boolean | undefined;
  readonly cip?: 'E' | 'Z' | undefined;
}

/**
 * An axis of chirality from a to b: an allene (a chain of two, four, … double bonds between them), or the single bond of
 * hindered rings (an atropisomer). `references` are a neighbour of a and one of b, both of the skeleton.
 */
export interface StereoAxis {
  readonly kind: 'allene' | 'atropisomer';
  readonly a: number;
  readonly b: number;
  readonly references: readonly [number, number];
  /** Whether the dihedral reference–a–b–reference is to be positive; the opposite hand has it negative. */
  readonly positive: boolean;
}

/** Centres of which the input says only how their hands go together: a mixture of both forms (and), or one of them (or). */
export interface StereoGroup {
  readonly kind: 'and' | 'or';
  readonly atoms: readonly number[];
}

export interface Molecule {
  readonly name: string;
  /** Isomeric canonical SMILES by RDKit, without removable hydrogens. */
  readonly smiles: string;
  readonly atoms: readonly Atom[];
  readonly bonds: readonly Bond[];
  /** Smallest rings, as atom indices in ring order. */
  readonly rings: readonly (readonly number[])[];
  /** Ring-bond or chain-bond stereo, see the element types. */
  readonly centres: readonly TetrahedralCentre[];
  readonly stereoBonds: readonly StereoBond[];
  /** Axes whose hand is specified; none where absent. */
  readonly axes?: readonly StereoAxis[];
  /** Groups of relative stereo that the input has; none where absent. */
  readonly stereoGroups?: readonly StereoGroup[];
  /** What of the input was understood otherwise than it may be meant, or not used, in whole sentences. */
  readonly notes?: readonly string[];
  /** Atom map numbers of the input, by atom; 0 for none. Absent where the input has none. */
  readonly mapNumbers?: readonly number[];
  /**
   * For each atom its index in the input, −1 for a hydrogen that the input implies. Absent where the input has no explicit
   * hydrogens: then its atoms come first, in its order.
   */
  readonly inputOrder?: readonly number[];
  readonly charge: number;
  /**
   * Atoms [0, skeletonCount) are the skeleton: the heavy atoms in the order of the input and the few hydrogens
   * that carry information of their own (isotopes, H2, hydrides, N–H of an imine with E/Z). The rest are
   * hydrogens, appended after them in the order of their parents.
   */
  readonly skeletonCount: number;
}
