/** Holds a part of a molecule at given coordinates while the rest of it is drawn. */
import { adjacency } from '../chem/adjacency.js';
import { CLEAR_VOLUME } from '../chem/coordinate-stereo.js';
import type { Molecule, TetrahedralCentre } from '../chem/molecule.js';
import { isEvenPermutation } from '../chem/parity.js';
import { dihedral, signedVolume } from '../geometry/internal-coordinates.js';
import { centre } from '../geometry/coordinates.js';
import { moveOnto, rowsOf } from '../geometry/move-onto.js';

export interface Core {
  /** Coordinates [k,3] Å of the core. */
  readonly points: Float32Array;
  /** The ways in which it lies in the molecule: lists of k skeleton atoms. */
  readonly matches: readonly (readonly number[])[];
}

/** Changes a prediction [skeletonCount,3] in place, so that its core has the shape that is given. */
export type Hold = (prediction: Float32Array) => void;

/**
 * A function that lays the core onto the atoms of a prediction that it matches and puts it in their place. What is bonded
 * to it goes along, turned and moved as the atom that bears it and the core around that atom are; a bridge between
 * several such atoms as each of them is, weighted by the inverse square of the bonds to it. The prediction's mean becomes
 * zero.
 */
export function holdCore({ points }: Pick<Core, 'points'>, match: readonly number[], molecule: Molecule): Hold {
  const n = molecule.skeletonCount;
  const neighbours = adjacency(n, molecule.bonds);
  const held = new Set(match);
  const junctions = junctionsOf(neighbours, held);
  return (prediction) => {
    const before = prediction.slice();
    const core = points.slice();
    moveOnto(core, points, rowsOf(prediction, match), match.length);
    match.forEach((atom, k) => prediction.set(core.subarray(3 * k, 3 * k + 3), 3 * atom));
    const moved = junctions.map(({ around }) => {
      const all = before.slice();
      moveOnto(all, rowsOf(before, around), rowsOf(prediction, around), around.length);
      return all;
    });
    for (let atom = 0; atom < n; atom++) {
      if (held.has(atom)) continue;
      const weights = junctions.map(({ bondsTo }) => (bondsTo[atom] === Infinity ? 0 : bondsTo[atom] ** -2));
      const sum = weights.reduce((all, weight) => all + weight, 0);
      for (let k = 3 * atom; k < 3 * atom + 3; k++)
        prediction[k] = weights.reduce((all, weight, j) => all + (weight / sum) * moved[j][k], 0);
    }
    centre(prediction, prediction, n);
  };
}

/** Atoms of the core that bear others, each with the core around it, and the bonds from it to the atoms that it bears. */
function junctionsOf(neighbours: readonly (readonly number[])[], held: ReadonlySet<number>) {
  return [...held].flatMap((atom) => {
    const outside = neighbours[atom].filter((next) => !held.has(next));
    if (outside.length === 0) return [];
    const inside = (from: readonly number[]) => from.flatMap((one) => neighbours[one].filter((next) => held.has(next)));
    let around = [...new Set([atom, ...inside([atom])])];
    // Two points do not say how the third direction lies.
    if (around.length < 3) around = [...new Set([...around, ...inside(around)])];
    const bondsTo = neighbours.map(() => Infinity);
    let edge = outside;
    for (let bonds = 1; edge.length > 0; bonds++) {
      for (const one of edge) bondsTo[one] = bonds;
      edge = [...new Set(edge.flatMap((one) => neighbours[one]))].filter(
        (next) => !held.has(next) && bondsTo[next] === Infinity,
      );
    }
    return [{ around, bondsTo }];
  });
}

/**
 * The molecule with the stereo that the core has beside what is specified: the network must know on which side of the
 * core what is bonded to it lies, also where two alike branches make no stereocentre of it.
 */
