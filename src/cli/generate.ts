/** molflow generate: conformers of one SMILES, of a named molecule or of a file of molecules. */
import { Command, Option } from 'commander';
import { DEFAULT_MAX_ISOMERS } from '../chem/default-max-isomers.js';
import { RMSD_ATOMS } from '../generation/rmsd-atoms.js';
import { SAMPLER_ALIASES, SAMPLERS } from '../generation/choose-sampler.js';
import { numberFrom, wholeFrom } from './arguments.js';
import { FAST_MODEL } from '../generation/fast-model.js';
import type { GenerateFlags } from './generate/flags.js';
import { addConfigOptions } from './config.js';
import { addGeneratorOptions } from './generator-flags.js';
import { addLibraryOptions } from './library-flags.js';
import { addLimitOptions } from './limit-flags.js';
import { addOutputOptions, outFormatOption, outOptions } from './output-flags.js';

const collect = (value: string, before: string[] = []) => [...before, value];

const EXIT_HELP = `
Exit codes:
  0  every molecule gave conformers (fewer than asked for is reported, but is no failure)
  1  no molecule gave conformers, or the command could not start (model, engine, output)
  2  the command line is wrong
  3  some molecules of a batch failed; those that did not are written (0 with --allow-failures, also where all failed)
  75  the time of --walltime is over; --resume goes on
  130  interrupted; what was made is in the part file, from which --resume continues

Examples:
  molflow generate --smiles "CC(=O)Oc1ccccc1C(=O)O" --out aspirin.sdf
  molflow generate --molecule caffeine -n 10 --seed 7 --out - > caffeine.sdf
  molflow generate --input library.smi.gz --out library.sdf.gz --optimize mmff94 --energy-window 10
  molflow generate --input ligands.smi --out-dir ligands --out-format mol2
  molflow generate --smiles "CC(O)C(F)C=CC" --enumerate-stereo --out isomers.sdf
  molflow generate --smiles "Cc1ccccc1C(=O)NCC" --core scaffold.sdf --out placed.sdf`;

export function generateCommand(): Command {
  return addGenerateFlags(new Command('generate'))
    .description('generate conformers of molecules: SMILES in, verified 3D coordinates out')
    .addHelpText('after', EXIT_HELP)
    .action(async (flags: GenerateFlags, self: Command) =>
      (await import('./generate/run.js')).runGenerate(flags, self),
    );
}

