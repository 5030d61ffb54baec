/** Draws conformers of the shown molecule by the page's state: which ones, at what flow time, in which style. */
import { extent } from '../data/align.js';
import { momentAt } from '../data/timeline.js';
import { lastFrame, type Entry } from '../data/trajectory.js';
import type { Session, Shown } from '../session.js';
import type { Structure } from '../../../src/chem/structure.js';
import type { State, Store } from '../store.js';
import { tell } from '../messages.js';
import { conformerColour, REFERENCE_COLOUR, type Theme } from './palette.js';
import type { AtomLabel, Pose, Scene } from './scene.js';
import { elementSymbol } from '../../../src/chem/elements.js';
import type { StereoMarks } from '../analysis/protocol.js';
import { measurementText } from '../measure.js';

export const MAX_OVERLAY = 30;
export const MAX_GRID = 12;

/** Conformers ticked in the table, ascending, however many are drawn. */
export function tickedConformers(
  { shown: ticked }: Pick<State, 'shown'>,
  { conformers }: Pick<Shown, 'conformers'>,
): number[] {
  const all = conformers.map((_, index) => index);
  if (ticked === 'all') return all;
  const chosen = new Set(ticked);
  return all.filter((index) => chosen.has(index));
}

/** The state in which these conformers are ticked and no others. */
export function ticks(chosen: readonly number[], { conformers }: Pick<Shown, 'conformers'>): State['shown'] {
  const different = [...new Set(chosen)].sort((a, b) => a - b);
  return different.length === conformers.length ? 'all' : different;
}

/** Conformers on the canvas, in the order of the scene's models. */
export function drawnConformers(state: State, shown: Shown): number[] {
  const all = shown.conformers.length;
  const active = Math.min(state.active, all - 1);
  if (state.arrangement === 'one') return [active];
  const limit = state.arrangement === 'overlay' ? MAX_OVERLAY : MAX_GRID;
  const chosen = tickedConformers(state, shown).slice(0, limit);
  return chosen.length > 0 ? chosen : [active];
}

/** Coordinates and hidden atoms of one conformer at the state's position. */
export function poseOf(state: State, shown: Shown, conformer: number): Pose {
  const { conformers, timeline, entry, late } = shown;
  const moment = momentAt(timeline, conformers[conformer], state.position, { smooth: state.smooth });
  return {
    coordinates: moment.coordinates,
    hidden: entry.structure.atoms.map(
      ({ element }, atom) => (moment.stage === 'skeleton' && late[atom]) || (!state.hydrogens && element === 1),
    ),
  };
}

