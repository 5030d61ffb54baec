/** molflow refine at work: records from the input through the workers to the output, in order. */
import type { Command } from 'commander';
import type { ConformerRecord, FieldValue } from '../../chem/io/conformer-record.js';
import { failedText } from '../../chem/io/failed-records.js';
import { conformerText, outputFormatOf } from '../../chem/io/output.node.js';
import { readMoleculeFile } from '../../chem/io/read-file.node.js';
import { structureFormatOf } from '../../chem/io/read-molecules.js';
import { OutputError } from '../../files/output-error.js';
import { AHEAD_OF_EACH, inOrder } from '../../supervisor/in-order.js';
import type { WorkerPool } from '../../supervisor/pool.node.js';
import { EXIT } from '../exit-codes.js';
import { interruptBefore, interruption, keeps } from '../interrupt.js';
import { makeFolder, moleculeFileNames } from '../molecule-files.js';
import { closeOutputs, endedEarly, keyOf, leftIn, openOutputs, refuseOtherFormat } from '../output-flags.js';
import { ownFilesOf, refuseGone, withList, writeOwnFile, type OwnFiles } from '../own-files.js';
import { printNote as say } from '../print.js';
import { refuseSharedFiles } from '../shared-files.js';
import { isInShard, shardOf } from '../shard.js';
import { withPool } from '../worker/open-pool.js';
import type { RefineEvent, RefineTask } from '../worker/tasks.js';
import type { RefineFlags } from './flags.js';
import { groupsOf, type Group } from './groups.js';
import { refineGroup, type Refined } from './refine-group.js';

export async function runRefine(given: RefineFlags, command: Command): Promise<void> {
  const own = ownFilesOf(given);
  const flags = withList(given, own);
  const { inputs, outputs } = namedFiles(flags);
  await refuseSharedFiles(command, { inputs, outputs });
  refuseOtherFormat(flags.failed, 'sdf', command);
  if (flags.walltime !== undefined) interruptBefore(flags.walltime);
  await withPool<RefineTask, RefineEvent>(flags, (pool) => work(flags, pool, own));
}

/** Files by the flag that names them. */
const namedFiles = ({ input, out, failed }: RefineFlags) => ({
  inputs: { '--input': input },
  outputs: { '--out': out, '--failed': failed },
});

