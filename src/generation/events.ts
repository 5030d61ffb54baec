/**
 * What happens while conformers of a molecule are made, as one stream of plain data that may be sent between threads and
 * processes. Progress, live pictures, trajectories, supervision and the report are all fed with it: the result is a
 * function of the events alone (finish.ts).
 *
 * Order, for each stereoisomer that is made: one 'prepared'; then for each batch of a round 'frame' (if asked for), 'drawn', and a 'checked' or a 'refused' for
 * every conformer drawn; and 'kept' at the end of the round. A 'model' may follow the first round, and the rounds begin anew.
 */
import type { GeometryProblem } from '../chem/geometry-checks.js';
import type { MMFF94Variant } from '../chem/mmff94.js';
import type { Molecule } from '../chem/molecule.js';
import type { DrawKey } from '../flow/sampler.js';
import type { Phase } from '../network/phase-names.js';
import type { RmsdAtoms } from './rmsd-atoms.js';
import type { Placement } from './placement.js';

/** A conformer that passed the checks. There is at most one for each slot. */
export interface Candidate {
  /** Index among the conformers planned. */
  readonly slot: number;
  /** With the seed, the model and the sampler's settings it identifies the conformer reproducibly. */
  readonly draw: DrawKey;
  /** [atoms, 3] row-major, Å. */
  readonly coordinates: Float32Array;
  /** Whether every specified centre and double bond was found right in the coordinates. */
  readonly stereoVerified: boolean;
  /** Isomeric SMILES of what it is; says which hand unspecified centres took. Empty where RDKit cannot read it. */
  readonly assigned: string;
  /** kcal/mol by the force field of the 'prepared' event, where there is one. */
  readonly energy?: number | undefined;
  /** Where relaxation was asked for and left it unsound, so that it stayed as drawn: what was wrong, in words. */
  readonly unrelaxed?: string | undefined;
}

/** The molecule is made ready, and every option has its value. */
export interface PreparedEvent {
  readonly kind: 'prepared';
  readonly molecule: Molecule;
  readonly model: string;
  readonly phase: Phase;
  readonly seed: number;
  /** Conformers asked for, and planned to be drawn in the first round. */
  readonly count: number;
  readonly planned: number;
  /** Å; see GenerateOptions. */
  readonly rmsd: number;
  /** Atoms that it is taken over; by default the heavy ones. */
  readonly rmsdAtoms?: RmsdAtoms | undefined;
  /** kcal/mol; see GenerateOptions. */
  readonly energyWindow?: number | undefined;
  readonly plain: boolean;
  /** The force field that energies are by, where they are computed. */
  readonly forceField?: MMFF94Variant | undefined;
  /** Permutations of the skeleton over which conformers are compared. */
  readonly permutations: readonly ArrayLike<number>[];
  readonly warnings: readonly string[];
  /** Where the molecule is one of several stereoisomers: its number among them, from 1, and the molecule that they are of. */
  readonly isomer?: { readonly number: number; readonly of: Molecule; readonly notes: readonly string[] } | undefined;
  /** Where conformers are laid; by default as they are drawn. */
  readonly placement?: Placement | undefined;
}

/** The model makes nothing of the molecule: another one draws, from the first slot again. No candidate came before it. */
export interface ModelEvent {
  readonly kind: 'model';
  readonly model: string;
  /** As of the 'prepared' event. */
  readonly planned: number;
}

/** One moment of the conformers of a batch; only where frames are asked for. */
export interface FrameEvent {
  readonly kind: 'frame';
  readonly stage: 'skeleton' | 'hydrogens';
  /** Flow time within the stage, 0 to 1. */
  readonly time: number;
  /** Whether it is the first frame of these draws. */
  readonly first: boolean;
  /** Of each conformer: its slot, its draw, its coordinates [atoms, 3] in Å; hydrogens not placed yet lie on their parents. */
  readonly slots: readonly number[];
  readonly draws: readonly DrawKey[];
  readonly coordinates: readonly Float32Array[];
  /** Root mean square of |v| over the atoms that move in this stage, Å per unit of flow time; none at time 1. */
  readonly speeds?: readonly number[] | undefined;
}

/** A batch is drawn. */
export interface DrawnEvent {
  readonly kind: 'drawn';
  /** Conformers drawn so far, those drawn again among them. */
  readonly made: number;
  /** Conformers planned so far, without those to be drawn again: `made` may come to be more. */
  readonly planned: number;
}

interface Verdict {
  /** How often the slot had been drawn before: 0 for the first draw. */
  readonly retry: number;
  /** Whether the stereo was right as drawn, before any relaxation. */
  readonly stereoRight: boolean;
}

/** A conformer passed the checks. */
export interface CheckedEvent extends Verdict {
  readonly kind: 'checked';
  readonly candidate: Candidate;
}

/** What is wrong with a conformer at one place. */
export interface Fault {
  readonly kind:
    | 'centre'
    | 'axis'
    | 'double-bond'
    | 'other-stereo'
    | GeometryProblem['kind']
    | 'coordinates that are not numbers'
    | 'atoms that ran away';
  /** In words, atoms numbered as in the input: 'the hand of atom 5', 'bond-length of atoms 1, 2'. */
  readonly place: string;
}

/** A conformer failed a check. */
export interface RefusedEvent extends Verdict {
  readonly kind: 'refused';
  readonly slot: number;
  readonly draw: DrawKey;
  readonly reason: 'stereo' | 'geometry';
  /** In words. */
  readonly detail: string;
  /** Where the stereo was wrong, or the first of what was wrong with the geometry. */
  readonly faults: readonly Fault[];
}

/** The candidates so far that differ from one another and lie in the energy window, and how many do not. */
export interface KeptEvent {
  readonly kind: 'kept';
  readonly slots: readonly number[];
  readonly dropped: { readonly duplicate: number; readonly energy: number };
  /** How many of them were met by one draw alone. */
  readonly metOnce: number;
}

export type GenerationEvent =
  PreparedEvent | ModelEvent | FrameEvent | DrawnEvent | CheckedEvent | RefusedEvent | KeptEvent;
