/** Checks from the coordinates that a conformer has the stereochemistry its molecule asks for. */
import { dihedral, signedVolume } from '../geometry/internal-coordinates.js';
import { molblock } from './molblock.js';
import type { Molecule, StereoAxis, StereoBond, TetrahedralCentre } from './molecule.js';
import { pairKey } from './pair-key.js';
import { isEvenPermutation } from './parity.js';
import { moleculeFromStructure } from './parse.js';
import { withMol } from './rdkit.js';
import { CENTRES_IN_DOUBT, isomericSmiles } from './isomeric-smiles.js';
import { mayHoldMore, withStereoOf } from './coordinate-stereo.js';
import type { RDKitModule } from './rdkit.js';
import { stereoPlaces, stereoSignature } from './stereo-signature.js';

/**
 * Smallest signed volume u1·(u2×u3) of unit vectors that is a hand at all. An ideal tetrahedron has 0.77; a centre
 * below 0.1 is flat to within some 5° and may be on its way to either side.
 */
export const LEAST_VOLUME = 0.1;

/** Least sine of an axis' dihedral that is a hand at all: 25°, of the 90° of an ideal one. */
const LEAST_AXIS_SINE = 0.42;

/** Widest dihedral of a cis pair, in radians (a trans pair needs π minus this). Between lies no double bond. */
const WIDEST_CIS = Math.PI / 3;

export interface StereoVerdict {
  /** Centre atoms whose hand is the wanted one, and those whose hand is not. Only specified centres count. */
  readonly centresRight: readonly number[];
  readonly centresWrong: readonly number[];
  /** Indices in `molecule.stereoBonds`, specified ones only. */
  readonly bondsRight: readonly number[];
  readonly bondsWrong: readonly number[];
  /** Indices in `molecule.axes`. */
  readonly axesWrong: readonly number[];
  /** Nothing is wrong. */
  readonly right: boolean;
  /**
   * What RDKit says of the specified stereo: it sees all of it as wanted, some of it not at all and the rest as
   * wanted, or the opposite somewhere (which then counts as wrong). Undefined without RDKit.
   */
  readonly secondOpinion?: 'agrees' | 'abstains' | 'contradicts' | undefined;
  /**
   * Isomeric SMILES of what the conformer is, by RDKit and, where that abstains, by the mathematics; says which hand the
   * unspecified centres and axes took. Undefined without RDKit, or where it cannot read the conformer.
   */
  readonly assigned?: string | undefined;
}

/**
 * Verifies every specified tetrahedral centre by its signed volume, every specified double bond and axis by its dihedral;
 * with RDKit, also by what RDKit perceives in the coordinates. Both must find nothing wrong.
 *
 * RDKit sees no stereo from coordinates in some places (P(III) phosphines, trans double bonds in eight-membered
 * rings): there it abstains and the mathematics decides alone.
 * @param coordinates [n,3] row-major, Å, of all atoms. Coordinates that are not finite are wrong everywhere.
 * @param perceive of the same RDKit and molecule; who verifies many conformers of a molecule makes it once.
 */
