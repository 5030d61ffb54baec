/** molflow refine at work: records from the input through the workers to the output, in order. */
import type { Command } from 'commander';
import type { ConformerRecord, FieldValue } from '../../chem/io/conformer-record.js';
import { openOutput, OutputError } from '../../chem/io/output.node.js';
import { readMoleculeFile } from '../../chem/io/read-file.node.js';
import { inOrder } from '../../supervisor/in-order.js';
import { EXIT } from '../exit-codes.js';
import { onInterrupt } from '../interrupt.js';
import { refuseSharedFiles } from '../shared-files.js';
import { openPool } from '../worker/open-pool.js';
import type { RefineEvent, RefineTask } from '../worker/tasks.js';
import type { RefineFlags } from './flags.js';
import { groupsOf } from './groups.js';
import { refineGroup, type Refined } from './refine-group.js';

export async function runRefine(flags: RefineFlags, command: Command): Promise<void> {
  await refuseSharedFiles(command, { inputs: { '--input': flags.input }, outputs: { '--out': flags.out } });
  const interrupt = onInterrupt();
  const pool = openPool<RefineTask, RefineEvent>(flags);
  interrupt.signal.addEventListener('abort', () => pool.close());
  try {
    await work(flags, pool, interrupt.signal);
  } finally {
    pool.close();
    interrupt.release();
  }
}

async function work(
  flags: RefineFlags,
  pool: ReturnType<typeof openPool<RefineTask, RefineEvent>>,
  signal: AbortSignal,
): Promise<void> {
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  const records = await readMoleculeFile(flags.input, { format: 'sdf' });
  await pool.ready;
  const output = await openOutput(flags.out, { ...(flags.outFormat && { format: flags.outFormat }) });
  const tally = { done: 0, failed: 0, moved: 0, stereo: 0, geometry: 0 };
  let model = '';
  const fail = (message: string): void => {
    tally.failed++;
    say(`molflow: ${message}`);
  };
  /** What could be refined of a group, written. @throws OutputError */
  async function write(group: readonly Refined[]): Promise<boolean> {
    const refined = group.flatMap((one) => (one.kind === 'refined' ? [one] : []));
    for (const one of group) if (one.kind === 'failed') fail(one.message);
    try {
      const isRead = await output.write(refined.map((one) => outputRecord(one, flags)));
      for (const {
        model: name,
        refined: { moved, kept },
      } of refined) {
        model = name;
        tally.done++;
        tally.moved += moved;
        if (kept) tally[kept]++;
      }
      return isRead;
    } catch (error) {
      if (error instanceof OutputError) throw error;
      for (const { where } of refined) fail(`${where}: ${error instanceof Error ? error.message : String(error)}`);
      return true;
    }
  }

  try {
    const groups = inOrder(groupsOf(records), (group) => refineGroup(group, { pool, flags }), {
      ahead: 2 * flags.jobs,
      signal,
    });
    // Where the reader of standard output has gone, more would be made for no one.
    for await (const group of groups) if (group === 'stopped' || !(await write(group))) break;
  } finally {
    await output.close();
  }

  const { done, failed, moved, stereo, geometry } = tally;
  if (signal.aborted) {
    say(`molflow: interrupted; ${done} records are written`);
    process.exitCode = EXIT.interrupted;
    return;
  }
  if (done + failed === 0) say(`molflow: ${flags.input} holds no record`);
  else if (done > 0 && !flags.quiet) {
    const left =
      stereo + geometry === 0
        ? ''
        : `; left as they came: ${stereo} that lost their stereo, ${geometry} with broken geometry`;
    say(
      `${flags.input}: ${done} records by ${model}, seed ${flags.seed}; moved by ${(moved / done).toFixed(3)} Å on average${left}`,
    );
  }
  if (done === 0) process.exitCode = EXIT.failure;
  else if (failed > 0) process.exitCode = EXIT.partly;
}

function outputRecord(
  { record, model, refined: { structure, moved, stereoVerified, kept } }: Extract<Refined, { kind: 'refined' }>,
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