export function connectScene({
  store,
  session,
  scene,
  theme,
  marks,
  reference,
}: {
  readonly store: Store;
  readonly session: Session;
  readonly scene: Scene;
  readonly theme: () => Theme;
  /** Stereo marks of a conformer, once they are known. */
  readonly marks: (shown: Shown, conformer: number) => StereoMarks | undefined;
  /** The reference conformer nearest to one shown, superposed onto it; once it is known. */
  readonly reference: (
    shown: Shown,
    conformer: number,
  ) => { structure: Structure; coordinates: Float32Array } | undefined;
}): { rebuild(): void; relabel(): void; fit(): void } {
  let drawn: number[] = [];
  /** The entry that is drawn: after a change of molecule nothing is moved or labelled until the new one is drawn. */
  let drawnOf: Entry | undefined;
  let fitted: string | undefined;
  let lastLabels = '';
  let lastMarked = '';
  let beside: { structure: Structure; coordinates: Float32Array } | undefined;

  function grid(): { columns: number; rows: number } {
    if (store.get().arrangement !== 'grid') return { columns: 1, rows: 1 };
    const canvas = scene.canvas();
    const wide = canvas.clientWidth / Math.max(1, canvas.clientHeight);
    const columns = Math.max(1, Math.min(drawn.length, Math.round(Math.sqrt(drawn.length * wide))));
    return { columns, rows: Math.ceil(drawn.length / columns) };
  }

  function fit(): void {
    const shown = session.shown(store.get().entry);
    if (!shown) return;
    const { columns, rows } = grid();
    if (columns * rows > 1 || shown.entry.live)
      return scene.fit(
        { halfWidth: shown.radius, halfHeight: shown.radius },
        { columns, rows, cellSize: 2 * shown.radius },
      );
    scene.fit(halvesOf(shown));
  }

  /** Extent on the screen of the finished molecule in its present rotation, and of most of the noise before it. */
  function halvesOf({ conformers, radius }: Shown): { halfWidth: number; halfHeight: number } {
    const [qx, qy, qz, qw] = scene.getCamera().slice(4, 8);
    const across = [1 - 2 * (qy * qy + qz * qz), 2 * (qx * qy - qz * qw), 2 * (qx * qz + qy * qw)];
    const up = [2 * (qx * qy + qz * qw), 1 - 2 * (qx * qx + qz * qz), 2 * (qy * qz - qx * qw)];
    const noise = Math.max(0, ...drawn.map((index) => 0.5 * extent([conformers[index]])));
    let [halfWidth, halfHeight] = [noise, noise];
    for (const index of drawn) {
      const { coordinates: x } = lastFrame(conformers[index]);
      for (let k = 0; k < x.length; k += 3) {
        const on = (axis: readonly number[]): number =>
          Math.abs(axis[0] * x[k] + axis[1] * x[k + 1] + axis[2] * x[k + 2]);
        halfWidth = Math.max(halfWidth, on(across) + 1.3);
        halfHeight = Math.max(halfHeight, on(up) + 1.3);
      }
    }
    return { halfWidth: Math.min(halfWidth, radius), halfHeight: Math.max(2, Math.min(halfHeight, radius)) };
  }

  function rebuild(): void {
    const state = store.get();
    const shown = session.shown(state.entry);
    if (!shown) {
      scene.setModels([], { cellSize: 1 });
      return scene.setPoses([]);
    }
    if (state.arrangement !== 'one') {
      const limit = state.arrangement === 'overlay' ? MAX_OVERLAY : MAX_GRID;
      const ticked = tickedConformers(state, shown).length;
      if (ticked > limit) tell(`The first ${limit} of the ${ticked} ticked conformers are drawn.`);
    }
    drawn = drawnConformers(state, shown);
    drawnOf = shown.entry;
    beside = referenceOf(state, shown);
    const { columns, rows } = grid();
    scene.setModels(
      [
        ...drawn.map((conformer, place) => ({
          structure: shown.entry.structure,
          colour: state.colour === 'conformer' ? conformerColour(conformer) : undefined,
          cell:
            state.arrangement === 'grid'
              ? { column: (place % columns) - (columns - 1) / 2, row: Math.floor(place / columns) - (rows - 1) / 2 }
              : undefined,
        })),
        ...(beside ? [{ structure: beside.structure, colour: REFERENCE_COLOUR, style: 'stick' as const }] : []),
      ],
      { cellSize: 2 * shown.radius },
    );
    const key = `${state.entry} ${state.arrangement} ${columns}×${rows} ${shown.entry.live ? Math.round(shown.radius) : 'made'}`;
    if (key !== fitted) {
      fitted = key;
      fit();
    }
    lastLabels = '';
    lastMarked = '';
    scene.setStyle(state.style, theme());
    pose();
    relabel();
  }

  function referenceOf(state: State, shown: Shown): typeof beside {
    return state.reference && state.arrangement !== 'grid' && !shown.entry.live
      ? reference(shown, Math.min(state.active, shown.conformers.length - 1))
      : undefined;
  }

  /** Draws the reference onto the chosen conformer, or removes it. */
  function reconsider(): void {
    const state = store.get();
    const shown = session.shown(state.entry);
    if (shown?.entry !== drawnOf) return;
    if (shown && referenceOf(state, shown)?.coordinates.join() !== beside?.coordinates.join()) rebuild();
    else relabel();
  }

  function pose(): void {
    const state = store.get();
    const shown = session.shown(state.entry);
    if (!shown || shown.entry !== drawnOf) return;
    scene.setMoving(state.playing && shown.timeline.length > 0);
    scene.setPoses([
      ...drawn.map((conformer) => poseOf(state, shown, conformer)),
      ...(beside
        ? [{ coordinates: beside.coordinates, hidden: beside.structure.atoms.map(({ element }) => element === 1) }]
        : []),
    ]);
    if (state.measurements.length > 0) relabel();
  }

  function relabel(): void {
    const state = store.get();
    const shown = session.shown(state.entry);
    if (!shown || shown.entry !== drawnOf) return;
    const { atoms } = shown.entry.structure;
    const labels: AtomLabel[] = [];
    const activeModel = drawn.indexOf(state.active);
    drawn.forEach((conformer, model) => {
      // Labels of an overlay would cover each other: only the chosen conformer has them.
      if (state.arrangement === 'overlay' && model !== activeModel) return;
      const found = state.stereo ? marks(shown, conformer) : undefined;
      const hands = new Map(found?.centres.map(({ atom, cip }) => [atom, cip]));
      atoms.forEach(({ element }, atom) => {
        const name = { none: '', element: elementSymbol(element), number: String(atom + 1) }[state.labels];
        const hand = hands.get(atom) ?? '';
        if (name || hand)
          labels.push({ text: `${name} ${hand}`.trim(), atoms: [atom], model, kind: hand ? 'stereo' : 'atom' });
      });
      for (const { a, b, cip } of found?.bonds ?? []) labels.push({ text: cip, atoms: [a, b], model, kind: 'stereo' });
    });
    if (activeModel >= 0) {
      const { coordinates } = poseOf(state, shown, state.active);
      for (const measured of state.measurements) {
        const ends =
          measured.length === 3
            ? [measured[1]]
            : [measured[measured.length === 4 ? 1 : 0], measured[measured.length === 4 ? 2 : 1]];
        labels.push({ text: measurementText(measured, coordinates), atoms: ends, model: activeModel, kind: 'measure' });
      }
    }
    // A label costs a texture: they are made anew only when one changed.
    const key = JSON.stringify(labels);
    if (key !== lastLabels) {
      lastLabels = key;
      scene.setLabels(labels);
    }
    const segments = state.measurements.flatMap((measured) =>
      measured.slice(1).map((to, i) => ({ model: activeModel, from: measured[i], to })),
    );
    const marked = {
      segments: activeModel >= 0 ? segments : [],
      picked:
        activeModel >= 0
          ? [...new Set([...state.picked, ...state.marked, ...(state.pointed >= 0 ? [state.pointed] : [])])]
              .filter((atom) => atom < atoms.length)
              .map((atom) => ({ model: activeModel, atom }))
          : [],
    };
    // Each picture costs a processor that plays the graphics card dearly, and results come by hundreds.
    const markedNow = JSON.stringify(marked);
    if (markedNow === lastMarked) return;
    lastMarked = markedNow;
    scene.setSegments(marked.segments, marked.picked);
  }

  store.watch(['entry', 'arrangement', 'colour', 'reference'], rebuild);
  store.watch(['active'], (state) => (state.arrangement === 'one' ? rebuild() : reconsider()));
  store.watch(['shown'], (state) => state.arrangement !== 'one' && rebuild());
  store.watch(['style'], (state) => scene.setStyle(state.style, theme()));
  store.watch(['position', 'hydrogens', 'smooth', 'playing'], pose);
  store.watch(['labels', 'stereo', 'picked', 'pointed', 'marked', 'measurements'], relabel);
  session.onChange((index) => index === store.get().entry && rebuild());
  return { rebuild, relabel: reconsider, fit };
}
