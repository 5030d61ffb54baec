/** One worker process as its supervisor sees it. */
import { fork, type ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Failure, Message, Request, Usage } from './messages.js';
import { METER_FILE } from './usage.node.js';

export interface ChildOptions {
  /** A module that calls serveTasks. */
  readonly entry: URL;
  /** Plain data that its `open` gets. */
  readonly setup: unknown;
}

/** How a task came to its end in one worker. */
export type TaskEnd =
  | { readonly kind: 'finished' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  /** The process is damaged, or gone. */
  | { readonly kind: 'crashed'; readonly reason: string };

export interface Child<Task, Event> {
  /** @rejects Error where it cannot be opened. */
  readonly ready: Promise<void>;
  /** The last that is known. */
  usage(): Usage;
  /** One task at a time. Events come before the end, those too that a process sent before it was killed. */
  run(request: Request<Task>, onEvent: (event: Event) => void): Promise<TaskEnd>;
  /** Calls back whenever more is known of its usage, until the function returned is called. */
  onUsage(listener: (usage: Usage) => void): () => void;
  kill(): void;
  /** Whether it was killed or has ended. */
  isGone(): boolean;
}

/** None may outlive the command, however that ends. */
const living = new Set<ChildProcess>();
process.on('exit', () => living.forEach((child) => child.kill('SIGKILL')));

export function startChild<Task, Event>({ entry, setup }: ChildOptions): Child<Task, Event> {
  // Serialised as the structured clone, so that typed arrays arrive as such.
  const child = fork(entry, [JSON.stringify(setup)], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'ipc'],
  });
  living.add(child);
  let usage: Usage = { seconds: 0, megabytes: 0 };
  let said = '';
  let finish: ((end: TaskEnd) => void) | undefined;
  let take: (event: Event) => void = () => {};
  const listeners = new Set<(usage: Usage) => void>();

  const ended = new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    const exit = new Promise<string>((gone) =>
      child.on('exit', (code, signal) => gone(signal ? `signal ${signal}` : `exit code ${code}`)),
    );
    // What it sent last is read before the channel closes.
    const closed = new Promise<void>((gone) => child.on('disconnect', gone));
    void Promise.all([exit, closed]).then(([how]) => resolve(how));
  });
  child.stderr?.on('data', (text: Buffer) => (said = `${said}${text.toString()}`.slice(-2000)));
  const meter = child.stdio[METER_FILE] as Readable;
  meter.on('error', () => {});
  meter.on('data', (lines: Buffer) => {
    const [, seconds, megabytes] = /(\S+) (\S+)\n$/.exec(lines.toString()) ?? [];
    // Without its end the line is the next one's beginning.
    if (seconds !== undefined) told({ seconds: Number(seconds), megabytes: Number(megabytes) });
  });
  const told = (next: Usage) => {
    usage = next;
    for (const listener of listeners) listener(usage);
  };
  const end = (how: TaskEnd) => {
    const done = finish;
    finish = undefined;
    done?.(how);
  };

  const ready = new Promise<void>((resolve, reject) => {
    child.on('message', (message) => {
      const known = message as Message<Event>;
      if ('usage' in known) told(known.usage);
      if (known.kind === 'ready') resolve();
      else if (known.kind === 'unusable') reject(new Error(known.message));
      else if (known.kind === 'event') take(known.event);
      else end(known);
    });
    void ended.then((how) => {
      living.delete(child);
      reject(new Error(`the worker process ended as it started (${how}): ${said.trim().split('\n').at(-1) ?? ''}`));
      end({ kind: 'crashed', reason: `the process ended by itself (${how})` });
    });
  });
  ready.catch(() => {});

  return {
    ready,
    usage: () => usage,
    run: (request, onEvent) =>
      new Promise((resolve) => {
        finish = resolve;
        take = onEvent;
        // An error of sending is followed by the end of the process.
        child.send(request, () => {});
      }),
    onUsage(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    kill: () => void child.kill('SIGKILL'),
    isGone: () => child.killed || child.exitCode !== null || child.signalCode !== null,
  };
}
