/** molflow generate at work: molecules from the input through the workers to the output, in order. */
import type { Command } from 'commander';
import { countRecords } from '../../chem/io/count-records.node.js';
import { failedText } from '../../chem/io/failed-records.js';
import { conformerText, outputFormatOf } from '../../chem/io/output.node.js';
import { readMoleculeFile } from '../../chem/io/read-file.node.js';
import { inputFormatOf, isStructureFormat, structureFormatOf, type InputFormat } from '../../chem/io/read-molecules.js';
import type { Structure } from '../../chem/structure.js';
import { OutputError } from '../../files/output-error.js';
import type { RunOutputs } from '../../files/run-outputs.js';
import { isSamplerAlias, SAMPLER_ALIASES } from '../../generation/choose-sampler.js';
import { batchProgress } from '../batch-progress.js';
import { EXIT } from '../exit-codes.js';
import { keeps } from '../interrupt.js';
import { runLibrary, setExitCode, writeInOrder, type LibraryRun } from '../library-run.js';
import { leftIn, openOutputs } from '../output-flags.js';
import { writeOwnFile } from '../own-files.js';
import { printNote } from '../print.js';
import { progressBar } from '../progress.js';
import { shardOf } from '../shard.js';
import type { GenerateEvent, GenerateTask } from '../worker/tasks.js';
import { deliver, type Delivered, type Undelivered } from './deliver.js';
import { FAST_MODEL } from '../../generation/fast-model.js';
import type { GenerateFlags } from './flags.js';
import { closingLine, failureLine, jsonLine, notes, recordsOf, summary } from './report.js';
import { statusText } from './status.js';
import { sourcesOf } from './sources.js';

export async function runGenerate(flags: GenerateFlags, command: Command): Promise<void> {
  if (!flags.smiles && !flags.molecule && !flags.input)
    command.error('error: give --smiles, --molecule or --input', { exitCode: EXIT.usage });
  if (flags.coreSmarts !== undefined && flags.core === undefined)
    command.error('error: --core-smarts says which atoms of --core are meant; give --core', { exitCode: EXIT.usage });
  if (flags.core !== undefined && flags.optimize !== 'none')
    command.error(
      `error: --core holds atoms where the file has them, and --optimize ${flags.optimize} moves all of them: openchemlib cannot hold some. Leave out the relaxation (with a preset: --optimize none), or relax the conformers with a program that can fix atoms`,
      { exitCode: EXIT.usage },
    );
  if (flags.trajectory && outputFormatOf(flags.trajectory) === 'pdb')
    command.error('error: a trajectory is written as .sdf or .xyz', { exitCode: EXIT.usage });
  const renamed = flags.sampler && isSamplerAlias(flags.sampler) && SAMPLER_ALIASES[flags.sampler];
  if (renamed) printNote(`molflow: --sampler ${flags.sampler} is called ${renamed} now`);
  const model = flags.fast ? FAST_MODEL : undefined;
  await runLibrary(flags, command, { filesOf, failedFormat: failedFormat(flags), model }, work);
}

const filesOf = ({ input, alignTo, core, config, out, trajectory, failed, status }: GenerateFlags) => ({
  inputs: { '--input': input, '--align-to': alignTo, '--core': core, '--config': config },
  outputs: { '--out': out, '--trajectory': trajectory, '--failed': failed, '--status': status },
});

type GenerateRun = LibraryRun<GenerateFlags, GenerateTask, GenerateEvent>;

async function work(run: GenerateRun): Promise<void> {
  const { flags, pool, own } = run;
  const structures = {
    alignTo: flags.alignTo === undefined ? undefined : await firstStructure('--align-to', flags.alignTo),
    core: flags.core === undefined ? undefined : await firstStructure('--core', flags.core),
  };
  if (structures.core && flags.coreSmarts !== undefined) await refuseSmarts(structures.core, flags.coreSmarts);
  const records = flags.input === undefined ? undefined : await readMoleculeFile(flags.input, flags);
  const outputs = await openOutputs(flags, pool.ready, own);
  if (!outputs) return;
  const { input, smiles = [], molecule = [], shard } = flags;
  const isBatch = input !== undefined || smiles.length + molecule.length > 1;
  const speaks = !flags.quiet && !flags.json;
  const bar = progressBar({ enabled: speaks && !isBatch });
  const batch = batchProgress({ enabled: speaks && isBatch, total: countOf(flags) });
  const say = (line: string) => {
    batch.stop();
    bar.aside(() => printNote(line));
  };
  const tally = { done: 0, failed: 0, before: 0, conformers: 0 };
  const progress = () => batch.update({ ...tally, finished: tally.done + tally.failed });
  keeps(() => `${tally.done} ${tally.done === 1 ? 'molecule is' : 'molecules are'} written whole${leftIn(outputs)}`);

  const write = async (delivery: Delivered | Undelivered): Promise<boolean> => {
    const written = delivery.kind === 'failed' ? delivery : await writeMolecule(delivery, outputs, run);
    if (written.kind === 'failed') {
      tally.failed++;
      await writeFailed(written, outputs, flags);
      say(failureLine(written, flags));
    } else {
      tally.done++;
      tally.conformers += written.delivery.result.conformers.length;
      if (flags.json) say(jsonLine(written.delivery));
      // Of a library a line a molecule would be read by no one: the table of --status has it.
      else if (speaks && (input === undefined || notes(written.delivery, flags).length > 0))
        say(summary(written.delivery, flags));
    }
    progress();
    return written.kind === 'failed' || written.isRead;
  };

  progress();
  const isFinished = await writeInOrder(run, sourcesOf(flags, records), {
    outputs,
    nameOf: (source) =>
      'error' in source ? undefined : (source.name ?? (source.input.kind === 'smiles' ? source.input.smiles : '')),
    onFinished({ outcome, conformers }) {
      tally[outcome === 'done' ? 'done' : 'failed']++;
      tally.before++;
      tally.conformers += conformers;
    },
    work: (source) => deliver(source, { pool, flags, structures, onStart: bar.start, onProgress: bar.update }),
    write,
    say,
  }).finally(() => {
    bar.stop();
    batch.stop();
  });
  if (!isFinished) return;
  if (tally.done + tally.failed === 0)
    say(
      `molflow: ${input === '-' ? 'standard input' : (input ?? 'the input')} holds no molecule${shard ? ` of shard ${shard}` : ''}`,
    );
  else if (speaks && isBatch) say(closingLine({ ...tally, seconds: performance.now() / 1e3 }));
  setExitCode(tally, flags);
}

