/** The evaluation as text for a terminal. */
import type { MeanAndMedian, Summary } from '../../evaluation/summary.js';

/** Rows of cells as lines, the first column to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => (row[column] ?? '').length)));
  return rows
    .map((row) => `${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ').trimEnd()}\n`)
    .join('');
}

const pair = ({ mean, median }: MeanAndMedian, digits: number): string => `${mean.toFixed(digits)} / ${median.toFixed(digits)}`;

export function summaryText({ reference, source, summary: s }: { reference: string; source: string; summary: Summary }): string {
  const perReference = (s.generated / s.references).toFixed(2);
  const stereo = s.stereoRight === undefined ? 'unknown' : `${(100 * s.stereoRight).toFixed(2)} %`;
  return [
    `${source} against ${reference}: ${s.molecules} molecules, ${s.references} reference and ${s.generated} generated conformers (${perReference} a reference)`,
    `failed molecules ${s.failed}, unusable conformers ${s.unusable}, stereo right ${stereo}${s.incomplete > 0 ? `, ${s.incomplete} molecules with more automorphisms than searched` : ''}`,
    '',
    table([
      ['mean / median', 'recall', 'precision'],
      ['AMR, Å', pair(s.amrRecall, 3), pair(s.amrPrecision, 3)],
      ...s.coverage.map(({ delta, recall, precision }) => [`COV at ${delta} Å, %`, pair(recall, 1), pair(precision, 1)]),
    ]),
  ].join('\n');
}
