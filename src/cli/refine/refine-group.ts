/** Records of one molecule through a worker: each refined, or why it is not. */
import type { BadRecord, StructureRecord } from '../../chem/io/input-record.js';
import type { WorkerPool } from '../../supervisor/pool.node.js';
import { timeLimitReached } from '../../generation/time-limit-reached.js';
import { crashMessage, type RefineEvent, type RefineTask } from '../worker/tasks.js';
import { MOST_TOGETHER, type Group, type GroupedRecord } from './groups.js';
import type { RefineFlags } from './flags.js';

type RefinedEvent = Extract<RefineEvent, { kind: 'refined' }>;

export type Refined =
  | {
      readonly kind: 'refined';
      readonly record: StructureRecord;
      readonly where: string;
      readonly event: RefinedEvent;
    }
  | {
      readonly kind: 'failed';
      readonly message: string;
      /** Processor time that it took. */
      readonly seconds: number;
      /** Undefined where it is the file that cannot be read on. */
      readonly record: StructureRecord | BadRecord | undefined;
    };

export interface RefineGroupOptions {
  readonly pool: WorkerPool<RefineTask, RefineEvent>;
  readonly flags: RefineFlags;
}

/** Each record of the group in its place; 'stopped' where the command is ending. @throws Error where no worker can be started. */
export async function refineGroup({ of }: Group, options: RefineGroupOptions): Promise<readonly Refined[] | 'stopped'> {
  if (of instanceof Error) return [{ kind: 'failed', message: of.message, seconds: 0, record: undefined }];
  if ('error' in of) return [{ kind: 'failed', message: of.error.message, seconds: 0, record: of }];
  const refined: Refined[] = [];
  for (let at = 0; at < of.length; at += MOST_TOGETHER) {
    const some = await refineTogether(of.slice(at, at + MOST_TOGETHER), options);
    if (some === 'stopped') return some;
    refined.push(...some);
  }
  return refined;
}

async function refineTogether(
  group: readonly GroupedRecord[],
  { pool, flags }: RefineGroupOptions,
): Promise<readonly Refined[] | 'stopped'> {
  let events: RefineEvent[] = [];
  const outcome = await pool.run(
    {
      kind: 'refine',
      structures: group.map(({ structure, draw }) => ({ structure, index: draw })),
      options: { strength: flags.strength, steps: flags.steps, seed: flags.seed },
    },
    { onStart: () => (events = []), onEvent: (event) => void events.push(event) },
  );
  if (outcome.kind === 'stopped') return outcome.kind;
  const refined: Refined[] = [];
  for (const [at, record] of group.entries()) {
    const event = events.find((one) => one.at === at);
    const where = whereOf(record);
    if (event?.kind === 'refined') refined.push({ kind: 'refined', record, where, event });
    else if (event) refined.push({ kind: 'failed', message: `${where}: ${messageOf(event)}`, seconds: 0, record });
    else if (group.length > 1) {
      // Each has its own time, and none is brought down by another.
      const alone = await refineTogether([record], { pool, flags });
      if (alone === 'stopped') return alone;
      refined.push(...alone);
    } else {
      const message =
        outcome.kind === 'crashed'
          ? crashMessage(outcome)
          : outcome.kind === 'failed'
            ? outcome.failure.message
            : `${timeLimitReached(flags.timeLimit)}; --time-limit sets another`;
      refined.push({ kind: 'failed', message: `${where}: ${message}`, seconds: outcome.seconds, record });
    }
  }
  return refined;
}

function whereOf({ place: { file, line, index }, name }: StructureRecord): string {
  return `${file}, line ${line}, record ${index + 1}${name === undefined ? '' : ` (${name.slice(0, 60)})`}`;
}

function messageOf({ code, message }: Extract<RefineEvent, { kind: 'refused' }>): string {
  // Elsewhere the largest fragment may be asked for; here every atom of the input stays.
  return code === 'fragments'
    ? 'it holds several separate fragments; expected one molecule a record. Remove the counter-ions and the solvent.'
    : message;
}
