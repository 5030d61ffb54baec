/** How a command takes part in its end by Ctrl-C or SIGTERM (guard.ts): it is told, stops, and says what it keeps. */
import { EXIT } from './exit-codes.js';
import { INTERRUPT, type Kept } from './guard.js';

/** From the interruption to the end, however far the command has come, ms: before the guard ends it by force. */
const GRACE_MS = 1200;
/** Between two words to the guard, which says them where this process cannot any more, ms. */
const TELL_MS = 500;

const NOTHING = 'nothing was written';

const abort = new AbortController();
let kept: (() => string) | undefined;

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

/** Ends the process; its guard says what is kept. */
export function endInterrupted(): void {
  tell(() => process.exit(EXIT.interrupted));
}

/** Takes interruptions from the process that guards this one. */
export function takeInterruptions(): void {
  // A terminal sends Ctrl-C to this process too; its guard decides.
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => {});
  process.on('message', (message) => {
    if (message !== INTERRUPT) return;
    abort.abort();
    if (kept) setTimeout(endInterrupted, GRACE_MS);
    else endInterrupted();
  });
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
  // To listen is no reason to go on.
  process.channel?.unref();
  setInterval(() => tell(), TELL_MS).unref();
}

function tell(then: () => void = () => {}): void {
  if (process.connected) process.send?.({ kept: kept?.() ?? NOTHING } satisfies Kept, then);
  else then();
}
