/** Summarises the scores of many molecules: values per molecule first, then their mean and median. */
import { coverage } from './ensemble-match.js';
import type { MoleculeScore } from './score-molecule.js';
import { mean, median, standardError } from './statistics.js';

/** Default thresholds δ of COV, Å. */
export const THRESHOLDS: readonly number[] = [0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 2];

/** Over molecules. */
export interface MeanAndMedian {
  readonly mean: number;
  readonly median: number;
  /** Half the width of the mean's 95 % confidence interval: 1.96 standard errors over molecules, each a mean over seeds. */
  readonly margin?: number | undefined;
}

export interface Summary {
  readonly molecules: number;
  /** Molecules without any conformer to compare: they count 0 in COV and are left out of AMR. */
  readonly failed: number;
  readonly references: number;
  /** Of all seeds. */
  readonly generated: number;
  /** How many seeds the conformers were made with; 1 where it is not told. */
  readonly seeds?: number;
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
export function summarise(scores: readonly MoleculeScore[], options: SummaryOptions = {}): Summary {
  return summariseSeeds([scores], options);
}

export interface SummaryOptions {
  readonly thresholds?: readonly number[] | undefined;
}

/** The same over several seeds: each molecule counts with its mean over them. @param runs a list for each seed, of the same molecules in one order */
export function summariseSeeds(
  runs: readonly (readonly MoleculeScore[])[],
  { thresholds = THRESHOLDS }: SummaryOptions = {},
): Summary {
  const all = runs.flat();
  const molecules = (runs[0] ?? []).map((_, i) => runs.flatMap((scores) => scores[i] ?? []));
  const sum = (of: (score: MoleculeScore) => number): number => all.reduce((total, score) => total + of(score), 0);
  const isMade = ({ generated }: MoleculeScore): boolean => generated > 0;
  const made = molecules.map((scores) => scores.filter(isMade)).filter((scores) => scores.length > 0);
  const over = (some: typeof molecules, of: (score: MoleculeScore) => number): MeanAndMedian =>
    averages(some.map((scores) => mean(scores.map(of))));
  const generated = sum((score) => score.generated);
  return {
    molecules: molecules.length,
    failed: molecules.length - made.length,
    references: (runs[0] ?? []).reduce((total, { references }) => total + references, 0),
    generated,
    ...(runs.length > 1 && { seeds: runs.length }),
    unusable: sum((score) => score.unusable),
    stereoRight: generated > 0 ? sum((score) => score.stereoRight) / generated : undefined,
    incomplete: molecules.filter((scores) => scores.some(({ complete }) => !complete)).length,
    amrRecall: over(made, ({ recall }) => mean(recall)),
    amrPrecision: over(made, ({ precision }) => mean(precision)),
    coverage: thresholds.map((delta) => ({
      delta,
      recall: over(molecules, ({ recall }) => 100 * coverage(recall, delta)),
      precision: over(molecules, ({ precision }) => 100 * coverage(precision, delta)),
    })),
  };
}

function averages(values: readonly number[]): MeanAndMedian {
  return {
    mean: mean(values),
    median: median(values),
    ...(values.length > 1 && { margin: 1.96 * standardError(values) }),
  };
}
