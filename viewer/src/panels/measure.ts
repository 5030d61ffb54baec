/** The panel of measurements, and what a click on an atom does. */
import { byId, h } from '../dom.js';
import { atomName, atomsOfText, measurementKind, measurementText } from '../measure.js';
import { tell, tellProblem } from '../messages.js';
import type { Session } from '../session.js';
import type { Store } from '../store.js';
import { poseOf } from '../view/show.js';

export interface Measuring {
  /** An atom of the chosen conformer was clicked. */
  pick(atom: number): void;
  toggle(): void;
  /** Ends the measurement with the atoms picked so far. */
  finish(): void;
}

export function connectMeasurePanel({
  store,
  session,
}: {
  readonly store: Store;
  readonly session: Session;
}): Measuring {
  const panel = byId('measure-panel');
  const hint = byId('measure-hint');
  const toggleButton = h(
    'button',
    {
      type: 'button',
      id: 'measure',
      'aria-pressed': 'false',
      title: 'Measure by clicking atoms (M)',
      onclick: () => toggle(),
    },
    'Click atoms',
  );
  const clear = h(
    'button',
    { type: 'button', id: 'measure-clear', onclick: () => store.set({ measurements: [], picked: [] }) },
    'Clear',
  );
  const text = h('input', {
    type: 'text',
    id: 'measure-atoms',
    placeholder: 'or type them: 1 2 5',
    spellcheck: 'false',
  });
  const form = h(
    'form',
    { class: 'row', onsubmit: submit },
    h('label', { for: 'measure-atoms', class: 'unseen' }, 'Numbers of two, three or four atoms'),
    text,
    h('button', {}, 'Measure'),
  );
  const list = h('ul', { id: 'measure-list', 'aria-live': 'polite', 'aria-label': 'Measurements' });
  panel.append(
    h('div', { class: 'row' }, toggleButton, clear),
    h(
      'p',
      { class: 'note' },
      'Two atoms: distance. Three: angle. Four: torsion. Click the last atom again, or press Enter, to end with two or three.',
    ),
    form,
    list,
  );

  function submit(event: Event): void {
    event.preventDefault();
    const shown = session.shown(store.get().entry);
    if (!shown) return tell('There is no molecule to measure.');
    try {
      add(atomsOfText(text.value, shown.entry.structure));
      text.value = '';
    } catch (error) {
      tellProblem(error);
    }
  }

  function add(atoms: readonly number[]): void {
    store.set({ measurements: [...store.get().measurements, atoms], picked: [] });
  }

  function toggle(): void {
    store.set({ measuring: !store.get().measuring, picked: [] });
  }

  function finish(): void {
    const { picked } = store.get();
    if (picked.length >= 2) add(picked);
  }

  function pick(atom: number): void {
    const { measuring, picked } = store.get();
    if (!measuring) return;
    if (picked[picked.length - 1] === atom) {
      if (picked.length === 1) store.set({ picked: [] });
      else finish();
    } else if (!picked.includes(atom)) {
      const next = [...picked, atom];
      if (next.length === 4) add(next);
      else store.set({ picked: next });
    }
  }

  function show(): void {
    const state = store.get();
    const shown = session.shown(state.entry);
    list.replaceChildren();
    if (!shown) return;
    const { structure } = shown.entry;
    const { coordinates } = poseOf(state, shown, Math.min(state.active, shown.conformers.length - 1));
    state.measurements.forEach((atoms, index) => {
      const names = atoms.map((atom) => atomName(structure, atom)).join('–');
      const remove = (): void => store.set({ measurements: state.measurements.filter((_, other) => other !== index) });
      list.append(
        h(
          'li',
          {},
          h('span', {}, `${measurementKind(atoms.length)} ${names}`),
          h('strong', {}, measurementText(atoms, coordinates)),
          h('button', { type: 'button', class: 'icon', 'aria-label': `Remove ${names}`, onclick: remove }, '×'),
        ),
      );
    });
  }

  function showPicked(): void {
    const { measuring, picked, entry } = store.get();
    const structure = session.shown(entry)?.entry.structure;
    hint.hidden = !measuring || !structure;
    toggleButton.setAttribute('aria-pressed', String(measuring));
    byId('stage').toggleAttribute('data-measuring', measuring);
    if (!structure) return;
    hint.textContent =
      picked.length === 0
        ? 'Click the first atom'
        : `${picked.map((atom) => atomName(structure, atom)).join('–')} · click the next atom${picked.length > 1 ? ', or Enter to end' : ''}`;
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  store.watch(['measurements', 'active', 'entry'], show);
  // The list is read out when it changes, so it follows a playing trajectory slowly.
  store.watch(['position'], ({ measurements }) => {
    if (measurements.length === 0) return;
    clearTimeout(timer);
    timer = setTimeout(show, 120);
  });
  store.watch(['measuring', 'picked', 'entry'], showPicked);
  store.watch(['entry'], () => store.set({ picked: [], pointed: -1, marked: [], measurements: [] }));
  return { pick, toggle, finish };
}
