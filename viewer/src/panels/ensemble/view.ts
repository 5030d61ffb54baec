/** What the parts of the panel show of an ensemble, and what they can do with it. */
import type { Ensembles } from '../../analysis/ensemble.js';
import type { Shown } from '../../session.js';

export interface EnsembleView {
  readonly shown: Shown;
  readonly labels: readonly string[];
  /** Of all conformers; undefined while some are being computed. */
  readonly energies:
    | {
        /** Above the lowest of the same stereoisomer, kcal/mol. */
        readonly above: readonly (number | undefined)[];
        /** Boltzmann weight within the stereoisomer, from 0 to 1. */
        readonly weights: readonly (number | undefined)[];
        readonly isomers: readonly string[];
      }
    | undefined;
  readonly chosen: number;
  readonly ticked: ReadonlySet<number>;
  readonly ensembles: Ensembles;
  /** Clusters at the cut-off, the largest first; undefined until they are known. */
  readonly clusters: readonly (readonly number[])[] | undefined;
  /** px. */
  readonly width: number;
}

export interface EnsembleActions {
  choose(conformer: number): void;
  /** Ticks these and no others. */
  tick(conformers: readonly number[]): void;
}

/** Conformers from the lowest energy up; those without energy last. */
export function byEnergy(conformers: readonly number[], { energies }: Pick<EnsembleView, 'energies'>): number[] {
  const energy = (conformer: number): number => energies?.above[conformer] ?? Infinity;
  return [...conformers].sort((a, b) => (energy(a) === energy(b) ? a - b : energy(a) - energy(b)));
}

/** Of some conformers the lowest in energy; where it is chosen already, the next one. */
export function nextOf(conformers: readonly number[], view: Pick<EnsembleView, 'energies' | 'chosen'>): number {
  const sorted = byEnergy(conformers, view);
  return sorted[(sorted.indexOf(view.chosen) + 1) % sorted.length];
}

export function countOf(count: number): string {
  return `${count} conformer${count === 1 ? '' : 's'}`;
}