/** Its flags alone, which other commands take too. */
export function addGenerateFlags(bare: Command): Command {
  const [out, outDir] = outOptions();
  const command = bare
    .optionsGroup('Input:')
    .option('--smiles <smiles>', 'a molecule (may be repeated)', collect)
    .option('--molecule <name>', 'a well-known molecule by name, such as caffeine (may be repeated)', collect)
    .option(
      '--input <file>',
      'molecules from .smi, .csv, .tsv, .sdf, .mol, .mol2 or .cif (components), or ligands from .pdb or .cif (entries), each also .gz; columns and data fields are copied to the output; - is standard input',
    )
    .addOption(
      new Option('--format <format>', 'format of the input (default: from its extension; smi for -)').choices([
        'smi',
        'csv',
        'tsv',
        'sdf',
        'mol2',
        'pdb',
        'cif',
      ]),
    )
    .option('--smiles-column <name>', 'column of SMILES in a table')
    .option('--name-column <name>', 'column of names in a table')
    .option(
      '--largest-fragment',
      'of a salt or mixture take the fragment with most heavy atoms; without it several fragments are refused',
    )
    .optionsGroup('Conformers:')
    .option(
      '-n, --num-confs <n>',
      'number of different conformers (default: 50, 200 or 300 by rotatable bonds)',
      wholeFrom(1),
    )
    .option('--seed <n>', 'the same seed, model and input give the same conformers', wholeFrom(0), 1)
    .option(
      '--rmsd <Å>',
      'duplicate threshold: symmetry-aware RMSD below which a conformer is dropped',
      numberFrom(0),
      0.1,
    )
    .addOption(
      new Option(
        '--rmsd-atoms <atoms>',
        'atoms that duplicates are told by: heavy; polar, with the hydrogens of N, O and S; or all',
      )
        .choices([...RMSD_ATOMS])
        .default('heavy'),
    )
    .addOption(
      new Option('--optimize <field>', 'relax every conformer with this force field')
        .choices(['none', 'mmff94', 'mmff94s'])
        .default('none'),
    )
    .option('--energies', 'write MMFF94s energies, without relaxation')
    .option(
      '--energy-window <kcal/mol>',
      'drop conformers with MMFF94 energies further above the lowest of the same stereoisomer',
      numberFrom(0),
    )
    .addOption(
      new Option(
        '--fast',
        `fewer steps: two of ${FAST_MODEL} up to twelve heavy atoms, five of molflow-base beyond; what ${FAST_MODEL} makes nothing of is made by molflow-base; short for --model ${FAST_MODEL}`,
      ).conflicts('model'),
    )
    .addOption(
      new Option(
        '--thorough',
        'more steps and a choice among twice as many draws, beyond twelve heavy atoms',
      ).conflicts(['fast', 'sampler']),
    )
    .optionsGroup('Stereo:')
    .addOption(
      new Option(
        '--strict-stereo',
        'refuse molecules that leave stereo open, naming the centres, double bonds and axes',
      ).conflicts('enumerateStereo'),
    )
    .option(
      '--enumerate-stereo [max]',
      `make all stereoisomers that open stereo allows, at most so many (${DEFAULT_MAX_ISOMERS}): each with its own n conformers and energies, named NAME_1, NAME_2, …`,
      wholeFrom(1),
    )
    .optionsGroup('Placement:')
    .option(
      '--core <file>',
      'hold the part of the molecule that this file (.sdf, .mol, .mol2, .cif) gives in 3D, and draw the rest around it; not with --optimize, which moves all atoms',
    )
    .option('--core-smarts <smarts>', 'the atoms of the file, and of the molecules, that are the core')
    .addOption(
      new Option('--align', 'lay all conformers of a molecule onto the first, by heavy atoms').conflicts([
        'alignTo',
        'core',
      ]),
    )
    .addOption(
      new Option(
        '--align-to <file>',
        'lay them onto the structure in this file (.sdf, .mol, .mol2, .cif), by the largest part in common',
      ).conflicts('core'),
    )
    .optionsGroup('Output:')
    .addOption(out)
    .addOption(outDir)
    .addOption(outFormatOption())
    .option('--trajectory <file>', 'write the frames of each conformer from noise to molecule (.sdf or .xyz, also .gz)')
    .option('--quiet', 'no progress and no summary, only errors')
    .option('--json', 'one line of JSON for each molecule on standard error instead of the summary')
    .optionsGroup('Sampling:')
    .addOption(
      new Option(
        '--sampler <name>',
        'modes: mode selection; stochastic, ancestral: fresh noise; others: ODE solvers; spread is the former name of modes (default: the model’s own, by the size of the molecule)',
      ).choices([...SAMPLERS, ...Object.keys(SAMPLER_ALIASES)]),
    )
    .option(
      '--steps <n>',
      'network evaluations for a skeleton: steps of its flow, from 4 to 12 heavy atoms with modes those of all candidate noises together (default: the model’s own; molflow-base: 20, from 4 to 12 heavy atoms 26, beyond 8)',
      wholeFrom(1),
    )
    .option(
      '--plain',
      'draw exactly n conformers and keep them all: nothing is drawn again or dropped (for evaluation)',
    )
    .option(
      '--log-likelihood',
      'write the log likelihood of each conformer under the model (slow: tens of network evaluations each)',
    );
  return addConfigOptions(addLimitOptions(addGeneratorOptions(addLibraryOptions(addOutputOptions(command)))));
}
