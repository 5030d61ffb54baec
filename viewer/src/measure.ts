/** Distances, angles and torsions between picked atoms. */
import { angle, dihedral, distance } from '../../src/geometry/internal-coordinates.js';
import { elementSymbol } from '../../src/chem/elements.js';
import type { Structure } from '../../src/chem/structure.js';

/** Value with its unit: Å for two atoms, degrees for three and four. */
export function measurementText(atoms: readonly number[], x: Float32Array): string {
  const degrees = (radians: number): string => `${((radians * 180) / Math.PI).toFixed(1)}°`;
  switch (atoms.length) {
    case 2:
      return `${distance(x, atoms[0], atoms[1]).toFixed(3)} Å`;
    case 3:
      return degrees(angle(x, atoms[0], atoms[1], atoms[2]));
    case 4:
      return degrees(dihedral(x, atoms[0], atoms[1], atoms[2], atoms[3]));
    default:
      throw new RangeError(`A measurement takes two, three or four atoms, ${atoms.length} arrived.`);
  }
}

export function measurementKind(count: number): string {
  return count === 2 ? 'Distance' : count === 3 ? 'Angle' : 'Torsion';
}

/** Atom as the page names it: symbol and number from 1, “C4”. */
export function atomName(structure: Structure, atom: number): string {
  return `${elementSymbol(structure.atoms[atom].element)}${atom + 1}`;
}

/**
 * Atoms typed by the user: numbers from 1, with or without the element, separated by anything else (“C1 C2 O5”, “1-2-5”).
 * @throws Error with what is wrong
 */
export function atomsOfText(text: string, structure: Structure): number[] {
  const atoms = [...text.matchAll(/([A-Za-z]{0,2})(\d+)/g)].map(([whole, symbol, number]) => {
    const atom = Number(number) - 1;
    if (atom < 0 || atom >= structure.atoms.length) {
      throw new Error(`There is no atom ${number}: the molecule has atoms 1 to ${structure.atoms.length}.`);
    }
    const element = elementSymbol(structure.atoms[atom].element);
    if (symbol !== '' && symbol.toLowerCase() !== element.toLowerCase())
      throw new Error(`${whole}: atom ${number} is ${element}.`);
    return atom;
  });
  if (atoms.length < 2 || atoms.length > 4)
    throw new Error('Give two atoms for a distance, three for an angle, four for a torsion, e.g. “1 2 5”.');
  if (new Set(atoms).size < atoms.length) throw new Error('Each atom may come once.');
  return atoms;
}
