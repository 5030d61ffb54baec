/** The progress of a run over many molecules, on a terminal: how many, how fast, how many failed, how long it takes yet. */
import { SingleBar } from 'cli-progress';
import { inWords, rateInWords } from './run-time.js';

export interface BatchCounts {
  /** With those of an earlier run that this one goes on with. */
  readonly finished: number;
  readonly failed: number;
  /** Finished by an earlier run. */
  readonly before: number;
}

/** What is said of a batch; `total` undefined where nobody knows. */
export function batchLine({
  finished,
  failed,
  before,
  total,
  seconds,
}: BatchCounts & { readonly total: number | undefined; readonly seconds: number }): string {
  const rate = (finished - before) / seconds;
  return [
    `${finished}${total === undefined ? '' : ` of ${Math.max(total, finished)}`} molecules`,
    ...(rate > 0 ? [rateInWords(rate)] : []),
    `${failed} failed`,
    ...(rate > 0 && total !== undefined ? [`about ${inWords(Math.max(0, total - finished) / rate)} left`] : []),
  ].join(', ');
}

export function batchProgress({
  enabled,
  total,
}: {
  readonly enabled: boolean;
  /** How many molecules there are, as soon as that is known. */
  readonly total?: Promise<number | undefined> | undefined;
}) {
  const visible = enabled && process.stderr.isTTY === true;
  const start = performance.now();
  let known: number | undefined;
  void total?.then(
    (count) => (known = count),
    () => {},
  );
  let bar: SingleBar | undefined;
  return {
    update(counts: BatchCounts) {
      if (!visible) return;
      const { finished } = counts;
      const line = batchLine({ ...counts, total: known, seconds: (performance.now() - start) / 1e3 });
      const most = Math.max(known ?? Infinity, finished, 1);
      if (!bar) {
        bar = new SingleBar({
          format: (_, { progress }, { line }: { line: string }) =>
            `${'█'.repeat(Math.round(24 * progress)).padEnd(24, '░')} ${line}`,
          stream: process.stderr,
          clearOnComplete: true,
          hideCursor: true,
          fps: 4,
        });
        bar.start(most, finished, { line });
      }
      bar.setTotal(most);
      bar.update(finished, { line });
    },
    stop() {
      bar?.stop();
      bar = undefined;
    },
  };
}
