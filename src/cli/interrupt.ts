/** What Ctrl-C and SIGTERM do: the first ends the command in good order, a second one at once. */
import { EXIT } from './exit-codes.js';

/** Time for ending in good order, ms. */
const GRACE_MS = 1500;

export interface Interrupt {
  /** Aborts with the first signal. */
  readonly signal: AbortSignal;
  /** Signals do again what they did before. */
  release(): void;
}

/** From here on a signal aborts `signal`; the process ends with code 130 when the grace is over, whatever it waits for. */
export function onInterrupt({ grace = GRACE_MS }: { readonly grace?: number } = {}): Interrupt {
  const abort = new AbortController();
  const end = () => process.exit(EXIT.interrupted);
  let deadline: NodeJS.Timeout | undefined;
  const interrupt = () => {
    if (abort.signal.aborted) end();
    abort.abort();
    deadline = setTimeout(end, grace);
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  for (const name of signals) process.on(name, interrupt);
  return {
    signal: abort.signal,
    release() {
      clearTimeout(deadline);
      for (const name of signals) process.removeListener(name, interrupt);
    },
  };
}
