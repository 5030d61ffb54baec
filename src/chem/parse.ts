/** Makes a `Molecule` of a SMILES or of a structure read from a file, with RDKit's perception. */
import { adjacency } from './adjacency.js';
import { elementSymbol } from './elements.js';
import { conjugatedBonds, hybridisations } from './hybridisation.js';
import { molblock } from './molblock.js';
import type { Atom, Bond, Molecule, StereoBond, TetrahedralCentre } from './molecule.js';
import { failureReason, withMol } from './rdkit.js';
import type { RDKitModule, RDKitMol } from './rdkit.js';
import type { Structure } from './structure.js';
import { symmetryClasses } from './symmetry-classes.js';
import { unsupportedStereo } from './unsupported-stereo.js';

export type MoleculeErrorCode = 'invalid' | 'empty' | 'fragments' | 'element' | 'too-large' | 'stereo';

/** A molecule that cannot be used, and why. The message says what arrived, what was expected and what to do. */
export class MoleculeError extends Error {
  readonly code: MoleculeErrorCode;
  constructor(code: MoleculeErrorCode, message: string) {
    super(message);
    this.name = 'MoleculeError';
    this.code = code;
  }
}

/**
 * Skeleton atoms that a molecule may have. A longer chain overflows RDKit's wasm stack (seen at 700 carbons),
 * which leaves the whole module dead.
 */
export const MAX_SKELETON_ATOMS = 400;

/** Double bonds in smaller rings are always cis. RDKit draws the line at the same size. */
const SMALLEST_STEREO_RING = 8;

/**
 * The molecule of a SMILES.
 * @param options.name title of the molecule; the SMILES itself by default.
 * @param options.largestFragment take the fragment with the most heavy atoms (the first of equals) where the
 *   SMILES has several, instead of refusing it.
 * @throws MoleculeError
 */
