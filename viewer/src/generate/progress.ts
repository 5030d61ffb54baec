/** How far a run is: preparing, conformers finished, time left; and the button that stops it. */
import type { GenerationEvent } from '../../../src/generation/events.js';
import { byId } from '../dom.js';

/** Share of the skeletons in the work of a batch. */
const SKELETON_SHARE = 0.8;
/** The time left is shown once this share of the work is done. */
const LEAST_KNOWN = 0.08;

export interface Progress {
  begin(name: string): void;
  observe(
    event: GenerationEvent,
    run: { readonly count: number; readonly finished: number; readonly begun: number },
  ): void;
  end(): void;
}

export function connectProgress({ onStop }: { readonly onStop: () => void }): Progress {
  const host = byId('run-state');
  const text = byId('run-text');
  const bar = byId<HTMLProgressElement>('run-progress');
  byId('stop').addEventListener('click', onStop);
  let [made, planned, inBatch] = [0, 0, 0];
  /** Which of several stereoisomers is made, in words. */
  let isomer = '';
  /** Start of the first draw: loading and preparing are not part of the pace. */
  let drawing: number | undefined;

  return {
    begin(name) {
      [made, planned, inBatch] = [0, 0, 0];
      drawing = undefined;
      isomer = '';
      host.hidden = false;
      text.textContent = `Preparing ${name} …`;
      bar.removeAttribute('value');
    },
    observe(event, { count, finished }) {
      switch (event.kind) {
        case 'prepared':
          [made, planned, inBatch] = [0, event.planned, 0];
          drawing = undefined;
          isomer = event.isomer ? `Stereoisomer ${event.isomer.number}: ` : '';
          break;
        case 'frame':
          drawing ??= performance.now();
          inBatch =
            event.slots.length *
            (event.stage === 'skeleton'
              ? SKELETON_SHARE * event.time
              : SKELETON_SHARE + (1 - SKELETON_SHARE) * event.time);
          break;
        case 'drawn':
          [made, planned, inBatch] = [event.made, Math.max(event.planned, event.made), 0];
          break;
        default:
      }
      const share = planned > 0 ? Math.min(1, (made + inBatch) / planned) : 0;
      if (drawing === undefined) return;
      const seconds = (performance.now() - drawing) / 1000;
      const left = share > LEAST_KNOWN && share < 1 ? (seconds * (1 - share)) / share : undefined;
      // More conformers are drawn than asked for, because some are duplicates.
      const words = `${isomer}${Math.min(finished, count)} of ${count}${left === undefined ? '' : ` · about ${duration(left)} left`}`;
      if (text.textContent !== words) text.textContent = words;
      bar.value = share;
    },
    end() {
      host.hidden = true;
    },
  };
}

function duration(seconds: number): string {
  return seconds < 99 ? `${Math.max(1, Math.round(seconds))} s` : `${Math.round(seconds / 60)} min`;
}
