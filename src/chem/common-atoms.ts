/** Finds the atoms of a reference structure in a molecule: all of its heavy atoms, those of a SMARTS, or the largest part in common. */
import { molblock, type MolblockAtom } from './molblock.js';
import type { Molecule } from './molecule.js';
import { shorten } from './molecule-error.js';
import { moleculeFromStructure } from './parse.js';
import { failureReason, withMol, type RDKitModule, type RDKitMol } from './rdkit.js';
import type { Structure, StructureBond } from './structure.js';
import { rowsOf } from '../geometry/move-onto.js';

/** Ways in which one part may lie in the other, beyond which no more are looked for. */
const MOST_MATCHES = 1000;
/** Atoms at least that two structures must have in common for one to be laid onto the other. */
const LEAST_COMMON = 3;
/** Seconds that the search for the largest common part may take. */
const SEARCH_SECONDS = 20;

export interface CommonAtoms {
  /** Heavy atoms of the reference, as indices in its structure. */
  readonly reference: readonly number[];
  /** For each way in which they lie in the molecule, the atom there of each. */
  readonly matches: readonly (readonly number[])[];
  /** Whether they are all heavy atoms of the reference. */
  readonly whole: boolean;
}

/**
 * The heavy atoms of `structure` in `molecule`; its dummy atoms, such as R groups, are left out.
 * @param options.smarts the part of both that is meant; of the structure its first match.
 * @param options.partial whether the largest common part will do where the whole structure does not occur: whole rings, at
 *   least three atoms.
 * @throws Error where there is no such part, saying what to do.
 */
export function commonAtoms(
  rdkit: RDKitModule,
  molecule: Molecule,
  structure: Structure,
  { smarts, partial = false }: { readonly smarts?: string | undefined; readonly partial?: boolean | undefined } = {},
): CommonAtoms {
  const real = withoutDummies(structure);
  const { molecule: reference, order } = moleculeFromStructure(rdkit, real.structure, { complete: false });
  const label = labelOf(structure);
  const inFile = (atom: number): number => real.atoms[order[atom]];
  const whole = heavyAtoms(reference);

  return withGraph(rdkit, molecule, (target) =>
    withGraph(rdkit, reference, (source) => {
      if (smarts !== undefined) {
        return withQuery(rdkit, smarts, (query) => {
          const there = firstMatch(source, query, { smarts, label });
          const matches = matchesOf(target, query);
          if (matches.length === 0)
            throw new Error(`the SMARTS "${shorten(smarts)}" does not occur in ${shorten(molecule.name)}`);
          // Heavy atoms alone: the model sets the hydrogens.
          const heavy = [...there.keys()].filter((k) => reference.atoms[there[k]].element > 1);
          return {
            reference: heavy.map((k) => inFile(there[k])),
            matches: distinct(matches.map((match) => heavy.map((k) => match[k]))),
            whole: heavy.length === whole.length,
          };
        });
      }
      const matches = withSkeleton(rdkit, reference, whole, (query) => matchesOf(target, query));
      if (matches.length > 0) return { reference: whole.map(inFile), matches: distinct(matches), whole: true };
      if (!partial)
        throw new Error(
          `the heavy atoms of ${label} do not all occur in ${shorten(molecule.name)} with the same bonds; say by a SMARTS which of them are meant`,
        );
      return withQuery(rdkit, largestCommon(rdkit, { molecule, reference }), (query) => {
        const [there] = matchesOf(source, query);
        if (!there || there.length < LEAST_COMMON)
          throw new Error(
            `${label} has fewer than ${LEAST_COMMON} atoms in common with ${shorten(molecule.name)}; nothing to lay it onto`,
          );
        return { reference: there.map(inFile), matches: distinct(matchesOf(target, query)), whole: false };
      });
    }),
  );
}

const heavyAtoms = ({ atoms }: Molecule): number[] => [...atoms.keys()].filter((i) => atoms[i].element > 1);

function withoutDummies(structure: Structure): { structure: Structure; atoms: readonly number[] } {
  const atoms = [...structure.atoms.keys()].filter((i) => structure.atoms[i].element > 0);
  if (atoms.length === structure.atoms.length) return { structure, atoms };
  const { coordinates } = structure;
  return {
    structure: {
      name: structure.name,
      dimension: structure.dimension,
      atoms: atoms.map((i) => structure.atoms[i]),
      bonds: bondsAmong(atoms, structure.bonds),
      coordinates: coordinates && rowsOf(coordinates, atoms),
    },
    atoms,
  };
}

