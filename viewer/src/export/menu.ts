/** The menu “Export”: files of conformers, pictures and animations of what is shown. */
import type { Results, ConformerResult } from '../analysis/results.js';
import { byId, h } from '../dom.js';
import { tell, tellProblem } from '../messages.js';
import { FLOW_TIME_A_SECOND } from '../player.js';
import type { Session, Shown } from '../session.js';
import type { Store } from '../store.js';
import type { Scene } from '../view/scene.js';
import { tickedConformers } from '../view/show.js';
import { download, fileStem } from './download.js';
import { filmOf, FRAMES_A_SECOND } from './film.js';
import { FORMATS, recordsOf, trajectoryOf, type FileFormat } from './records.js';
import { tableOf } from './table.js';

/** `frames` pictures of what is shown; `show` draws each. */
interface Animation {
  readonly frames: number;
  readonly show: (frame: number) => void;
}

export function connectExportMenu({
  store,
  session,
  results,
  scene,
  copyLink,
}: {
  readonly store: Store;
  readonly session: Session;
  readonly results: Results;
  readonly scene: Scene | undefined;
  readonly copyLink: (shown: Shown) => Promise<void>;
}): void {
  const all = byId('export-all');
  const ticked = byId('export-some');
  for (const [ending, format] of Object.entries(FORMATS)) {
    for (const [row, id, name] of [
      [all, `export-${ending}`, 'All conformers'],
      [ticked, `export-ticked${ending === 'sdf' ? '' : `-${ending}`}`, 'Ticked conformers'],
    ] as const)
      row.append(h('button', { type: 'button', id, 'aria-label': `${name}, ${format.name}` }, format.name));
    exporting(`export-${ending}`, (shown) => saveConformers(shown, [...shown.conformers.keys()], ending, format));
    exporting(ticked.lastElementChild?.id ?? '', (shown) =>
      saveConformers(shown, tickedConformers(store.get(), shown), ending, format),
    );
  }

  /** What the button does with the molecule that is shown; whatever goes wrong is told. */
  function exporting(id: string, make: (shown: Shown) => Promise<void> | void): void {
    byId(id).addEventListener('click', () => {
      const shown = session.shown(store.get().entry);
      if (!shown) return tell('There is no molecule to export.');
      Promise.resolve(shown).then(make).catch(tellProblem);
    });
  }

  function saveConformers(shown: Shown, chosen: readonly number[], ending: string, { text, type }: FileFormat): void {
    if (chosen.length === 0) return tell('No conformer is ticked.');
    const records = recordsOf(shown.entry, chosen, (index) => results.conformer(shown, index).energy);
    download(`${fileStem(shown)}.${ending}`, new Blob([text(records)], { type }));
    if (shown.entry.structure.ordersUnknown && ending !== 'xyz')
      tell('The bonds in this file are by distance, each as a single one: the file that was opened has none.');
  }

  exporting('export-trajectory', (shown) => {
    const sdf = trajectoryOf(shown.entry, [...shown.conformers.keys()]);
    download(`${fileStem(shown)}-trajectory.sdf`, new Blob([sdf], { type: FORMATS.sdf.type }));
  });
  exporting('export-csv', async (shown) => {
    if (shown.entry.live)
      throw new Error('These conformers are being made: their table can be saved when they are done.');
    download(`${fileStem(shown)}.csv`, new Blob([tableOf(shown.entry, await computed(shown))], { type: 'text/csv' }));
  });

  /** Waits until energy and stereo of every conformer are known, or known not to be had. */
  function computed(shown: Shown): Promise<readonly ConformerResult[]> {
    const known = (): readonly ConformerResult[] | undefined => {
      const found = shown.conformers.map((_, index) => results.conformer(shown, index));
      return found.every(({ energy, stereo }) => energy !== undefined && stereo !== undefined) ? found : undefined;
    };
    return new Promise((resolve) => {
      const now = known();
      if (now) return resolve(now);
      tell('The table is saved when the energies are computed.');
      const stop = results.onChange(() => {
        const found = known();
        if (!found) return;
        stop();
        resolve(found);
      });
    });
  }

  exporting('export-png', async (shown) => {
    if (!scene) throw new Error('Without WebGL there is no picture to save.');
    const scale = Number(byId<HTMLSelectElement>('png-size').value);
    const transparent = byId<HTMLInputElement>('png-transparent').checked;
    download(`${fileStem(shown)}.png`, await scene.picture({ scale, transparent }));
  });

  let recording = false;
  async function record(
    shown: Shown,
    ending: string,
    rate: number,
    film: (canvas: HTMLCanvasElement, animation: Animation) => Promise<Blob>,
  ): Promise<void> {
    if (!scene) throw new Error('Without WebGL there is nothing to record.');
    if (recording) return tell('An animation is being recorded.');
    const before = store.get();
    store.set({ playing: false });
    tell('Recording: the animation is saved when every picture of it is drawn.');
    recording = true;
    try {
      download(
        `${fileStem(shown)}.${ending}`,
        await film(scene.canvas(), animationOf(shown, before.speed, rate, scene)),
      );
    } finally {
      recording = false;
      store.set({ position: before.position });
    }
  }

  /** A trajectory with a rest of a second at its end; a molecule that does not move is turned once around. */
  function animationOf({ timeline: { length } }: Shown, speed: number, rate: number, scene: Scene): Animation {
    const moving = length > 0 ? Math.round((rate * length) / (FLOW_TIME_A_SECOND * speed)) : 0;
    const frames = moving > 0 ? moving + rate : 4 * rate;
    return {
      frames,
      show(frame) {
        if (moving > 0) store.set({ position: Math.min(1, frame / moving) * length });
        else scene.rotate('y', 360 / frames);
        scene.render();
      },
    };
  }

  exporting('export-video', (shown) =>
    record(shown, 'webm', FRAMES_A_SECOND, (canvas, { frames, show }) => filmOf(canvas, frames, show)),
  );
  exporting('export-gif', async (shown) => {
    const { gifOf, GIF_FRAMES_A_SECOND } = await import('./gif.js');
    await record(shown, 'gif', GIF_FRAMES_A_SECOND, (canvas, { frames, show }) => gifOf(canvas, frames, show));
  });
  exporting('export-link', copyLink);

  /** Writes into the menu how many conformers it would save. */
  function count(): void {
    const shown = session.shown(store.get().entry);
    byId('export-all-name').textContent = `All conformers (${shown?.conformers.length ?? 0})`;
    byId('export-some-name').textContent =
      `Ticked conformers (${shown ? tickedConformers(store.get(), shown).length : 0})`;
    byId<HTMLButtonElement>('export-trajectory').disabled = !shown || shown.timeline.length === 0;
  }
  store.watch(['entry', 'shown'], count);
  session.onChange(count);
  count();
}
