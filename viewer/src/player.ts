/** Moves the position along the timeline while playing. */
import { stopBeside } from './data/timeline.js';
import type { Session } from './session.js';
import type { Store } from './store.js';

/** Units of flow time a second at normal speed. */
export const FLOW_TIME_A_SECOND = 0.3;
/** How long a looping trajectory rests on its last frame, in seconds. */
const HOLD = 1.2;

export const SPEEDS = [0.25, 0.5, 1, 2, 4] as const;

export interface Player {
  toggle(): void;
  step(direction: 1 | -1): void;
  seek(position: number): void;
  faster(direction: 1 | -1): void;
}

export function createPlayer({ store, session }: { readonly store: Store; readonly session: Session }): Player {
  let before: number | undefined;
  let held = 0;

  function length(): number {
    return session.shown(store.get().entry)?.timeline.length ?? 0;
  }

  function tick(now: number): void {
    const { playing, position, speed, loop } = store.get();
    if (!playing) {
      before = undefined;
      return;
    }
    const seconds = before === undefined ? 0 : Math.min(0.1, (now - before) / 1000);
    before = now;
    const end = length();
    if (position < end) {
      held = 0;
      store.set({ position: Math.min(end, position + seconds * FLOW_TIME_A_SECOND * speed) });
    } else if (!loop) {
      store.set({ playing: false });
    } else {
      held += seconds;
      if (held > HOLD) {
        held = 0;
        store.set({ position: 0 });
      }
    }
    requestAnimationFrame(tick);
  }

  store.watch(['playing'], ({ playing }) => playing && requestAnimationFrame(tick));

  return {
    toggle() {
      const { playing, position } = store.get();
      if (length() === 0) return;
      store.set({ playing: !playing, position: !playing && position >= length() ? 0 : position });
    },
    step(direction) {
      const shown = session.shown(store.get().entry);
      if (!shown) return;
      store.set({ playing: false, position: stopBeside(shown.timeline, store.get().position, direction) });
    },
    seek: (position) => store.set({ position: Math.max(0, Math.min(length(), position)) }),
    faster(direction) {
      const at = SPEEDS.indexOf(store.get().speed as (typeof SPEEDS)[number]);
      store.set({ speed: SPEEDS[Math.max(0, Math.min(SPEEDS.length - 1, at + direction))] });
    },
  };
}