/** The bonds between atoms of a list, numbered by their places there. */
function bondsAmong(list: readonly number[], bonds: readonly StructureBond[]): StructureBond[] {
  const place = new Map(list.map((from, to) => [from, to]));
  return bonds.flatMap(({ a, b, order }) => {
    const [p, q] = [place.get(a), place.get(b)];
    return p === undefined || q === undefined ? [] : [{ a: p, b: q, order }];
  });
}

/** The molecule with all hydrogens, its atoms in its own order. */
function withGraph<T>(rdkit: RDKitModule, molecule: Molecule, use: (mol: RDKitMol) => T): T {
  return withBlock(rdkit, molblock({ molecule, title: '', dimension: 2 }), use);
}

/** Some of its atoms, without the others. */
function withSkeleton<T>(
  rdkit: RDKitModule,
  { atoms, bonds }: Molecule,
  kept: readonly number[],
  use: (mol: RDKitMol) => T,
): T {
  const part = { atoms: kept.map((i): MolblockAtom => atoms[i]), bonds: bondsAmong(kept, bonds) };
  return withBlock(rdkit, molblock({ molecule: part, title: '', dimension: 2 }), use);
}

function withBlock<T>(rdkit: RDKitModule, block: string, use: (mol: RDKitMol) => T): T {
  return withMol(
    rdkit,
    block,
    (mol) => {
      if (!mol) throw new Error(`RDKit cannot read a structure to be compared: ${failureReason(rdkit)}`);
      return use(mol);
    },
    { details: '{"removeHs":false}' },
  );
}

/** Whether a SMARTS can say which atoms of a structure are meant, before any molecule is at hand. @throws Error where it cannot */
export function refuseOtherSmarts(rdkit: RDKitModule, structure: Structure, smarts: string): void {
  const { molecule } = moleculeFromStructure(rdkit, withoutDummies(structure).structure, { complete: false });
  withGraph(rdkit, molecule, (source) =>
    withQuery(rdkit, smarts, (query) => firstMatch(source, query, { smarts, label: labelOf(structure) })),
  );
}

const labelOf = ({ name }: Structure): string => (name ? `"${shorten(name)}"` : 'the structure');

function firstMatch(
  source: RDKitMol,
  query: RDKitMol,
  { smarts, label }: { readonly smarts: string; readonly label: string },
): number[] {
  const [there] = matchesOf(source, query);
  if (!there) throw new Error(`the SMARTS "${shorten(smarts)}" does not occur in ${label}; give one that does`);
  return there;
}

function withQuery<T>(rdkit: RDKitModule, smarts: string, use: (query: RDKitMol) => T): T {
  const query = rdkit.get_qmol(smarts);
  if (!query) throw new Error(`"${shorten(smarts)}" is no SMARTS that RDKit can read`);
  try {
    return use(query);
  } finally {
    query.delete();
  }
}

function matchesOf(mol: RDKitMol, query: RDKitMol): number[][] {
  const found = mol.get_substruct_matches(
    query,
    JSON.stringify({ uniquify: false, useChirality: false, maxMatches: MOST_MATCHES }),
  );
  return found === '{}' ? [] : (JSON.parse(found) as { atoms: number[] }[]).map(({ atoms }) => atoms);
}

function distinct(matches: readonly number[][]): number[][] {
  return [...new Map(matches.map((match) => [match.join(), match])).values()];
}

/** SMARTS of the largest part that both have in common; empty where there is none. */
function largestCommon(
  rdkit: RDKitModule,
  { molecule, reference }: { readonly molecule: Molecule; readonly reference: Molecule },
): string {
  return withSkeleton(rdkit, molecule, heavyAtoms(molecule), (a) =>
    withSkeleton(rdkit, reference, heavyAtoms(reference), (b) => {
      const list = new rdkit.MolList();
      try {
        list.append(a);
        list.append(b);
        return rdkit.get_mcs_as_smarts(
          list,
          JSON.stringify({ RingMatchesRingOnly: true, CompleteRingsOnly: true, Timeout: SEARCH_SECONDS }),
        );
      } finally {
        list.delete();
      }
    }),
  );
}
