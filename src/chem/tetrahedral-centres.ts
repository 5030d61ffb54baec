/** The tetrahedral centres of a molecule: those specified, and those left open that could be. */
import { isBridgehead, ringNeighbours } from './bridgehead.js';
import type { Bond, TetrahedralCentre } from './molecule.js';
import { isEvenPermutation } from './parity.js';
import type { JsonAtom, StereoTags } from './rdkit-json.js';

/** Elements whose three- or four-coordinate atoms RDKit takes for possible tetrahedral centres. */
const CENTRE_ELEMENTS = new Set([5, 6, 7, 14, 15, 16, 32, 33, 34, 50, 52]);

export function tetrahedralCentres(
  jsonAtoms: readonly JsonAtom[],
  neighbours: readonly (readonly number[])[],
  bonds: readonly Bond[],
  rings: readonly (readonly number[])[],
  tags: StereoTags,
  classes: () => readonly number[],
): TetrahedralCentre[] {
  const cip = new Map(tags.CIP_atoms);
  const centres: TetrahedralCentre[] = [];
  jsonAtoms.forEach(({ z, chg, stereo }, atom) => {
    const around = neighbours[atom];
    if (around.length !== 3 && around.length !== 4) return;
    // Hydrogens have the highest indices, so that ascending order puts the skeleton first.
    const ascending = [...around].sort((x, y) => x - y);
    if (stereo === 'cw' || stereo === 'ccw') {
      const label = cip.get(atom);
      // Seen from the first neighbour in bond order, the others run (counter)clockwise; clockwise is a negative
      // signed volume of the first three. A lone pair counts as the last neighbour.
      const positive = (stereo === 'ccw') === isEvenPermutation(around);
      if (!positive) [ascending[0], ascending[1]] = [ascending[1], ascending[0]];
      centres.push({
        atom,
        neighbours: ascending,
        specified: true,
        cip: label === '(R)' ? 'R' : label === '(S)' ? 'S' : undefined,
      });
    } else if (cip.get(atom) === '(?)' && CENTRE_ELEMENTS.has(z)) {
      if (z === 7 && chg === 0 && !isBridgehead(atom, bonds, rings)) return;
      if (isHeldByItsCage(atom, bonds, rings, classes)) return;
      centres.push({ atom, neighbours: ascending, specified: false });
    }
  });
  return centres;
}

/**
 * Whether RDKit calls a possible centre what the cage leaves no choice: an apex of three alike ring neighbours (cubane,
 * the CH of adamantane), or a bridgehead with two alike (norbornane).
 */
function isHeldByItsCage(
  atom: number,
  bonds: readonly Bond[],
  rings: readonly (readonly number[])[],
  classes: () => readonly number[],
): boolean {
  const around = ringNeighbours(atom, bonds);
  if (around.length !== 3) return false;
  const distinct = new Set(around.map((neighbour) => classes()[neighbour])).size;
  return distinct === 1 || (distinct === 2 && isBridgehead(atom, bonds, rings));
}
