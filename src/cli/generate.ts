/** molflow generate: conformers of one SMILES, of a named molecule or of a file of molecules. */
import { Command, Option } from 'commander';
import { SAMPLER_ALIASES, SAMPLERS } from '../generation/choose-sampler.js';
import { numberFrom, wholeFrom } from './arguments.js';
import { FAST_MODEL, type GenerateFlags } from './generate/flags.js';
import { addGeneratorOptions } from './generator-flags.js';
import { addLimitOptions } from './limit-flags.js';
import { addOutputOptions } from './output-flags.js';

const collect = (value: string, before: string[] = []) => [...before, value];

const EXIT_HELP = `
Exit codes:
  0  every molecule gave conformers (fewer than asked for is reported, and no failure)
  1  no molecule gave conformers, or the command could not start (model, engine, output)
  2  the command line is wrong
  3  some molecules of a batch failed; those that did not are written
  130  interrupted; what was made is in the part file, and --resume goes on with it

Examples:
  molflow generate --smiles "CC(=O)Oc1ccccc1C(=O)O" --out aspirin.sdf
  molflow generate --molecule caffeine -n 10 --seed 7 --out - > caffeine.sdf
  molflow generate --input library.smi.gz --out library.sdf.gz --optimize mmff94 --energy-window 10`;

export function generateCommand(): Command {
  const command = new Command('generate')
    .description('conformers of molecules: SMILES in, verified 3D out')
    .option('--smiles <smiles>', 'a molecule (may be repeated)', collect)
    .option('--molecule <name>', 'a well-known molecule by name, such as caffeine (may be repeated)', collect)
    .option(
      '--input <file>',
      'molecules from .smi, .csv, .tsv, .sdf or .mol, each also .gz, columns and data fields carried along; - is standard input',
    )
    .addOption(
      new Option('--format <format>', 'format of the input (default: from its extension; smi for -)').choices([
        'smi',
        'csv',
        'tsv',
        'sdf',
      ]),
    )
    .option('--smiles-column <name>', 'column of SMILES in a table')
    .option('--name-column <name>', 'column of names in a table')
    .option('--out <file>', '.sdf, .xyz or .pdb, each also .gz; - is standard output', '-')
    .addOption(
      new Option('--out-format <format>', 'format of the output (default: from its extension; sdf for -)').choices([
        'sdf',
        'xyz',
        'pdb',
      ]),
    )
    .option(
      '-n, --num-confs <n>',
      'number of different conformers (default: 50, 200 or 300 by rotatable bonds)',
      wholeFrom(1),
    )
    .option('--seed <n>', 'the same seed, model and input give the same conformers', wholeFrom(0), 1)
    .option(
      '--steps <n>',
      'evaluations of the network for a skeleton: steps of its flow, with modes those of all candidates (default: the model’s own; of molflow-base 20, from four to twelve heavy atoms 26)',
      wholeFrom(1),
    )
    .addOption(
      new Option(
        '--sampler <name>',
        'how the flow is followed (default: the model’s own, by the size of the molecule)',
      ).choices([...SAMPLERS, ...Object.keys(SAMPLER_ALIASES)]),
    )
    .option(
      '--rmsd <Å>',
      'conformers nearer than this to another are dropped (heavy atoms, symmetry-aware)',
      numberFrom(0),
      0.1,
    )
    .option('--energy-window <kcal/mol>', 'conformers further above the lowest are dropped', numberFrom(0))
    .addOption(
      new Option('--optimize <field>', 'relax every conformer').choices(['none', 'mmff94', 'mmff94s']).default('none'),
    )
    .option('--energies', 'store MMFF94s energies without relaxing')
    .option(
      '--log-likelihood',
      'store the log density of each conformer under the model (slow: tens of evaluations each)',
    )
    .option(
      '--plain',
      'draw exactly n conformers and keep them all: none is drawn again, pruned or left out (for evaluation)',
    )
    .option('--trajectory <file>', 'write the way of each conformer from noise to molecule (.sdf or .xyz, also .gz)')
    .option(
      '--largest-fragment',
      'of a salt or mixture take the fragment with most heavy atoms, instead of refusing it',
    )
    .addOption(new Option('--fast', `a tenth of the steps: short for --model ${FAST_MODEL}`).conflicts('model'))
    .option('--quiet', 'no progress and no summary; errors still')
    .option('--json', 'a JSON line a molecule on standard error instead of the summary')
    .addHelpText('after', EXIT_HELP)
    .action(async (flags: GenerateFlags, self: Command) =>
      (await import('./generate/run.js')).runGenerate(flags, self),
    );
  return addLimitOptions(addGeneratorOptions(addOutputOptions(command)));
}
