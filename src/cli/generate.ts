/** molflow generate: conformers of one SMILES, of a named molecule or of a file of molecules. */
import { Command, Option } from 'commander';
import { moleculeFromStructure, MoleculeError, parseSmiles } from '../chem/parse.js';
import type { Molecule } from '../chem/molecule.js';
import type { RDKitModule } from '../chem/rdkit.js';
import { findMolecule } from '../chem/named-molecules.js';
import { loadNamedMolecules } from '../chem/named-molecules.node.js';
import type { ConformerRecord, FieldValue } from '../chem/io/conformer-record.js';
import { InputError } from '../chem/io/input-error.js';
import type { InputRecord } from '../chem/io/input-record.js';
import { openOutput, outputFormatOf, OutputError, type OutputFormat } from '../chem/io/output.node.js';
import type { InputFormat } from '../chem/io/read-molecules.js';
import { readMoleculeFile } from '../chem/io/read-file.node.js';
import { generateConformers, type GenerateOptions, type GenerationResult } from '../generation/generate.js';
import type { Generator } from '../generation/generator.js';
import { conformerLogLikelihood } from '../generation/log-likelihood.js';
import { conformerFields } from '../generation/records.js';
import { recordTrajectory, trajectoryRecords } from '../generation/trajectory.js';
import { chosenSampler, DEFAULT_STEPS, SAMPLERS } from '../generation/skeleton-stage.js';
import { ENGINES } from '../engine/open.node.js';
import { numberFrom, wholeFrom } from './arguments.js';
import { EXIT } from './exit-codes.js';
import { generatorOf, type GeneratorFlags } from './open-generator.js';
import { progressBar } from './progress.js';
import { refuseSharedFiles } from './shared-files.js';