export function verifyStereo(
  rdkit: RDKitModule | undefined,
  molecule: Molecule,
  coordinates: Float32Array,
  perceive: StereoPerception | undefined = rdkit && stereoPerception(rdkit, molecule),
): StereoVerdict {
  if (coordinates.length !== 3 * molecule.atoms.length) {
    throw new RangeError(
      `verifyStereo: ${coordinates.length} coordinates arrived for ${molecule.atoms.length} atoms; expected ${3 * molecule.atoms.length}`,
    );
  }
  const wrongCentres = new Set<number>();
  const wrongBonds = new Set<number>();
  molecule.centres.forEach((centre, i) => {
    if (centre.specified && !centreIsRight(centre, coordinates)) wrongCentres.add(i);
  });
  molecule.stereoBonds.forEach((bond, i) => {
    if (bond.cis !== undefined && !bondIsRight(bond, coordinates)) wrongBonds.add(i);
  });

  const axesWrong = (molecule.axes ?? []).flatMap((axis, i) => (axisIsRight(axis, coordinates) ? [] : [i]));

  const seen = coordinates.every(Number.isFinite) ? perceive?.(coordinates) : undefined;
  seen?.oppositeCentres.forEach((i) => wrongCentres.add(i));
  seen?.oppositeBonds.forEach((i) => wrongBonds.add(i));

  const centres = molecule.centres.flatMap(({ specified, atom }, i) => (specified ? [{ atom, i }] : []));
  const bonds = molecule.stereoBonds.flatMap(({ cis }, i) => (cis === undefined ? [] : [i]));
  return {
    centresRight: centres.filter(({ i }) => !wrongCentres.has(i)).map(({ atom }) => atom),
    centresWrong: centres.filter(({ i }) => wrongCentres.has(i)).map(({ atom }) => atom),
    bondsRight: bonds.filter((i) => !wrongBonds.has(i)),
    bondsWrong: bonds.filter((i) => wrongBonds.has(i)),
    axesWrong,
    right: wrongCentres.size === 0 && wrongBonds.size === 0 && axesWrong.length === 0,
    secondOpinion: seen?.opinion,
    assigned: seen?.assigned,
  };
}

/** Whether a centre or a double bond is specified. */
export function isTagged({ centres, stereoBonds }: Molecule): boolean {
  return centres.some(({ specified }) => specified) || stereoBonds.some(({ cis }) => cis !== undefined);
}

/** How many specified centres, double bonds and axes lie wrong, of those that the skeleton's atoms tell. @param skeleton [skeletonCount,3], Å */
export function skeletonFaults(
  { centres, stereoBonds, axes = [], skeletonCount }: Molecule,
  skeleton: Float32Array,
): number {
  const told = (atoms: readonly number[]) => atoms.every((atom) => atom < skeletonCount);
  const wrongCentres = centres.filter(
    (c) => c.specified && told(c.neighbours.slice(0, 3)) && !centreIsRight(c, skeleton),
  );
  const wrongBonds = stereoBonds.filter(
    (bond) => bond.cis !== undefined && told(bond.references) && !bondIsRight(bond, skeleton),
  );
  const wrongAxes = axes.filter((axis) => !axisIsRight(axis, skeleton));
  return wrongCentres.length + wrongBonds.length + wrongAxes.length;
}

function centreIsRight({ atom, neighbours }: TetrahedralCentre, coordinates: Float32Array): boolean {
  return signedVolume(coordinates, atom, neighbours[0], neighbours[1], neighbours[2]) > LEAST_VOLUME;
}

/** Whether a double bond of specified stereo lies as it should; only its own four atoms are looked at. */
export function bondIsRight({ a, b, references, cis }: StereoBond, coordinates: Float32Array): boolean {
  const twist = Math.abs(dihedral(coordinates, references[0], a, b, references[1]));
  return cis ? twist < WIDEST_CIS : twist > Math.PI - WIDEST_CIS;
}

function axisIsRight({ a, b, references, positive }: StereoAxis, coordinates: Float32Array): boolean {
  const turn = Math.sin(dihedral(coordinates, references[0], a, b, references[1]));
  return (positive ? turn : -turn) > LEAST_AXIS_SINE;
}

/** What RDKit sees in conformers [n,3] of one molecule, in Å. */
export type StereoPerception = (coordinates: Float32Array) => PerceivedStereo;

export interface PerceivedStereo {
  readonly assigned: string | undefined;
  readonly opinion: NonNullable<StereoVerdict['secondOpinion']>;
  /** Indices of specified ones that it sees the other way round. */
  readonly oppositeCentres: readonly number[];
  readonly oppositeBonds: readonly number[];
}

/** Asks RDKit once for each stereoisomer: it says the same of all conformers of one. */
export function stereoPerception(rdkit: RDKitModule, molecule: Molecule): StereoPerception {
  const places = stereoPlaces(molecule);
  const bySignature = new Map<string, PerceivedStereo>();
  return (coordinates) => {
    const signature = stereoSignature(places, coordinates);
    const known = signature === undefined ? undefined : bySignature.get(signature);
    if (known) return known;
    const seen = perceivedStereo(rdkit, molecule, coordinates);
    if (signature !== undefined) bySignature.set(signature, seen);
    return seen;
  };
}

