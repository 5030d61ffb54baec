/** molflow refine: refines the conformers of an SD file with the model. */
import { Command, InvalidArgumentError } from 'commander';
import { DEFAULT_STRENGTH, STRENGTHS, timeOf, type Strength } from '../generation/refine-strength.js';
import { wholeFrom } from './arguments.js';
import { addGeneratorOptions } from './generator-flags.js';
import { addEndOptions, shardOption } from './library-flags.js';
import { addLimitOptions } from './limit-flags.js';
import { addOutputOptions, outFormatOption, outOptions } from './output-flags.js';
import type { RefineFlags } from './refine/flags.js';

const HELP = `
Strength is the flow time (0 noise, 1 molecule) to which a conformer is noised before the flow leads it forward again:
  ${Object.entries(STRENGTHS)
    .map((strength) => strength.join(' '))
    .join(', ')}; any number from 0 to below 1

Drug-like conformers of ETKDG move by about 0.2 Å with polish, 0.6 with clean and 1.1 with reshape, which changes shapes
and comes nearest to minima; MMFF94 moves them by 0.5.
Stereo is read from the coordinates of the input and kept. Nitrogens and axes that may turn over are named in
MOLFLOW_TURNED where they did. A conformer with wrong stereo or broken geometry is noised
again, less each time; after four attempts the record keeps the input's coordinates, and MOLFLOW_REFINED says so.
Missing hydrogens are added. Atom order, title and data fields are kept. MOLFLOW_RMSD_MOVED is the RMSD of the heavy
atoms to the input in Å.

Records in a row with the same atoms and bonds are the conformers of one molecule and share batches, up to 64 at a time;
--shard counts these. With a file for each molecule they have the same title, too, and it is the name.

Exit codes:
  0  every record was refined, or written unchanged with the reason
  1  no record could be refined, or the command could not start
  2  the command line is wrong
  3  some records could not be used; the others are written (0 with --allow-failures, also where all failed)
  75  the time of --walltime is over; --resume goes on
  130  interrupted; what was made is in the part file, from which --resume continues

Examples:
  molflow refine --input conformers.sdf --out refined.sdf
  molflow refine --input poses.sdf.gz --out - --strength polish > polished.sdf
  molflow refine --input ligands.sdf.gz --out-dir refined
  molflow refine --input library.sdf.gz --shard 3/10 --out part-3.sdf.gz`;

const strengthOf = (value: string): Strength | number => {
  const strength = value in STRENGTHS ? (value as Strength) : Number(value.trim() || NaN);
  try {
    timeOf(strength);
  } catch {
    throw new InvalidArgumentError(`expected ${Object.keys(STRENGTHS).join(', ')}, or a number from 0 to below 1`);
  }
  return strength;
};

export function refineCommand(): Command {
  const [out, outDir] = outOptions();
  const command = new Command('refine')
    .description(
      'refine conformers of any source with the model: shape and stereo are kept, geometry and hydrogens improve',
    )
    .optionsGroup('Refinement:')
    .requiredOption('--input <file>', 'conformers in 3D, .sdf or .mol, also .gz; - is standard input')
    .addOption(out)
    .addOption(outDir)
    .addOption(outFormatOption())
    .option(
      '--strength <name or t>',
      `how much may change: ${Object.keys(STRENGTHS).join(', ')}, or a flow time`,
      strengthOf,
      DEFAULT_STRENGTH,
    )
    .option('--steps <n>', 'steps of the flow (default: 2 from 0.9, 4 from 0.6, 6 from 0.25, 15 from 0)', wholeFrom(1))
    .option('--seed <n>', 'the same seed, model and input give the same conformers', wholeFrom(0), 1)
    .option('--quiet', 'no summary, only errors')
    .addHelpText('after', HELP)
    .action(async (flags: RefineFlags, self: Command) => (await import('./refine/run.js')).runRefine(flags, self));
  return addLimitOptions(addGeneratorOptions(addEndOptions(addOutputOptions(command).addOption(shardOption()))));
}
