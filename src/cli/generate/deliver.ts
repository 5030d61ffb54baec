/** One molecule through a worker: everything that came of it, or why nothing did. */
import type { ConformerRecord } from '../../chem/io/conformer-record.js';
import type { GenerationEvent } from '../../generation/events.js';
import type { GenerationResult } from '../../generation/finish.js';
import { timeLimitReached } from '../../generation/time-limit-reached.js';
import type { WorkerPool } from '../../supervisor/pool.node.js';
import { crashMessage, type GenerateEvent, type GenerateTask } from '../worker/tasks.js';
import { optionsOf, type GenerateFlags, type GivenStructures } from './flags.js';
import type { Source, Unread } from './sources.js';

export interface Delivered {
  readonly kind: 'conformers';
  readonly source: Source;
  readonly result: GenerationResult;
  /** By conformer; fewer where the molecule was cut short. */
  readonly logLikelihoods: readonly { readonly logLikelihood: number; readonly method: string }[];
  readonly trajectories: readonly (readonly ConformerRecord[])[];
  /** Whether less was made because its time was used up. */
  readonly isCutShort: boolean;
  /** Processor time that it took. */
  readonly seconds: number;
}

export interface Undelivered {
  readonly kind: 'failed';
  readonly source: Source | Unread;
  readonly message: string;
  readonly code?: string | undefined;
  /** Processor time that it took. */
  readonly seconds: number;
}

export interface DeliverOptions {
  readonly pool: WorkerPool<GenerateTask, GenerateEvent>;
  readonly flags: GenerateFlags;
  readonly structures: GivenStructures;
  readonly onStart: (label: string) => void;
  readonly onProgress: (progress: { readonly made: number; readonly planned: number }) => void;
}

/** 'stopped' where the command is ending. @throws Error where no worker can be started. */
export async function deliver(
  source: Source | Unread,
  { pool, flags, structures, onStart, onProgress }: DeliverOptions,
): Promise<Delivered | Undelivered | 'stopped'> {
  if ('error' in source) return { kind: 'failed', source, message: source.error.message, seconds: 0 };
  let made = nothing();
  const outcome = await pool.run(
    {
      kind: 'generate',
      input: source.input,
      largestFragment: flags.largestFragment ?? false,
      options: optionsOf(flags, structures),
      logLikelihood: flags.logLikelihood ?? false,
      trajectories: flags.trajectory !== undefined,
      timeLimit: flags.timeLimit,
    },
    {
      onStart: () => {
        made = nothing();
        onStart(source.label);
      },
      onEvent: (event) => {
        if (event.kind === 'generation') {
          made.events.push(event.event);
          if (event.event.kind === 'drawn') onProgress(event.event);
        } else if (event.kind === 'result') made.result = event.result;
        else if (event.kind === 'log-likelihood') made.logLikelihoods.push(event);
        else if (event.kind === 'trajectory') made.trajectories.push(event.records);
        else made.isCutShort = true;
      },
    },
  );
  if (outcome.kind === 'stopped') return outcome.kind;
  const failed = (message: string, code?: string): Undelivered => ({
    kind: 'failed',
    source,
    message,
    seconds: outcome.seconds,
    ...(code !== undefined && { code }),
  });
  if (outcome.kind === 'failed') return failed(outcome.failure.message, outcome.failure.code);
  if (outcome.kind === 'crashed') return failed(crashMessage(outcome), 'crashed');
  if (outcome.kind === 'overran') {
    made.isCutShort = true;
    made.result ??= await resultOf(made.events, timeLimitReached(flags.timeLimit));
  }
  const { result, logLikelihoods, trajectories, isCutShort } = made;
  if (!result || result.conformers.length === 0) {
    const reason = isCutShort
      ? `${timeLimitReached(flags.timeLimit)} before one was finished; --time-limit sets another`
      : (result?.report.reason ?? 'none was drawn');
    return failed(`no conformer: ${reason}`, isCutShort ? 'time-limit' : undefined);
  }
  return { kind: 'conformers', source, result, logLikelihoods, trajectories, isCutShort, seconds: outcome.seconds };
}

function nothing() {
  return {
    events: [] as GenerationEvent[],
    result: undefined as GenerationResult | undefined,
    logLikelihoods: [] as { readonly logLikelihood: number; readonly method: string }[],
    trajectories: [] as (readonly ConformerRecord[])[],
    isCutShort: false,
  };
}

/** What the candidates that were finished give; none where the molecule was not even prepared. */
async function resultOf(events: readonly GenerationEvent[], ended: string): Promise<GenerationResult | undefined> {
  if (events.length === 0) return undefined;
  // Seldom needed, and not quick to load.
  const { collectEvents } = await import('../../generation/finish.js');
  const collector = collectEvents();
  events.forEach(collector.observe);
  return collector.finish(ended);
}
