/** Hands that differ between two conformers of a molecule, those that no mark holds among them. */
import { dihedral, signedVolume } from '../geometry/internal-coordinates.js';
import { adjacency } from './adjacency.js';
import { CLEAR_VOLUME, possibleAxes } from './coordinate-stereo.js';
import { elementSymbol } from './elements.js';
import type { Molecule } from './molecule.js';
import { symmetryClasses } from './symmetry-classes.js';

/** Sine of an axis' dihedral below which it has no clear hand: 30°. */
const CLEAR_TURN = 0.5;
/** Places beside a bond between rings that must be taken for its hand to be compared: it turns, but not easily. */
const HINDERED_PLACES = 2;

/**
 * The places that have one hand before and the other one after, in words: atoms with four different neighbours, or three
 * and a lone pair, pyramidal nitrogens among them; double bonds; allenes and hindered bonds between rings.
 * @param before and `after` [n,3] Å; places whose atoms are not all finite in both are passed over.
 * @param number the number by which an atom is told.
 */
export function turnedHands(
  molecule: Molecule,
  before: Float32Array,
  after: Float32Array,
  number: (atom: number) => number,
): string[] {
  const { atoms, bonds, stereoBonds, axes = [] } = molecule;
  const neighbours = adjacency(atoms.length, bonds);
  const classes = symmetryClasses(
    atoms.map((atom) => `${atom.element} ${atom.charge} ${atom.isotope} ${atom.radicals}`),
    bonds,
  );
  const turned = (measure: (x: Float32Array) => number, clear: number): boolean => {
    const [one, other] = [measure(before), measure(after)];
    return one * other < 0 && Math.abs(one) > clear && Math.abs(other) > clear;
  };
  const centres = atoms.flatMap(({ element }, atom) => {
    const around = [...neighbours[atom]].sort((x, y) => x - y);
    if (around.length < 3 || around.length > 4) return [];
    if (new Set(around.map((next) => classes[next])).size < around.length) return [];
    const volume = (x: Float32Array) => signedVolume(x, atom, around[0], around[1], around[2]);
    return turned(volume, CLEAR_VOLUME) ? [`the hand of atom ${number(atom)} (${elementSymbol(element)})`] : [];
  });
  const sides = stereoBonds.flatMap(({ a, b, references: [p, q] }) =>
    turned((x) => Math.cos(dihedral(x, p, a, b, q)), CLEAR_TURN)
      ? [`the side at double bond ${number(a)}=${number(b)}`]
      : [],
  );
  const axial = [...axes, ...possibleAxes(molecule, { hindered: HINDERED_PLACES })].flatMap(
    ({ a, b, references: [p, q] }) =>
      turned((x) => Math.sin(dihedral(x, p, a, b, q)), CLEAR_TURN)
        ? [`the hand of the axis ${number(a)}–${number(b)}`]
        : [],
  );
  return [...centres, ...sides, ...axial];
}
