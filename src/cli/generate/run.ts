/** molflow generate at work: molecules from the input through the workers to the output, in order. */
import type { Command } from 'commander';
import { countRecords } from '../../chem/io/count-records.node.js';
import { failedText } from '../../chem/io/failed-records.js';
import { conformerText, outputFormatOf, type OutputFormat } from '../../chem/io/output.node.js';
import { readMoleculeFile } from '../../chem/io/read-file.node.js';
import { inputFormatOf, isStructureFormat, structureFormatOf, type InputFormat } from '../../chem/io/read-molecules.js';
import type { Structure } from '../../chem/structure.js';
import type { Entry } from '../../files/journal.js';
import { OutputError } from '../../files/output-error.js';
import type { RunOutputs } from '../../files/run-outputs.js';
import { isSamplerAlias, SAMPLER_ALIASES } from '../../generation/choose-sampler.js';
import { AHEAD_OF_EACH, inOrder } from '../../supervisor/in-order.js';
import type { WorkerPool } from '../../supervisor/pool.node.js';
import { batchProgress } from '../batch-progress.js';
import { EXIT } from '../exit-codes.js';
import { interruptBefore, interruption, keeps } from '../interrupt.js';
import { makeFolder, moleculeFileNames } from '../molecule-files.js';
import { closeOutputs, endedEarly, leftIn, openOutputs, refuseOtherFormat } from '../output-flags.js';
import { ownFilesOf, refuseGone, withList, writeOwnFile, type OwnFiles } from '../own-files.js';
import { printNote } from '../print.js';
import { progressBar } from '../progress.js';
import { refuseSharedFiles } from '../shared-files.js';
import { isInShard, shardOf, type Shard } from '../shard.js';
import { withPool } from '../worker/open-pool.js';
import type { GenerateEvent, GenerateTask } from '../worker/tasks.js';
import { deliver, type Delivery, type Undelivered } from './deliver.js';
import { FAST_MODEL, type GenerateFlags } from './flags.js';
import { closingLine, failureLine, jsonLine, notes, recordsOf, summary } from './report.js';
import { statusText } from './status.js';
import { sourcesOf, type Source, type Unread } from './sources.js';

export async function runGenerate(given: GenerateFlags, command: Command): Promise<void> {
  const own = ownFilesOf(given);
  const flags = withList(given, own);
  if (!flags.smiles && !flags.molecule && !flags.input)
    command.error('error: give --smiles, --molecule or --input', { exitCode: EXIT.usage });
  if (flags.coreSmarts !== undefined && flags.core === undefined)
    command.error('error: --core-smarts says which atoms of --core are meant; give --core', { exitCode: EXIT.usage });
  if (flags.trajectory && outputFormatOf(flags.trajectory) === 'pdb')
    command.error('error: a trajectory is written as .sdf or .xyz', { exitCode: EXIT.usage });
  const { inputs, outputs } = namedFiles(flags);
  await refuseSharedFiles(command, { inputs, outputs });
  const renamed = flags.sampler && isSamplerAlias(flags.sampler) && SAMPLER_ALIASES[flags.sampler];
  if (renamed) printNote(`molflow: --sampler ${flags.sampler} is called ${renamed} now`);
  refuseOtherFormat(flags.failed, failedFormat(flags), command);
  if (flags.walltime !== undefined) interruptBefore(flags.walltime);
  const model = flags.fast ? { model: FAST_MODEL } : {};
  await withPool<GenerateTask, GenerateEvent>({ ...flags, ...model }, (pool) => work(flags, pool, own));
}

