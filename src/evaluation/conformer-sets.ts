/** Gathers the records of SD files into conformers by title. */
import type { SdfRecord } from '../chem/io/sdf.js';
import type { Structure } from '../chem/structure.js';

/** Conformers of one title that share their atom order and bonds. */
export interface ConformerSet {
  readonly title: string;
  /** Graph and coordinates of the first record. */
  readonly structure: Structure;
  /** Each [n,3] row-major, Å, in the atom order of `structure`. */
  readonly conformers: readonly Float32Array[];
  /** Data fields of the first record. */
  readonly fields: ReadonlyMap<string, string>;
}

/**
 * The conformers of a stream of records, by title, in the order of the file. A title has several sets where its records
 * differ in atom order or bonds. Records without 3D coordinates are left out.
 *
 * - `max`: stop before title number `max` + 1.
 * - `titles`: keep only these.
 */
export async function gatherConformers(
  records: AsyncIterable<SdfRecord>,
  { max = Infinity, titles }: { max?: number | undefined; titles?: ReadonlySet<string> | undefined } = {},
): Promise<Map<string, ConformerSet[]>> {
  const found = new Map<string, (ConformerSet & { conformers: Float32Array[] })[]>();
  for await (const { structure, fields } of records) {
    const { name: title, coordinates } = structure;
    if ((titles && !titles.has(title)) || !coordinates) continue;
    let sets = found.get(title);
    if (!sets) {
      if (found.size >= max) break;
      found.set(title, (sets = []));
    }
    const set = sets.find((other) => sameGraph(other.structure, structure));
    if (set) set.conformers.push(coordinates);
    else sets.push({ title, structure, conformers: [coordinates], fields });
  }
  return found;
}

function sameGraph(p: Structure, q: Structure): boolean {
  return (
    p.atoms.length === q.atoms.length &&
    p.bonds.length === q.bonds.length &&
    p.atoms.every((atom, i) => atom.element === q.atoms[i].element && atom.charge === q.atoms[i].charge) &&
    p.bonds.every((bond, i) => bond.a === q.bonds[i].a && bond.b === q.bonds[i].b)
  );
}
