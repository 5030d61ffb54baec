/** molflow evaluate: scores conformers from files, models and other programs against reference ensembles. */
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { createForceField, MMFF94Error } from '../chem/mmff94.js';
import { loadRDKit, type RDKitModule } from '../chem/rdkit.js';
import type { PeerResult } from '../evaluation/peers/peer.js';
import { evaluateConformers, type Evaluation, type SeedRun } from '../evaluation/evaluation.js';
import { hydrogenStrainTally } from '../evaluation/hydrogen-strain.node.js';
import { PeerUnavailable } from '../evaluation/peers/peer.js';
import { reportData } from '../evaluation/report/report-data.js';
import { reportHtml } from '../evaluation/report/report-html.js';
import { worstPair, type WorstPair } from '../evaluation/report/worst-pair.js';
import { prepareReference, type Reference } from '../evaluation/score-molecule.js';
import { mean } from '../evaluation/statistics.js';
import { THRESHOLDS } from '../evaluation/summary.js';
import { writeWholeFile } from '../files/output-file.js';
import { printableJson } from '../files/printable.js';
import {
  isSamplerAlias,
  isSamplerName,
  SAMPLERS,
  type SamplerAlias,
  type SamplerName,
} from '../generation/choose-sampler.js';
import { hasXtb, xtbTally } from '../evaluation/xtb.node.js';
import { reportAssets } from './evaluate/assets.js';
import { readConformerFile } from './evaluate/files.js';
import { moleculeRow, writeRows } from './evaluate/per-molecule.js';
import { provenanceOf } from './evaluate/provenance.js';
import { fileSource, labelOf, modelSource, PEERS, peerSource, type Source } from './evaluate/sources.js';
import { comparisonText, evaluationText, stepsText } from './evaluate/tables.js';
import type { Phase } from '../network/phase-names.js';
import { wholeFrom } from './arguments.js';
import { phaseOption } from './generator-flags.js';
import { print, printNote } from './print.js';

