/** Waits for a promise or for an abort, whichever comes first. */

/**
 * What the promise resolves to, or 'aborted'. A race against one promise of an abort that never comes would keep every
 * result in memory for as long as that promise lives.
 * @rejects what the promise rejects with
 */
export function orAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T | 'aborted'> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = () => resolve('aborted');
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
