/** How large a molecule may be. */
import { MoleculeError } from './molecule-error.js';

/**
 * Skeleton atoms that a molecule may have. A longer chain overflows RDKit's wasm stack (seen at 650 atoms),
 * which leaves the whole module dead.
 */
export const MAX_SKELETON_ATOMS = 400;

/** @throws MoleculeError where there are more skeleton atoms: heavy ones, dummies and isotopes of hydrogen. */
export function refuseLarge(count: number, label: string): void {
  if (count > MAX_SKELETON_ATOMS) {
    throw new MoleculeError(
      'too-large',
      `${label} has ${count} heavy atoms; at most ${MAX_SKELETON_ATOMS} are supported, isotopes of hydrogen counted. Cut it into smaller parts.`,
    );
  }
}
