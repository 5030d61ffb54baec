/** Summarises the scores of many molecules: values per molecule first, then their mean and median. */
import { coverage } from './ensemble-match.js';
import type { MoleculeScore } from './score-molecule.js';
import { mean, median } from './statistics.js';

/** Default thresholds δ of COV, Å. */
export const THRESHOLDS: readonly number[] = [0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2];

export interface MeanAndMedian {
  readonly mean: number;
  readonly median: number;
}

export interface Summary {
  readonly molecules: number;
  /** Molecules without any conformer to compare: they count 0 in COV and are left out of AMR. */
  readonly failed: number;
  readonly references: number;
  readonly generated: number;
  /** Conformers that could not be compared. */
  readonly unusable: number;
  /** Share of the generated conformers with every specified stereocentre and double bond right; undefined without any. */
  readonly stereoRight: number | undefined;
  /** Molecules whose automorphisms were not all searched. */
  readonly incomplete: number;
  /** Å. */
  readonly amrRecall: MeanAndMedian;
  readonly amrPrecision: MeanAndMedian;
  /** Per δ, in percent. */
  readonly coverage: readonly {
    readonly delta: number;
    readonly recall: MeanAndMedian;
    readonly precision: MeanAndMedian;
  }[];
}

/**
 * The protocol of GeoMol (Ganea et al., NeurIPS 2021, arXiv:2106.07802, eq. 9–10), which all later work follows.
 *
 * - `thresholds`: δ in Å
 */
export function summarise(
  scores: readonly MoleculeScore[],
  { thresholds = THRESHOLDS }: { thresholds?: readonly number[] | undefined } = {},
): Summary {
  const made = scores.filter(({ generated }) => generated > 0);
  const both = (values: number[]): MeanAndMedian => ({ mean: mean(values), median: median(values) });
  const sum = (of: (score: MoleculeScore) => number): number => scores.reduce((total, score) => total + of(score), 0);
  const generated = sum((score) => score.generated);
  return {
    molecules: scores.length,
    failed: scores.length - made.length,
    references: sum((score) => score.references),
    generated,
    unusable: sum((score) => score.unusable),
    stereoRight: generated > 0 ? sum((score) => score.stereoRight) / generated : undefined,
    incomplete: scores.filter(({ complete }) => !complete).length,
    amrRecall: both(made.map(({ recall }) => mean(recall))),
    amrPrecision: both(made.map(({ precision }) => mean(precision))),
    coverage: thresholds.map((delta) => ({
      delta,
      recall: both(scores.map(({ recall }) => 100 * coverage(recall, delta))),
      precision: both(scores.map(({ precision }) => 100 * coverage(precision, delta))),
    })),
  };
}
