/** The data of the report page. */
import { coverage } from '../ensemble-match.js';
import type { Evaluation } from '../evaluation.js';
import { mean } from '../statistics.js';
import { byStep } from './by-step.js';
import type { WorstPair } from './worst-pair.js';

export interface Curve {
  readonly name: string;
  /** A value for each of the plot's x; null where there is none. */
  readonly y: readonly (number | null)[];
}

export interface Plot {
  readonly title: string;
  readonly xLabel: string;
  readonly yLabel: string;
  readonly logX?: boolean;
  readonly x: readonly number[];
  readonly curves: readonly Curve[];
}

export interface ReportData {
  readonly title: string;
  readonly subtitle: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  readonly plots: readonly Plot[];
  readonly worst: readonly { readonly source: string; readonly pairs: readonly WorstPair[] }[];
}

/** Number of molecules of each source that are drawn in 3D. */
const WORST = 6;

export function reportData({
  reference,
  evaluations,
  delta,
  worst,
}: {
  readonly reference: string;
  readonly evaluations: readonly Evaluation[];
  /** The δ of the table and of the curve over steps, Å. */
  readonly delta: number;
  /** For each source, the worst pair of each molecule. */
  readonly worst: ReadonlyMap<string, readonly WorstPair[]>;
}): ReportData {
  const first = evaluations[0].summary;
  const fixed = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : '–');
  return {
    title: `Conformers against ${reference}`,
    subtitle: `${first.molecules} molecules, ${first.references} reference conformers. RMSD of heavy atoms, symmetry-aware, proper rotations. COV at δ = ${delta} Å in %, AMR in Å, mean / median.`,
    head: [
      '',
      'COV-R',
      'AMR-R',
      'COV-P',
      'AMR-P',
      'stereo right, %',
      'failed',
      'conformers',
      'bond error, Å',
      'strain, kcal/mol',
      'ms a conformer',
    ],
    rows: evaluations.map(({ source, summary, physical, strain, cost }) => {
      const at = summary.coverage.find((entry) => entry.delta === delta);
      return [
        source,
        fixed(at?.recall.mean ?? NaN, 1),
        `${fixed(summary.amrRecall.mean, 3)} / ${fixed(summary.amrRecall.median, 3)}`,
        fixed(at?.precision.mean ?? NaN, 1),
        `${fixed(summary.amrPrecision.mean, 3)} / ${fixed(summary.amrPrecision.median, 3)}`,
        fixed(100 * (summary.stereoRight ?? NaN), 2),
        String(summary.failed),
        String(summary.generated),
        fixed(physical.bonds.meanAbsolute, 4),
        fixed(strain?.generated.median ?? NaN, 2),
        fixed(cost?.msPerConformer ?? NaN, 2),
      ];
    }),
    plots: [...coverageCurves(evaluations), ...sizeCurves(evaluations), ...stepCurves(evaluations, delta)],
    worst: evaluations.map(({ source }) => ({
      source,
      pairs: [...(worst.get(source) ?? [])].sort((a, b) => b.rmsd - a.rmsd).slice(0, WORST),
    })),
  };
}

function coverageCurves(evaluations: readonly Evaluation[]): Plot[] {
  const x = Array.from({ length: 101 }, (_, i) => i / 50);
  return (['recall', 'precision'] as const).map((side) => ({
    title:
      side === 'recall'
        ? 'Recall: references with a generated conformer within δ'
        : 'Precision: generated conformers within δ of a reference',
    xLabel: 'δ, Å',
    yLabel: side === 'recall' ? 'COV-R, %' : 'COV-P, %',
    x,
    curves: evaluations.map(({ source, scores }) => ({
      name: source,
      y: x.map((delta) => 100 * mean(scores.map((score) => coverage(score[side], delta)))),
    })),
  }));
}

function sizeCurves(evaluations: readonly Evaluation[]): Plot[] {
  return (
    [
      ['rotatableBonds', 'rotatable bonds'],
      ['heavyAtoms', 'heavy atoms'],
    ] as const
  ).map(([key, label]) => {
    const x = [...new Set(evaluations[0].scores.map((score) => score[key]))].sort((a, b) => a - b);
    return {
      title: `AMR-R by ${label}`,
      xLabel: label,
      yLabel: 'AMR-R, Å',
      x,
      curves: evaluations.map(({ source, scores }) => ({
        name: source,
        y: x.map((size) => {
          const here = scores.filter((score) => score[key] === size && score.generated > 0);
          return here.length > 0 ? mean(here.map(({ recall }) => mean(recall))) : null;
        }),
      })),
    };
  });
}

/** Quality against the number of steps, one curve for each sampler, where sources differ in steps. */
function stepCurves(evaluations: readonly Evaluation[], delta: number): Plot[] {
  const { steps: x, rows } = byStep(evaluations);
  if (x.length < 2) return [];
  const plot = (title: string, yLabel: string, of: (summary: Evaluation['summary']) => number): Plot => ({
    title,
    xLabel: 'steps',
    yLabel,
    logX: true,
    x,
    curves: rows.map(({ family, summaries }) => ({
      name: family,
      y: summaries.map((summary) => (summary ? of(summary) : null)),
    })),
  });
  const covered = (summary: Evaluation['summary']) => summary.coverage.find((entry) => entry.delta === delta);
  return [
    plot('AMR-R by steps', 'AMR-R, Å', ({ amrRecall }) => amrRecall.mean),
    plot('AMR-P by steps', 'AMR-P, Å', ({ amrPrecision }) => amrPrecision.mean),
    plot(`COV-R at ${delta} Å by steps`, 'COV-R, %', (summary) => covered(summary)?.recall.mean ?? NaN),
    plot(`COV-P at ${delta} Å by steps`, 'COV-P, %', (summary) => covered(summary)?.precision.mean ?? NaN),
  ];
}