export function parseSmiles(
  rdkit: RDKitModule,
  smiles: string,
  { name, largestFragment = false }: { name?: string | undefined; largestFragment?: boolean | undefined } = {},
): Molecule {
  const text = smiles.trim();
  const title = name ?? text;
  if (text === '') {
    throw new MoleculeError('empty', 'An empty SMILES arrived; expected a molecule such as "CCO".');
  }
  if (!/^[A-Za-z0-9@+\-[\]()=#$:/\\.%*~<>]+$/.test(text)) {
    throw new MoleculeError(
      'invalid',
      `"${shorten(text)}" is not a SMILES: it holds ${describeStranger(text)}. Give one SMILES and nothing after it; a name goes where names go.`,
    );
  }
  refuseLarge(countSmilesAtoms(text, largestFragment), shorten(text));
  return withMol(rdkit, text, (mol) => {
    if (!mol) {
      const reason = failureReason(rdkit);
      throw new MoleculeError(
        'invalid',
        `"${shorten(text)}" is not a valid SMILES${reason ? `: ${reason}` : ''}. Check its brackets, ring closures and valences.`,
      );
    }
    const label = `"${shorten(text)}"`;
    const unsupported = unsupportedStereo(text);
    if (unsupported) throw new MoleculeError('stereo', `${label}: ${unsupported}`);
    if (!text.includes('.')) return perceive(mol, title);
    const largest = (sizes: readonly number[]): number => {
      if (sizes.length > 1 && !largestFragment) throw severalFragments(label, sizes.length);
      return sizes.indexOf(Math.max(...sizes));
    };
    return withFragment(mol, largest, label, (fragment) => perceive(fragment, title));
  });
}

/**
 * The molecule of a structure read from a file. The stereo of a 3D structure is taken from its coordinates, never
 * from wedges or parities; that of a drawing from the wedges in `structure.molblock`.
 *
 * `order[i]` is the index in the structure of atom i of the molecule, −1 for a hydrogen that the structure left
 * out. Heavy atoms keep their order; removable hydrogens come after the skeleton, grouped by parent.
 * With `largestFragment` the atoms of the other fragments are absent from the molecule and from `order`.
 * @throws MoleculeError
 */
export function moleculeFromStructure(
  rdkit: RDKitModule,
  structure: Structure,
  { largestFragment = false }: { largestFragment?: boolean | undefined } = {},
): { molecule: Molecule; order: Int32Array } {
  const label = structure.name ? `"${shorten(structure.name)}"` : 'The structure';
  if (structure.atoms.length === 0) {
    throw new MoleculeError('empty', `${label} has no atoms; expected a molecule.`);
  }
  const query = structure.atoms.findIndex((atom) => !(atom.element >= 1));
  if (query >= 0) throw noElement(label, query);
  const fragments = components(structure.atoms.length, structure.bonds);
  if (fragments.length > 1 && !largestFragment) throw severalFragments(label, fragments.length);
  const heavy = (atoms: readonly number[]): number => atoms.filter((i) => structure.atoms[i].element > 1).length;
  const kept = fragments.reduce((best, next) => (heavy(next) > heavy(best) ? next : best));
  const spatial = structure.dimension === 3 && structure.coordinates !== undefined;
  const drawing = spatial ? undefined : structure.molblock;
  // RDKit gets the one fragment, but of a drawing the whole block: its wedges are not in the structure.
  const part = fragments.length > 1 ? substructure(structure, kept) : structure;
  refuseLarge(drawing === undefined ? heavy(kept) : structure.atoms.filter(({ element }) => element > 1).length, label);
  const block =
    drawing ??
    molblock({
      molecule: part,
      coordinates: spatial ? part.coordinates : undefined,
      title: '',
      dimension: structure.dimension,
    });
  const index = drawing !== undefined && fragments.length > 1 ? fragments.indexOf(kept) : undefined;
  return withMol(
    rdkit,
    block,
    (mol) => {
      if (!mol) {
        const reason = failureReason(rdkit);
        throw new MoleculeError(
          'invalid',
          `${label} is not a valid molecule${reason ? `: ${reason}` : ''}. Check its bonds, charges and valences.`,
        );
      }
      const molecule =
        index === undefined
          ? perceive(mol, structure.name)
          : withFragment(
              mol,
              () => index,
              label,
              (fragment) => perceive(fragment, structure.name),
            );
      const order = matchOrder(part, molecule, label);
      return { molecule, order: part === structure ? order : order.map((i) => (i < 0 ? i : kept[i])) };
    },
    { details: '{"removeHs":true}' },
  );
}

// ---------------------------------------------------------------------------------------------------------------
// RDKit's JSON (rdkitjson 12)

interface JsonAtom {
  z: number;
  chg: number;
  nRad: number;
  isotope: number;
  stereo: string;
}

interface JsonBond {
  bo: number;
  atoms: [number, number];
  stereo: string;
  stereoAtoms?: [number, number];
}

interface JsonDocument {
  defaults: { atom: JsonAtom; bond: Omit<JsonBond, 'atoms'> };
  molecules: [
    {
      atoms: Partial<JsonAtom>[];
      bonds?: (Partial<JsonBond> & { atoms: [number, number] })[];
      extensions?: { name: string; aromaticAtoms?: number[]; aromaticBonds?: number[]; atomRings?: number[][] }[];
    },
  ];
}

interface StereoTags {
  CIP_atoms: [number, string][];
  CIP_bonds: [number, number, string][];
}

/** Fills a `Molecule` from an RDKit molecule with implicit hydrogens, which this adds to it. */
function perceive(mol: RDKitMol, name: string): Molecule {
  const skeletonCount = mol.get_num_atoms();
  const smiles = mol.get_smiles();
  const tags = JSON.parse(mol.get_stereo_tags()) as StereoTags;
  mol.add_hs_in_place();
  const { defaults, molecules } = JSON.parse(mol.get_json()) as JsonDocument;
  const [graph] = molecules;
  const extension = graph.extensions?.find((entry) => entry.name === 'rdkitRepresentation');
  const jsonAtoms: JsonAtom[] = graph.atoms.map((atom) => ({ ...defaults.atom, ...atom }));
  const jsonBonds: JsonBond[] = (graph.bonds ?? []).map((bond) => ({ ...defaults.bond, ...bond }));
  const rings = extension?.atomRings ?? [];

  const dummy = jsonAtoms.findIndex((atom) => atom.z === 0);
  if (dummy >= 0) throw noElement(`"${shorten(name)}"`, dummy);
  const aromaticAtoms = new Set(extension?.aromaticAtoms);
  const aromaticBonds = new Set(extension?.aromaticBonds);

  const coreAtoms = jsonAtoms.map(({ z, chg, nRad, isotope }) => ({
    element: z,
    charge: chg,
    radicals: nRad,
    isotope,
  }));
  const coreBonds = jsonBonds.map(({ bo, atoms: [a, b] }, index) => ({
    a,
    b,
    order: kekuleOrder(bo, name),
    aromatic: aromaticBonds.has(index),
  }));
  const conjugated = conjugatedBonds(coreAtoms, coreBonds);
  const hybridisation = hybridisations(coreAtoms, coreBonds, conjugated);
  const neighbours = adjacency(coreAtoms.length, coreBonds);
  const ringBonds = new Map<string, number>();
  for (const ring of rings) {
    ring.forEach((atom, i) => {
      const key = pairKey(atom, ring[(i + 1) % ring.length]);
      ringBonds.set(key, Math.min(ringBonds.get(key) ?? Infinity, ring.length));
    });
  }

  const atoms: Atom[] = coreAtoms.map((atom, i) => ({
    ...atom,
    aromatic: aromaticAtoms.has(i),
    hybridisation: hybridisation[i],
    hydrogens: neighbours[i].filter((j) => coreAtoms[j].element === 1).length,
  }));
  const bonds: Bond[] = coreBonds.map((bond, i) => ({
    ...bond,
    inRing: ringBonds.has(pairKey(bond.a, bond.b)),
    conjugated: conjugated[i],
  }));
  let known: readonly number[] | undefined;
  const classes = (): readonly number[] =>
    (known ??= symmetryClasses(
      atoms.map((atom) => `${atom.element} ${atom.charge} ${atom.isotope} ${atom.radicals}`),
      bonds,
    ));
  return {
    name,
    smiles,
    atoms,
    bonds,
    rings,
    centres: tetrahedralCentres(jsonAtoms, neighbours, bonds, rings, tags, classes),
    stereoBonds: stereoBonds(jsonBonds, atoms, bonds, neighbours, ringBonds, skeletonCount, tags, classes),
    charge: atoms.reduce((sum, atom) => sum + atom.charge, 0),
    skeletonCount,
  };
}

/** RDKit writes dative bonds as 17 and beyond, zero-order ones as 0. */
function kekuleOrder(order: number, name: string): 0 | 1 | 2 | 3 {
  if (order === 0 || order >= 17) return 0;
  if (order === 1 || order === 2 || order === 3) return order;
  throw new MoleculeError(
    'invalid',
    `"${shorten(name)}" holds a bond of order ${order}; single, double, triple, aromatic and dative bonds are understood.`,
  );
}

// ---------------------------------------------------------------------------------------------------------------
// Stereo

/** Elements whose three- or four-coordinate atoms RDKit takes for possible tetrahedral centres. */
const CENTRE_ELEMENTS = new Set([5, 6, 7, 14, 15, 16, 32, 33, 34, 50, 52]);

function tetrahedralCentres(
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

/** Whether ascending order is an even permutation of the list. */
function isEvenPermutation(list: readonly number[]): boolean {
  let inversions = 0;
  for (let i = 0; i < list.length; i++) {
    for (let j = i + 1; j < list.length; j++) if (list[i] > list[j]) inversions++;
  }
  return inversions % 2 === 0;
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

function ringNeighbours(atom: number, bonds: readonly Bond[]): number[] {
  return bonds.flatMap(({ a, b, inRing }) => (inRing && a === atom ? [b] : inRing && b === atom ? [a] : []));
}

/** An atom with three ring bonds in two rings that share more than one bond: it cannot invert. */
function isBridgehead(atom: number, bonds: readonly Bond[], rings: readonly (readonly number[])[]): boolean {
  if (ringNeighbours(atom, bonds).length < 3) return false;
  const own = rings.filter((ring) => ring.includes(atom));
  return own.some((ring, i) => own.slice(i + 1).some((next) => next.filter((x) => ring.includes(x)).length > 2));
}

function stereoBonds(
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

// ---------------------------------------------------------------------------------------------------------------
// Atom order of a structure

/** Finds for every atom of the molecule its atom in the structure; −1 for hydrogens that were not there. */
function matchOrder(structure: Structure, molecule: Molecule, label: string): Int32Array {
  const { skeletonCount } = molecule;
  const order = new Int32Array(molecule.atoms.length).fill(-1);
  const heavyInput = structure.atoms.flatMap((atom, i) => (atom.element > 1 ? [i] : []));
  const toInput = new Map<number, number>();
  let next = 0;
  for (let i = 0; i < skeletonCount; i++) {
    if (molecule.atoms[i].element > 1) toInput.set(i, heavyInput[next++]);
  }
  const mismatch = (): MoleculeError =>
    new MoleculeError('invalid', `${label}: its atoms could not be followed through perception. Check its hydrogens.`);
  if (next !== heavyInput.length) throw mismatch();
  for (const [i, input] of toInput) {
    if (molecule.atoms[i].element !== structure.atoms[input].element) throw mismatch();
    order[i] = input;
  }

  // Hydrogens carry no order of their own: those of one parent (and isotope) are taken as they come, first the
  // ones that RDKit kept in the skeleton, in ascending order, then the ones it removed and added back.
  const inputNeighbours = adjacency(structure.atoms.length, structure.bonds);
  const neighbours = adjacency(molecule.atoms.length, molecule.bonds);
  const hydrogenKey = (isotope: number, heavy: readonly number[]): string =>
    `${isotope}:${[...heavy].sort((x, y) => x - y).join()}`;
  const waiting = new Map<string, number[]>();
  structure.atoms.forEach(({ element, isotope }, i) => {
    if (element !== 1) return;
    const key = hydrogenKey(
      isotope,
      inputNeighbours[i].filter((j) => structure.atoms[j].element > 1),
    );
    const queue = waiting.get(key);
    if (queue) queue.push(i);
    else waiting.set(key, [i]);
  });
  molecule.atoms.forEach(({ element, isotope }, i) => {
    if (element !== 1) return;
    const heavy = neighbours[i].filter((j) => molecule.atoms[j].element > 1).map((j) => toInput.get(j)!);
    const input = waiting.get(hydrogenKey(isotope, heavy))?.shift();
    if (input !== undefined) order[i] = input;
    else if (i < skeletonCount) throw mismatch();
  });
  if ([...waiting.values()].some((queue) => queue.length > 0)) throw mismatch();
  return order;
}

// ---------------------------------------------------------------------------------------------------------------
// Fragments and size

/** Lends one fragment of the molecule to `use`; `choose` gets the numbers of heavy atoms and gives its index. */
function withFragment<T>(
  mol: RDKitMol,
  choose: (sizes: readonly number[]) => number,
  label: string,
  use: (fragment: RDKitMol) => T,
): T {
  const { defaults, molecules } = JSON.parse(mol.get_json()) as JsonDocument;
  const isHeavy = (atom: number): boolean => (molecules[0].atoms[atom].z ?? defaults.atom.z) > 1;
  const { molList, mappings } = mol.get_frags();
  try {
    const { fragsMolAtomMapping } = JSON.parse(mappings) as { fragsMolAtomMapping: number[][] };
    const fragment = molList.at(choose(fragsMolAtomMapping.map((atoms) => atoms.filter(isHeavy).length)));
    if (!fragment) throw new MoleculeError('invalid', `${label}: the fragment could not be taken out.`);
    try {
      return use(fragment);
    } finally {
      fragment.delete();
    }
  } finally {
    molList.delete();
  }
}

/** Connected parts as ascending atom lists, in the order of their first atoms. */
function components(count: number, bonds: readonly { readonly a: number; readonly b: number }[]): number[][] {
  const neighbours = adjacency(count, bonds);
  const seen = new Uint8Array(count);
  const parts: number[][] = [];
  for (let start = 0; start < count; start++) {
    if (seen[start]) continue;
    seen[start] = 1;
    const part = [start];
    for (let k = 0; k < part.length; k++) {
      for (const next of neighbours[part[k]]) {
        if (!seen[next]) {
          seen[next] = 1;
          part.push(next);
        }
      }
    }
    parts.push(part.sort((x, y) => x - y));
  }
  return parts;
}

function substructure(structure: Structure, kept: readonly number[]): Structure {
  const index = new Map(kept.map((atom, i) => [atom, i]));
  const { coordinates } = structure;
  return {
    name: structure.name,
    atoms: kept.map((i) => structure.atoms[i]),
    bonds: structure.bonds.flatMap(({ a, b, order }) =>
      index.has(a) && index.has(b) ? [{ a: index.get(a)!, b: index.get(b)!, order }] : [],
    ),
    coordinates: coordinates && Float32Array.from(kept.flatMap((i) => [...coordinates.subarray(3 * i, 3 * i + 3)])),
    dimension: structure.dimension,
  };
}

function pairKey(a: number, b: number): string {
  return a < b ? `${a} ${b}` : `${b} ${a}`;
}

/** Heavy atoms of a SMILES by its text alone, before RDKit sees it; of its longest fragment where asked. */
function countSmilesAtoms(text: string, largestFragment: boolean): number {
  const count = (part: string): number => {
    const atoms = part.match(/\[[^\]]*\]|Br|Cl|[BCNOPSFI]|[bcnops]/g) ?? [];
    return atoms.filter((atom) => !/^\[\d*H[+-]?\d*\]$/.test(atom)).length;
  };
  return largestFragment ? Math.max(...text.split('.').map(count)) : count(text);
}

function refuseLarge(count: number, label: string): void {
  if (count > MAX_SKELETON_ATOMS) {
    throw new MoleculeError(
      'too-large',
      `${label} has ${count} heavy atoms; at most ${MAX_SKELETON_ATOMS} are supported. Cut it into smaller parts.`,
    );
  }
}

function severalFragments(label: string, count: number): MoleculeError {
  return new MoleculeError(
    'fragments',
    `${label} holds ${count} separate fragments; expected one molecule. Remove the counter-ions, or ask for the largest fragment.`,
  );
}

function noElement(label: string, atom: number): MoleculeError {
  return new MoleculeError(
    'element',
    `${label}: atom ${atom + 1} is "${elementSymbol(0)}", a dummy or query atom; expected an element. Put a real atom in its place.`,
  );
}

function describeStranger(text: string): string {
  const stranger = /[^A-Za-z0-9@+\-[\]()=#$:/\\.%*~<>]/u.exec(text)?.[0] ?? '';
  return /\s/.test(stranger) ? 'a blank' : `the character "${stranger}"`;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
