/** molflow refine: a learned clean-up of the conformers of an SD file. */
import { Command, InvalidArgumentError, Option } from 'commander';
import type { ConformerRecord, FieldValue } from '../chem/io/conformer-record.js';
import { InputError } from '../chem/io/input-error.js';
import type { InputRecord, StructureRecord } from '../chem/io/input-record.js';
import { openOutput, type OutputFormat } from '../chem/io/output.node.js';
import { readMoleculeFile } from '../chem/io/read-file.node.js';
import { MoleculeError } from '../chem/parse.js';
import { ENGINES } from '../engine/open.node.js';
import { DEFAULT_STRENGTH, STRENGTHS, timeOf, type RefineOptions, type Strength } from '../generation/refine.js';
import {
  prepareStructure,
  refinePrepared,
  type PreparedStructure,
  type RefinedStructure,
} from '../generation/refine-structures.js';
import { wholeFrom } from './arguments.js';
import { EXIT } from './exit-codes.js';
import { generatorOf, type GeneratorFlags } from './open-generator.js';
import { refuseSharedFiles } from './shared-files.js';

interface RefineFlags extends GeneratorFlags {
  readonly input: string;
  readonly out: string;
  readonly outFormat?: OutputFormat;
  readonly strength: Strength | number;
  readonly steps?: number;
  readonly seed: number;
  readonly quiet?: boolean;
}

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
  130  interrupted; what was written stays readable

Examples:
  molflow refine --input conformers.sdf --out refined.sdf
  molflow refine --input poses.sdf.gz --out - --strength polish > polished.sdf`;

/** Records of one molecule that are held at a time. */
const MOST_TOGETHER = 64;

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
  return new Command('refine')
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
    .option('--model <name or file>', 'a shipped model or a .safetensors file')
    .addOption(new Option('--engine <engine>', 'what computes').choices([...ENGINES]).default('auto'))
    .option('--device <name>', 'device of the onnx engine: cpu, webgpu, cuda, coreml, dml', 'cpu')
    .option('--threads <n>', 'threads of the onnx engine', wholeFrom(1), 1)
    .option('--quiet', 'no summary; errors still')
    .addHelpText('after', HELP)
    .action(run);
}

interface Group {
  readonly records: readonly StructureRecord[];
  readonly prepared: readonly PreparedStructure[];
}

async function run(flags: RefineFlags, command: Command): Promise<void> {
  const say = (line: string) => process.stderr.write(`${line}\n`);
  await refuseSharedFiles(command, { inputs: { '--input': flags.input }, outputs: { '--out': flags.out } });
  const records = await readMoleculeFile(flags.input, { format: 'sdf' });
  const generator = await generatorOf(flags);
  const output = await openOutput(flags.out, { ...(flags.outFormat && { format: flags.outFormat }) });
  const abort = new AbortController();
  const interrupt = () => abort.abort();
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  const options: RefineOptions = {
    strength: flags.strength,
    steps: flags.steps,
    seed: flags.seed,
    signal: abort.signal,
  };
  const tally = { done: 0, failed: 0, moved: 0, stereo: 0, geometry: 0 };

  const fail = (message: string): void => {
    tally.failed++;
    say(`molflow: ${message}`);
  };
  const where = ({ place: { file, line, index }, name }: StructureRecord): string =>
    `${file}, line ${line}, record ${index + 1}${name === undefined ? '' : ` (${name.slice(0, 60)})`}`;

  /** A file that ends in the middle costs what it lacks, not what it gave. */
  async function* readable(): AsyncGenerator<InputRecord> {
    try {
      yield* records;
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      fail(error.message);
    }
  }

  /** Records in a row of one molecule, to be refined together. */
  async function* groups(): AsyncGenerator<Group> {
    let [held, prepared]: [StructureRecord[], PreparedStructure[]] = [[], []];
    for await (const record of readable()) {
      if (abort.signal.aborted) return;
      if (record.kind === 'error') fail(record.error.message);
      if (record.kind !== 'structure') continue;
      let next: PreparedStructure;
      try {
        next = prepareStructure(generator, record.structure, record.place.index);
      } catch (error) {
        fail(`${where(record)}: ${messageOf(error)}`);
        continue;
      }
      if (held.length >= MOST_TOGETHER || (held.length > 0 && prepared[0].graph !== next.graph)) {
        yield { records: held, prepared };
        [held, prepared] = [[], []];
      }
      held.push(record);
      prepared.push(next);
    }
    if (held.length > 0) yield { records: held, prepared };
  }

  try {
    for await (const group of groups()) {
      let refined: RefinedStructure[];
      try {
        refined = await refinePrepared(generator, group.prepared, options);
      } catch (error) {
        if (abort.signal.aborted) break;
        for (const record of group.records) fail(`${where(record)}: ${messageOf(error)}`);
        continue;
      }
      for (const { moved, kept } of refined) {
        tally.done++;
        tally.moved += moved;
        if (kept) tally[kept]++;
      }
      const reading = await output.write(
        refined.map((one, i) => outputRecord(group.records[i], one, generator.modelName, flags)),
      );
      // The reader of standard output has gone: more would be made for no one.
      if (!reading) break;
    }
  } finally {
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
    await output.close();
    await generator.dispose();
  }

  const { done, failed, moved, stereo, geometry } = tally;
  if (abort.signal.aborted) {
    say(`molflow: interrupted; ${done} records are written`);
    process.exitCode = EXIT.interrupted;
    return;
  }
  if (done + failed === 0) say(`molflow: ${flags.input} holds no record`);
  else if (!flags.quiet) {
    const left =
      stereo + geometry === 0
        ? ''
        : `; left as they came: ${stereo} that lost their stereo, ${geometry} with broken geometry`;
    say(
      `${flags.input}: ${done} records by ${generator.modelName}, seed ${flags.seed}; moved by ${(moved / Math.max(1, done)).toFixed(3)} Å on average${left}`,
    );
  }
  if (done === 0) process.exitCode = EXIT.failure;
  else if (failed > 0) process.exitCode = EXIT.partly;
}

function outputRecord(
  record: StructureRecord,
  { structure, moved, stereoVerified, kept }: RefinedStructure,
  model: string,
  { seed }: RefineFlags,
): ConformerRecord {
  const fields = new Map<string, FieldValue>(record.fields)
    .set('MOLFLOW_MODEL', model)
    .set('MOLFLOW_SEED', seed)
    .set(
      'MOLFLOW_REFINED',
      kept ? `no: ${kept === 'stereo' ? 'the stereo was lost' : 'the geometry broke'} in every draw` : 'yes',
    )
    .set('MOLFLOW_RMSD_MOVED', moved.toFixed(4))
    .set('STEREO_VERIFIED', stereoVerified ? 'yes' : 'no');
  return { molecule: structure, coordinates: structure.coordinates, title: structure.name, fields };
}

function messageOf(error: unknown): string {
  // Elsewhere the largest fragment may be asked for; here every atom of the input stays.
  if (error instanceof MoleculeError && error.code === 'fragments')
    return 'it holds several separate fragments; expected one molecule a record. Remove the counter-ions and the solvent.';
  return error instanceof Error ? error.message : String(error);
}
