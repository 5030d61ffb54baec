/** A progress bar on a terminal, and nothing anywhere else. */
import { Presets, SingleBar } from 'cli-progress';
import { printable } from '../files/printable.js';

export function progressBar({ enabled }: { readonly enabled: boolean }) {
  const visible = enabled && process.stderr.isTTY === true;
  let bar: SingleBar | undefined;
  let label = '';
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    start(name: string) {
      stop();
      const text = printable(name);
      label = text.length > 32 ? `${text.slice(0, 31)}…` : text;
    },
    update({ made, planned }: { readonly made: number; readonly planned: number }) {
      if (!visible) return;
      if (!bar) {
        bar = new SingleBar(
          {
            format: '{label} {bar} {value}/{total} draws, {eta_formatted} left',
            stream: process.stderr,
            clearOnComplete: true,
            hideCursor: true,
            barsize: 24,
          },
          Presets.shades_classic,
        );
        bar.start(1, 0, { label });
      }
      bar.setTotal(Math.max(made, planned));
      bar.update(made);
    },
    /** Writes beside the bar, which comes back with the next progress. */
    aside(write: () => void) {
      stop();
      write();
    },
    stop,
  };
}
