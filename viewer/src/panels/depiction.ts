/** The two-dimensional drawing of the chosen conformer's molecule; whoever folds it away finds it folded the next time. */
import type { Analysis } from '../analysis/client.js';
import type { Results } from '../analysis/results.js';
import { smilesOf } from '../analysis/smiles-of.js';
import { lastFrame } from '../data/trajectory.js';
import { byId, h, onNextFrame, svg } from '../dom.js';
import { remember, remembered } from '../remembered.js';
import type { Session } from '../session.js';
import type { Store } from '../store.js';
import { elementColour, type Theme } from '../view/palette.js';

const KEY = 'molflow-2d';
const LARGEST_ELEMENT = 118;

export function connectDepiction({
  store,
  session,
  results,
  analysis,
  theme,
  onPick,
}: {
  readonly store: Store;
  readonly session: Session;
  readonly results: Results;
  readonly analysis: Analysis;
  readonly theme: { current(): Theme; onChange(listener: () => void): void };
  /** An atom was clicked. */
  readonly onPick: (atom: number) => void;
}): void {
  const panel = byId<HTMLDetailsElement>('depiction-panel');
  const picture = h('img', { id: 'depiction', alt: '' });
  // Atoms by pointer; by keyboard they are given by their numbers, in “Measurements”.
  const atoms = svg('svg', { id: 'depiction-atoms', 'aria-hidden': 'true' });
  panel.append(h('div', { id: 'depiction-frame' }, picture, atoms));
  panel.open = remembered(KEY) !== 'folded';
  /** What is drawn, or being drawn. */
  let drawn = '';

  async function draw(): Promise<void> {
    const shown = session.shown(store.get().entry);
    const smiles = shown && smilesOf(shown, { results, active: store.get().active });
    if (!shown || smiles === undefined || !panel.open) {
      panel.hidden = smiles === undefined;
      drawn = '';
      return;
    }
    const key = `${theme.current()} ${smiles}`;
    if (key === drawn) return;
    drawn = key;
    const palette = theme.current() === 'dark' ? darkPalette() : undefined;
    // What RDKit cannot draw is shown in three dimensions alone.
    const { entry } = shown;
    const { coordinates } = lastFrame(entry.conformers[Math.min(store.get().active, entry.conformers.length - 1)]);
    const structure = { ...entry.structure, molblock: undefined, coordinates };
    const drawing = await analysis.ask('depiction', { smiles, structure, palette }).catch(() => undefined);
    if (drawn !== key) return;
    panel.hidden = drawing === undefined;
    if (drawing === undefined) return;
    picture.alt = `Two-dimensional drawing of ${shown.entry.structure.name || 'the molecule'}: ${smiles}`;
    picture.src = `data:image/svg+xml,${encodeURIComponent(drawing.svg)}`;
    atoms.setAttribute('viewBox', `0 0 ${drawing.width} ${drawing.height}`);
    atoms.replaceChildren(
      ...drawing.atoms.map(({ atom, x, y }) =>
        svg('circle', {
          cx: x,
          cy: y,
          r: 8,
          'data-atom': atom,
          onpointerenter: () => store.set({ pointed: atom }),
          onpointerleave: () => store.set({ pointed: -1 }),
          onclick: () => onPick(atom),
        }),
      ),
    );
    mark();
  }

  function mark(): void {
    const { pointed, marked, picked } = store.get();
    const chosen = new Set([...marked, ...picked]);
    for (const circle of atoms.querySelectorAll<SVGElement>('[data-atom]')) {
      const atom = Number(circle.dataset['atom']);
      circle.classList.toggle('pointed', atom === pointed);
      circle.classList.toggle('chosen', chosen.has(atom));
    }
  }
  store.watch(['pointed', 'marked', 'picked'], mark);

  panel.addEventListener('toggle', () => {
    remember(KEY, panel.open ? undefined : 'folded');
    void draw();
  });
  const plan = onNextFrame(() => void draw());
  store.watch(['entry', 'active'], plan);
  session.onChange(plan);
  results.onChange(plan);
  theme.onChange(plan);
}

/** The colours of the atoms in the picture, as shares of red, green and blue. */
function darkPalette(): Record<number, readonly number[]> {
  return Object.fromEntries(
    Array.from({ length: LARGEST_ELEMENT }, (_, k) => {
      const colour = Number.parseInt(elementColour(k + 1, 'dark').slice(1), 16);
      return [k + 1, [colour >> 16, (colour >> 8) & 255, colour & 255].map((part) => part / 255)];
    }),
  );
}
