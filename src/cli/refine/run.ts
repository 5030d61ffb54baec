/** molflow refine at work: records from the input through the workers to the output, in order. */
import type { Command } from 'commander';
import type { ConformerRecord, FieldValue } from '../../chem/io/conformer-record.js';
import { failedText } from '../../chem/io/failed-records.js';
import { conformerText } from '../../chem/io/output.node.js';
import { readMoleculeFile } from '../../chem/io/read-file.node.js';
import { structureFormatOf } from '../../chem/io/read-molecules.js';
import { OutputError } from '../../files/output-error.js';
import type { RunOutputs } from '../../files/run-outputs.js';
import { keeps } from '../interrupt.js';
import { runLibrary, setExitCode, writeInOrder, type LibraryRun } from '../library-run.js';
import { leftIn, openOutputs } from '../output-flags.js';
import { writeOwnFile } from '../own-files.js';
import { printNote as say } from '../print.js';
import type { RefineEvent, RefineTask } from '../worker/tasks.js';
import type { RefineFlags } from './flags.js';
import { groupsOf, type Group } from './groups.js';
import { refineGroup, type Refined } from './refine-group.js';

export async function runRefine(flags: RefineFlags, command: Command): Promise<void> {
  await runLibrary(flags, command, { filesOf, failedFormat: 'sdf' }, work);
}

const filesOf = ({ input, out, failed }: RefineFlags) => ({
  inputs: { '--input': input },
  outputs: { '--out': out, '--failed': failed },
});

type RefineRun = LibraryRun<RefineFlags, RefineTask, RefineEvent>;

async function work(run: RefineRun): Promise<void> {
  const { flags, pool, own } = run;
  const records = await readMoleculeFile(flags.input, { format: structureFormatOf(flags.input) });
  const outputs = await openOutputs(flags, pool.ready, own);
  if (!outputs) return;
  let before = 0;
  const tally = { done: 0, failed: 0, moved: 0, stereo: 0, geometry: 0, turned: 0 };
  let model = '';
  keeps(() => `${tally.done} records are written${leftIn(outputs)}`);

  const write = async (group: RefinedGroup): Promise<boolean> => {
    const { refined, failures, isRead } = await writeGroup(group, outputs, run);
    for (const { event } of refined) {
      const { moved, kept, turned } = event.refined;
      model = event.model;
      tally.done++;
      tally.moved += moved;
      if (kept) tally[kept]++;
      if (turned.length > 0) tally.turned++;
    }
    tally.failed += failures.length;
    return isRead;
  };

  const isFinished = await writeInOrder(run, groupsOf(records, { whole: own !== undefined }), {
    outputs,
    nameOf: (group) => (Array.isArray(group.of) ? (nameOf(group) ?? '') : undefined),
    onFinished({ conformers }, { of }) {
      tally.done += conformers;
      before += conformers;
      tally.failed += (Array.isArray(of) ? of.length : 1) - conformers;
    },
    async work(group) {
      const refined = await refineGroup(group, { pool, flags });
      return refined === 'stopped' ? refined : { group, refined };
    },
    write,
    say,
  });
  if (!isFinished) return;
  const { done, failed, moved, stereo, geometry, turned } = tally;
  if (done + failed === 0)
    say(`molflow: ${flags.input} holds no record${flags.shard === undefined ? '' : ` of shard ${flags.shard}`}`);
  if (model !== '' && !flags.quiet) {
    const left =
      stereo + geometry === 0
        ? ''
        : `; left as they came: ${stereo} that lost their stereo, ${geometry} with broken geometry`;
    say(
      `${flags.input}: ${done} records by ${model}, seed ${flags.seed}; moved by ${(moved / (done - before)).toFixed(3)} Å on average${left}${turned > 0 ? `; ${turned} with hands turned that no mark holds, see MOLFLOW_TURNED` : ''}`,
    );
  }
  setExitCode(tally, flags);
}

interface RefinedGroup {
  readonly group: Group;
  readonly refined: readonly Refined[];
}

/**
 * Writes what could be refined of a group, and says what could not. `isRead`: whether somebody still reads standard output.
 * @throws OutputError
 */
async function writeGroup(
  { group, refined: all }: RefinedGroup,
  outputs: RunOutputs,
  { flags, format, named }: RefineRun,
) {
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
    say(`molflow: ${message}`);
    const line = record?.kind === 'structure' ? record.place.line : (record?.error.place.line ?? 0);
    if (record?.source)
      await list?.write(failedText({ source: record.source, reason: message, line, seconds }, { first: false }));
  }
  const { index, key, file } = group;
  const conformers = refined.length;
  // Last, because it is not taken back.
  if (file !== undefined && conformers > 0)
    await writeOwnFile(
      { file, text, number: index + 1, name: nameOf(group), conformers },
      { list: outputs.file('out'), named, clobber: flags.clobber },
    );
  if (key !== undefined) await outputs.add({ index, key, outcome: conformers > 0 ? 'done' : 'failed', conformers });
  return { refined, failures, isRead };
}

const nameOf = ({ of }: Group): string | undefined => (of instanceof Error || 'error' in of ? undefined : of[0]?.name);

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
