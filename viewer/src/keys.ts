/** Keyboard shortcuts of the page. Those of one character can be turned off, for speech input types them (WCAG 2.1.4). */
import { byId, h } from './dom.js';
import type { Measuring } from './panels/measure.js';
import { arrange, ARRANGEMENTS, STYLES } from './panels/view.js';
import type { Player } from './player.js';
import { remember, remembered } from './remembered.js';
import type { Session } from './session.js';
import type { LabelKind, Store } from './store.js';
import type { Scene } from './view/scene.js';

const KEY = 'molflow-character-keys';

export function connectKeys({
  store,
  session,
  player,
  measuring,
  scene,
  fit,
  open,
  draw,
  stop,
}: {
  readonly store: Store;
  readonly session: Session;
  readonly player: Player;
  readonly measuring: Measuring;
  readonly scene: Scene | undefined;
  readonly fit: () => void;
  readonly open: () => void;
  /** Opens the sketcher. */
  readonly draw: () => void;
  /** Ends a run; false where there is none. */
  readonly stop: () => boolean;
}): void {
  const dialog = byId<HTMLDialogElement>('keys');
  const timeline = (): number => session.shown(store.get().entry)?.timeline.length ?? 0;
  const conformer = (direction: number): void => {
    const { entry, active, order } = store.get();
    const count = session.shown(entry)?.conformers.length ?? 0;
    if (count === 0) return;
    // In the order of the table.
    const listed = order.length === count ? order : Array.from({ length: count }, (_, index) => index);
    store.set({ active: listed[(listed.indexOf(active) + direction + count) % count] });
  };
  const labels: readonly LabelKind[] = ['none', 'element', 'number'];
  const next = <T>(list: readonly T[], now: T): T => list[(list.indexOf(now) + 1) % list.length];

  const actions: readonly { keys: readonly string[]; shown: string; does: string; run: () => void }[] = [
    { keys: [' ', 'k'], shown: 'Space', does: 'Play or pause', run: () => player.toggle() },
    { keys: ['ArrowLeft', ','], shown: '←', does: 'Frame before', run: () => player.step(-1) },
    { keys: ['ArrowRight', '.'], shown: '→', does: 'Next frame', run: () => player.step(1) },
    { keys: ['Home'], shown: 'Home', does: 'To the noise, t = 0', run: () => player.seek(0) },
    { keys: ['End'], shown: 'End', does: 'To the molecule', run: () => player.seek(timeline()) },
    { keys: ['['], shown: '[', does: 'Slower', run: () => player.faster(-1) },
    { keys: [']'], shown: ']', does: 'Faster', run: () => player.faster(1) },
    { keys: ['l'], shown: 'L', does: 'Loop', run: () => store.set({ loop: !store.get().loop }) },
    { keys: ['PageUp', 'p'], shown: 'P', does: 'Conformer before', run: () => conformer(-1) },
    { keys: ['PageDown', 'n'], shown: 'N', does: 'Next conformer', run: () => conformer(1) },
    ...STYLES.map(({ value, text }, index) => ({
      keys: [String(index + 1)],
      shown: String(index + 1),
      does: text,
      run: () => store.set({ style: value }),
    })),
    {
      keys: ['a'],
      shown: 'A',
      does: 'One, overlaid, side by side',
      run: () =>
        arrange(
          store,
          next(
            ARRANGEMENTS.map(({ value }) => value),
            store.get().arrangement,
          ),
        ),
    },
    {
      keys: ['c'],
      shown: 'C',
      does: 'Colour by element or conformer',
      run: () => store.set({ colour: store.get().colour === 'element' ? 'conformer' : 'element' }),
    },
    { keys: ['h'], shown: 'H', does: 'Hydrogens', run: () => store.set({ hydrogens: !store.get().hydrogens }) },
    { keys: ['t'], shown: 'T', does: 'Labels', run: () => store.set({ labels: next(labels, store.get().labels) }) },
    { keys: ['s'], shown: 'S', does: 'Stereo marks', run: () => store.set({ stereo: !store.get().stereo }) },
    { keys: ['m'], shown: 'M', does: 'Measure by clicking', run: () => measuring.toggle() },
    { keys: ['f'], shown: 'F', does: 'Fit the view', run: fit },
    { keys: ['o'], shown: 'O', does: 'Open a file', run: open },
    { keys: ['d'], shown: 'D', does: 'Draw a molecule', run: draw },
    { keys: [], shown: 'Esc', does: 'Stop measuring; stop making conformers', run: () => undefined },
    { keys: ['?'], shown: '?', does: 'This list', run: () => dialog.showModal() },
  ];
  byId('key-list').append(
    ...actions.flatMap(({ shown, does }) => [h('dt', {}, h('kbd', {}, shown)), h('dd', {}, does)]),
  );

  const characters = byId<HTMLInputElement>('character-keys');
  characters.checked = remembered(KEY) !== 'off';
  characters.addEventListener('change', () => remember(KEY, characters.checked ? undefined : 'off'));

  addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (document.querySelector('dialog[open]')) return;
    const target = event.target instanceof HTMLElement ? event.target : document.body;
    const typing = target.matches('input[type=text], input[type=number], select, textarea');
    if (event.key === 'Escape') {
      if (!store.get().measuring && stop()) return;
      store.set({ measuring: false, picked: [] });
      return;
    }
    if (typing) return;
    if (target.id === 'canvas' && scene && turn(event.key, scene)) {
      event.preventDefault();
      return;
    }
    // Space and Enter press the button in focus; arrows choose in a radio group.
    const onControl = target.matches('button, summary, a, input');
    if (onControl && (event.key === ' ' || event.key.startsWith('Arrow'))) {
      if (event.key === ' ' || target.matches('input[type=radio]')) return;
    }
    if (event.key === 'Enter' && !target.matches('button, summary, a')) {
      measuring.finish();
      return;
    }
    if (event.key.length === 1 && event.key !== ' ' && !characters.checked) return;
    const action = actions.find(({ keys }) =>
      keys.includes(event.key.length === 1 ? event.key.toLowerCase() : event.key),
    );
    if (!action) return;
    event.preventDefault();
    action.run();
  });
}

function turn(key: string, scene: Scene): boolean {
  switch (key) {
    case 'ArrowLeft':
      scene.rotate('y', -8);
      return true;
    case 'ArrowRight':
      scene.rotate('y', 8);
      return true;
    case 'ArrowUp':
      scene.rotate('x', -8);
      return true;
    case 'ArrowDown':
      scene.rotate('x', 8);
      return true;
    case '+':
    case '=':
      scene.zoom(1.15);
      return true;
    case '-':
      scene.zoom(1 / 1.15);
      return true;
    default:
      return false;
  }
}
