/**
 * Holds what a SMILES writes of stereo against what RDKit's perception kept: what it dropped and is real is put back
 * (spiro centres, allenes, cumulenes, double bonds that only an isotope tells apart), what cannot be is refused, and what
 * says nothing is noted.
 */
import { adjacency } from './adjacency.js';
import { automorphisms } from './automorphisms.js';
import { isBridgehead } from './bridgehead.js';
import type { Molecule, StereoAxis, StereoBond, TetrahedralCentre } from './molecule.js';
import { MoleculeError } from './molecule-error.js';
import { samePair } from './pair-key.js';
import type { RDKitModule } from './rdkit.js';
import { SMALLEST_STEREO_RING } from './stereo-bonds.js';
import { marksWithoutEffect, type MarkKey } from './stereo-effect.js';
import type { WrittenMark } from './written-stereo.js';

/** Marks that perception dropped, to be put back where they make a difference. */
export interface FoundStereo {
  readonly centres: readonly TetrahedralCentre[];
  readonly bonds: readonly StereoBond[];
  readonly axes: readonly StereoAxis[];
}

/** @throws MoleculeError where a mark asks for what cannot be built. */
export function keepWrittenStereo(
  rdkit: RDKitModule,
  molecule: Molecule,
  marks: readonly WrittenMark[],
  label: string,
): Molecule {
  const notes: string[] = [];
  const found = { centres: [] as TetrahedralCentre[], bonds: [] as StereoBond[], axes: [] as StereoAxis[] };
  const words = new Map<object, string>();
  for (const mark of marks) {
    if (mark.kind === 'nothing') {
      notes.push(`${capital(mark.words)} says nothing: ${mark.why}.`);
    } else if (mark.kind === 'axis') {
      found.axes.push(mark.axis);
      words.set(mark.axis, mark.words);
    } else if (mark.kind === 'bond') {
      const { bond } = mark;
      if (molecule.stereoBonds.some(({ a, b, cis }) => cis !== undefined && samePair(a, b, bond.a, bond.b))) continue;
      const ring = smallestRing(molecule, bond);
      if (ring) {
        if (isTransIn(ring, bond)) {
          throw new MoleculeError(
            'stereo',
            `${label}: ${mark.words} ask for a trans double bond within a ring of ${ring.length} atoms, which cannot be built. Write the cis form, or leave the marks out.`,
          );
        }
        continue;
      }
      found.bonds.push(bond);
      words.set(bond, mark.words);
    } else {
      const { centre } = mark;
      if (molecule.centres.some(({ atom, specified }) => specified && atom === centre.atom)) continue;
      const why = flatness(molecule, centre);
      if (why) notes.push(`${capital(mark.words)}: ${why}.`);
      else {
        found.centres.push(centre);
        words.set(centre, mark.words);
      }
    }
  }
  const { molecule: kept, idle } = addStereo(rdkit, molecule, found);
  const withoutEffect = new Set<object>(idle);
  for (const [mark, text] of words) {
    if (!withoutEffect.has(mark)) continue;
    notes.push(
      `${capital(text)}: the opposite mark would be the same molecule, since neighbours are alike; it says nothing.`,
    );
  }
  return notes.length === 0 ? kept : { ...kept, notes: [...(kept.notes ?? []), ...notes] };
}

/** The molecule with those of the marks that make a difference; `idle` are the others. */
export function addStereo(
  rdkit: RDKitModule,
  molecule: Molecule,
  found: FoundStereo,
): { molecule: Molecule; idle: readonly (TetrahedralCentre | StereoBond | StereoAxis)[] } {
  if (found.centres.length + found.bonds.length + found.axes.length === 0) return { molecule, idle: [] };
  // What an end with two hydrogens bears makes no difference.
  const hydrogens = adjacency(molecule.atoms.length, molecule.bonds).map(
    (around) => around.filter((i) => i >= molecule.skeletonCount).length,
  );
  const told = ({ a, b, references }: StereoBond | StereoAxis): boolean =>
    references.every((i) => i < molecule.skeletonCount) && hydrogens[a] < 2 && hydrogens[b] < 2;
  const bonds = found.bonds.filter(told);
  const axes = found.axes.filter(told);
  const known = {
    centres: molecule.centres.filter(({ specified }) => specified),
    bonds: molecule.stereoBonds.filter(({ cis }) => cis !== undefined),
    axes: molecule.axes ?? [],
  };
  const all = {
    centres: [...known.centres, ...found.centres],
    bonds: [...known.bonds, ...bonds],
    axes: [...known.axes, ...axes],
  };
  const { permutations } = automorphisms(rdkit, molecule, { maxMatches: MOST_AUTOMORPHISMS });
  const without = marksWithoutEffect(molecule, all, permutations);
  const split = <T>(letter: 'c' | 'b' | 'a', list: readonly T[], from: number): [T[], T[]] => {
    const isIdle = (i: number): boolean => without.has(`${letter}${from + i}` satisfies MarkKey);
    return [list.filter((_, i) => !isIdle(i)), list.filter((_, i) => isIdle(i))];
  };
  const [centres, idleCentres] = split('c', found.centres, known.centres.length);
  const [keptBonds, idleBonds] = split('b', bonds, known.bonds.length);
  const [keptAxes, idleAxes] = split('a', axes, known.axes.length);
  const untold = [...found.bonds, ...found.axes].filter((mark) => !told(mark));
  const idle = [...idleCentres, ...idleBonds, ...idleAxes, ...untold];
  if (centres.length + keptBonds.length + keptAxes.length === 0) return { molecule, idle };
  const kept: Molecule = {
    ...molecule,
    centres: [...molecule.centres.filter(({ atom }) => !centres.some((own) => own.atom === atom)), ...centres].sort(
      (x, y) => x.atom - y.atom,
    ),
    stereoBonds: [
      ...molecule.stereoBonds.filter(({ a, b }) => !keptBonds.some((own) => samePair(a, b, own.a, own.b))),
      ...keptBonds,
    ],
    ...(all.axes.length > 0 && { axes: [...known.axes, ...keptAxes] }),
  };
  return { molecule: kept, idle };
}

/** Symmetry beyond this is of freely turning groups, which the first of its permutations show. */
export const MOST_AUTOMORPHISMS = 2000;

/** Why a centre has no hand that lasts; undefined where it may have one. */
function flatness({ atoms, bonds, rings }: Molecule, { atom, neighbours }: TetrahedralCentre): string | undefined {
  const { element, charge } = atoms[atom];
  if (neighbours.length === 4) return undefined;
  if (element === 7 && charge === 0) {
    const held = isBridgehead(atom, bonds, rings) || rings.some((ring) => ring.length === 3 && ring.includes(atom));
    return held
      ? undefined
      : 'a nitrogen of three neighbours turns over, so its mark is not used and both hands may come';
  }
  return element === 6 || element === 5 || (element === 7 && charge === 1)
    ? 'it has three neighbours in a plane, so its mark says nothing'
    : undefined;
}

function smallestRing({ rings }: Molecule, { a, b }: StereoBond): readonly number[] | undefined {
  return rings.find((ring) => ring.length < SMALLEST_STEREO_RING && ring.includes(a) && ring.includes(b));
}

/** Whether the bond's two neighbours within the ring lie on opposite sides. */
function isTransIn(ring: readonly number[], { references, cis }: StereoBond): boolean {
  // The ring is a smallest one: of an end's neighbours it holds the other end and one more.
  const others = references.filter((reference) => !ring.includes(reference)).length;
  return (cis === true) === (others % 2 === 1);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