function perceivedStereo(rdkit: RDKitModule, molecule: Molecule, coordinates: Float32Array): PerceivedStereo {
  const assigned = withMol(rdkit, molblock({ molecule, coordinates, title: '' }), (mol) => mol?.get_smiles(), {
    details: '{"removeHs":true}',
  });
  const blind = mayHoldMore(molecule);
  if (assigned === undefined || (assigned === molecule.smiles && !blind)) {
    const opinion = assigned === undefined ? 'abstains' : 'agrees';
    return { assigned, opinion, oppositeCentres: [], oppositeBonds: [] };
  }
  const { oppositeCentres, oppositeBonds, complete } = comparedStereo(rdkit, molecule, coordinates);
  const inDoubt = molecule.centres.length >= CENTRES_IN_DOUBT;
  const contradicts = oppositeCentres.length + oppositeBonds.length > 0;
  return {
    assigned: contradicts || (complete && !blind && !inDoubt) ? assigned : smilesOf(rdkit, molecule, coordinates),
    opinion: contradicts ? 'contradicts' : complete && !molecule.axes ? 'agrees' : 'abstains',
    oppositeCentres,
    oppositeBonds,
  };
}

/**
 * SMILES of the stereoisomer that the coordinates show, whoever sees it: RDKit's where that can write all of it, else
 * `writeSmiles`.
 */
function smilesOf(rdkit: RDKitModule, molecule: Molecule, coordinates: Float32Array): string {
  const { axes: _, ...graph } = molecule;
  const open: Molecule = {
    ...graph,
    centres: molecule.centres.map(({ atom, neighbours }) => ({ atom, neighbours, specified: false })),
    stereoBonds: molecule.stereoBonds.map((bond) => ({ ...bond, cis: undefined })),
  };
  return isomericSmiles(rdkit, withStereoOf(rdkit, open, coordinates));
}

/** Compares RDKit's perception of the conformer, centre by centre, with what is wanted. Gives indices. */
function comparedStereo(
  rdkit: RDKitModule,
  molecule: Molecule,
  coordinates: Float32Array,
): { oppositeCentres: number[]; oppositeBonds: number[]; complete: boolean } {
  // Reading a structure costs more than all else here.
  if (!isTagged(molecule)) return { oppositeCentres: [], oppositeBonds: [], complete: true };
  const { molecule: conformer, order } = moleculeFromStructure(
    rdkit,
    {
      name: molecule.name,
      atoms: molecule.atoms,
      bonds: molecule.bonds,
      coordinates,
      dimension: 3,
    },
    { complete: false },
  );
  const seenCentres = new Map(
    conformer.centres.flatMap(({ atom, neighbours, specified }) =>
      specified ? [[order[atom], neighbours.map((i) => order[i])] as const] : [],
    ),
  );
  const seenBonds = new Map(
    conformer.stereoBonds.flatMap(({ a, b, references: [p, q], cis }) =>
      cis === undefined ? [] : [[pairKey(order[a], order[b]), { references: [order[p], order[q]], cis }] as const],
    ),
  );
  const oppositeCentres: number[] = [];
  const oppositeBonds: number[] = [];
  let unseen = 0;
  molecule.centres.forEach((centre, i) => {
    if (!centre.specified) return;
    const seen = seenCentres.get(centre.atom);
    if (!seen) unseen++;
    else if (!isEvenPermutation(centre.neighbours, seen)) oppositeCentres.push(i);
  });
  molecule.stereoBonds.forEach(({ a, b, references, cis }, i) => {
    if (cis === undefined) return;
    const seen = seenBonds.get(pairKey(a, b));
    if (!seen) {
      unseen++;
      return;
    }
    // Another reference at one end lies on the other side.
    const others = references.filter((reference) => !seen.references.includes(reference)).length;
    if ((seen.cis === cis) !== (others % 2 === 0)) oppositeBonds.push(i);
  });
  return { oppositeCentres, oppositeBonds, complete: unseen === 0 };
}
