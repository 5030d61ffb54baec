/** Separate molecules of one input: finding them, and taking one out. */
import { rowsOf } from '../geometry/move-onto.js';
import { adjacency } from './adjacency.js';
import { MoleculeError } from './molecule-error.js';
import type { JsonDocument } from './rdkit-json.js';
import type { RDKitMol } from './rdkit.js';
import type { Structure } from './structure.js';

/** Lends one fragment of the molecule to `use`; `choose` gets the numbers of heavy atoms and gives its index. */
export function withFragment<T>(
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
export function components(count: number, bonds: readonly { readonly a: number; readonly b: number }[]): number[][] {
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

export function substructure(structure: Structure, kept: readonly number[]): Structure {
  const place = new Int32Array(structure.atoms.length).fill(-1);
  kept.forEach((atom, i) => (place[atom] = i));
  const { coordinates } = structure;
  return {
    name: structure.name,
    atoms: kept.map((i) => structure.atoms[i]),
    bonds: structure.bonds.flatMap(({ a, b, order }) =>
      place[a] >= 0 && place[b] >= 0 ? [{ a: place[a], b: place[b], order }] : [],
    ),
    coordinates: coordinates && rowsOf(coordinates, kept),
    dimension: structure.dimension,
  };
}
