/** How a command takes part in its end by Ctrl-C or SIGTERM (guard.ts): it is told, stops, and says what it keeps. */
import { EXIT } from './exit-codes.js';
import { INTERRUPT, type Kept } from './guard.js';
import { printNote } from './print.js';

/** From the interruption to the end, however far the command has come, ms: before the guard ends it by force. */
const GRACE_MS = 1200;
/** Between two words to the guard, which says them where this process cannot any more, ms. */
const TELL_MS = 500;

/** Time for ending in good order, s. */
const WALLTIME_GRACE = 2;
/** Of setTimeout, ms: some 25 days. */
const LONGEST_TIMER = 2 ** 31 - 1;

const NOTHING = 'nothing was written';

const abort = new AbortController();
let kept: (() => string) | undefined;
let isTimeOver = false;

/** Aborts when the command is to end: it stops its work, closes its files, and returns. */
export const interruption: AbortSignal = abort.signal;

/**
 * From now on an interruption waits for the command to end its work by itself; until then it is simply ended.
 * @param what what is kept of the work if it ends now, in words; asked at any time, so it is quick and waits for nothing
 */
export function keeps(what: () => string): void {
  kept = what;
  tell();
}

/** Ends the process; its guard says what is kept, but for a time that is over. */
export function endInterrupted(): void {
  if (isTimeOver) {
    printNote(`molflow: the time of --walltime is over; ${kept?.() ?? NOTHING}`);
    process.exit(EXIT.walltime);
  }
  tell(() => process.exit(EXIT.interrupted));
}

/** Takes interruptions from the process that guards this one. */
export function takeInterruptions(): void {
  // A terminal sends Ctrl-C to this process too; its guard decides.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => {});
  process.on('message', (message) => {
    if (message === INTERRUPT) interrupt();
  });
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // To listen is no reason to go on.
  process.channel?.unref();
  setInterval(() => tell(), TELL_MS).unref();
}

/** Interrupts the command early enough to end in good order before it has run for so many seconds. */
export function interruptBefore(seconds: number): void {
  const last = 1e3 * (seconds - Math.min(WALLTIME_GRACE, seconds / 2));
  setTimeout(
    () => {
      isTimeOver = true;
      interrupt();
    },
    Math.min(LONGEST_TIMER, Math.max(0, last - performance.now())),
  ).unref();
}

function interrupt(): void {
  abort.abort();
  if (kept) setTimeout(endInterrupted, GRACE_MS);
  else endInterrupted();
}

function tell(then: () => void = () => {}): void {
  if (process.connected) process.send?.({ kept: kept?.() ?? NOTHING } satisfies Kept, then);
  else then();
}