interface GenerateFlags extends GeneratorFlags {
  readonly smiles?: string[];
  readonly molecule?: string[];
  readonly input?: string;
  readonly format?: InputFormat;
  readonly smilesColumn?: string;
  readonly nameColumn?: string;
  readonly out: string;
  readonly outFormat?: OutputFormat;
  readonly numConfs?: number;
  readonly seed: number;
  readonly steps?: number;
  readonly sampler?: string;
  readonly rmsd: number;
  readonly energyWindow?: number;
  readonly optimize: 'none' | 'mmff94' | 'mmff94s';
  readonly energies?: boolean;
  readonly plain?: boolean;
  readonly logLikelihood?: boolean;
  readonly timeLimit?: number;
  readonly trajectory?: string;
  readonly largestFragment?: boolean;
  readonly fast?: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** Distilled to two steps. */
const FAST_MODEL = 'molflow-fast';

const collect = (value: string, before: string[] = []) => [...before, value];

const EXIT_HELP = `
Exit codes:
  0  every molecule gave conformers (fewer than asked for is reported, and no failure)
  1  no molecule gave conformers, or the command could not start (model, engine, output)
  2  the command line is wrong
  3  some molecules of a batch failed; those that did not are written
  130  interrupted; what was written stays readable

Examples:
  molflow generate --smiles "CC(=O)Oc1ccccc1C(=O)O" --out aspirin.sdf
  molflow generate --molecule caffeine -n 10 --seed 7 --out - > caffeine.sdf
  molflow generate --input library.smi.gz --out library.sdf.gz --optimize mmff94 --energy-window 10`;

export function generateCommand(): Command {
  return new Command('generate')
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
      `steps of a skeleton’s flow (default: ${DEFAULT_STEPS.plain}, up to twelve heavy atoms ${DEFAULT_STEPS.spread} for all noises of spread, or what the model was trained for)`,
      wholeFrom(1),
    )
    .addOption(
      new Option(
        '--sampler <name>',
        'how the flow is followed (default: spread, or what the model was trained for)',
      ).choices([...SAMPLERS]),
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
    .option('--time-limit <s>', 'seconds a molecule, after which no further batch is begun', numberFrom(0))
    .option('--trajectory <file>', 'write the way of each conformer from noise to molecule (.sdf or .xyz, also .gz)')
    .option(
      '--largest-fragment',
      'of a salt or mixture take the fragment with most heavy atoms, instead of refusing it',
    )
    .option('--model <name or file>', 'a shipped model or a .safetensors file')
    .addOption(new Option('--fast', `a tenth of the steps: short for --model ${FAST_MODEL}`).conflicts('model'))
    .addOption(new Option('--engine <engine>', 'what computes').choices([...ENGINES]).default('auto'))
    .option('--device <name>', 'device of the onnx engine: cpu, webgpu, cuda, coreml, dml', 'cpu')
    .option('--threads <n>', 'threads of the onnx engine', wholeFrom(1), 1)
    .option('--quiet', 'no progress and no summary; errors still')
    .option('--json', 'a JSON line a molecule on standard error instead of the summary')
    .addHelpText('after', EXIT_HELP)
    .action(run);
}

interface Source {
  readonly label: string;
  /** What the input says of it beside its name. */
  readonly fields?: ReadonlyMap<string, string>;
  /** @throws where the input is not a molecule. */
  readonly molecule: (rdkit: RDKitModule) => Molecule;
}

async function run(flags: GenerateFlags, command: Command): Promise<void> {
  if (!flags.smiles && !flags.molecule && !flags.input)
    command.error('error: give --smiles, --molecule or --input', { exitCode: EXIT.usage });
  const say = (line: string) => process.stderr.write(`${line}\n`);
  // Everything that can be wrong with the outputs is known before the first conformer.
  const trajectoryFormat = flags.trajectory && outputFormatOf(flags.trajectory);
  if (trajectoryFormat === 'pdb')
    command.error('error: a trajectory is written as .sdf or .xyz', { exitCode: EXIT.usage });
  await refuseSharedFiles(command, {
    inputs: { '--input': flags.input },
    outputs: { '--out': flags.out, '--trajectory': flags.trajectory },
  });
  const records = flags.input === undefined ? undefined : await readMoleculeFile(flags.input, flags);
  const generator = await generatorOf({ ...flags, ...(flags.fast && { model: FAST_MODEL }) });
  const output = await openOutput(flags.out, { ...(flags.outFormat && { format: flags.outFormat }) });
  const trajectories = flags.trajectory ? await openOutput(flags.trajectory) : undefined;

  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const bar = progressBar({ enabled: !flags.quiet && !flags.json });
  let [done, failed] = [0, 0];
  try {
    for await (const source of sources(flags, records)) {
      if (abort.signal.aborted) break;
      try {
        if (source instanceof Error) throw source;
        const molecule = source.molecule(generator.rdkit);
        bar.start(molecule.name || molecule.smiles);
        const result = await generateConformers(generator, molecule, {
          ...optionsOf(flags),
          signal: abort.signal,
          onProgress: bar.update,
        });
        bar.stop();
        if (result.conformers.length === 0)
          throw new Error(`no conformer: ${result.report.reason ?? 'none was drawn'}`);
        const reading = await output.write(await recordsOf(generator, result, { flags, given: source.fields }));
        if (trajectories) await writeTrajectories(generator, result, flags, trajectories);
        done++;
        if (!flags.quiet) say(flags.json ? jsonLine(source.label, result) : summary(source.label, result));
        // The reader of standard output has gone: more would be made for no one.
        if (!reading) break;
      } catch (error) {
        bar.stop();
        // What cannot be written would be computed for nothing, and so would all that follows.
        if (error instanceof OutputError) throw error;
        if (abort.signal.aborted) break;
        failed++;
        const label = source instanceof Error ? '' : `${source.label}: `;
        const message = `${label}${error instanceof Error ? error.message : String(error)}`;
        say(
          flags.json
            ? JSON.stringify({
                input: label.replace(/: $/, ''),
                error: message,
                code: error instanceof MoleculeError ? error.code : undefined,
              })
            : `molflow: ${message}`,
        );
      }
    }
  } finally {
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
    bar.stop();
    await output.close();
    await trajectories?.close();
    await generator.dispose();
  }
  if (abort.signal.aborted) {
    say(`molflow: interrupted; ${done} ${done === 1 ? 'molecule is' : 'molecules are'} written whole`);
    process.exitCode = EXIT.interrupted;
  } else if (done + failed === 0) {
    say(`molflow: ${flags.input ?? 'the input'} holds no molecule`);
    process.exitCode = EXIT.failure;
  } else if (failed > 0) process.exitCode = done > 0 ? EXIT.partly : EXIT.failure;
}

/** Every molecule asked for, in order; those that cannot be read as errors in their place. */
async function* sources(
  { smiles = [], molecule = [], largestFragment = false }: GenerateFlags,
  records: AsyncIterable<InputRecord> | undefined,
): AsyncGenerator<Source | Error> {
  const options = { largestFragment };
  for (const text of smiles) yield { label: text, molecule: (rdkit) => parseSmiles(rdkit, text, options) };
  if (molecule.length > 0) {
    const known = await loadNamedMolecules();
    for (const name of molecule)
      try {
        const found = findMolecule(known, name);
        yield {
          label: found.name,
          molecule: (rdkit) => parseSmiles(rdkit, found.smiles, { ...options, name: found.name }),
        };
      } catch (error) {
        yield error as Error;
      }
  }
  if (!records) return;
  try {
    for await (const record of records) yield record.kind === 'error' ? record.error : sourceOf(record, options);
  } catch (error) {
    // A file that ends in the middle costs what it lacks, not what it gave.
    if (!(error instanceof InputError)) throw error;
    yield error;
  }
}

function sourceOf(
  record: Exclude<InputRecord, { kind: 'error' }>,
  options: { readonly largestFragment: boolean },
): Source {
  const { name, fields, place } = record;
  return {
    label: `${place.file}, line ${place.line}${name ? `, ${name}` : ''}`,
    fields,
    molecule: (rdkit) =>
      record.kind === 'smiles'
        ? parseSmiles(rdkit, record.smiles, { ...options, name })
        : moleculeFromStructure(rdkit, record.structure, options).molecule,
  };
}

function optionsOf(flags: GenerateFlags): GenerateOptions {
  return {
    count: flags.numConfs,
    seed: flags.seed,
    steps: flags.steps,
    sampler: flags.sampler,
    rmsd: flags.rmsd,
    energyWindow: flags.energyWindow,
    optimize: flags.optimize,
    energies: flags.energies,
    plain: flags.plain,
    timeLimit: flags.timeLimit,
  };
}

/** Fields of the input come first; where one has the name of a field of ours, ours is what holds for the conformer. */
async function recordsOf(
  generator: Generator,
  result: GenerationResult,
  {
    flags,
    given = new Map(),
  }: { readonly flags: GenerateFlags; readonly given?: ReadonlyMap<string, string> | undefined },
): Promise<ConformerRecord[]> {
  const records: ConformerRecord[] = [];
  for (const conformer of result.conformers) {
    const { coordinates } = conformer;
    const fields = new Map<string, FieldValue>([...given, ...conformerFields(result, conformer)]);
    if (flags.logLikelihood) {
      const { logLikelihood, method } = await conformerLogLikelihood({
        generator,
        molecule: result.molecule,
        coordinates,
      });
      fields.set('LOG_LIKELIHOOD', logLikelihood.toFixed(3)).set('LOG_LIKELIHOOD_DIVERGENCE', method);
    }
    records.push({ molecule: result.molecule, coordinates, fields });
  }
  return records;
}

async function writeTrajectories(
  generator: Generator,
  { molecule, conformers, seed }: GenerationResult,
  { sampler, steps }: GenerateFlags,
  output: Awaited<ReturnType<typeof openOutput>>,
): Promise<void> {
  for (const [index, { draw }] of conformers.entries()) {
    const settings = chosenSampler(molecule, { sampler, steps }, generator.skeleton.stage);
    const trajectory = await recordTrajectory({ generator, molecule, seed, draw, settings });
    await output.write(trajectoryRecords(trajectory, index + 1));
  }
}

function summary(label: string, { report, model, seed }: GenerationResult): string {
  const { asked, delivered, drawn, stereoRightAtFirst, reason, warnings } = report;
  return [
    `${label}: ${delivered} of ${asked} conformers from ${drawn} draws by ${model}, seed ${seed}; stereo right at first in ${(100 * stereoRightAtFirst).toFixed(1)} %`,
    ...(reason ? [`  fewer than asked: ${reason}`] : []),
    ...warnings.map((warning) => `  ${warning}`),
  ].join('\n');
}

function jsonLine(input: string, { molecule, report, model, seed, conformers }: GenerationResult): string {
  return JSON.stringify({
    input,
    name: molecule.name,
    smiles: molecule.smiles,
    model,
    seed,
    ...report,
    conformers: conformers.map(({ draw, stereoVerified, assigned, rmsdToFirst, energy, relativeEnergy }) => ({
      draw,
      stereoVerified,
      assigned,
      rmsdToFirst,
      energy,
      relativeEnergy,
    })),
  });
}
