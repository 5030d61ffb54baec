/** Checks from the coordinates that a conformer has the stereochemistry its molecule asks for. */
import { dihedral, signedVolume } from '../geometry/internal-coordinates.js';
import { adjacency } from './adjacency.js';
import { molblock } from './molblock.js';
import type { Molecule, StereoBond, TetrahedralCentre } from './molecule.js';
import { pairKey } from './pair-key.js';
import { isEvenPermutation } from './parity.js';
import { moleculeFromStructure } from './parse.js';
import { withMol } from './rdkit.js';
import type { RDKitModule } from './rdkit.js';
import { stereoSignature } from './stereo-signature.js';

/**
 * Smallest signed volume u1·(u2×u3) of unit vectors that is a hand at all. An ideal tetrahedron has 0.77; a centre
 * below 0.1 is flat to within some 5° and may be on its way to either side.
 */
export const LEAST_VOLUME = 0.1;

/** Widest dihedral of a cis pair, in radians (a trans pair needs π minus this). Between lies no double bond. */
const WIDEST_CIS = Math.PI / 3;

export interface StereoVerdict {
  /** Centre atoms whose hand is the wanted one, and those whose hand is not. Only specified centres count. */
  readonly centresRight: readonly number[];
  readonly centresWrong: readonly number[];
  /** Indices in `molecule.stereoBonds`, specified ones only. */
  readonly bondsRight: readonly number[];
  readonly bondsWrong: readonly number[];
  /** Nothing is wrong. */
  readonly right: boolean;
  /**
   * What RDKit says of the specified stereo: it sees all of it as wanted, some of it not at all and the rest as
   * wanted, or the opposite somewhere (which then counts as wrong). Undefined without RDKit.
   */
  readonly secondOpinion?: 'agrees' | 'abstains' | 'contradicts' | undefined;
  /**
   * Isomeric SMILES of what the conformer is, by RDKit and, where that abstains, by the mathematics; says which hand the
   * unspecified centres took. Undefined without RDKit, or where it cannot read the conformer.
   */
  readonly assigned?: string | undefined;
}

/**
 * Verifies every specified tetrahedral centre by its signed volume and every specified double bond by its dihedral;
 * with RDKit, also by what RDKit perceives in the coordinates. Both must find nothing wrong.
 *
 * RDKit sees no stereo from coordinates in some places (P(III) phosphines, trans double bonds in eight-membered
 * rings): there it abstains and the mathematics decides alone.
 * @param coordinates [n,3] row-major, Å, of all atoms. Coordinates that are not finite are wrong everywhere.
 */
export function verifyStereo(
  rdkit: RDKitModule | undefined,
  molecule: Molecule,
  coordinates: Float32Array,
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

  const seen = rdkit && coordinates.every(Number.isFinite) ? perceived(rdkit, molecule, coordinates) : undefined;
  seen?.oppositeCentres.forEach((i) => wrongCentres.add(i));
  seen?.oppositeBonds.forEach((i) => wrongBonds.add(i));

  const centres = molecule.centres.flatMap(({ specified, atom }, i) => (specified ? [{ atom, i }] : []));
  const bonds = molecule.stereoBonds.flatMap(({ cis }, i) => (cis === undefined ? [] : [i]));
  return {
    centresRight: centres.filter(({ i }) => !wrongCentres.has(i)).map(({ atom }) => atom),
    centresWrong: centres.filter(({ i }) => wrongCentres.has(i)).map(({ atom }) => atom),
    bondsRight: bonds.filter((i) => !wrongBonds.has(i)),
    bondsWrong: bonds.filter((i) => wrongBonds.has(i)),
    right: wrongCentres.size === 0 && wrongBonds.size === 0,
    secondOpinion: seen?.opinion,
    assigned: seen?.assigned,
  };
}

/** How many specified centres and double bonds lie wrong, of those that the skeleton's atoms tell. @param skeleton [skeletonCount,3], Å */
export function skeletonFaults({ centres, stereoBonds, skeletonCount }: Molecule, skeleton: Float32Array): number {
  const told = (atoms: readonly number[]) => atoms.every((atom) => atom < skeletonCount);
  const wrongCentres = centres.filter(
    (c) => c.specified && told(c.neighbours.slice(0, 3)) && !centreIsRight(c, skeleton),
  );
  const wrongBonds = stereoBonds.filter(
    (bond) => bond.cis !== undefined && told(bond.references) && !bondIsRight(bond, skeleton),
  );
  return wrongCentres.length + wrongBonds.length;
}

function centreIsRight({ atom, neighbours }: TetrahedralCentre, coordinates: Float32Array): boolean {
  return signedVolume(coordinates, atom, neighbours[0], neighbours[1], neighbours[2]) > LEAST_VOLUME;
}

/** Whether a double bond of specified stereo lies as it should; only its own four atoms are looked at. */
export function bondIsRight({ a, b, references, cis }: StereoBond, coordinates: Float32Array): boolean {
  const twist = Math.abs(dihedral(coordinates, references[0], a, b, references[1]));
  return cis ? twist < WIDEST_CIS : twist > Math.PI - WIDEST_CIS;
}

