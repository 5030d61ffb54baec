/** What a molecule leaves open of its stereo, and the stereoisomers that it may therefore be. */
import { automorphisms } from './automorphisms.js';
import { cumuleneBonds, possibleAxes, spiroCandidates } from './coordinate-stereo.js';
import { DEFAULT_MAX_ISOMERS } from './default-max-isomers.js';
import { elementSymbol } from './elements.js';
import { isomericSmiles } from './isomeric-smiles.js';
import type { Molecule, StereoAxis, StereoBond, TetrahedralCentre } from './molecule.js';
import { MoleculeError, shorten } from './molecule-error.js';
import { inputNumber } from './match-order.js';
import type { RDKitModule } from './rdkit.js';
import { bridgeheadPairs, canBeBuilt } from './small-bicycles.js';
import { carriedMarks, type CarriedMarks, type SpecifiedStereo } from './stereo-effect.js';
import { groupNote } from './stereo-groups.js';
import { addStereo, MOST_AUTOMORPHISMS } from './stereo-guard.js';

/** Forms that are looked at in search of them; all of up to twelve places. */
const MOST_FORMS = 4096;

/** A place whose stereo is open, in one of its two forms; the other is its opposite. */
export type OpenPlace = TetrahedralCentre | StereoBond | StereoAxis;

interface Open extends SpecifiedStereo {
  /** Marks of these lists that the molecule has already. */
  readonly known: ReadonlySet<object>;
  /** What the symmetry of the molecule does to the marks; each different one once. */
  readonly symmetries: readonly CarriedMarks[];
  /** Marks that make a difference and are open, as indices among all of `centres`, `bonds` and `axes` in a row. */
  readonly places: readonly number[];
  /** Marks of one group of relative stereo, which turn together. */
  readonly groups: readonly (readonly number[])[];
}

/**
 * The centres, double bonds and axes whose stereo makes a difference and is not specified: tetrahedral and spiro centres,
 * double bonds and cumulenes, allenes, and single bonds between rings with three or four of the places beside them taken.
 * Not open are nitrogens that turn over, double bonds in rings below eight, and the C=N–H of imines.
 */
export function openPlaces(rdkit: RDKitModule, molecule: Molecule): OpenPlace[] {
  const open = openStereo(rdkit, molecule);
  const all = marksOf(open);
  return open.places.map((place) => all[place]);
}

/** @throws MoleculeError naming every place whose stereo is open. */
export function refuseOpenStereo(rdkit: RDKitModule, molecule: Molecule): void {
  const places = openPlaces(rdkit, molecule);
  if (places.length === 0) return;
  throw new MoleculeError(
    'stereo',
    `"${shorten(molecule.name)}" leaves stereo open, and strict stereo is asked for: ${placesInWords(molecule, places)}. Specify ${places.length === 1 ? 'it' : 'them'}, or ask for all stereoisomers.`,
  );
}

/** `atom 3 (C), the double bond 5=6, the axis 8–9`, by the numbers that the atoms have in the input. */
export function placesInWords(molecule: Molecule, places: readonly OpenPlace[]): string {
  const number = (atom: number): number => inputNumber(molecule, atom);
  return places
    .map((place) =>
      'atom' in place
        ? `atom ${number(place.atom)} (${elementSymbol(molecule.atoms[place.atom].element)})`
        : 'cis' in place
          ? `the double bond ${number(place.a)}=${number(place.b)}`
          : `the axis ${number(place.a)}–${number(place.b)}`,
    )
    .join(', ');
}

export interface Stereoisomers {
  /** Each fully specified and named `name_1`, `name_2`, …; the molecule itself where nothing is open. */
  readonly isomers: readonly Molecule[];
  readonly open: readonly OpenPlace[];
  /** Different stereoisomers that can be built; undefined where there are too many forms to look at all. */
  readonly total: number | undefined;
  /** Forms left out since small rings cannot have them. */
  readonly impossible: number;
}

