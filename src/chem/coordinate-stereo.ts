/**
 * Stereo that coordinates show and RDKit's perception leaves out: spiro centres, phosphines, double bonds of medium rings
 * and of isotopes, allenes and cumulenes, hindered biaryls.
 */
import { dihedral, signedVolume } from '../geometry/internal-coordinates.js';
import { adjacency } from './adjacency.js';
import { cumulenes } from './cumulenes.js';
import type { Molecule, StereoAxis, StereoBond, TetrahedralCentre } from './molecule.js';
import type { RDKitModule } from './rdkit.js';
import { samePair } from './pair-key.js';
import { addStereo } from './stereo-guard.js';

/** Signed volume of unit vectors below which a centre is too flat to have a hand. Tetrahedral: 0.77. */
export const CLEAR_VOLUME = 0.2;
/** Cosine of a double bond's dihedral below which it is neither cis nor trans: 60°. */
export const CLEAR_TWIST = 0.5;
/** Sine of an axis' dihedral below which it has no hand: 25°. */
const CLEAR_AXIS = 0.42;
/** Of the four places beside a bond of two rings, so many must be taken for the bond not to turn. */
const HINDERED_PLACES = 3;

/** The molecule with everything specified that its conformer shows. @param coordinates [n,3] Å in its order; NaN where unknown. */
export function withStereoOf(rdkit: RDKitModule, molecule: Molecule, coordinates: Float32Array): Molecule {
  const centres = [...molecule.centres.filter(({ specified }) => !specified), ...spiroCandidates(molecule)].flatMap(
    (centre): TetrahedralCentre[] => {
      const [a, b, c, ...rest] = [...centre.neighbours].sort((x, y) => x - y);
      const volume = signedVolume(coordinates, centre.atom, a, b, c);
      if (!(Math.abs(volume) > CLEAR_VOLUME)) return [];
      return [{ atom: centre.atom, neighbours: volume > 0 ? [a, b, c, ...rest] : [b, a, c, ...rest], specified: true }];
    },
  );
  const bonds = [...molecule.stereoBonds.filter(({ cis }) => cis === undefined), ...cumuleneBonds(molecule)].flatMap(
    (bond): StereoBond[] => {
      const twist = Math.cos(dihedral(coordinates, bond.references[0], bond.a, bond.b, bond.references[1]));
      return Math.abs(twist) > CLEAR_TWIST ? [{ ...bond, cis: twist > 0 }] : [];
    },
  );
  const axes = possibleAxes(molecule).flatMap((axis): StereoAxis[] => {
    const turn = Math.sin(dihedral(coordinates, axis.references[0], axis.a, axis.b, axis.references[1]));
    return Math.abs(turn) > CLEAR_AXIS ? [{ ...axis, positive: turn > 0 }] : [];
  });
  return addStereo(rdkit, molecule, { centres, bonds, axes }).molecule;
}

/** Whether a conformer may show stereo that RDKit never sees. */
export function mayHoldMore(molecule: Molecule): boolean {
  const { atoms, centres, stereoBonds, rings } = molecule;
  const counts = ringCounts(rings);
  return (
    chainsOf(molecule).length > 0 ||
    spiroCandidates(molecule).length > 0 ||
    centres.some(({ atom, specified, cip }) => specified && cip === undefined && (counts.get(atom) ?? 0) > 1) ||
    stereoBonds.some(({ references }) => references.some((i) => atoms[i].element === 1 && atoms[i].isotope > 0))
  );
}

/** In how many rings each ring atom lies. */
function ringCounts(rings: Molecule['rings']): ReadonlyMap<number, number> {
  const counts = new Map<number, number>();
  for (const ring of rings) for (const atom of ring) counts.set(atom, (counts.get(atom) ?? 0) + 1);
  return counts;
}

/** Atoms at which two rings meet and that perception takes for no centre, their neighbours in ascending order. */
export function spiroCandidates({ atoms, bonds, rings, centres, skeletonCount }: Molecule): TetrahedralCentre[] {
  const counts = ringCounts(rings);
  const neighbours = adjacency(skeletonCount, bonds);
  return atoms.slice(0, skeletonCount).flatMap((_, atom) => {
    if ((counts.get(atom) ?? 0) < 2 || neighbours[atom].length !== 4) return [];
    if (centres.some((centre) => centre.atom === atom)) return [];
    return [{ atom, neighbours: [...neighbours[atom]].sort((x, y) => x - y), specified: false }];
  });
}

function chainsOf(molecule: Molecule) {
  const { skeletonCount } = molecule;
  return cumulenes(molecule).flatMap(({ chain, substituents }) => {
    const references = substituents.map((side) => Math.min(...side.filter((atom) => atom < skeletonCount)));
    const ends = [chain[0], chain[chain.length - 1]];
    const open =
      references.every(Number.isFinite) &&
      substituents.every((side) => side.filter((atom) => atom >= skeletonCount).length < 2);
    return open ? [{ chain, a: ends[0], b: ends[1], references: [references[0], references[1]] as const }] : [];
  });
}

/** Chains of three, five, … double bonds, which are cis or trans. */
export function cumuleneBonds(molecule: Molecule): StereoBond[] {
  return chainsOf(molecule).flatMap(({ chain, a, b, references }) =>
    chain.length % 2 === 0 && !molecule.stereoBonds.some((bond) => samePair(bond.a, bond.b, a, b))
      ? [{ a, b, references, cis: undefined }]
      : [],
  );
}

/** Allenes and hindered bonds between rings, their hand not yet said; some may turn out to be their own mirror image.
 * @param options.hindered how many of the four places beside a single bond must be taken. */
export function possibleAxes(
  molecule: Molecule,
  { hindered = HINDERED_PLACES }: { hindered?: number | undefined } = {},
): StereoAxis[] {
  const known = molecule.axes ?? [];
  const allenes = chainsOf(molecule).flatMap(({ chain, a, b, references }) =>
    chain.length % 2 === 1 ? [{ kind: 'allene' as const, a, b, references, positive: true }] : [],
  );
  return [...allenes, ...hinderedBonds(molecule, hindered)].filter(
    (axis) => !known.some(({ a, b }) => samePair(a, b, axis.a, axis.b)),
  );
}

function hinderedBonds({ atoms, bonds, rings, skeletonCount }: Molecule, places: number): StereoAxis[] {
  const candidates = bonds.filter(
    ({ a, b, order, aromatic, inRing }) =>
      order === 1 && !aromatic && !inRing && [a, b].every((end) => atoms[end].hybridisation === 'sp2'),
  );
  if (candidates.length === 0) return [];
  const neighbours = adjacency(skeletonCount, bonds);
  const ringed = new Set(rings.flat());
  return candidates.flatMap(({ a, b }) => {
    if (!ringed.has(a) || !ringed.has(b)) return [];
    const sides = [neighbours[a].filter((i) => i !== b), neighbours[b].filter((i) => i !== a)];
    if (sides.some((side) => side.length !== 2 || !side.every((i) => ringed.has(i)))) return [];
    const taken = sides.flat().filter((i) => neighbours[i].length > 2).length;
    if (taken < places) return [];
    const references = sides.map((side) => Math.min(...side));
    return [{ kind: 'atropisomer', a, b, references: [references[0], references[1]], positive: true } as const];
  });
}