async function work(
  flags: GenerateFlags,
  pool: WorkerPool<GenerateTask, GenerateEvent>,
  own: OwnFiles | undefined,
): Promise<void> {
  const format = flags.outFormat ?? (flags.out === '-' ? 'sdf' : outputFormatOf(flags.out));
  const structures = {
    alignTo: flags.alignTo === undefined ? undefined : await firstStructure('--align-to', flags.alignTo),
    core: flags.core === undefined ? undefined : await firstStructure('--core', flags.core),
  };
  if (structures.core && flags.coreSmarts !== undefined) await refuseSmarts(structures.core, flags.coreSmarts);
  const records = flags.input === undefined ? undefined : await readMoleculeFile(flags.input, flags);
  if (own) await makeFolder(own.folder);
  const outputs = await openOutputs(flags, pool.ready, own);
  if (!outputs) return;
  const { input, smiles = [], molecule = [] } = flags;
  const isBatch = input !== undefined || smiles.length + molecule.length > 1;
  const shard = flags.shard === undefined ? undefined : shardOf(flags.shard);
  const speaks = !flags.quiet && !flags.json;
  const bar = progressBar({ enabled: speaks && !isBatch });
  const batch = batchProgress({ enabled: speaks && isBatch, total: countOf(flags, shard) });
  const say = (line: string) => {
    batch.stop();
    bar.aside(() => printNote(line));
  };
  let [done, failed, before, conformers, isWhole] = [0, 0, 0, 0, false];
  const onFinished = (entry: Entry) => {
    before++;
    conformers += entry.conformers;
    if (entry.outcome === 'done') done++;
    else failed++;
  };
  const progress = () => batch.update({ finished: done + failed, failed, before });
  keeps(() => `${done} ${done === 1 ? 'molecule is' : 'molecules are'} written whole${leftIn(outputs)}`);
  try {
    progress();
    const deliveries = inOrder(
      unfinished(sourcesOf(flags, records), { outputs, shard, fileOf: own && fileNames(own), onFinished }),
      (source) => deliver(source, { pool, flags, structures, onStart: bar.start, onProgress: bar.update }),
      // The next molecules are begun while those before them are written.
      { ahead: AHEAD_OF_EACH * flags.jobs, signal: interruption },
    );
    isWhole = true;
    for await (const delivery of deliveries) {
      if (delivery.kind === 'stopped') {
        isWhole = false;
        break;
      }
      const written = delivery.kind === 'failed' ? delivery : await write(delivery, outputs, { format, flags });
      if (written.kind === 'failed') {
        failed++;
        await writeFailed(written, outputs, flags);
        say(failureLine(written, flags));
        progress();
        continue;
      }
      done++;
      conformers += written.delivery.result.conformers.length;
      if (flags.json) say(jsonLine(written.delivery));
      // Of a library a line a molecule would be read by no one: the table of --status has it.
      else if (speaks && (input === undefined || notes(written.delivery, flags).length > 0))
        say(summary(written.delivery, flags));
      progress();
      // More would be made for no one.
      if (!written.isRead) {
        isWhole = false;
        break;
      }
    }
  } catch (error) {
    throw await endedEarly(error, outputs);
  } finally {
    bar.stop();
    batch.stop();
  }
  await closeOutputs(outputs, { isWhole: isWhole && !interruption.aborted });
  if (interruption.aborted) return;
  if (leftIn(outputs) !== '') {
    say(`molflow: nobody reads the output any more${leftIn(outputs)}`);
    process.exitCode = EXIT.failure;
    return;
  }
  if (done + failed === 0) {
    say(
      `molflow: ${input === '-' ? 'standard input' : (input ?? 'the input')} holds no molecule${shard ? ` of shard ${flags.shard}` : ''}`,
    );
    if (!shard) process.exitCode = EXIT.failure;
    return;
  }
  if (speaks && isBatch) say(closingLine({ done, failed, before, conformers, seconds: performance.now() / 1e3 }));
  if (failed > 0 && !flags.allowFailures) process.exitCode = done > 0 ? EXIT.partly : EXIT.failure;
}

/** Files by the flag that names them. */
function namedFiles({ input, alignTo, core, config, out, trajectory, failed, status }: GenerateFlags) {
  return {
    inputs: { '--input': input, '--align-to': alignTo, '--core': core, '--config': config },
    outputs: { '--out': out, '--trajectory': trajectory, '--failed': failed, '--status': status },
  };
}

/** How many molecules the flags ask for, where that can be known beforehand. */
async function countOf(
  { input, format, smiles = [], molecule = [] }: GenerateFlags,
  shard: Shard | undefined,
): Promise<number | undefined> {
  const listed =
    process.stderr.isTTY && input !== undefined && input !== '-'
      ? await countRecords(input, format ?? inputFormatOf(input))
      : 0;
  const all = listed === undefined ? undefined : listed + smiles.length + molecule.length;
  return all === undefined || !shard ? all : Math.max(0, Math.ceil((all - shard.number + 1) / shard.count));
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

/** The file of each molecule, to be asked for in the order of the input, also for those that are not made. */
function fileNames({ pattern }: OwnFiles): (source: Source) => string {
  const nameOf = moleculeFileNames(pattern);
  return ({ index, name, input }) =>
    nameOf({ name: name ?? (input.kind === 'smiles' ? input.smiles : ''), number: index + 1 });
}

/** Those of the shard that an earlier run has not finished. @throws OutputError where it had another input */
async function* unfinished(
  sources: AsyncIterable<Source | Unread>,
  {
    outputs,
    shard,
    fileOf,
    onFinished,
  }: {
    readonly outputs: RunOutputs;
    readonly shard: Shard | undefined;
    readonly fileOf: ((source: Source) => string) | undefined;
    readonly onFinished: (entry: Entry) => void;
  },
): AsyncGenerator<Source | Unread> {
  for await (const one of sources) {
    // A name depends on all before it, whoever makes them.
    const source = fileOf && 'input' in one ? { ...one, file: fileOf(one) } : one;
    if (!isInShard(source.index, shard)) continue;
    const entry = outputs.find(source.index, source.key);
    if (!entry) yield source;
    else {
      if ('file' in source) refuseGone(source.file, entry);
      onFinished(entry);
    }
  }
}

type Delivered = Extract<Delivery, { kind: 'conformers' }>;

/**
 * Writes a molecule whole, or nothing of it. `isRead`: whether somebody still reads standard output.
 * @throws OutputError: what cannot be written would be computed for nothing, and so would all that follows.
 */
async function write(
  delivery: Delivered,
  outputs: RunOutputs,
  { format, flags }: { readonly format: OutputFormat; readonly flags: GenerateFlags },
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
    if (file !== undefined) {
      const { inputs, outputs: named } = namedFiles(flags);
      await writeOwnFile(
        { file, text, number: index + 1, name: source.name, conformers },
        { list: out, named: { ...inputs, ...named }, clobber: flags.clobber },
      );
    }
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