/** How many molecules the flags ask for, where that can be known beforehand. */
async function countOf({
  input,
  format,
  smiles = [],
  molecule = [],
  shard: given,
}: GenerateFlags): Promise<number | undefined> {
  const listed =
    process.stderr.isTTY && input !== undefined && input !== '-'
      ? await countRecords(input, format ?? inputFormatOf(input))
      : 0;
  if (listed === undefined) return undefined;
  const all = listed + smiles.length + molecule.length;
  const shard = given === undefined ? undefined : shardOf(given);
  return shard ? Math.max(0, Math.ceil((all - shard.number + 1) / shard.count)) : all;
}

/** The first structure of a file. @throws Error where there is none in 3D */
async function firstStructure(flag: string, file: string): Promise<Structure> {
  for await (const record of await readMoleculeFile(file, { format: structureFormatOf(file) })) {
    if (record.kind === 'error') throw record.error;
    if (record.kind === 'structure' && record.structure.dimension === 3) return record.structure;
    break;
  }
  throw new Error(`${flag} ${file}: its first record is no structure with 3D coordinates`);
}

/** Said once, and not of each molecule. RDKit is loaded for it alone. @throws Error where it is none, or does not occur in the core */
async function refuseSmarts(core: Structure, smarts: string): Promise<void> {
  const [{ refuseOtherSmarts }, { loadRDKit }] = await Promise.all([
    import('../../chem/common-atoms.js'),
    import('../../chem/rdkit.js'),
  ]);
  try {
    refuseOtherSmarts(await loadRDKit(), core, smarts);
  } catch (error) {
    throw new Error(`--core-smarts: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Writes a molecule whole, or nothing of it. `isRead`: whether somebody still reads standard output.
 * @throws OutputError: what cannot be written would be computed for nothing, and so would all that follows.
 */
async function writeMolecule(
  delivery: Delivered,
  outputs: RunOutputs,
  { flags, format, named }: GenerateRun,
): Promise<{ readonly kind: 'written'; readonly delivery: Delivered; readonly isRead: boolean } | Undelivered> {
  const { source, result, trajectories, seconds } = delivery;
  try {
    const out = outputs.file('out');
    const text = conformerText(recordsOf(delivery, flags), format);
    const isRead = source.file !== undefined || (await out.write(text));
    const trajectory = outputs.files.get('trajectory');
    if (trajectory)
      for (const records of trajectories)
        await trajectory.write(conformerText(records, outputFormatOf(trajectory.name)));
    await writeStatus(delivery, outputs, flags);
    const { index, key, file } = source;
    const conformers = result.conformers.length;
    // Last, because it is not taken back.
    if (file !== undefined)
      await writeOwnFile(
        { file, text, number: index + 1, name: source.name, conformers },
        { list: out, named, clobber: flags.clobber },
      );
    await outputs.add({ index, key, outcome: 'done', conformers, seconds });
    return { kind: 'written', delivery, isRead };
  } catch (error) {
    if (error instanceof OutputError) throw error;
    await outputs.back();
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', source, message, seconds: 0 };
  }
}

/** @throws OutputError */
async function writeStatus(
  delivery: Delivered | Undelivered,
  outputs: RunOutputs,
  { numConfs }: GenerateFlags,
): Promise<void> {
  const table = outputs.files.get('status');
  await table?.write(statusText(delivery, { asked: numConfs, first: table.marked === 0 }));
}

/** @throws OutputError */
async function writeFailed(undelivered: Undelivered, outputs: RunOutputs, flags: GenerateFlags): Promise<void> {
  const { source, message, seconds } = undelivered;
  const { index, line, key, record } = source;
  const list = outputs.files.get('failed');
  const format = failedFormat(flags);
  const kind = format === 'csv' || format === 'tsv' ? 'table' : format;
  // Of a table or SD file only records of it: there are no comments.
  if (list && (kind === 'smi' || record?.kind === kind))
    await list.write(failedText({ source: record, reason: message, line, seconds }, { first: list.marked === 0 }));
  if ('error' in source && source.isEnd) return;
  await writeStatus(undelivered, outputs, flags);
  await outputs.add({ index, key, outcome: 'failed', conformers: 0, seconds, reason: message });
}

/** That of the input; of MOL2, PDB and CIF the structures are written as SD records. */
function failedFormat({ input, format }: GenerateFlags): InputFormat {
  const given = format ?? (input === undefined || input === '-' ? 'smi' : inputFormatOf(input));
  return isStructureFormat(given) ? 'sdf' : given;
}
