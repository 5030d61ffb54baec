/** The bar below the molecule: play, step, slider over flow time, speed, loop. */
import { stageAt } from '../data/timeline.js';
import type { Stage } from '../data/trajectory.js';
import { byId, h } from '../dom.js';
import type { Player } from '../player.js';
import type { Session } from '../session.js';
import type { State, Store } from '../store.js';

const PATHS = {
  play: 'M4 2.5v11l9-5.5z',
  pause: 'M3.5 2.5h3v11h-3zM9.5 2.5h3v11h-3z',
  back: 'M3 2.5h2v11H3zM13 2.5v11L5.5 8z',
  forward: 'M11 2.5h2v11h-2zM3 2.5v11L10.500 8z',
  loop: 'M4 4h6.500V1.500L14.500 5l-4 3.500V6H5.500v3H3.500V4.500zM12 12H5.500v2.500L1.500 11l4-3.500V10h5V7h2v4.500z',
} as const;

function icon(name: keyof typeof PATHS): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', PATHS[name]);
  svg.append(path);
  return svg;
}

export function stageName(stage: Stage): string {
  return stage === 'all' ? '' : stage;
}

export function connectTransport({
  store,
  session,
  player,
}: {
  readonly store: Store;
  readonly session: Session;
  readonly player: Player;
}): void {
  const play = byId<HTMLButtonElement>('play');
  const back = byId<HTMLButtonElement>('back');
  const forward = byId<HTMLButtonElement>('forward');
  const loop = byId<HTMLButtonElement>('loop');
  const time = byId<HTMLInputElement>('time');
  const speed = byId<HTMLSelectElement>('speed');
  const clock = byId('clock');
  const stageNames = byId('stage-names');
  back.append(icon('back'));
  forward.append(icon('forward'));
  loop.append(icon('loop'));

  play.addEventListener('click', () => player.toggle());
  back.addEventListener('click', () => player.step(-1));
  forward.addEventListener('click', () => player.step(1));
  loop.addEventListener('click', () => store.set({ loop: !store.get().loop }));
  speed.addEventListener('change', () => store.set({ speed: Number(speed.value) }));
  time.addEventListener('input', () => {
    store.set({ playing: false });
    player.seek(Number(time.value));
  });
  // By itself a browser moves a continuous slider by a hundredth; here an arrow key moves it by a frame.
  time.addEventListener('keydown', (event) => {
    const direction = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    player.step(direction as 1 | -1);
  });

  function showTimeline(): void {
    const shown = session.shown(store.get().entry);
    const length = shown?.timeline.length ?? 0;
    for (const control of [play, back, forward, loop, time, speed]) control.disabled = length === 0;
    time.max = String(length || 1);
    stageNames.replaceChildren();
    const stages = shown?.timeline.stages ?? [];
    if (length > 0 && stages.length > 1) {
      for (const { stage, start } of stages) {
        const span = h('span', {}, stageName(stage));
        span.style.left = `${(100 * start) / length}%`;
        span.style.width = `${(100 * Math.min(1, length - start)) / length}%`;
        stageNames.append(span);
      }
    }
    showTime(store.get());
  }

  function showTime(state: State): void {
    const shown = session.shown(state.entry);
    time.value = String(state.position);
    if (!shown || shown.timeline.length === 0) {
      clock.textContent = shown ? 'one frame' : '';
      time.setAttribute('aria-valuetext', clock.textContent);
      return;
    }
    const { stage, t } = stageAt(shown.timeline, state.position);
    clock.textContent = `t = ${t.toFixed(2)}${stage === 'all' ? '' : ` · ${stageName(stage)}`}`;
    time.setAttribute('aria-valuetext', clock.textContent);
  }

  function showPlaying({ playing }: State): void {
    play.replaceChildren(icon(playing ? 'pause' : 'play'));
    play.setAttribute('aria-label', playing ? 'Pause' : 'Play');
  }

  store.watch(['entry'], showTimeline);
  store.watch(['position'], showTime);
  store.watch(['playing'], showPlaying);
  store.watch(['loop'], (state) => loop.setAttribute('aria-pressed', String(state.loop)));
  store.watch(['speed'], (state) => (speed.value = String(state.speed)));
  session.onChange((index) => index === store.get().entry && showTimeline());
  showTimeline();
  showPlaying(store.get());
}
