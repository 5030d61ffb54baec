/** Refinement of structures as files hold them: one after another, atom order, bonds and titles kept. */
import type { Molecule } from '../chem/molecule.js';
import { moleculeFromStructure } from '../chem/parse.js';
import { turnedHands } from '../chem/turned-hands.js';
import type { Structure } from '../chem/structure.js';
import type { Generator } from './generator.js';
import { refineConformers, type RefinedConformer, type RefineOptions } from './refine.js';

export interface RefinedStructure {
  /** The input's atoms, bonds and title, with the hydrogens that it lacked appended, and the refined coordinates. */
  readonly structure: Structure & { readonly coordinates: Float32Array };
  readonly molecule: Molecule;
  /** RMSD of the skeleton (the heavy atoms, but for isotopes of hydrogen and the like) to the input, Å. */
  readonly moved: number;
  readonly stereoVerified: boolean;
  /** Hands that are not those of the input, in words: only such as no mark holds, of nitrogens and of axes that may turn. */
  readonly turned: readonly string[];
  /** Why the coordinates were left as they came, where they were. */
  readonly kept?: 'stereo' | 'geometry' | undefined;
}

/**
 * Numbers for the draws of conformers, from what they are: a conformer is refined the same wherever it stands in a file,
 * and the second of two that are equal gets the next number, so that it is drawn anew.
 */
export function createDrawNumbers(): (structure: Structure) => number {
  const seen = new Map<number, number>();
  return ({ coordinates }) => {
    // FNV-1a, by the coordinates alone: noise that two molecules share does no harm.
    let hash = 0x811c9dc5;
    for (const byte of new Uint8Array(Float32Array.from(coordinates ?? []).buffer))
      hash = Math.imul(hash ^ byte, 0x01000193);
    const number = hash >>> 0;
    const copies = seen.get(number) ?? 0;
    seen.set(number, copies + 1);
    return (number + copies) >>> 0;
  };
}

/** A structure made ready: its molecule, with the stereo that its coordinates have. */
export interface PreparedStructure {
  readonly structure: Structure & { readonly coordinates: Float32Array };
  readonly molecule: Molecule;
  /** For each atom of the molecule its atom in the structure, −1 for a missing hydrogen. */
  readonly order: Int32Array;
  readonly index: number;
  /** Equal for conformers of one molecule with equal atom order and stereo: they share a batch. */
  readonly graph: string;
}

/** @throws MoleculeError where it is no single molecule, Error where it has no 3D coordinates. */
export function prepareStructure(generator: Generator, structure: Structure, index: number): PreparedStructure {
  const { coordinates, dimension, atoms } = structure;
  if (!coordinates || dimension !== 3)
    throw new Error('it is a drawing, without 3D coordinates; molflow generate makes conformers of a molecule');
  if (atoms.length > 1 && coordinates.every((x) => x === 0))
    throw new Error('all coordinates are zero; expected a conformer');
  const { molecule, order } = moleculeFromStructure(generator.rdkit, structure);
  const { atoms: own, bonds, centres, stereoBonds } = molecule;
  return {
    structure: { ...structure, coordinates },
    molecule,
    order,
    index,
    graph: JSON.stringify([own, bonds, centres, stereoBonds]),
  };
}

/** Refines structures of equal `graph`. @throws as refineConformers */
export async function refinePrepared(
  generator: Generator,
  prepared: readonly PreparedStructure[],
  options: RefineOptions = {},
): Promise<RefinedStructure[]> {
  if (prepared.length === 0) return [];
  const { molecule } = prepared[0];
  const given = prepared.map(({ structure, order, index }) => ({ coordinates: gathered(structure, order), index }));
  const refined = await refineConformers(generator, molecule, given, options);
  return refined.map((conformer, i) => placed(prepared[i], conformer, given[i].coordinates));
}

/**
 * Refines structures in the order given; conformers of one molecule in a row share batches. Each is drawn by the seed and
 * its coordinates alone, whatever stands beside it.
 * @throws MoleculeError, Error where a structure cannot be refined; see prepareStructure
 */
export async function refineStructures(
  generator: Generator,
  structures: readonly Structure[],
  options: RefineOptions = {},
): Promise<RefinedStructure[]> {
  const all: RefinedStructure[] = [];
  let group: PreparedStructure[] = [];
  let numberOf = createDrawNumbers();
  for (const structure of structures) {
    let next = prepareStructure(generator, structure, numberOf(structure));
    if (group.length > 0 && next.graph !== group[0].graph) {
      all.push(...(await refinePrepared(generator, group, options)));
      group = [];
      numberOf = createDrawNumbers();
      next = { ...next, index: numberOf(structure) };
    }
    group.push(next);
  }
  return [...all, ...(await refinePrepared(generator, group, options))];
}

/** Coordinates in the order of the molecule; NaN where the structure has no atom. */
function gathered({ coordinates }: PreparedStructure['structure'], order: Int32Array): Float32Array {
  const x = new Float32Array(3 * order.length).fill(NaN);
  order.forEach((from, i) => {
    if (from >= 0) x.set(coordinates.subarray(3 * from, 3 * from + 3), 3 * i);
  });
  return x;
}

/** The conformer in the order of the structure, missing hydrogens after its atoms. */
function placed(
  { structure, molecule, order }: PreparedStructure,
  { coordinates, moved, stereoVerified, kept }: RefinedConformer,
  before: Float32Array,
): RefinedStructure {
  const atoms = [...structure.atoms];
  const bonds = [...structure.bonds];
  const places = [...order];
  molecule.bonds.forEach(({ a, b }) => {
    const hydrogen = places[a] === -1 ? a : places[b] === -1 ? b : undefined;
    if (hydrogen === undefined) return;
    const parent = hydrogen === a ? b : a;
    places[hydrogen] = atoms.length;
    atoms.push({ element: 1, charge: 0, isotope: 0 });
    bonds.push({ a: places[parent], b: places[hydrogen], order: 1 });
  });
  const x = new Float32Array(3 * atoms.length);
  places.forEach((to, i) => x.set(coordinates.subarray(3 * i, 3 * i + 3), 3 * to));
  return {
    structure: { name: structure.name, atoms, bonds, coordinates: x, dimension: 3 },
    molecule,
    moved,
    stereoVerified,
    turned: turnedHands(molecule, before, coordinates, (atom) => places[atom] + 1),
    ...(kept && { kept }),
  };
}
