/** Draws the shown conformers of the shown molecule as the state says: which, where, when and how. */
import { momentAt } from '../data/timeline.js';
import type { Session, Shown } from '../session.js';
import type { State, Store } from '../store.js';
import { tell } from '../messages.js';
import { conformerColour, type Theme } from './palette.js';
import type { AtomLabel, Pose, Scene } from './scene.js';
import { elementSymbol } from '../../../src/chem/elements.js';
import type { StereoMarks } from '../analysis/protocol.js';
import { measurementText } from '../measure.js';

export const MAX_OVERLAY = 30;
export const MAX_GRID = 12;

/** Conformers on the canvas, in the order of the scene's models. */
export function drawnConformers(state: State, shown: Shown): number[] {
  const all = shown.conformers.length;
  const active = Math.min(state.active, all - 1);
  if (state.arrangement === 'one') return [active];
  const limit = state.arrangement === 'overlay' ? MAX_OVERLAY : MAX_GRID;
  const chosen = state.shown.filter((index) => index < all).slice(0, limit);
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
}: {
  readonly store: Store;
  readonly session: Session;
  readonly scene: Scene;
  readonly theme: () => Theme;
  /** Stereo marks of a conformer, once they are known. */
  readonly marks: (shown: Shown, conformer: number) => StereoMarks | undefined;
}): { rebuild(): void; relabel(): void; fit(): void } {
  let drawn: number[] = [];
  let fitted: string | undefined;
  let lastLabels = '';

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
    scene.fit(shown.radius, { columns, rows, cellSize: 2 * shown.radius });
  }

  function rebuild(): void {
    const state = store.get();
    const shown = session.shown(state.entry);
    if (!shown) return scene.setModels([], { cellSize: 1 });
    if (state.arrangement !== 'one') {
      const limit = state.arrangement === 'overlay' ? MAX_OVERLAY : MAX_GRID;
      if (state.shown.length > limit)
        tell(`The first ${limit} of the ${state.shown.length} chosen conformers are drawn.`);
    }
    drawn = drawnConformers(state, shown);
    const { columns, rows } = grid();
    scene.setModels(
      drawn.map((conformer, place) => ({
        structure: shown.entry.structure,
        colour: state.colour === 'conformer' ? conformerColour(conformer) : undefined,
        cell:
          state.arrangement === 'grid'
            ? { column: (place % columns) - (columns - 1) / 2, row: Math.floor(place / columns) - (rows - 1) / 2 }
            : undefined,
      })),
      { cellSize: 2 * shown.radius },
    );
    const key = `${state.entry} ${state.arrangement} ${columns}×${rows} ${Math.round(shown.radius)}`;
    if (key !== fitted) {
      fitted = key;
      fit();
    }
    lastLabels = '';
    scene.setStyle(state.style, theme());
    pose();
    relabel();
  }

  function pose(): void {
    const state = store.get();
    const shown = session.shown(state.entry);
    if (!shown) return;
    scene.setMoving(state.playing && shown.timeline.length > 0);
    scene.setPoses(drawn.map((conformer) => poseOf(state, shown, conformer)));
    if (state.measurements.length > 0) relabel();
  }

  function relabel(): void {
    const state = store.get();
    const shown = session.shown(state.entry);
    if (!shown) return;
    const { atoms } = shown.entry.structure;
    const labels: AtomLabel[] = [];
    const activeModel = drawn.indexOf(state.active);
    drawn.forEach((conformer, model) => {
      // Overlaid molecules would write over each other: only the chosen one is labelled.
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
    // Making a label draws a texture: only when one changed.
    const key = JSON.stringify(labels);
    if (key !== lastLabels) {
      lastLabels = key;
      scene.setLabels(labels);
    }
    const segments = state.measurements.flatMap((measured) =>
      measured.slice(1).map((to, i) => ({ model: activeModel, from: measured[i], to })),
    );
    scene.setSegments(
      activeModel >= 0 ? segments : [],
      activeModel >= 0 ? state.picked.map((atom) => ({ model: activeModel, atom })) : [],
    );
  }

  store.watch(['entry', 'arrangement', 'colour'], rebuild);
  store.watch(['active'], (state) => (state.arrangement === 'one' ? rebuild() : relabel()));
  store.watch(['shown'], (state) => state.arrangement !== 'one' && rebuild());
  store.watch(['style'], (state) => scene.setStyle(state.style, theme()));
  store.watch(['position', 'hydrogens', 'smooth', 'playing'], pose);
  store.watch(['labels', 'stereo', 'picked', 'measurements'], relabel);
  session.onChange((index) => index === store.get().entry && rebuild());
  return { rebuild, relabel, fit };
}