/**
 * The stereoisomers that open places and groups of relative stereo allow, `max` at most: mirror images are two, meso forms one. The first `max` are the
 * same whatever `max` is, and spread over all places. Left out are trans-fused and in–out forms of small rings; what else
 * cannot be built shows when it is drawn.
 * @throws RangeError where `max` is no whole number of 1 or more.
 */
export function stereoisomers(
  rdkit: RDKitModule,
  molecule: Molecule,
  { max = DEFAULT_MAX_ISOMERS }: { readonly max?: number | undefined } = {},
): Stereoisomers {
  if (!Number.isSafeInteger(max) || max < 1)
    throw new RangeError(`the most stereoisomers are ${max}; expected a whole number, 1 or more`);
  const open = openStereo(rdkit, molecule);
  const { places, groups, symmetries } = open;
  const all = marksOf(open);
  const choices = [...places.map((place) => [place]), ...groups];
  if (choices.length === 0) return { isomers: [molecule], open: [], total: 1, impossible: 0 };
  const pairs = bridgeheadPairs(molecule);
  const seen = new Set<string>();
  const found: Molecule[] = [];
  let [total, impossible] = [0, 0];
  const forms = 2n ** BigInt(choices.length);
  const isWhole = forms <= BigInt(MOST_FORMS);
  // An odd factor meets every form once, and turns all places from the start.
  const factor = ((forms * 618_033_989n) / 1_000_000_000n) | 1n;
  const looked = isWhole ? Number(forms) : MOST_FORMS;
  for (let k = 0; k < looked && (isWhole || found.length < max); k++) {
    const form = (BigInt(k) * factor) % forms;
    const turned = all.map(() => false);
    choices.forEach((choice, i) => {
      for (const mark of choice) turned[mark] = ((form >> BigInt(i)) & 1n) === 1n;
    });
    const orbit = leastImage(turned, symmetries);
    if (seen.has(orbit)) continue;
    seen.add(orbit);
    const marks = all.map((mark, i) => (turned[i] ? opposite(mark) : mark));
    const centres = marks.slice(0, open.centres.length) as TetrahedralCentre[];
    if (!pairs.every((pair) => canBeBuilt(pair, (atom) => centres.find((centre) => centre.atom === atom)))) {
      impossible++;
      continue;
    }
    total++;
    if (found.length >= max) continue;
    const added = (from: number, to: number) =>
      marks.slice(from, to).filter((_, i) => !open.known.has(all[from + i]) || turned[from + i]);
    const bondsAt = open.centres.length;
    const axesAt = bondsAt + open.bonds.length;
    const turnedAtoms = new Set(groups.flat().flatMap((mark) => (turned[mark] ? open.centres[mark].atom : [])));
    const plain = withoutGroups(molecule, turnedAtoms);
    const { molecule: isomer } = addStereo(rdkit, plain, {
      centres: added(0, bondsAt) as TetrahedralCentre[],
      bonds: added(bondsAt, axesAt) as StereoBond[],
      axes: added(axesAt, marks.length) as StereoAxis[],
    });
    const name = `${molecule.name}_${found.length + 1}`;
    found.push({ ...isomer, name, smiles: isomericSmiles(rdkit, isomer) });
  }
  return {
    isomers: found,
    open: places.map((place) => all[place]),
    total: isWhole ? total : undefined,
    impossible,
  };
}

/** Without the groups of relative stereo, of which each isomer is one form, and with the hands to be turned left open. */
function withoutGroups(molecule: Molecule, turned: ReadonlySet<number>): Molecule {
  const { stereoGroups = [], notes = [], centres, ...rest } = molecule;
  const said = stereoGroups.map(({ kind, atoms }) =>
    groupNote(
      kind,
      atoms.map((atom) => inputNumber(molecule, atom)),
    ),
  );
  const others = notes.filter((note) => !said.includes(note));
  return {
    ...rest,
    centres: centres.map((centre) => (turned.has(centre.atom) ? { ...centre, specified: false } : centre)),
    ...(others.length > 0 && { notes: others }),
  };
}

const marksOf = ({ centres, bonds, axes }: SpecifiedStereo): (TetrahedralCentre | StereoBond | StereoAxis)[] => [
  ...centres,
  ...bonds,
  ...axes,
];

