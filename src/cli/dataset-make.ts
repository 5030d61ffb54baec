/** molflow dataset make: reference ensembles for training or scoring, from SMILES. */
import { availableParallelism } from 'node:os';
import { Command, Option } from 'commander';
import { loadRDKit } from '../chem/rdkit.js';
import { makeEnsembles, type Progress } from '../dataset/make/make-ensembles.js';
import { MODES, type Mode } from '../dataset/make/worker.js';
import { pythonWith } from '../python/programs.node.js';
import { hasXtb } from '../evaluation/xtb.node.js';
import { wholeFrom } from './arguments.js';
import { interruption, keeps } from './interrupt.js';
import { drawnStarts } from './drawn-starts.js';
import { printNote } from './print.js';

interface MakeFlags {
  readonly input: string;
  readonly out: string;
  readonly mode: Mode;
  readonly threads?: number;
  readonly limit?: number;
  readonly exclude: string[];
  readonly quiet?: boolean;
}

const HELP = `
Modes:
  train      up to 12 distinct GFN2-xTB minima a molecule, low and high; neutral molecules
  drug       up to 4 low GFN2-xTB minima; charges of up to ±2 too
  pair       one low GFN2-xTB minimum in the gas phase and one in water (ALPB), each with its energy in both: as drug,
             for many molecules at little cost. The field PHASE says which is which
  reference  up to 40 within 6 kcal/mol, from up to 150 embeddings: ensembles to score against
  mmff       as drug, but MMFF94s minima: some 50 times cheaper, for pre-training

Elements are those of GFN2-xTB, hydrogen to radon. Minima of more than 150 atoms are of GFN-FF, and their energies in the
field GFNFF_ENERGY_HARTREE. Starting coordinates are ETKDGv3's; where they give no minimum, Open Babel's (if obabel is on
the PATH), then draws of molflow-base.

Needs RDKit for Python and, but for mmff, xtb (Debian: apt-get install python3-rdkit xtb).
The same command resumes an interrupted run. When all molecules are done, DIR/ensembles.sdf.gz holds the ensembles in
the order of the input; DIR/done.tsv has the outcome of each line.

Example:
  molflow dataset make --input qm9.smi.gz --out ensembles --mode train --exclude validation.sdf.gz`;

/** Seconds between two lines of progress. */
const PROGRESS_SECONDS = 10;

export function datasetMakeCommand(): Command {
  return new Command('make')
    .description(
      'make reference ensembles from SMILES: ETKDGv3, MMFF94s, GFN2-xTB; what lost bonds or stereo is left out',
    )
    .requiredOption('--input <file>', 'a SMILES and a title a line (.smi), or a table (.csv), also .gz')
    .requiredOption('--out <dir>', 'folder of the results')
    .addOption(new Option('--mode <mode>', 'which minima, and how many').choices([...MODES]).makeOptionMandatory())
    .option('--threads <n>', 'molecules computed at the same time (default: one a core)', wholeFrom(1))
    .option('--limit <n>', 'only the first n molecules of the input', wholeFrom(1))
    .option(
      '--exclude <file...>',
      'SMILES or SD files whose molecules are left out, whatever their stereo',
      (file: string, before: string[]) => [...before, file],
      [],
    )
    .option('--quiet', 'no progress and no summary')
    .addHelpText('after', HELP)
    .action(run);
}

async function run({
  input,
  out,
  mode,
  threads = availableParallelism(),
  limit,
  exclude,
  quiet,
}: MakeFlags): Promise<void> {
  const say = quiet ? () => {} : printNote;
  const python = pythonWith('rdkit');
  if (!python)
    throw new Error(
      'dataset make needs RDKit for Python, which is not installed (Debian: apt-get install python3-rdkit)',
    );
  if (mode !== 'mmff' && !hasXtb())
    throw new Error(
      `mode ${mode} needs xtb, which is not on the PATH (Debian: apt-get install xtb); mode mmff does without`,
    );
  let last: Progress | undefined;
  keeps(
    () =>
      `${last === undefined ? 'what is' : `${last.done} of ${last.total} molecules are`} made in ${out}, and the same command goes on`,
  );
  const progress = progressLines(say);
  const starts = await drawnStarts();
  const made = await makeEnsembles({
    rdkit: await loadRDKit(),
    python,
    input,
    folder: out,
    mode,
    workers: threads,
    exclude,
    starts,
    onProgress: (now) => {
      last = now;
      progress(now);
    },
    signal: interruption,
    ...(limit !== undefined && { limit }),
  }).finally(() => starts.close());
  if (made.file === undefined) return;
  say(`${made.file}: ${made.molecules} molecules, ${made.conformers} conformers`);
  for (const [reason, count] of made.leftOut) say(`  left out ${String(count).padStart(6)}  ${reason}`);
  if (made.molecules === 0) throw new Error(`no molecule of ${input} gave an ensemble; ${out}/done.tsv says why`);
}

function progressLines(say: (line: string) => void): (progress: Progress) => void {
  const start = performance.now();
  let [last, before] = [start, -1];
  return ({ done, total, conformers }) => {
    if (before < 0) before = done - 1;
    const now = performance.now();
    if (now - last < 1e3 * PROGRESS_SECONDS) return;
    last = now;
    const left = ((now - start) / (done - before)) * (total - done);
    say(`${done} of ${total} molecules, ${conformers} conformers, about ${Math.ceil(left / 60e3)} min left`);
  };
}
