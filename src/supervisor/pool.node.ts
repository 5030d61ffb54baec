/** Keeps worker processes, holds their limits from outside, and replaces those that break them. */
import { setMaxListeners } from 'node:events';
import { startChild, type Child, type ChildOptions } from './child.node.js';
import type { Failure } from './messages.js';
import { orAborted } from './or-aborted.js';

export interface Limits {
  /** Processor time of a task, s; 0 for none. */
  readonly seconds: number;
  /** Memory of a worker process, MB; 0 for none. */
  readonly megabytes: number;
}

export interface PoolOptions extends ChildOptions {
  /** Processes, each started when it is needed; the first at once. */
  readonly workers?: number;
  readonly limits: Limits;
  /** Wall time of a task as a multiple of its processor time: a backstop for a worker that waits instead of working. */
  readonly wallFactor?: number;
}

/** What became of a task, and the processor time that all tries took, s. */
export type Outcome = Ending & { readonly seconds: number };

type Ending =
  | { readonly kind: 'finished' }
  /** The task is at fault. */
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** Ended by the supervisor; the events sent until then were delivered. */
  | { readonly kind: 'overran' }
  /** It brought down a worker, and another one in a second try. */
  | { readonly kind: 'crashed'; readonly reason: string }
  /** The pool was closed. */
  | { readonly kind: 'stopped' };

export interface RunOptions<Event> {
  /** Called before each try: what the one before sent is void. */
  readonly onStart?: () => void;
  readonly onEvent: (event: Event) => void;
}

export interface WorkerPool<Task, Event> {
  /** Also resolves where the pool is closed before. @rejects Error where the first worker cannot be opened. */
  readonly ready: Promise<void>;
  /** Waits for a free worker. @rejects Error where none can be opened. */
  run(task: Task, options: RunOptions<Event>): Promise<Outcome>;
  /** Ends all workers at once, whatever they do. */
  close(): void;
}

/** Tries of a task that brings its worker down. */
const TRIES = 2;
/** Processor time that a task has for ending by itself with what it made, s. */
const GRACE = 0.4;
/** A worker that holds more than this part of its memory after a task is replaced before the next. */
const FULL = 0.6;
/** Of setTimeout, ms: some 25 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

export function createWorkerPool<Task, Event>({
  workers = 1,
  limits,
  wallFactor = 3,
  ...options
}: PoolOptions): WorkerPool<Task, Event> {
  type Slot = { child?: Child<Task, Event> | undefined; last?: Promise<unknown> };
  const slots: Slot[] = Array.from({ length: workers }, () => ({}));
  const free = [...slots];
  const queue: ((slot: Slot) => void)[] = [];
  const closing = new AbortController();
  const { signal } = closing;
  setMaxListeners(0, signal);

  const open = (slot: Slot) => (slot.child ??= startChild<Task, Event>(options));
  const drop = (slot: Slot) => {
    slot.child?.kill();
    slot.child = undefined;
  };
  const seconds = limits.seconds || Infinity;
  const megabytes = limits.megabytes || Infinity;

  async function acquire(): Promise<Slot> {
    return free.shift() ?? new Promise((resolve) => queue.push(resolve));
  }
  function release(slot: Slot): void {
    if (slot.child && slot.child.usage().megabytes > FULL * megabytes) drop(slot);
    const next = queue.shift();
    if (next) next(slot);
    else free.unshift(slot);
  }

  async function run(task: Task, { onStart = () => {}, onEvent }: RunOptions<Event>): Promise<Outcome> {
    const slot = await orAborted(acquire(), signal);
    if (slot === 'aborted' || signal.aborted) return { kind: 'stopped', seconds: 0 };
    let used = 0;
    try {
      let ending: Ending = { kind: 'stopped' };
      for (let tried = 0; tried < TRIES; tried++) {
        const child = open(slot);
        if ((await orAborted(child.ready, signal)) === 'aborted') break;
        onStart();
        const before = child.usage().seconds;
        ending = await attempt(child, task, seconds - used, onEvent);
        used += child.usage().seconds - before;
        if (signal.aborted) ending = { kind: 'stopped' };
        if (child.isGone() || ending.kind === 'crashed') drop(slot);
        if (ending.kind !== 'crashed' || used >= seconds) break;
      }
      return { ...ending, seconds: used };
    } catch (error) {
      drop(slot);
      throw error;
    } finally {
      release(slot);
    }
  }

  /** One try in one worker, held to the limits. */
  async function attempt(
    child: Child<Task, Event>,
    task: Task,
    allowed: number,
    onEvent: (event: Event) => void,
  ): Promise<Ending> {
    const before = child.usage().seconds;
    let broken: Ending | undefined;
    const breakOff = (ending: Ending) => {
      broken ??= ending;
      child.kill();
    };
    const ignore = child.onUsage((usage) => {
      if (usage.seconds - before > allowed + GRACE) breakOff({ kind: 'overran' });
      if (usage.megabytes > megabytes)
        breakOff({ kind: 'crashed', reason: `it needs more memory than the limit of ${megabytes} MB` });
    });
    const wall = 1000 * wallFactor * allowed;
    const backstop = wall <= LONGEST_TIMER ? setTimeout(() => breakOff({ kind: 'overran' }), wall) : undefined;
    try {
      const end = await child.run({ task, seconds: allowed }, onEvent);
      return end.kind === 'crashed' ? (broken ?? end) : end;
    } finally {
      clearTimeout(backstop);
      ignore();
    }
  }

  const [first] = slots;
  if (!first) throw new RangeError('a pool has at least one worker, and none was asked for');
  const ready = orAborted(open(first).ready, signal).then(() => {});
  ready.catch(() => {});
  return {
    ready,
    run,
    close() {
      closing.abort();
      slots.forEach(drop);
    },
  };
}