async function work(
  flags: RefineFlags,
  pool: WorkerPool<RefineTask, RefineEvent>,
  own: OwnFiles | undefined,
): Promise<void> {
  const format = flags.outFormat ?? (flags.out === '-' ? 'sdf' : outputFormatOf(flags.out));
  const records = await readMoleculeFile(flags.input, { format: structureFormatOf(flags.input) });
  const shard = flags.shard === undefined ? undefined : shardOf(flags.shard);
  if (own) await makeFolder(own.folder);
  const opened = await openOutputs(flags, pool.ready, own);
  if (!opened) return;
  const outputs = opened;
  let before = 0;
  const tally = { done: 0, failed: 0, moved: 0, stereo: 0, geometry: 0, turned: 0 };
  let model = '';
  keeps(() => `${tally.done} records are written${leftIn(outputs)}`);
  /** What could be refined of a group, written. @throws OutputError */
  async function write({
    group,
    refined: all,
  }: {
    readonly group: Group;
    readonly refined: readonly Refined[];
  }): Promise<boolean> {
    const refined = all.flatMap((one) => (one.kind === 'refined' ? [one] : []));
    const failures = all.flatMap((one) => (one.kind === 'failed' ? [one] : []));
    let isRead = true;
    let text = '';
    try {
      text = conformerText(
        refined.map((one) => outputRecord(one, flags)),
        format,
      );
      if (group.file === undefined) isRead = await outputs.file('out').write(text);
      for (const {
        event: {
          model: name,
          refined: { moved, kept, turned },
        },
      } of refined) {
        model = name;
        tally.done++;
        tally.moved += moved;
        if (kept) tally[kept]++;
        if (turned.length > 0) tally.turned++;
      }
    } catch (error) {
      if (error instanceof OutputError) throw error;
      await outputs.back();
      for (const { where, record } of refined.splice(0)) {
        const message = `${where}: ${error instanceof Error ? error.message : String(error)}`;
        failures.push({ kind: 'failed', message, seconds: 0, record });
      }
    }
    const list = outputs.files.get('failed');
    for (const { message, seconds, record } of failures) {
      tally.failed++;
      say(`molflow: ${message}`);
      const line = record?.kind === 'structure' ? record.place.line : (record?.error.place.line ?? 0);
      if (record?.source)
        await list?.write(failedText({ source: record.source, reason: message, line, seconds }, { first: false }));
    }
    const conformers = refined.length;
    // Last, because it is not taken back.
    if (group.file !== undefined && conformers > 0) {
      const { inputs, outputs: named } = namedFiles(flags);
      await writeOwnFile(
        { file: group.file, text, number: group.number + 1, name: nameOf(group), conformers },
        { list: outputs.file('out'), named: { ...inputs, ...named }, clobber: flags.clobber },
      );
    }
    const key = keyOfGroup(group);
    if (key !== undefined)
      await outputs.add({ index: group.number, key, outcome: conformers > 0 ? 'done' : 'failed', conformers });
    return isRead;
  }
  /** Groups of the shard that an earlier run has not finished. */
  async function* unfinished(): AsyncGenerator<Group> {
    const fileOf = own && moleculeFileNames(own.pattern);
    for await (const one of groupsOf(records, { whole: own !== undefined })) {
      // A name depends on all before it, whoever makes them.
      const group =
        fileOf && Array.isArray(one.of)
          ? { ...one, file: fileOf({ name: nameOf(one) ?? '', number: one.number + 1 }) }
          : one;
      if (!isInShard(group.number, shard)) continue;
      const key = keyOfGroup(group);
      const entry = key === undefined ? undefined : outputs.find(group.number, key);
      if (!entry) yield group;
      else {
        if (group.file !== undefined) refuseGone(group.file, entry);
        tally.done += entry.conformers;
        before += entry.conformers;
        tally.failed += (Array.isArray(group.of) ? group.of.length : 1) - entry.conformers;
      }
    }
  }

  let isWhole = true;
  try {
    const groups = inOrder(
      unfinished(),
      async (group) => ({ group, refined: await refineGroup(group, { pool, flags }) }),
      { ahead: AHEAD_OF_EACH * flags.jobs, signal: interruption },
    );
    for await (const { group, refined } of groups) {
      if (refined === 'stopped') {
        isWhole = false;
        break;
      }
      // Where the reader of standard output has gone, more would be made for no one.
      if (!(await write({ group, refined }))) {
        isWhole = false;
        break;
      }
    }
  } catch (error) {
    throw await endedEarly(error, outputs);
  }
  await closeOutputs(outputs, { isWhole: isWhole && !interruption.aborted });
  if (interruption.aborted) return;

  const { done, failed, moved, stereo, geometry, turned } = tally;
  if (leftIn(outputs) !== '') {
    say(`molflow: nobody reads the output any more${leftIn(outputs)}`);
    process.exitCode = EXIT.failure;
    return;
  }
  if (done + failed === 0) {
    say(`molflow: ${flags.input} holds no record${shard ? ` of shard ${flags.shard}` : ''}`);
    if (shard) return;
  }
  if (model !== '' && !flags.quiet) {
    const left =
      stereo + geometry === 0
        ? ''
        : `; left as they came: ${stereo} that lost their stereo, ${geometry} with broken geometry`;
    say(
      `${flags.input}: ${done} records by ${model}, seed ${flags.seed}; moved by ${(moved / (done - before)).toFixed(3)} Å on average${left}${turned > 0 ? `; ${turned} with hands turned that no mark holds, see MOLFLOW_TURNED` : ''}`,
    );
  }
  if (failed > 0 && flags.allowFailures) return;
  if (done === 0) process.exitCode = EXIT.failure;
  else if (failed > 0) process.exitCode = EXIT.partly;
}

const nameOf = ({ of }: Group): string | undefined => (of instanceof Error || 'error' in of ? undefined : of[0]?.name);

/** What tells it from another group; none of the end of a file, of which a later run may find more. */
function keyOfGroup({ of }: Group): string | undefined {
  if (of instanceof Error) return undefined;
  if ('error' in of) return keyOf(of.source?.text ?? `a record at line ${of.error.place.line}`);
  return keyOf(of.map(({ source }) => source.text).join('\n$$$$\n'));
}

function outputRecord(
  { record, event: { model, phase, refined } }: Extract<Refined, { kind: 'refined' }>,
  { seed }: RefineFlags,
): ConformerRecord {
  const { structure, moved, stereoVerified, turned, kept } = refined;
  const fields = new Map<string, FieldValue>(record.fields)
    .set('MOLFLOW_MODEL', model)
    .set('MOLFLOW_PHASE', phase)
    .set('MOLFLOW_SEED', seed)
    .set(
      'MOLFLOW_REFINED',
      kept ? `no: ${kept === 'stereo' ? 'the stereo was lost' : 'the geometry broke'} in every draw` : 'yes',
    )
    .set('MOLFLOW_RMSD_MOVED', moved.toFixed(4))
    .set('MOLFLOW_STEREO_VERIFIED', stereoVerified ? 'yes' : 'no');
  if (turned.length > 0) fields.set('MOLFLOW_TURNED', turned.join('\n'));
  return { molecule: structure, coordinates: structure.coordinates, title: structure.name, fields };
}