interface EvaluateFlags {
  readonly reference: string;
  readonly generated?: string[];
  readonly model?: string[];
  readonly steps?: number[];
  readonly sampler?: (SamplerName | SamplerAlias)[];
  readonly asDelivered?: boolean;
  readonly phase?: Phase;
  readonly peers?: string[];
  readonly relax?: boolean;
  readonly count?: number;
  readonly seed: number[];
  readonly threads?: number;
  readonly max?: number;
  readonly delta?: number[];
  readonly strain?: number | true;
  readonly xtb?: number | true;
  readonly perMolecule?: string;
  readonly report?: string;
  readonly save?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const whole = wholeFrom(1);
const wholes = (value: string, before: number[] = []): number[] => [...before, ...value.split(',').map(whole)];
const seeds = (value: string): number[] => {
  const asked = value.split(',').map(wholeFrom(0));
  if (new Set(asked).size < asked.length) throw new InvalidArgumentError('a seed is there twice');
  return asked;
};
const names = (value: string, before: string[] = []): string[] => [...before, ...value.split(',')];
const distances = (value: string, before: number[] = []): number[] => {
  const numbers = value.split(',').map(Number);
  if (!numbers.every((number) => number > 0)) throw new InvalidArgumentError('expected distances in Å above 0');
  return [...before, ...numbers];
};
type Samplers = (SamplerName | SamplerAlias)[];
const samplerNames = (value: string, before: Samplers = []): Samplers => {
  const asked = value.split(',').map((name) => {
    if (isSamplerName(name) || isSamplerAlias(name)) return name;
    throw new InvalidArgumentError(`'${name}' is not one of ${SAMPLERS.join(', ')}`);
  });
  return [...before, ...asked];
};
const peerNames = (value: string, before: string[] = []): string[] => {
  const known = PEERS.map(({ name }) => name);
  const asked = value === 'all' ? known : value.split(',');
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new InvalidArgumentError(`'${unknown}' is not one of ${known.join(', ')}, all`);
  return [...before, ...asked];
};

export function evaluateCommand(): Command {
  return new Command('evaluate')
    .description('score generated conformers against reference ensembles: COV, AMR, stereo and physical quality')
    .requiredOption(
      '--reference <file>',
      'SD file (.sdf, .sdf.gz) of reference conformers, all hydrogens explicit; the title names the molecule',
    )
    .option('--generated <file...>', 'SD files of generated conformers with the same titles; the atom order may differ')
    .option(
      '--model <name or file...>',
      'generate with this model: every draw counts, nothing is drawn again or pruned; several are compared side by side',
      names,
    )
    .option('--steps <n,...>', 'steps of the sampler; several give a row each', wholes)
    .option('--sampler <name,...>', `${SAMPLERS.join(', ')}; several give a row each`, samplerNames)
    .addOption(phaseOption())
    .option('--as-delivered', 'generate as molflow generate does: checked, drawn again where wrong, duplicates dropped')
    .option(
      '--peers <name,...>',
      `generate with other programs too: ${PEERS.map(({ name }) => name).join(', ')}, or all`,
      peerNames,
    )
    .option('--relax', 'also score the conformers of each source after relaxation with MMFF94s')
    .option('--count <n>', 'conformers a molecule to generate (default: twice its reference conformers)', whole)
    .addOption(
      new Option('--seed <n,...>', 'seed of generation; of several each molecule counts with its mean over them')
        .argParser(seeds)
        .default([7], '7'),
    )
    .option('--threads <n>', 'threads of the model', whole)
    .option('--max <n>', 'only the first n molecules of the reference', whole)
    .option('--delta <Å,...>', `thresholds δ of COV (default: ${THRESHOLDS.join(',')})`, distances)
    .option('--strain [n]', 'MMFF94s strain of n conformers a molecule (default: 4)', whole)
    .option(
      '--xtb [n]',
      'GFN2-xTB energy of n conformers a molecule above the minimum they relax into, and whether it is a reference (default: 1)',
      whole,
    )
    .option('--per-molecule <file>', 'write a row a molecule, as .csv or .json')
    .option('--report <file>', 'write a page with tables, plots and the worst molecules in 3D, as .html')
    .option('--save <file>', 'write the summaries as JSON')
    .option('--json', 'print the summaries as JSON')
    .option('--quiet', 'no progress')
    .action(run);
}

/** @throws Error where `file` is a folder, or the folder that it is to be written to is not there or may not be written to. */
async function assertWritable(file: string): Promise<void> {
  const folder = path.dirname(path.resolve(file));
  await access(folder, constants.W_OK).catch((cause: unknown) => {
    throw new Error(`cannot write ${file}: ${folder} is no folder that may be written to; make it first`, { cause });
  });
  if ((await stat(file).catch(() => undefined))?.isDirectory())
    throw new Error(`cannot write ${file}: it is a folder; name a file in it`);
}

async function run(flags: EvaluateFlags, command: Command): Promise<void> {
  const say = flags.quiet ? () => {} : printNote;
  const rdkit = await loadRDKit();
  const sources = sourcesOf(flags, rdkit, say);
  if (sources.length === 0) command.error('error: nothing to score; give --generated, --model or --peers');
  // Report a missing package or folder before hours of work rather than after.
  for (const file of [flags.perMolecule, flags.report, flags.save]) if (file !== undefined) await assertWritable(file);
  const assets = flags.report === undefined ? undefined : await reportAssets();
  const references = await readReferences(flags, rdkit, say);
  const thresholds = flags.delta ?? THRESHOLDS;
  const strain = flags.strain === true ? 4 : (flags.strain ?? 0);
  const xtbCount = flags.xtb === true ? 1 : (flags.xtb ?? 0);
  const xtb = xtbCount > 0 && hasXtb();
  if (xtbCount > 0 && !xtb) say('skipped: GFN2-xTB energies; xtb is not on the PATH (Debian: apt-get install xtb)');

  const evaluations: Evaluation[] = [];
  const worst = new Map<string, WorstPair[]>();
  for (const source of sources) {
    let made: Made;
    try {
      made = await makeOf(source, { references, count: flags.count, seeds: flags.seed, say });
    } catch (error) {
      if (!(error instanceof PeerUnavailable)) throw error;
      say(`skipped: ${source.name}; ${error.message}`);
      continue;
    }
    const { runs, cost } = made;
    for (const relaxed of flags.relax ? [false, true] : [false]) {
      const xtbQuality = xtb ? xtbTally({ most: xtbCount }) : undefined;
      const hydrogens = strain > 0 ? hydrogenStrainTally({ most: strain }) : undefined;
      const name = relaxed ? `${source.name} + MMFF94s` : source.name;
      const pairs: WorstPair[] = [];
      worst.set(name, pairs);
      const evaluation = await evaluateConformers({
        rdkit,
        source: name,
        references,
        runs,
        thresholds,
        relax: relaxed ? relaxation : undefined,
        strain,
        onScored: async (scored) => {
          const pair = flags.report === undefined ? undefined : worstPair(scored);
          if (pair) pairs.push(pair);
          hydrogens?.add(scored);
          await xtbQuality?.add(scored);
        },
      });
      const hydrogenStrain = await hydrogens?.result();
      if (hydrogens && !hydrogenStrain)
        say(
          'skipped: strain of the hydrogens alone; RDKit for Python is not installed (Debian: apt-get install python3-rdkit)',
        );
      evaluations.push({
        ...evaluation,
        ...(source.variant && !relaxed && { variant: source.variant }),
        ...(hydrogenStrain && { hydrogens: hydrogenStrain }),
        ...(xtbQuality && { xtb: xtbQuality.result() }),
        ...(cost && !relaxed && { cost }),
      });
    }
  }
  if (evaluations.length === 0) throw new Error('no source gave conformers');

  if (flags.perMolecule)
    await writeRows(
      flags.perMolecule,
      evaluations.flatMap(({ source, scores }) => scores.map((score) => moleculeRow(source, score, thresholds))),
    );
  const reference = path.basename(flags.reference);
  const delta = mainDelta(references, thresholds);
  if (flags.report && assets)
    await writeWholeFile(flags.report, reportHtml(reportData({ reference, evaluations, delta, worst }), assets));
  const provenance = await provenanceOf(Object.fromEntries((flags.model ?? []).map((file) => [labelOf(file), file])));
  const json = () =>
    printableJson({
      command: commandLine(),
      ...provenance,
      reference,
      results: evaluations.map(({ scores: _, ...evaluation }) => evaluation),
    });
  if (flags.save) await writeWholeFile(flags.save, `${json()}\n`);
  print(flags.json ? `${json()}\n` : text(reference, evaluations, delta));
}

interface Made {
  readonly runs: readonly SeedRun[];
  /** Of all runs; undefined where it is not known. */
  readonly cost: Evaluation['cost'];
}

/** What a source makes with each seed; a file is what it is, whatever the seed. */
async function makeOf(
  source: Source,
  {
    references,
    count,
    seeds: asked,
    say,
  }: {
    readonly references: readonly Reference[];
    readonly count: number | undefined;
    readonly seeds: readonly number[];
    readonly say: (line: string) => void;
  },
): Promise<Made> {
  const runs: SeedRun[] = [];
  const costs: PeerResult[] = [];
  for (const seed of source.isFile ? asked.slice(0, 1) : asked) {
    const name = asked.length > 1 ? `${source.name}, seed ${seed}` : source.name;
    const produced = await source.produce({
      references,
      count: (reference) => count ?? 2 * reference.conformers.length,
      seed,
      onMolecule: (done) => done % 20 === 0 && say(`${name}: ${done} of ${references.length} molecules`),
    });
    runs.push({ seed, conformers: produced.conformers });
    if ('made' in produced && produced.made > 0) costs.push(produced);
  }
  return { runs, cost: costs.length > 0 ? costOf(costs) : undefined };
}

function sourcesOf(flags: EvaluateFlags, rdkit: RDKitModule, say: (line: string) => void): Source[] {
  const { model = [], sampler = [undefined], steps = [undefined], threads, asDelivered, phase } = flags;
  return [
    ...(flags.generated ?? []).map((file) => fileSource(file, say)),
    ...model.flatMap((file) =>
      sampler.flatMap((name) =>
        steps.map((n) => modelSource({ rdkit, say, file, steps: n, sampler: name, threads, asDelivered, phase })),
      ),
    ),
    ...PEERS.filter(({ name }) => flags.peers?.includes(name)).map(peerSource),
  ];
}

async function readReferences(
  flags: EvaluateFlags,
  rdkit: RDKitModule,
  say: (line: string) => void,
): Promise<Reference[]> {
  const { conformers, unreadable } = await readConformerFile(flags.reference, { max: flags.max });
  unreadable.slice(0, 5).forEach((message) => say(`unreadable: ${message}`));
  const references: Reference[] = [];
  for (const sets of conformers.values())
    try {
      references.push(prepareReference(rdkit, sets));
    } catch (error) {
      say(`left out: ${error instanceof Error ? error.message : String(error)}`);
    }
  if (references.length === 0)
    throw new Error(`${flags.reference} holds no usable reference molecule; expected 3D records with all hydrogens`);
  return references;
}

async function relaxation({ molecule }: Reference): Promise<((conformer: Float32Array) => Float32Array) | undefined> {
  try {
    const field = await createForceField(molecule);
    return (conformer) => field.relax(conformer).coordinates;
  } catch (error) {
    if (error instanceof MMFF94Error) return undefined;
    throw error;
  }
}

function costOf(produced: readonly PeerResult[]): Evaluation['cost'] {
  const sum = (of: (one: PeerResult) => number): number => produced.reduce((total, one) => total + of(one), 0);
  const made = sum((one) => one.made);
  return {
    conformers: made,
    msPerConformer: (1e3 * sum(({ seconds }) => seconds)) / made,
    cpuMsPerConformer: (1e3 * sum(({ cpuSeconds }) => cpuSeconds)) / made,
  };
}

/** As it was given, but without the folders of files outside the repository, which mean nothing elsewhere. */
function commandLine(): string {
  const args = process.argv.slice(2).map((arg) => (/^(models|molecules)\//.test(arg) ? arg : path.basename(arg)));
  return ['molflow', ...args].join(' ');
}

/** The δ of the published tables: 0.5 Å for molecules of QM9's size, 0.75 Å for larger ones. */
function mainDelta(references: readonly Reference[], thresholds: readonly number[]): number {
  const heavy = mean(references.map(({ molecule }) => molecule.atoms.filter(({ element }) => element > 1).length));
  const usual = heavy <= 9 ? 0.5 : 0.75;
  const [first] = thresholds;
  if (first === undefined) throw new Error('--delta names no distance; give one or several, such as 0.5,0.75');
  return thresholds.includes(usual) ? usual : first;
}

/** With more sources than this only the comparison is printed, without the details of each. */
const DETAILED = 3;

function text(reference: string, evaluations: readonly Evaluation[], delta: number): string {
  const details =
    evaluations.length <= DETAILED
      ? evaluations.map((evaluation) => evaluationText(reference, evaluation))
      : [`against ${reference}\n`];
  return [
    ...details,
    ...(evaluations.length > 1 ? [comparisonText(evaluations, delta)] : []),
    ...stepsText(evaluations),
  ].join('\n');
}
