/** Matches the atoms of a molecule to those of another structure of it, which may be in another order. */
import { molblock } from '../chem/molblock.js';
import type { Molecule } from '../chem/molecule.js';
import { moleculeFromStructure } from '../chem/parse.js';
import { withMol, type RDKitModule } from '../chem/rdkit.js';
import type { Structure } from '../chem/structure.js';

/**
 * `order[i]` is the structure's atom for atom i of the molecule, or −1 for a hydrogen that the structure leaves out.
 * The skeleton is matched by its graph (elements, charges, bond types), any of several equivalent matches; hydrogens by
 * their parents. Stereo is ignored. Undefined where the structure is another molecule. A structure with the same graph
 * in the same order is taken as it is: perception could assign other skeleton atoms (hydrogens on phosphoranes).
 * @throws MoleculeError where the structure is not a molecule.
 */
export function atomOrder(rdkit: RDKitModule, molecule: Molecule, structure: Structure): Int32Array | undefined {
  if (sameGraph(molecule, structure)) return Int32Array.from(molecule.atoms, (_, i) => i);
  const { molecule: other, order } = moleculeFromStructure(rdkit, structure);
  if (other.atoms.length !== molecule.atoms.length || other.skeletonCount !== molecule.skeletonCount) return undefined;
  const skeleton = sameSkeleton(molecule, other)
    ? Array.from({ length: molecule.skeletonCount }, (_, i) => i)
    : matchSkeleton(rdkit, molecule, other);
  if (!skeleton) return undefined;
  const theirs = hydrogensOf(other);
  const ours = hydrogensOf(molecule);
  const out = new Int32Array(molecule.atoms.length).fill(-1);
  for (let i = 0; i < skeleton.length; i++) {
    out[i] = order[skeleton[i]];
    const [mine, there] = [ours[i], theirs[skeleton[i]]];
    if (mine.length !== there.length) return undefined;
    mine.forEach((hydrogen, k) => (out[hydrogen] = order[there[k]]));
  }
  return out;
}

/** The coordinates of a structure in the atom order of the molecule, [n,3]; atoms of order −1 become NaN. */
export function reorder(coordinates: Float32Array, order: Int32Array): Float32Array {
  const out = new Float32Array(3 * order.length);
  order.forEach((from, i) => {
    for (let axis = 0; axis < 3; axis++) out[3 * i + axis] = from < 0 ? NaN : coordinates[3 * from + axis];
  });
  return out;
}

function sameGraph(molecule: Molecule, { atoms, bonds }: Structure): boolean {
  if (atoms.length !== molecule.atoms.length || bonds.length !== molecule.bonds.length) return false;
  const alike = molecule.atoms.every(({ element, charge, isotope }, i) => {
    const other = atoms[i];
    return element === other.element && charge === other.charge && isotope === other.isotope;
  });
  const key = (a: number, b: number) => Math.min(a, b) * atoms.length + Math.max(a, b);
  const theirs = new Map(bonds.map(({ a, b, order }) => [key(a, b), order]));
  return (
    alike &&
    molecule.bonds.every(({ a, b, order, aromatic }) => {
      const other = theirs.get(key(a, b));
      return other === order || (aromatic && other === 4);
    })
  );
}

function sameSkeleton(a: Molecule, b: Molecule): boolean {
  const bonds = (molecule: Molecule): string =>
    skeletonBonds(molecule)
      .map(({ a: i, b: j, order }) => (i < j ? `${i} ${j} ${order}` : `${j} ${i} ${order}`))
      .sort()
      .join();
  for (let i = 0; i < a.skeletonCount; i++) {
    const [p, q] = [a.atoms[i], b.atoms[i]];
    if (p.element !== q.element || p.charge !== q.charge || p.isotope !== q.isotope) return false;
  }
  return bonds(a) === bonds(b);
}

function skeletonBonds({ bonds, skeletonCount }: Molecule): { a: number; b: number; order: 0 | 1 | 2 | 3 | 4 }[] {
  return bonds.flatMap(({ a, b, order, aromatic }) =>
    a < skeletonCount && b < skeletonCount ? [{ a, b, order: aromatic ? 4 : order }] : [],
  );
}

function matchSkeleton(rdkit: RDKitModule, molecule: Molecule, other: Molecule): number[] | undefined {
  const block = (of: Molecule): string =>
    molblock({ molecule: { atoms: of.atoms.slice(0, of.skeletonCount), bonds: skeletonBonds(of) }, dimension: 2 });
  const details = '{"sanitize":false,"removeHs":false}';
  return withMol(
    rdkit,
    block(other),
    (target) =>
      withMol(
        rdkit,
        block(molecule),
        (query) => {
          const { atoms } = JSON.parse(target && query ? target.get_substruct_match(query) : '{}') as {
            atoms?: number[];
          };
          return atoms?.length === molecule.skeletonCount ? atoms : undefined;
        },
        { details },
      ),
    { details },
  );
}

/** Removable hydrogens of every skeleton atom, ascending. */
function hydrogensOf({ atoms, bonds, skeletonCount }: Molecule): number[][] {
  const hydrogens: number[][] = atoms.map(() => []);
  for (const { a, b } of bonds) {
    if (a >= skeletonCount) hydrogens[b].push(a);
    else if (b >= skeletonCount) hydrogens[a].push(b);
  }
  for (const list of hydrogens) list.sort((x, y) => x - y);
  return hydrogens;
}
