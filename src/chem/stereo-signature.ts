/**
 * Which side every place of a conformer took that stereo could hang on, as one string: conformers of one molecule with
 * the same string are one stereoisomer to whoever reads stereo from coordinates.
 */
import { angle, dihedral, signedVolume } from '../geometry/internal-coordinates.js';
import { adjacency } from './adjacency.js';
import { CLEAR_TWIST, CLEAR_VOLUME, cumuleneBonds, possibleAxes } from './coordinate-stereo.js';
import type { Molecule } from './molecule.js';

/** Widest angle, in radians (143°), at a tetrahedral centre, beyond which readers think of five or six neighbours, and at a double bond. */
const WIDEST = 2.5;
/** Sine of an axis' dihedral below which it has no clear hand; 30°. */
const CLEAR_TURN = 0.5;
/** Smaller rings leave their double bonds no choice. */
const LEAST_TRANS_RING = 8;

export interface StereoPlaces {
  /** Whether an atom has more than four neighbours, of whose sides there are many. */
  readonly crowded: boolean;
  /** Each centre with three or four neighbours. */
  readonly centres: readonly (readonly number[])[];
  /** Double bonds, as the four atoms of a dihedral. */
  readonly bonds: readonly (readonly [number, number, number, number])[];
  /** Axes that have or may have a hand, likewise. */
  readonly axes: readonly (readonly [number, number, number, number])[];
}

/**
 * One sign a place; undefined where a place lies between its two sides. More places than can be stereo: which of them
 * are depends on one another.
 * @param coordinates [n,3] Å, of all atoms.
 */
export function stereoSignature(places: StereoPlaces, coordinates: Float32Array): string | undefined {
  if (places.crowded) return undefined;
  let signature = '';
  for (const [atom, ...around] of places.centres) {
    const side = sideOf(atom, around, coordinates);
    if (side === 0) return undefined;
    signature += side > 0 ? '+' : '-';
  }
  for (const [p, a, b, q] of places.bonds) {
    const twist = Math.cos(dihedral(coordinates, p, a, b, q));
    if (!(
      Math.abs(twist) > CLEAR_TWIST &&
      angle(coordinates, p, a, b) < WIDEST &&
      angle(coordinates, a, b, q) < WIDEST
    ))
      return undefined;
    signature += twist > 0 ? 'c' : 't';
  }
  for (const [p, a, b, q] of places.axes) {
    const turn = Math.sin(dihedral(coordinates, p, a, b, q));
    if (!(Math.abs(turn) > CLEAR_TURN)) return undefined;
    signature += turn > 0 ? '+' : '-';
  }
  return signature;
}

/** The sign that the volumes of all threes of neighbours agree on, each seen from the fourth; 0 where they do not. */
function sideOf(atom: number, around: readonly number[], coordinates: Float32Array): number {
  const [a, b, c, d] = around;
  const clear = (p: number, q: number, r: number) => {
    const volume = signedVolume(coordinates, atom, p, q, r);
    return Math.abs(volume) > CLEAR_VOLUME ? Math.sign(volume) : 0;
  };
  const side = clear(a, b, c);
  if (d === undefined) return side;
  if (around.some((p, i) => around.slice(i + 1).some((q) => angle(coordinates, p, atom, q) > WIDEST))) return 0;
  return clear(a, d, b) === side && clear(a, c, d) === side && clear(b, d, c) === side ? side : 0;
}

/** Where stereo could hang on in a molecule; the same for all of its conformers. */
export function stereoPlaces(molecule: Molecule): StereoPlaces {
  const { atoms, bonds, rings } = molecule;
  const neighbours = adjacency(atoms.length, bonds);
  const ringsOf = (...members: number[]) => rings.filter((ring) => members.every((atom) => ring.includes(atom)));
  /** Two plain hydrogens on one atom make its sides the same; so do other pairs, but readers of stereo see that late. */
  const isOpen = (around: readonly number[]) =>
    around.filter((other) => atoms[other].element === 1 && atoms[other].isotope === 0).length < 2;
  const centres = atoms.flatMap(({ element, aromatic }, atom) => {
    const around = neighbours[atom];
    if ((around.length !== 3 && around.length !== 4) || !isOpen(around)) return [];
    // Three-coordinate carbon, boron and aromatic atoms are flat; such a nitrogen turns over unless its rings hold it.
    const held = ringsOf(atom).length > 1 || ringsOf(atom).some((ring) => ring.length === 3);
    const flat = aromatic || element === 5 || element === 6 || (element === 7 && !held);
    return around.length === 3 && flat ? [] : [[atom, ...around]];
  });
  const ends = new Set([6, 7]);
  const doubles = bonds.flatMap(({ a, b, order, aromatic, inRing }) => {
    if (order !== 2 || aromatic || !ends.has(atoms[a].element) || !ends.has(atoms[b].element)) return [];
    if (inRing && ringsOf(a, b).some((ring) => ring.length < LEAST_TRANS_RING)) return [];
    const [ofA, ofB] = [neighbours[a].filter((other) => other !== b), neighbours[b].filter((other) => other !== a)];
    if ([a, b].some((end) => atoms[end].hybridisation === 'sp')) return [];
    return [ofA, ofB].every((others) => others.length > 0 && isOpen(others)) ? [[ofA[0], a, b, ofB[0]] as const] : [];
  });
  // Those of cumulenes, of specified ones too.
  const across = [...molecule.stereoBonds.filter(({ a, b }) => !neighbours[a].includes(b)), ...cumuleneBonds(molecule)];
  return {
    crowded: neighbours.some((around) => around.length > 4),
    centres,
    bonds: [...doubles, ...across.map(({ a, b, references: [p, q] }) => [p, a, b, q] as const)],
    axes: [...(molecule.axes ?? []), ...possibleAxes(molecule)].map(
      ({ a, b, references: [p, q] }) => [p, a, b, q] as const,
    ),
  };
}
