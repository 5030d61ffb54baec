/** Evaluations as text for a terminal. */
import type { Evaluation } from '../../evaluation/evaluation.js';
import type { RelaxedMinima } from '../../evaluation/relaxed-minima.js';
import { byStep } from '../../evaluation/report/by-step.js';
import type { MeanAndMedian, Summary } from '../../evaluation/summary.js';

/** Rows of cells as lines, the first column to the left, the others to the right. */
export function table(rows: readonly (readonly string[])[]): string {
  const width = (column: number): number => Math.max(...rows.map((row) => (row[column] ?? '').length));
  return rows
    .map(
      (row) =>
        `${row
          .map((cell, column) => (column === 0 ? cell.padEnd(width(0)) : cell.padStart(width(column))))
          .join('  ')
          .trimEnd()}\n`,
    )
    .join('');
}

const number = (value: number, digits: number): string => (Number.isFinite(value) ? value.toFixed(digits) : '–');
const pair = ({ mean, median, margin }: MeanAndMedian, digits: number): string =>
  `${number(mean, digits)}${margin === undefined ? '' : ` ± ${number(margin, digits)}`} / ${number(median, digits)}`;
/** Made for each reference, with one seed. */
const perReference = ({ generated, references, seeds = 1 }: Summary): string =>
  (generated / references / seeds).toFixed(2);
const percent = (share: number | undefined): string => (share === undefined ? '–' : number(100 * share, 2));

/** One source in full. */
export function evaluationText(
  reference: string,
  { source, summary: s, bySeed = [], physical: p, strain, hydrogens, xtb, cost }: Evaluation,
): string {
  const blocks = [
    [
      `${source} against ${reference}: ${s.molecules} molecules, ${s.references} reference and ${s.generated} generated conformers (${perReference(s)} a reference${s.seeds ? `, ${s.seeds} seeds` : ''})`,
      `failed molecules ${s.failed}, unusable conformers ${s.unusable}, stereo right ${percent(s.stereoRight)} %`,
      ...(s.incomplete > 0
        ? [`${s.incomplete} molecules have more automorphisms than were searched: their RMSDs are upper bounds`]
        : []),
      ...(cost
        ? [
            `${number(cost.msPerConformer, 2)} ms a conformer, ${number(cost.cpuMsPerConformer, 2)} ms of processor time`,
          ]
        : []),
    ].join('\n'),
    table([
      ['mean ± 95 % interval / median', 'recall', 'precision'],
      ['AMR, Å', pair(s.amrRecall, 3), pair(s.amrPrecision, 3)],
      ...s.coverage.map(({ delta, recall, precision }) => [
        `COV at ${delta} Å, %`,
        pair(recall, 1),
        pair(precision, 1),
      ]),
    ]).trimEnd(),
    ...(bySeed.length === 0
      ? []
      : [
          table([
            ['means by seed', 'AMR-R, Å', 'AMR-P, Å', ...s.coverage.map(({ delta }) => `COV-R at ${delta} Å, %`)],
            ...bySeed.map(({ seed, summary }) => [
              String(seed),
              number(summary.amrRecall.mean, 3),
              number(summary.amrPrecision.mean, 3),
              ...summary.coverage.map(({ recall }) => number(recall.mean, 1)),
            ]),
          ]).trimEnd(),
        ]),
    table([
      ['against the references', 'mean error', 'Wasserstein'],
      ['bonds, Å', number(p.bonds.meanAbsolute, 4), number(p.bonds.wasserstein, 4)],
      ['angles, °', number(p.angles.meanAbsolute, 2), number(p.angles.wasserstein, 2)],
      ['torsions, °', number(p.torsions.meanAbsolute, 1), number(p.torsions.wasserstein, 1)],
    ]).trimEnd(),
    table([
      ['conformers with', 'generated, %', 'references, %'],
      ['clashes', number(p.generated.clash, 2), number(p.references.clash, 2)],
      ['broken bonds', number(p.generated.bond, 2), number(p.references.bond, 2)],
      ['bent aromatic rings', number(p.generated.planarity, 2), number(p.references.planarity, 2)],
      ['aromatic ring torsion, °', number(p.generated.ringTorsion, 2), number(p.references.ringTorsion, 2)],
    ]).trimEnd(),
  ];
  if (strain)
    blocks.push(
      table([
        ['MMFF94s', 'generated', 'references'],
        ['strain, kcal/mol, median', number(strain.generated.median, 2), number(strain.references.median, 2)],
        ['90th percentile', number(strain.generated.p90, 2), number(strain.references.p90, 2)],
        ...(hydrogens
          ? [
              ['of hydrogens alone, median', number(hydrogens.median, 2), number(hydrogens.referenceMedian, 2)],
              ['90th percentile', number(hydrogens.p90, 2), number(hydrogens.referenceP90, 2)],
            ]
          : []),
        ['moved on relaxing, Å', number(strain.generated.moved, 3), number(strain.references.moved, 3)],
        ['conformers', String(strain.generated.conformers), String(strain.references.conformers)],
      ]).trimEnd() + (strain.withoutParameters > 0 ? `\nno parameters for ${strain.withoutParameters} molecules` : ''),
    );
  if (xtb)
    blocks.push(
      `GFN2-xTB, ${xtb.conformers} conformers${xtb.failed > 0 ? ` (${xtb.failed} failed)` : ''}: ${number(xtb.medianAbove, 2)} kcal/mol above the nearest minimum (90th percentile ${number(xtb.p90Above, 2)}), moved ${number(xtb.medianMoved, 3)} Å (medians)${relaxedMinimaText(xtb.relaxedMinima)}`,
    );
  return `${blocks.join('\n\n')}\n`;
}