/** What RDKit sees in a conformer. */
interface Perception {
  readonly assigned: string | undefined;
  readonly opinion: NonNullable<StereoVerdict['secondOpinion']>;
  /** Indices of specified ones that it sees the other way round. */
  readonly oppositeCentres: readonly number[];
  readonly oppositeBonds: readonly number[];
}

const perceptions = new WeakMap<Molecule, Map<string, Perception>>();

/** Asks RDKit once for each stereoisomer: it says the same of all conformers of one. */
function perceived(rdkit: RDKitModule, molecule: Molecule, coordinates: Float32Array): Perception {
  const signature = stereoSignature(molecule, coordinates);
  if (signature === undefined) return perceive(rdkit, molecule, coordinates);
  let known = perceptions.get(molecule);
  if (!known) perceptions.set(molecule, (known = new Map<string, Perception>()));
  let perception = known.get(signature);
  if (!perception) known.set(signature, (perception = perceive(rdkit, molecule, coordinates)));
  return perception;
}

function perceive(rdkit: RDKitModule, molecule: Molecule, coordinates: Float32Array): Perception {
  const assigned = withMol(rdkit, molblock({ molecule, coordinates, title: '' }), (mol) => mol?.get_smiles(), {
    details: '{"removeHs":true}',
  });
  if (assigned === undefined || assigned === molecule.smiles)
    return {
      assigned,
      opinion: assigned === undefined ? 'abstains' : 'agrees',
      oppositeCentres: [],
      oppositeBonds: [],
    };
  const { oppositeCentres, oppositeBonds, unseenCentres, complete } = perceivedStereo(rdkit, molecule, coordinates);
  const contradicts = oppositeCentres.length + oppositeBonds.length > 0;
  return {
    assigned:
      unseenCentres.length === 0 ? assigned : (withCentres(rdkit, molecule, coordinates, unseenCentres) ?? assigned),
    opinion: contradicts ? 'contradicts' : complete ? 'agrees' : 'abstains',
    oppositeCentres,
    oppositeBonds,
  };
}

/** RDKit's SMILES of the conformer, with these centres, which it does not see, told as the coordinates have them. */
function withCentres(
  rdkit: RDKitModule,
  molecule: Molecule,
  coordinates: Float32Array,
  centres: readonly TetrahedralCentre[],
): string | undefined {
  const json = withMol(rdkit, molblock({ molecule, coordinates, title: '' }), (mol) => mol?.get_json(), {
    details: '{"removeHs":false}',
  });
  if (json === undefined) return undefined;
  // Atoms and bonds stand in the order of the molblock, which is the molecule's.
  const graph = JSON.parse(json) as { molecules: [{ atoms: { stereo?: string }[] }] };
  const neighbours = adjacency(molecule.atoms.length, molecule.bonds);
  for (const centre of centres) {
    const volume = signedVolume(
      coordinates,
      centre.atom,
      centre.neighbours[0],
      centre.neighbours[1],
      centre.neighbours[2],
    );
    if (Math.abs(volume) <= LEAST_VOLUME) continue;
    graph.molecules[0].atoms[centre.atom].stereo =
      volume > 0 === isEvenPermutation(neighbours[centre.atom], centre.neighbours) ? 'ccw' : 'cw';
  }
  return withMol(rdkit, JSON.stringify(graph), (mol) => mol?.get_smiles(), { details: '{"removeHs":true}' });
}

/** Compares RDKit's perception of the conformer, centre by centre, with what is wanted. Gives indices. */
function perceivedStereo(
  rdkit: RDKitModule,
  molecule: Molecule,
  coordinates: Float32Array,
): { oppositeCentres: number[]; oppositeBonds: number[]; unseenCentres: TetrahedralCentre[]; complete: boolean } {
  const { molecule: conformer, order } = moleculeFromStructure(rdkit, {
    name: molecule.name,
    atoms: molecule.atoms,
    bonds: molecule.bonds,
    coordinates,
    dimension: 3,
  });
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
  const unseenCentres: TetrahedralCentre[] = [];
  let unseenBonds = 0;
  molecule.centres.forEach((centre, i) => {
    if (!centre.specified) return;
    const seen = seenCentres.get(centre.atom);
    if (!seen) unseenCentres.push(centre);
    else if (!isEvenPermutation(centre.neighbours, seen)) oppositeCentres.push(i);
  });
  molecule.stereoBonds.forEach(({ a, b, references, cis }, i) => {
    if (cis === undefined) return;
    const seen = seenBonds.get(pairKey(a, b));
    if (!seen) {
      unseenBonds++;
      return;
    }
    // Another reference at one end lies on the other side.
    const others = references.filter((reference) => !seen.references.includes(reference)).length;
    if ((seen.cis === cis) !== (others % 2 === 0)) oppositeBonds.push(i);
  });
  return { oppositeCentres, oppositeBonds, unseenCentres, complete: unseenCentres.length + unseenBonds === 0 };
}
