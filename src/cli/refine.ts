/** molflow refine: a learned clean-up of the conformers of an SD file. */
import { Command, InvalidArgumentError, Option } from 'commander';
import { DEFAULT_STRENGTH, STRENGTHS, timeOf, type Strength } from '../generation/refine.js';
import { wholeFrom } from './arguments.js';
import { addGeneratorOptions } from './generator-flags.js';
import { addLimitOptions } from './limit-flags.js';
import { addOutputOptions } from './output-flags.js';
import type { RefineFlags } from './refine/flags.js';

const HELP = `
Strength is the time on the path from noise to molecule at which refinement begins:
  ${Object.entries(STRENGTHS)
    .map((strength) => strength.join(' '))
    .join(', ')}; any number from 0 to below 1

Drug-like conformers of ETKDG move by about 0.2 Å with polish, 0.6 with clean, 1.1 with reshape, which changes shapes
and comes nearest to minima; MMFF94 moves them by 0.5.
Stereo is that of the input's coordinates. A record that loses it, or comes out broken, is noised anew, at last less;
after four times it stays as it came, and MOLFLOW_REFINED says so. Hydrogens go along and settle, missing ones are
appended. Atom order, title and data fields are kept; MOLFLOW_RMSD_MOVED is the RMSD of the heavy atoms to the input in Å.

Exit codes:
  0  every record was refined or left as it came with the reason
  1  no record could be refined, or the command could not start
  2  the command line is wrong
  3  some records could not be used; the others are written
  130  interrupted; what was made is in the part file, and --resume goes on with it

Examples:
  molflow refine --input conformers.sdf --out refined.sdf
  molflow refine --input poses.sdf.gz --out - --strength polish > polished.sdf`;

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
  const command = new Command('refine')
    .description(
      'a learned clean-up of conformers from any source: shape and stereo kept, geometry and hydrogens better',
    )
    .requiredOption('--input <file>', 'conformers in 3D, .sdf or .mol, also .gz; - is standard input')
    .option('--out <file>', '.sdf, .xyz or .pdb, each also .gz; - is standard output', '-')
    .addOption(
      new Option('--out-format <format>', 'format of the output (default: from its extension; sdf for -)').choices([
        'sdf',
        'xyz',
        'pdb',
      ]),
    )
    .option(
      '--strength <name or t>',
      `how much may change: ${Object.keys(STRENGTHS).join(', ')}, or a time`,
      strengthOf,
      DEFAULT_STRENGTH,
    )
    .option('--steps <n>', 'steps of the flow (default: 2 from 0.9, 4 from 0.6, 6 from 0.25, 15 from 0)', wholeFrom(1))
    .option('--seed <n>', 'the same seed, model and input give the same conformers', wholeFrom(0), 1)
    .option('--quiet', 'no summary; errors still')
    .addHelpText('after', HELP)
    .action(async (flags: RefineFlags, self: Command) => (await import('./refine/run.js')).runRefine(flags, self));
  return addLimitOptions(addGeneratorOptions(addOutputOptions(command)));
}