function relaxedMinimaText(relaxedMinima: RelaxedMinima | undefined): string {
  if (!relaxedMinima) return '';
  const { reference, unlisted, above, precision, precisionWithUnlisted } = relaxedMinima;
  return `\n  that minimum is a reference for ${percent(reference)} %, one that the references lack, within their 6 kcal/mol, for ${percent(unlisted)} %, a higher one for ${percent(above)} %\n  AMR-P of these conformers ${number(precision, 3)} Å, with the lacking minima counted as references ${number(precisionWithUnlisted, 3)} Å`;
}

/** All sources, a row each: the usual figures with COV at one δ, COV at every δ, physical quality. */
export function comparisonText(evaluations: readonly Evaluation[], delta: number): string {
  const [first] = evaluations;
  if (!first) throw new Error('there is nothing to compare: no source was scored');
  const main = table([
    [`δ ${delta} Å`, 'COV-R', 'AMR-R', 'COV-P', 'AMR-P', 'stereo %', 'made', 'failed', 'ms', 'cpu ms'],
    ...evaluations.map(({ source, summary, cost }) => {
      const { recall, precision } = coverageAt(summary, delta);
      return [
        source,
        number(recall, 1),
        pair(summary.amrRecall, 3),
        number(precision, 1),
        pair(summary.amrPrecision, 3),
        percent(summary.stereoRight),
        perReference(summary),
        String(summary.failed),
        cost ? number(cost.msPerConformer, 2) : '–',
        cost ? number(cost.cpuMsPerConformer, 2) : '–',
      ];
    }),
  ]);
  const covered = table([
    ['COV-R / COV-P, %', ...first.summary.coverage.map((entry) => `${entry.delta} Å`)],
    ...evaluations.map(({ source, summary }) => [
      source,
      ...summary.coverage.map(({ recall, precision }) => `${number(recall.mean, 1)} / ${number(precision.mean, 1)}`),
    ]),
  ]);
  const physical = table([
    [
      'mean errors and faults',
      'bonds Å',
      'angles °',
      'torsions °',
      'clashes %',
      'bonds broken %',
      'strain',
      'hydrogens',
      'xtb',
    ],
    ...evaluations.map(({ source, physical: p, strain, hydrogens, xtb }) => [
      source,
      number(p.bonds.meanAbsolute, 4),
      number(p.angles.meanAbsolute, 2),
      number(p.torsions.meanAbsolute, 1),
      number(p.generated.clash, 2),
      number(p.generated.bond, 2),
      strain ? number(strain.generated.median, 2) : '–',
      hydrogens ? number(hydrogens.median, 2) : '–',
      xtb ? number(xtb.medianAbove, 2) : '–',
    ]),
  ]);
  return `${main}\n${covered}\n${physical}`;
}

/** Mean COV in percent. */
export function coverageAt({ coverage }: Summary, delta: number): { recall: number; precision: number } {
  const found = coverage.find((entry) => entry.delta === delta);
  return { recall: found?.recall.mean ?? NaN, precision: found?.precision.mean ?? NaN };
}

/** Quality against the number of steps, a row a model and sampler; nothing where steps do not differ. */
export function stepsText(evaluations: readonly Evaluation[]): string[] {
  const { steps, rows } = byStep(evaluations);
  if (steps.length < 2) return [];
  return [
    table([
      ['AMR-R / AMR-P, Å', ...steps.map((count) => `${count} ${count === 1 ? 'step' : 'steps'}`)],
      ...rows.map(({ family, summaries }) => [
        family,
        ...summaries.map((summary) =>
          summary ? `${number(summary.amrRecall.mean, 3)} / ${number(summary.amrPrecision.mean, 3)}` : '–',
        ),
      ]),
    ]),
  ];
}
