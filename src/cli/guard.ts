/**
 * Keeps a command interruptible, whatever it does: the work is done by a process of its own, and this one only waits,
 * for it and for signals. A first signal asks the work to end in good order; what has not ended after a grace, since it
 * is deep in WebAssembly or waits for a pipe, is ended by force. A second signal ends it at once.
 */
import { fork } from 'node:child_process';
import { EXIT } from './exit-codes.js';
import { printNote, showCursor } from './print.js';

/** From the first signal to the end by force, ms. */
const GRACE_MS = 1500;
/** Holds the number of the process that guards this one. */
const GUARD = 'MOLFLOW_GUARD';

/** To the work. */
export const INTERRUPT = 'interrupt';
/** From the work: what is kept of it if it ends now, in words. */
export interface Kept {
  readonly kept: string;
}

/** Whether this process does the work of another one that guards it. */
export const isGuarded = (): boolean => process.send !== undefined && process.env[GUARD] === String(process.ppid);

/** Runs the command line of this process in another one, and ends as it does. */
export function runGuarded(): void {
  const [, program, ...args] = process.argv;
  if (program === undefined) throw new Error('molflow runs as the program of a process, not within one that has none');
  const work = fork(program, args, { env: { ...process.env, [GUARD]: String(process.pid) } });
  let kept: string | undefined;
  let isInterrupted = false;
  work.on('message', (message) => ({ kept } = message as Kept));
  work.on('error', (error) => {
    printNote(`molflow: no process can be started: ${error.message}`);
    process.exit(EXIT.failure);
  });
  const exited = new Promise<[number | null, string | null]>((resolve) =>
    work.on('exit', (code, signal) => resolve([code, signal])),
  );
  // What it said last is read before the channel closes.
  const closed = new Promise<void>((resolve) => work.on('disconnect', resolve));
  void Promise.all([exited, closed]).then(([[code, signal]]) => {
    if (code !== null && code !== EXIT.interrupted) process.exit(code);
    if (code === null) showCursor();
    const why = isInterrupted ? 'interrupted' : `it was ended by ${signal}, as happens where memory runs out`;
    printNote(`molflow: ${[why, kept].filter(Boolean).join('; ')}`);
    process.exit(isInterrupted ? EXIT.interrupted : EXIT.failure);
  });
  const interrupt = (): void => {
    if (isInterrupted) {
      work.kill('SIGKILL');
      return;
    }
    isInterrupted = true;
    // It may have ended just now.
    if (work.connected) work.send(INTERRUPT, () => {});
    setTimeout(() => work.kill('SIGKILL'), GRACE_MS);
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, interrupt);
}
