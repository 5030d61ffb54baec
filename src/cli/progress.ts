/** A progress bar on a terminal, and nothing anywhere else. */
import { Presets, SingleBar } from 'cli-progress';

export function progressBar({ enabled }: { readonly enabled: boolean }) {
  const visible = enabled && process.stderr.isTTY === true;
  let bar: SingleBar | undefined;
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  return {
    start(label: string) {
      if (!visible) return;
      stop();
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
      bar.start(1, 0, { label: label.length > 32 ? `${label.slice(0, 31)}…` : label });
    },
    update({ made, planned }: { readonly made: number; readonly planned: number }) {
      bar?.setTotal(Math.max(made, planned));
      bar?.update(made);
    },
    stop,
  };
}
