/** Assigns coordinates without bonds to the atoms of a SMILES: bonds by distance, then a graph match that keeps stereo. */
import { covalentRadius } from '../../chem/elements.js';
import { molblock } from '../../chem/molblock.js';
import type { Molecule } from '../../chem/molecule.js';
import { withMol, type RDKitModule } from '../../chem/rdkit.js';
import { verifyStereo } from '../../chem/stereo.js';
import { distance } from '../../geometry/internal-coordinates.js';

/** Atoms nearer than this times the sum of their covalent radii are bonded, as in xyz2mol. */
const BONDED = 1.3;
/** At most so many graph matches are tried for the right stereo. */
const MOST_MATCHES = 1000;

/**
 * `order[i]` is the row of atom i of the molecule. Undefined where the coordinates have other bonds or other stereo
 * than the molecule.
 * @param coordinates [n,3], Å
 */
export function placeOnGraph(
  rdkit: RDKitModule,
  molecule: Molecule,
  elements: readonly number[],
  coordinates: Float32Array,
): Int32Array | undefined {
  const n = elements.length;
  if (n !== molecule.atoms.length) return undefined;
  const rows = graphOf(elements, bondsByDistance(elements, coordinates));
  const ours = graphOf(
    molecule.atoms.map(({ element }) => element),
    molecule.bonds,
  );
  if (rows.heavy.length !== ours.heavy.length || rows.bonds.length !== ours.bonds.length) return undefined;
  for (const match of matches(rdkit, ours, rows)) {
    const order = new Int32Array(n).fill(-1);
    ours.heavy.forEach((atom, i) => (order[atom] = rows.heavy[match[i]]));
    ours.hydrogens.forEach((list, i) => list.forEach((hydrogen, k) => (order[hydrogen] = rows.hydrogens[match[i]][k])));
    if (order.includes(-1)) return undefined;
    const placed = new Float32Array(3 * n);
    order.forEach((row, i) => placed.set(coordinates.subarray(3 * row, 3 * row + 3), 3 * i));
    if (verifyStereo(undefined, molecule, placed).right) return order;
  }
  return undefined;
}

interface HeavyGraph {
  /** Rows of the heavy atoms. */
  readonly heavy: readonly number[];
  readonly elements: readonly number[];
  /** Bonds between heavy atoms, as indices into `heavy`. */
  readonly bonds: readonly { readonly a: number; readonly b: number }[];
  /** Rows of the hydrogens of each heavy atom. */
  readonly hydrogens: readonly (readonly number[])[];
}

function bondsByDistance(elements: readonly number[], coordinates: Float32Array): { a: number; b: number }[] {
  const bonds: { a: number; b: number }[] = [];
  for (let a = 0; a < elements.length; a++)
    for (let b = a + 1; b < elements.length; b++)
      if (distance(coordinates, a, b) < BONDED * (covalentRadius(elements[a]) + covalentRadius(elements[b])))
        bonds.push({ a, b });
  return bonds;
}

function graphOf(
  elements: readonly number[],
  bonds: readonly { readonly a: number; readonly b: number }[],
): HeavyGraph {
  const heavy = elements.flatMap((element, i) => (element > 1 ? [i] : []));
  const place = new Map(heavy.map((atom, i) => [atom, i]));
  const hydrogens: number[][] = heavy.map(() => []);
  const between: { a: number; b: number }[] = [];
  for (const { a, b } of bonds) {
    const [p, q] = [place.get(a), place.get(b)];
    if (p !== undefined && q !== undefined) between.push({ a: p, b: q });
    else if (p !== undefined) hydrogens[p].push(b);
    else if (q !== undefined) hydrogens[q].push(a);
  }
  return { heavy, elements: heavy.map((i) => elements[i]), bonds: between, hydrogens };
}

/** Isomorphisms of the first graph onto the second that keep elements, bonds and hydrogen counts. */
function matches(rdkit: RDKitModule, query: HeavyGraph, target: HeavyGraph): number[][] {
  const block = ({ elements, bonds }: HeavyGraph): string =>
    molblock({
      molecule: {
        atoms: elements.map((element) => ({ element, charge: 0, isotope: 0 })),
        bonds: bonds.map(({ a, b }) => ({ a, b, order: 1 as const })),
      },
      dimension: 2,
    });
  const details = '{"sanitize":false,"removeHs":false}';
  const found = withMol(
    rdkit,
    block(target),
    (targetMol) =>
      withMol(
        rdkit,
        block(query),
        (queryMol) =>
          targetMol && queryMol
            ? targetMol.get_substruct_matches(
                queryMol,
                JSON.stringify({ uniquify: false, useChirality: false, maxMatches: MOST_MATCHES }),
              )
            : '{}',
        { details },
      ),
    { details },
  );
  if (found === '{}') return [];
  return (JSON.parse(found) as { atoms: number[] }[])
    .map(({ atoms }) => atoms)
    .filter((atoms) => atoms.every((to, from) => target.hydrogens[to].length === query.hydrogens[from].length));
}
