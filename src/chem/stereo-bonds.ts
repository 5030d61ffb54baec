/** The double bonds of a molecule that have two forms: those specified, and those left open. */
import type { Atom, Bond, StereoBond } from './molecule.js';
import { pairKey } from './pair-key.js';
import type { JsonBond, StereoTags } from './rdkit-json.js';

/** Double bonds in smaller rings are always cis. RDKit draws the line at the same size. */
export const SMALLEST_STEREO_RING = 8;

export function stereoBonds(
  jsonBonds: readonly JsonBond[],
  atoms: readonly Atom[],
  bonds: readonly Bond[],
  neighbours: readonly (readonly number[])[],
  ringBonds: ReadonlyMap<string, number>,
  skeletonCount: number,
  tags: StereoTags,
  classes: () => readonly number[],
): StereoBond[] {
  const cip = new Map(tags.CIP_bonds.map(([a, b, label]) => [pairKey(a, b), label]));
  const found: StereoBond[] = [];
  bonds.forEach(({ a, b, order, aromatic }, index) => {
    if (order !== 2) return;
    const { stereo, stereoAtoms } = jsonBonds[index];
    if ((stereo === 'cis' || stereo === 'trans') && stereoAtoms) {
      const label = cip.get(pairKey(a, b));
      // RDKit gives one neighbour of each end, in the order of the bond's atoms.
      found.push({
        a,
        b,
        references: [stereoAtoms[0], stereoAtoms[1]],
        cis: stereo === 'cis',
        cip: label === '(E)' ? 'E' : label === '(Z)' ? 'Z' : undefined,
      });
      return;
    }
    if (aromatic || (ringBonds.get(pairKey(a, b)) ?? Infinity) < SMALLEST_STEREO_RING) return;
    if (!canBeStereoEnd(a, b, atoms, bonds, neighbours) || !canBeStereoEnd(b, a, atoms, bonds, neighbours)) return;
    const references: number[] = [];
    for (const [end, far] of [
      [a, b],
      [b, a],
    ] as const) {
      const around = neighbours[end].filter((x) => x !== far).sort((x, y) => x - y);
      if (around.length === 2 && classes()[around[0]] === classes()[around[1]]) return;
      // A side that only a removable hydrogen shows (an imine's N–H) is no matter of the skeleton.
      if (around[0] >= skeletonCount) return;
      references.push(around[0]);
    }
    found.push({ a, b, references: [references[0], references[1]], cis: undefined });
  });
  return found;
}

/** C or N⁺ with two further single bonds, or N with one and a lone pair; nothing cumulated. */
function canBeStereoEnd(
  end: number,
  far: number,
  atoms: readonly Atom[],
  bonds: readonly Bond[],
  neighbours: readonly (readonly number[])[],
): boolean {
  const { element, charge, radicals } = atoms[end];
  const others = neighbours[end].length - 1;
  if (radicals > 0) return false;
  const shape =
    element === 6 || element === 14 || (element === 7 && charge === 1)
      ? others === 2
      : element === 7 && charge === 0 && others === 1;
  return (
    shape &&
    bonds.every((bond) => (bond.a !== end && bond.b !== end) || bond.a === far || bond.b === far || bond.order === 1)
  );
}
