/** The worker's side: a process that opens what it needs once, and works on one task after another. */
import { Worker } from 'node:worker_threads';
import { crashReason } from './crash-reason.js';
import type { Message, Request } from './messages.js';
import { secondsUsed, usageNow } from './usage.node.js';

export interface TaskContext<Event> {
  /** Sends a part of the result, plain data. What was sent outlives the worker. */
  readonly emit: (event: Event) => void;
  /** Whether the time of this task is used up: then it should end with what it has, before it is ended. */
  readonly isOverdue: () => boolean;
}

export interface ServeOptions<Setup, Opened, Task, Event> {
  /** @throws Error where it cannot be opened; the message reaches the user. */
  readonly open: (setup: Setup) => Promise<Opened>;
  /** @throws Error where the task is at fault. Values that are no Error, and those of crash-reason.ts, end the worker. */
  readonly run: (opened: Opened, task: Task, context: TaskContext<Event>) => Promise<void>;
}

/** Makes this process a worker; to be called once, by the file that startChild is given. */
export async function serveTasks<Setup, Opened, Task, Event>({
  open,
  run,
}: ServeOptions<Setup, Opened, Task, Event>): Promise<void> {
  // A terminal sends Ctrl-C to every process of the command; the supervisor decides what becomes of this one.
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  new Worker(new URL('./meter.node.js', import.meta.url)).on('error', () => {}).unref();
  const send = (message: Message<Event>): void => {
    if (!process.send)
      throw new Error('a worker process answers the process that started it with startChild, and there is none');
    process.send(message);
  };

  let opened: Opened;
  try {
    const [, , setup] = process.argv;
    if (setup === undefined) throw new Error('a worker process takes its setup as JSON, as startChild gives it');
    opened = await open(JSON.parse(setup) as Setup);
  } catch (error) {
    send({ kind: 'unusable', message: error instanceof Error ? error.message : String(error) });
    return;
  }
  process.on('message', ({ task, seconds }: Request<Task>) => void work(task, seconds));
  send({ kind: 'ready', usage: usageNow() });

  async function work(task: Task, seconds: number): Promise<void> {
    const end = secondsUsed() + seconds;
    try {
      await run(opened, task, {
        emit: (event) => send({ kind: 'event', event }),
        isOverdue: () => secondsUsed() > end,
      });
      send({ kind: 'finished', usage: usageNow() });
    } catch (error) {
      const reason = crashReason(error);
      if (reason !== undefined) return send({ kind: 'crashed', reason });
      const { message, code } = error as Error & { readonly code?: unknown };
      const failure = { message, ...(typeof code === 'string' && { code }) };
      send({ kind: 'failed', failure, usage: usageNow() });
    }
  }
}
