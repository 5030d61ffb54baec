/** Permutations of a molecule's skeleton that leave its graph as it is. */
import { molblock } from './molblock.js';
import type { MolblockAtom, MolblockBond } from './molblock.js';
import type { Molecule } from './molecule.js';
import { isEvenPermutation } from './parity.js';
import { withMol } from './rdkit.js';
import type { RDKitModule } from './rdkit.js';

export interface Automorphisms {
  /** Each of `skeletonCount` entries: atom i may lie where atom `permutation[i]` lies. The identity is the first. */
  readonly permutations: readonly Uint16Array[];
  /**
   * Whether these are all. Where not, they are the first `maxMatches` that the search met: enough to undo the flips
   * of the groups searched first, so that an RMSD over them is an upper bound of the true one.
   */
  readonly complete: boolean;
}

/**
 * All automorphisms of the skeleton, by RDKit's substructure matching of the molecule onto itself: elements, charges,
 * isotopes and bond types are kept. Hydrogens are not looked at, so that the two N of imidazole are alike, as they are
 * to `GetBestRMS` for molecules without hydrogens.
 *
 * - `maxMatches`: where the search stops; see `complete`.
 * - `symmetriseTerminals`: take the terminal O and N of conjugated groups (carboxyl, carboxylate, nitro,
 *   sulfonyl, amidine) as alike, as RDKit's `GetBestRMS` does for molecules without hydrogens. For RMSDs.
 * - `useChirality`: keep only permutations that map specified centres and double bonds onto ones of the
 *   same hand, and atoms onto atoms with as many hydrogens: after them the molecule is what it was in every respect.
 *   For aligning training targets.
 */
export function automorphisms(
  rdkit: RDKitModule,
  molecule: Molecule,
  {
    maxMatches = 10_000,
    symmetriseTerminals = false,
    useChirality = false,
  }: {
    maxMatches?: number | undefined;
    symmetriseTerminals?: boolean | undefined;
    useChirality?: boolean | undefined;
  } = {},
): Automorphisms {
  const n = molecule.skeletonCount;
  const skeleton = skeletonGraph(molecule);
  const target = molblock({ molecule: skeleton, dimension: 2 });
  const query = symmetriseTerminals ? molblock({ molecule: withAlikeTerminals(skeleton), dimension: 2 }) : target;
  // Without sanitising, RDKit keeps the bond types that the blocks give, aromatic ones included.
  const details = '{"sanitize":false,"removeHs":false}';
  const found = withMol(
    rdkit,
    target,
    (targetMol) =>
      withMol(
        rdkit,
        query,
        (queryMol) => {
          if (!targetMol || !queryMol) throw new Error(`RDKit cannot read the skeleton of ${molecule.smiles}`);
          return targetMol.get_substruct_matches(
            queryMol,
            JSON.stringify({ uniquify: false, useChirality: false, maxMatches: maxMatches + 1 }),
          );
        },
        { details },
      ),
    { details },
  );
  const matches = found === '{}' ? [] : (JSON.parse(found) as { atoms: number[] }[]);
  const identity = Uint16Array.from({ length: n }, (_, i) => i);
  const others = matches
    .map(({ atoms }) => Uint16Array.from(atoms))
    .filter((permutation) => permutation.some((to, from) => to !== from))
    .filter((permutation) => !useChirality || keepsStereoAndHydrogens(molecule, permutation));
  return {
    permutations: [identity, ...others].slice(0, maxMatches),
    complete: matches.length <= maxMatches,
  };
}

interface Skeleton {
  readonly atoms: readonly MolblockAtom[];
  readonly bonds: readonly MolblockBond[];
}

function skeletonGraph({ atoms, bonds, skeletonCount }: Molecule): Skeleton {
  return {
    atoms: atoms.slice(0, skeletonCount),
    bonds: bonds.flatMap(({ a, b, order, aromatic }) =>
      a < skeletonCount && b < skeletonCount ? [{ a, b, order: aromatic ? 4 : order }] : [],
    ),
  };
}

/**
 * RDKit (Code/GraphMol/MolAlign/AlignMolecules.cpp, `symmetrizeTerminalAtoms`): a terminal O or N on an atom that
 * has another one by the other bond order loses its charge and takes either bond.
 */
function withAlikeTerminals({ atoms, bonds }: Skeleton): Skeleton {
  const degree = atoms.map(() => 0);
  for (const { a, b } of bonds) {
    degree[a] += 1;
    degree[b] += 1;
  }
  const terminal = (i: number): boolean => degree[i] === 1 && (atoms[i].element === 8 || atoms[i].element === 7);
  const terminals = bonds.flatMap(({ a, b, order }, index) => [
    ...(terminal(a) ? [{ atom: a, base: b, order, index }] : []),
    ...(terminal(b) ? [{ atom: b, base: a, order, index }] : []),
  ]);
  const alike = terminals.filter(({ atom, base, order }) =>
    terminals.some(
      (other) =>
        other.base === base &&
        other.atom !== atom &&
        ((order === 1 && other.order === 2) || (order === 2 && other.order === 1)),
    ),
  );
  const alikeAtoms = new Set(alike.map(({ atom }) => atom));
  const alikeBonds = new Set(alike.map(({ index }) => index));
  return {
    atoms: atoms.map((atom, i) => (alikeAtoms.has(i) ? { ...atom, charge: 0 } : atom)),
    bonds: bonds.map((bond, i) => (alikeBonds.has(i) ? { ...bond, order: 5 } : bond)),
  };
}

function keepsStereoAndHydrogens({ atoms, centres, stereoBonds }: Molecule, permutation: Uint16Array): boolean {
  const n = permutation.length;
  if (!permutation.every((to, from) => atoms[to].hydrogens === atoms[from].hydrogens)) return false;
  const image = (i: number): number => (i < n ? permutation[i] : -1);
  const keepsCentres = centres.every(({ atom, neighbours, specified }) => {
    if (!specified) return true;
    const there = centres.find((centre) => centre.atom === image(atom));
    if (!there?.specified) return false;
    // A hydrogen, or none, stands last in both orders and maps onto its like.
    return isEvenPermutation(
      neighbours.filter((i) => i < n).map(image),
      there.neighbours.filter((i) => i < n),
    );
  });
  return (
    keepsCentres &&
    stereoBonds.every(({ a, b, references, cis }) => {
      if (cis === undefined) return true;
      const [p, q] = [image(a), image(b)];
      const there = stereoBonds.find((bond) => (bond.a === p && bond.b === q) || (bond.a === q && bond.b === p));
      if (there?.cis === undefined) return false;
      const moved = references.filter((reference) => !there.references.includes(image(reference))).length;
      return (there.cis === cis) === (moved % 2 === 0);
    })
  );
}
