/** What the viewer shows: molecules, their conformers, and each conformer's frames along flow time. */
import type { Structure } from '../../../src/chem/structure.js';

export type Stage = 'skeleton' | 'hydrogens' | 'all';

export interface Frame {
  /** Flow time within the stage, 0 (noise) to 1 (molecule). */
  readonly t: number;
  readonly stage: Stage;
  /** [n,3] row-major, Å. */
  readonly coordinates: Float32Array;
  /** Root mean square of |v| over the moving atoms, Å per unit of flow time, where the sampler recorded it. */
  readonly speed?: number | undefined;
}

export interface Conformer {
  readonly label: string;
  /** At least one, in the order of time. */
  readonly frames: readonly Frame[];
  /** Data fields of the last record. */
  readonly fields: ReadonlyMap<string, string>;
}

export interface Entry {
  /** Its `coordinates` are those of the first conformer's last frame. */
  readonly structure: Structure;
  readonly conformers: readonly Conformer[];
  /** What can be read in two ways: a file whose records are conformers or the frames of one. */
  readonly ambiguous: boolean;
  readonly source: string;
  /** True while frames are still being made. */
  readonly live?: boolean | undefined;
}

/** A problem with a file; the page shows the message as it is. */
export class FileProblem extends Error {
  override name = 'FileProblem';
}

export function lastFrame(conformer: Conformer): Frame {
  return conformer.frames[conformer.frames.length - 1];
}

export function isTrajectory(entry: Entry): boolean {
  return entry.conformers.some((conformer) => conformer.frames.length > 1);
}

/** Indices of the heavy atoms, or of every atom where there are none (H2). */
export function heavyAtoms(structure: Structure): number[] {
  const heavy = structure.atoms.flatMap((atom, index) => (atom.element === 1 ? [] : [index]));
  return heavy.length > 0 ? heavy : structure.atoms.map((_, index) => index);
}

/**
 * Atoms that the skeleton stage leaves out: ordinary hydrogens bound to one heavy atom. Hydrogens of the skeleton
 * (isotopes, H2, hydrides) are shown, for they move in that stage.
 */
export function lateHydrogens(structure: Structure): boolean[] {
  const { atoms, bonds } = structure;
  const parents = atoms.map(() => [] as number[]);
  for (const { a, b } of bonds) {
    parents[a].push(b);
    parents[b].push(a);
  }
  return atoms.map(({ element, isotope, charge }, index) => {
    const around = parents[index];
    return element === 1 && isotope === 0 && charge === 0 && around.length === 1 && atoms[around[0]]?.element !== 1;
  });
}
