/** Follows the atoms of a structure through perception. */
import { adjacency } from './adjacency.js';
import type { Molecule } from './molecule.js';
import { MoleculeError } from './molecule-error.js';
import type { Structure } from './structure.js';

/** The atom of the molecule by its atom in the structure, from an order of `matchOrder`. */
export function atomsByInput(order: Int32Array): ReadonlyMap<number, number> {
  return new Map([...order].flatMap((from, i) => (from >= 0 ? [[from, i] as const] : [])));
}

/** The number that an atom has in the input, from 1; of a hydrogen that the input implies, its number in the molecule. */
export function inputNumber({ inputOrder }: Pick<Molecule, 'inputOrder'>, atom: number): number {
  const from = inputOrder?.[atom] ?? atom;
  return (from < 0 ? atom : from) + 1;
}

/** Finds for every atom of the molecule its atom in the structure; −1 for hydrogens that were not there. */
export function matchOrder(structure: Structure, molecule: Molecule, label: string): Int32Array {
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
    const heavy = neighbours[i].filter((j) => molecule.atoms[j].element > 1).map((j) => order[j]);
    const input = waiting.get(hydrogenKey(isotope, heavy))?.shift();
    if (input !== undefined) order[i] = input;
    else if (i < skeletonCount) throw mismatch();
  });
  if ([...waiting.values()].some((queue) => queue.length > 0)) throw mismatch();
  return order;
}
