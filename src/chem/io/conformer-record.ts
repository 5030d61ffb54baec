/** What the writers write: one conformer of a molecule with the data that belong to it. */

import type { MolblockAtom, MolblockBond } from '../molblock.js';
import { valenceProblem } from '../valence.js';

export type FieldValue = string | number | boolean;

export interface ConformerRecord {
  /** A Molecule or a Structure. */
  readonly molecule: {
    readonly name?: string;
    readonly atoms: readonly MolblockAtom[];
    readonly bonds: readonly MolblockBond[];
    /** Atom map numbers, by atom. */
    readonly mapNumbers?: readonly number[];
  };
  /** [n,3] row-major, Å. */
  readonly coordinates: ArrayLike<number>;
  /** By default the name of the molecule. */
  readonly title?: string | undefined;
  /** Data fields in order, such as a Map or `Object.entries(…)`. */
  readonly fields?: Iterable<readonly [string, FieldValue]> | undefined;
}

/**
 * Refuses what would make a file that no program reads.
 * @throws RangeError where a coordinate is not finite, the count does not fit the atoms, or an atom has too many bonds
 */
export function checkRecord({ molecule, coordinates }: ConformerRecord): void {
  const { atoms, name } = molecule;
  const problem = valenceProblem(molecule);
  if (problem !== undefined) throw new RangeError(`${name ?? 'molecule'}: ${problem}; not written`);
  if (coordinates.length !== 3 * atoms.length) {
    throw new RangeError(
      `${name ?? 'molecule'}: ${coordinates.length} coordinates for ${atoms.length} atoms; expected ${3 * atoms.length}`,
    );
  }
  for (let i = 0; i < coordinates.length; i++) {
    if (!Number.isFinite(coordinates[i])) {
      const axis = 'xyz'[i % 3];
      const atom = Math.floor(i / 3) + 1;
      throw new RangeError(
        `${name ?? 'molecule'}: the ${axis} coordinate of atom ${atom} is ${coordinates[i]}; not written`,
      );
    }
  }
}

/** Text on one line, as titles and comments must be. */
export function oneLine(text: string): string {
  return text.replace(/\s*[\r\n\u2028\u2029]+\s*/g, ' ').trim();
}
