/** The panel that says how the molecule is drawn. */
import { byId, h, segmented } from '../dom.js';
import type { Session } from '../session.js';
import type { Arrangement, LabelKind, State, Store } from '../store.js';
import type { DrawStyle } from '../view/scene.js';

export const STYLES: readonly { readonly value: DrawStyle; readonly text: string; readonly title: string }[] = [
  { value: 'ball', text: 'Ball & stick', title: 'Ball and stick (1)' },
  { value: 'stick', text: 'Stick', title: 'Stick (2)' },
  { value: 'sphere', text: 'Sphere', title: 'Spheres of van der Waals radius (3)' },
  { value: 'surface', text: 'Surface', title: 'Van der Waals surface; soft spheres while the atoms move (4)' },
];

export const ARRANGEMENTS: readonly { readonly value: Arrangement; readonly text: string; readonly title: string }[] = [
  { value: 'one', text: 'One', title: 'The chosen conformer alone (A)' },
  { value: 'overlay', text: 'Overlaid', title: 'The ticked conformers, heavy atoms aligned (A)' },
  { value: 'grid', text: 'Side by side', title: 'The ticked conformers beside each other (A)' },
];

const LABELS: readonly { readonly value: LabelKind; readonly text: string }[] = [
  { value: 'none', text: 'None' },
  { value: 'element', text: 'Element' },
  { value: 'number', text: 'Number' },
];

/** An overlay is drawn as sticks without hydrogens unless the user has chosen a style. */
export function arrange(store: Store, arrangement: Arrangement): void {
  const { style, hydrogens, arrangement: before } = store.get();
  const [alone, laid] = [
    { style: 'ball', hydrogens: true },
    { style: 'stick', hydrogens: false },
  ] as const;
  const is = (drawing: { readonly style: DrawStyle; readonly hydrogens: boolean }): boolean =>
    drawing.style === style && drawing.hydrogens === hydrogens;
  store.set({
    arrangement,
    ...(arrangement === 'overlay' && before !== 'overlay' && is(alone) && laid),
    ...(arrangement !== 'overlay' && before === 'overlay' && is(laid) && alone),
  });
}

export function connectViewPanel({ store, session }: { readonly store: Store; readonly session: Session }): void {
  const panel = byId('view-panel');
  const state = store.get();
  const style = segmented(panel, {
    name: 'style',
    label: 'Style',
    options: STYLES,
    value: state.style,
    onChange: (value) => store.set({ style: value }),
  });
  const arrangement = segmented(byId('arrangement'), {
    name: 'arrangement',
    label: 'Drawn',
    options: ARRANGEMENTS,
    value: state.arrangement,
    onChange: (value) => arrange(store, value),
  });
  const colour = segmented(panel, {
    name: 'colour',
    label: 'Colour',
    options: [
      { value: 'element', text: 'By element' },
      { value: 'conformer', text: 'By conformer' },
    ],
    value: state.colour,
    onChange: (value) => store.set({ colour: value }),
  });
  const labels = segmented(panel, {
    name: 'labels',
    label: 'Labels',
    options: LABELS,
    value: state.labels,
    onChange: (value) => store.set({ labels: value }),
  });

  const checks = h('div', { class: 'checks' });
  const check = (key: 'hydrogens' | 'stereo' | 'smooth', text: string, title: string): HTMLInputElement => {
    const input = h('input', {
      type: 'checkbox',
      id: `check-${key}`,
      onchange: () => store.set({ [key]: input.checked }),
    });
    input.checked = store.get()[key];
    checks.append(h('label', { title }, input, text));
    return input;
  };
  const boxes = {
    hydrogens: check('hydrogens', 'Hydrogens', 'Hydrogens (H)'),
    stereo: check('stereo', 'R/S, E/Z', 'Marks of stereocentres and double bonds, read from the last frame (S)'),
    smooth: check(
      'smooth',
      'Between frames',
      'Straight lines between the frames of the file; without, the frames alone',
    ),
  };
  panel.append(checks);

  function show(now: State): void {
    style.set(now.style);
    arrangement.set(now.arrangement);
    colour.set(now.colour);
    labels.set(now.labels);
    for (const key of ['hydrogens', 'stereo', 'smooth'] as const) boxes[key].checked = now[key];
  }
  store.watch(['style', 'arrangement', 'colour', 'labels', 'hydrogens', 'stereo', 'smooth'], show);
  const enable = (): void => arrangement.enable((session.shown(store.get().entry)?.conformers.length ?? 0) > 1);
  store.watch(['entry'], enable);
  session.onChange(enable);
  enable();
}