function openStereo(rdkit: RDKitModule, molecule: Molecule): Open {
  const { skeletonCount } = molecule;
  const known = {
    centres: molecule.centres.filter(({ specified }) => specified),
    bonds: molecule.stereoBonds.filter(({ cis }) => cis !== undefined),
    axes: molecule.axes ?? [],
  };
  const inSkeleton = (atoms: readonly number[]): boolean => atoms.every((atom) => atom < skeletonCount);
  const centres = [...molecule.centres.filter(({ specified }) => !specified), ...spiroCandidates(molecule)].map(
    ({ atom, neighbours }) => ({
      atom,
      neighbours: [...neighbours].sort((x, y) => x - y),
      specified: true,
    }),
  );
  const bonds = [...molecule.stereoBonds.filter(({ cis }) => cis === undefined), ...cumuleneBonds(molecule)].map(
    (bond) => ({ ...bond, cis: true }),
  );
  const stereo: SpecifiedStereo = {
    centres: [...known.centres, ...centres],
    bonds: [...known.bonds, ...bonds.filter(({ references }) => inSkeleton(references))],
    axes: [...known.axes, ...possibleAxes(molecule)],
  };
  const ofMolecule = new Set<object>([...known.centres, ...known.bonds, ...known.axes]);
  const all = marksOf(stereo);
  const candidates = [...all.keys()].filter((mark) => !ofMolecule.has(all[mark]));
  const groups = (molecule.stereoGroups ?? []).flatMap(({ atoms }) => {
    const marks = atoms.flatMap((atom) => {
      const at = known.centres.findIndex((centre) => centre.atom === atom);
      return at < 0 ? [] : [at];
    });
    return marks.length > 0 ? [marks] : [];
  });
  if (candidates.length + groups.length === 0)
    return { ...stereo, known: ofMolecule, symmetries: [], places: [], groups };
  const { permutations } = automorphisms(rdkit, molecule, { maxMatches: MOST_AUTOMORPHISMS });
  const symmetries = distinct(carriedMarks(molecule, stereo, permutations));
  return {
    ...stereo,
    known: ofMolecule,
    symmetries,
    groups,
    places: candidates.filter((place) => makesDifference(place, candidates, all.length, symmetries)),
  };
}

function distinct(carried: readonly CarriedMarks[]): CarriedMarks[] {
  return [...new Map(carried.map((one) => [JSON.stringify(one), one])).values()];
}

/** Forms of the other places in which it is asked whether one place tells anything. */
const TRIED_FORMS = 64;

/** Whether there is a form of the molecule that the opposite at this place makes another molecule. */
function makesDifference(
  place: number,
  candidates: readonly number[],
  count: number,
  symmetries: readonly CarriedMarks[],
): boolean {
  for (let form = 0; form < Math.min(TRIED_FORMS, 2 ** candidates.length); form++) {
    const turned = Array.from({ length: count }, () => false);
    candidates.forEach((mark, i) => (turned[mark] = i < 31 && ((form >> i) & 1) === 1));
    const other = turned.map((value, i) => (i === place ? !value : value));
    if (leastImage(turned, symmetries) !== leastImage(other, symmetries)) return true;
  }
  return false;
}

/** The first, in the order of strings, of all the names that one form has under the symmetry of the molecule. */
function leastImage(turned: readonly boolean[], symmetries: readonly CarriedMarks[]): string {
  let least = turned.map(Number).join('');
  for (const { to, turned: turns } of symmetries) {
    const image: number[] = [];
    turned.forEach((value, i) => (image[to[i]] = Number(value !== turns[i])));
    const text = image.join('');
    if (text < least) least = text;
  }
  return least;
}

function opposite(mark: TetrahedralCentre | StereoBond | StereoAxis): TetrahedralCentre | StereoBond | StereoAxis {
  if ('atom' in mark) {
    const [a, b, ...rest] = mark.neighbours;
    return { ...mark, neighbours: [b, a, ...rest] };
  }
  return 'cis' in mark ? { ...mark, cis: !mark.cis } : { ...mark, positive: !mark.positive };
}
