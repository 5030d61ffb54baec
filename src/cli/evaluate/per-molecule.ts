/** Writes a row a molecule, as CSV or JSON by the name of the file. */
import { coverage } from '../../evaluation/ensemble-match.js';
import type { MoleculeScore } from '../../evaluation/score-molecule.js';
import { mean } from '../../evaluation/statistics.js';
import { writeWholeFile } from '../../files/output-file.js';
import { printableJson } from '../../files/printable.js';
import { csvRow } from '../../chem/io/write-csv.js';

export type MoleculeRow = Readonly<Record<string, string | number | null>>;

/** Empty AMR (null) marks a failed molecule. */
export function moleculeRow(source: string, score: MoleculeScore, thresholds: readonly number[]): MoleculeRow {
  const failed = score.generated === 0;
  return {
    source,
    title: score.title,
    smiles: score.smiles,
    heavyAtoms: score.heavyAtoms,
    rotatableBonds: score.rotatableBonds,
    references: score.references,
    generated: score.generated,
    unusable: score.unusable,
    stereoRight: score.stereoRight,
    'AMR-R': failed ? null : mean(score.recall),
    'AMR-P': failed ? null : mean(score.precision),
    ...Object.fromEntries(
      thresholds.flatMap((delta) => [
        [`COV-R@${delta}`, coverage(score.recall, delta)],
        [`COV-P@${delta}`, coverage(score.precision, delta)],
      ]),
    ),
    reason: score.reason ?? '',
  };
}

export async function writeRows(file: string, rows: readonly MoleculeRow[]): Promise<void> {
  await writeWholeFile(file, /\.json$/i.test(file) ? `${printableJson(rows, 1)}\n` : csv(rows));
}

/** A header, then a row each. */
export function csv(rows: readonly MoleculeRow[]): string {
  const header = Object.keys(rows[0] ?? {});
  return [header, ...rows.map((row) => header.map((key) => row[key] ?? null))].map(csvRow).join('');
}