export function withHandsOfCore(
  molecule: Molecule,
  { points }: Pick<Core, 'points'>,
  match: readonly number[],
): Molecule {
  const { atoms, bonds, centres, stereoBonds, skeletonCount } = molecule;
  const neighbours = adjacency(atoms.length, bonds);
  const at = placesOf(molecule, match);
  const specified = centres.filter((centre) => centre.specified);
  const shown = match.flatMap((atom): TetrahedralCentre[] => {
    if (atoms[atom].element === 7 || specified.some((centre) => centre.atom === atom)) return [];
    const around = neighbours[atom];
    const inside = around.filter((next) => at[next] >= 0);
    if (inside.length < 3 || around.length !== 4 || around.filter((next) => next >= skeletonCount).length > 1)
      return [];
    const [p, q, r] = inside;
    const volume = signedVolume(points, at[atom], at[p], at[q], at[r]);
    if (Math.abs(volume) < CLEAR_VOLUME) return [];
    const rest = around.filter((next) => next !== p && next !== q && next !== r);
    return [{ atom, neighbours: [...(volume > 0 ? [p, q] : [q, p]), r, ...rest], specified: true }];
  });
  return {
    ...molecule,
    centres: [...centres.filter(({ atom }) => !shown.some((centre) => centre.atom === atom)), ...shown],
    stereoBonds: stereoBonds.map((bond) => {
      const four = [bond.references[0], bond.a, bond.b, bond.references[1]].map((atom) => at[atom]);
      if (bond.cis !== undefined || four.includes(-1)) return bond;
      const [i, j, k, l] = four;
      return { ...bond, cis: Math.cos(dihedral(points, i, j, k, l)) > 0 };
    }),
  };
}

/** For each atom of the molecule its place in a match, −1 where it is not in it. */
function placesOf({ atoms }: Molecule, match: readonly number[]): Int32Array {
  const places = new Int32Array(atoms.length).fill(-1);
  match.forEach((atom, k) => (places[atom] = k));
  return places;
}

/** Of matches that the symmetry of the molecule makes alike, the first. @param automorphisms of the skeleton */
export function differentMatches(
  matches: readonly (readonly number[])[],
  automorphisms: readonly ArrayLike<number>[],
): readonly (readonly number[])[] {
  const seen = new Set<string>();
  return matches.filter((match) => {
    if (seen.has(match.join())) return false;
    for (const automorphism of automorphisms) seen.add(match.map((atom) => automorphism[atom]).join());
    return true;
  });
}

/**
 * The matches in which the core has the stereo that the molecule specifies.
 * @throws Error naming a place where it has the opposite in all of them.
 */
export function matchesOfRightHand(
  molecule: Molecule,
  { points, matches }: Core,
  number: (atom: number) => number,
): readonly (readonly number[])[] {
  const { centres, stereoBonds } = molecule;
  let wrong = '';
  const right = matches.filter((match) => {
    const at = placesOf(molecule, match);
    const ofCentres = centres.every(({ atom, neighbours, specified }) => {
      const inside = neighbours.filter((next) => at[next] >= 0);
      if (!specified || at[atom] < 0 || inside.length < 3) return true;
      const three = inside.slice(0, 3);
      const rest = neighbours.filter((next) => !three.includes(next));
      const positive = isEvenPermutation([...three, ...rest], neighbours);
      const [p, q, r] = three.map((next) => at[next]);
      const fits = signedVolume(points, at[atom], p, q, r) > 0 === positive;
      if (!fits) wrong = `the hand of atom ${number(atom)}`;
      return fits;
    });
    const ofBonds = stereoBonds.every(({ a, b, references: [p, q], cis }) => {
      const four = [p, a, b, q].map((atom) => at[atom]);
      if (cis === undefined || four.includes(-1)) return true;
      const [i, j, k, l] = four;
      const fits = Math.cos(dihedral(points, i, j, k, l)) > 0 === cis;
      if (!fits) wrong = `the side at double bond ${number(a)}=${number(b)}`;
      return fits;
    });
    return ofCentres && ofBonds;
  });
  if (right.length === 0)
    throw new Error(
      `the core has the opposite stereo of the molecule: ${wrong}. Give a core that has it, or leave the place out of the core.`,
    );
  return right;
}
