/** molflow evaluate: generated conformers against reference ensembles. */
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { loadRDKit } from '../chem/rdkit.js';
import { prepareReference, scoreMolecule, type MoleculeScore, type Reference } from '../evaluation/score-molecule.js';
import { summarise, THRESHOLDS, type Summary } from '../evaluation/summary.js';
import { readConformerFile, type ConformersByTitle } from './evaluate/files.js';
import { moleculeRow, writeRows, type MoleculeRow } from './evaluate/per-molecule.js';
import { summaryText } from './evaluate/tables.js';

interface EvaluateFlags {
  readonly reference: string;
  readonly generated: string[];
  readonly max?: number;
  readonly delta?: number[];
  readonly perMolecule?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const count = (value: string): number => {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('expected a whole number, 1 or more');
  return number;
};

const distances = (value: string, before: number[] = []): number[] => {
  const numbers = value.split(',').map(Number);
  if (!numbers.every((number) => number > 0)) throw new InvalidArgumentError('expected distances in Å above 0');
  return [...before, ...numbers];
};

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('score generated conformers against reference ensembles: COV, AMR, stereo and physical quality')
    .requiredOption('--reference <file>', 'SD file (.sdf, .sdf.gz) of reference conformers, all hydrogens explicit; the title names the molecule')
    .requiredOption('--generated <file...>', 'SD files of generated conformers under the same titles; atoms may stand in another order')
    .option('--max <n>', 'the first n molecules of the reference alone', count)
    .option('--delta <Å...>', `thresholds of COV (default: ${THRESHOLDS.join(' ')})`, distances)
    .option('--per-molecule <file>', 'write a row a molecule, as .csv or .json')
    .option('--json', 'print the summary as JSON')
    .option('--quiet', 'no progress')
    .action(run);
}

async function run(flags: EvaluateFlags): Promise<void> {
  const say = flags.quiet ? () => {} : (line: string) => process.stderr.write(`${line}\n`);
  const thresholds = flags.delta ?? THRESHOLDS;
  const rdkit = await loadRDKit();
  const file = await readConformerFile(flags.reference, { max: flags.max });
  const references: Reference[] = [];
  for (const sets of file.conformers.values()) {
    try {
      references.push(prepareReference(rdkit, sets));
    } catch (error) {
      say(`left out: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  file.unreadable.slice(0, 5).forEach((message) => say(`unreadable: ${message}`));
  if (references.length === 0) throw new Error(`${flags.reference} holds no usable reference molecule; expected 3D records with all hydrogens`);

  const results: { source: string; summary: Summary }[] = [];
  const rows: MoleculeRow[] = [];
  for (const generated of flags.generated) {
    const { conformers, unreadable } = await readConformerFile(generated, { titles: new Set(references.map(({ title }) => title)) });
    unreadable.slice(0, 5).forEach((message) => say(`unreadable: ${message}`));
    const scores = scoreAll(rdkit, references, conformers);
    results.push({ source: path.basename(generated), summary: summarise(scores, { thresholds }) });
    rows.push(...scores.map((score) => moleculeRow(generated, score, thresholds)));
  }
  if (flags.perMolecule) await writeRows(flags.perMolecule, rows);
  const reference = path.basename(flags.reference);
  process.stdout.write(
    flags.json
      ? `${JSON.stringify({ reference, results })}\n`
      : results.map(({ source, summary }) => summaryText({ reference, source, summary })).join('\n'),
  );
}

function scoreAll(
  rdkit: Awaited<ReturnType<typeof loadRDKit>>,
  references: readonly Reference[],
  conformers: ConformersByTitle,
): MoleculeScore[] {
  return references.map((reference) => scoreMolecule(rdkit, reference, conformers.get(reference.title) ?? []).score);
}
