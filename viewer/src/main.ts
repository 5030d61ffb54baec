/** Starts the page and connects its parts. */
import { createAnalysis } from './analysis/client.js';
import { createResults } from './analysis/results.js';
import { unpackAssets } from './assets.js';
import { readFile, readText, type Opened, type RecordsAre } from './data/read.js';
import type { Entry } from './data/trajectory.js';
import { byId, h } from './dom.js';
import { download, fileStem, pictureOf, recordingOf, sdfOf, trajectoryOf } from './export.js';
import { connectKeys } from './keys.js';
import { fragmentOf, readFragment, type Linked } from './link.js';
import { tell, tellProblem } from './messages.js';
import { connectConformersPanel } from './panels/conformers.js';
import { connectMeasurePanel } from './panels/measure.js';
import { connectPlots } from './panels/plots.js';
import { connectTransport } from './panels/transport.js';
import { connectViewPanel } from './panels/view.js';
import { createPlayer } from './player.js';
import { createSession } from './session.js';
import { createStore, type ThemeChoice } from './store.js';
import { connectTheme } from './theme.js';
import { createScene, webglAvailable, type Scene } from './view/scene.js';
import { connectScene, drawnConformers, MAX_GRID } from './view/show.js';
import { describe, facts } from './describe.js';
import { connectGeneration } from './generate/generate.js';

const store = createStore();
const session = createSession();
const analysis = createAnalysis();
const results = createResults({ analysis, session });
const player = createPlayer({ store, session });
const theme = connectTheme({ store });
const measuring = connectMeasurePanel({ store, session });

// Before the canvas, so that the worker loads while WebGL starts.
const generation = connectGeneration({
  store,
  session,
  onShown(entry, { text, count, seed }) {
    byId<HTMLInputElement>('smiles').value = text;
    byId<HTMLInputElement>('count').value = String(count);
    origins.set(entry, { first: entry, smiles: { text, count, seed } });
    showAt(entry, { play: false });
  },
  onDone(entry) {
    if (store.get().entry !== entry) return;
    if (canPlay(entry)) store.set({ playing: true });
    else player.seek(session.shown(entry)?.timeline.length ?? 0);
  },
});

const scene: Scene | undefined = webglAvailable()
  ? createScene(byId('canvas'), { onPick: pickAtom, onCamera: () => undefined })
  : undefined;
const show =
  scene &&
  connectScene({
    store,
    session,
    scene,
    theme: theme.current,
    marks: (shown, index) => results.conformer(shown, index).stereo,
  });
connectTransport({ store, session, player });
connectViewPanel({ store, session });
connectConformersPanel({ store, session, results, onReference: (files) => void openReference(files) });
const plots = connectPlots({ store, session, results, player });
connectKeys({ store, session, player, measuring, scene, fit: () => show?.fit(), open: () => byId('files').click() });

/** Where an entry came from, for the link; `first` is the first entry from there. */
type Origin = Pick<Linked, 'open' | 'smiles'> & { readonly first: number; readonly inLink?: boolean };
const origins = new Map<number, Origin>();
/** Files as they were opened, to read them in the other way. */
const sources = new Map<string, { blob: Blob; recordsAre: RecordsAre | undefined }>();

results.onChange(() => show?.relabel());
results.onProblem((text) => tell(text));
theme.onChange(() => {
  show?.rebuild();
  plots.redraw();
});
store.watch(['entry'], showEntry);
store.watch(['position', 'active', 'arrangement', 'shown'], describeCanvas);
session.onChange(showEntry);

function pickAtom(model: number, atom: number): void {
  const state = store.get();
  const shown = session.shown(state.entry);
  if (!shown || !state.measuring) return;
  const conformer = drawnConformers(state, shown)[model];
  if (conformer !== state.active) store.set({ active: conformer, picked: [] });
  measuring.pick(atom);
}

function showEntry(): void {
  const state = store.get();
  const shown = session.shown(state.entry);
  const picker = byId<HTMLSelectElement>('molecule');
  const entries = session.entries();
  picker.hidden = entries.length < 2;
  picker.replaceChildren(
    ...entries.map((entry, index) =>
      h('option', { value: index }, `${index + 1}. ${entry.structure.name || entry.source}`),
    ),
  );
  picker.value = String(state.entry);
  byId('empty').hidden = shown !== undefined || scene === undefined;
  byId('name').textContent = shown ? shown.entry.structure.name || shown.entry.source : '';
  byId('facts').textContent = shown ? facts(shown) : '';
  showReading(shown?.entry);
  describeCanvas();
}

/** Says how the file was read where it can be read in two ways, and offers the other. */
function showReading(entry: Entry | undefined): void {
  const reading = byId('reading');
  const source = entry?.ambiguous ? sources.get(entry.source) : undefined;
  reading.hidden = !entry || (!entry.bondsGuessed && !source);
  reading.replaceChildren();
  if (!entry) return;
  if (entry.bondsGuessed) reading.append('Bonds by distance in the last frame. ');
  if (source) {
    const asFrames = entry.conformers.length === 1;
    const other: RecordsAre = asFrames ? 'conformers' : 'frames';
    reading.append(
      `Records shown as ${asFrames ? 'frames of a trajectory' : 'conformers'}.`,
      h('button', { type: 'button', id: 'reread', onclick: () => void reread(entry, other) }, `Show as ${other}`),
    );
  }
}

function describeCanvas(): void {
  const state = store.get();
  byId('canvas').setAttribute('aria-label', describe(state, session.shown(state.entry)));
}

/** Whether the molecule moves, for users who want things to move. */
function canPlay(index: number): boolean {
  return (session.shown(index)?.timeline.length ?? 0) > 0 && !matchMedia('(prefers-reduced-motion: reduce)').matches;
}

function showAt(index: number, { play = true }: { play?: boolean } = {}): void {
  const shown = session.shown(index);
  if (!shown) return;
  const all = shown.conformers.slice(0, MAX_GRID).map((_, conformer) => conformer);
  store.set({ playing: false, entry: index, active: 0, shown: all, position: 0 });
  if (play && canPlay(index)) store.set({ playing: true });
}

function take(opened: Opened): number {
  for (const problem of opened.problems.slice(0, 3)) tell(problem, { kind: 'problem' });
  if (opened.problems.length > 3)
    tell(`… and ${opened.problems.length - 3} more problems in this file.`, { kind: 'problem' });
  return session.add(opened.entries);
}

/** Opens files and shows the first molecule of them; what was open stays. */
async function openFiles(
  files: readonly { readonly name: string; readonly blob: Blob }[],
  { origin }: { origin?: Origin } = {},
): Promise<boolean> {
  generation.abandon();
  let first: number | undefined;
  for (const { name, blob } of files) {
    try {
      const opened = await readFile({ name, blob });
      sources.set(name, { blob, recordsAre: undefined });
      const index = take(opened);
      first ??= index;
      opened.entries.forEach((_, offset) => origins.set(index + offset, origin ?? { first: index, inLink: true }));
    } catch (error) {
      tellProblem(error);
    }
  }
  if (first !== undefined) showAt(first);
  return first !== undefined;
}

async function openDropped(list: readonly File[]): Promise<void> {
  await openFiles(list.map((file) => ({ name: file.name, blob: file })));
}

async function openReference(files: readonly { readonly name: string; readonly blob?: Blob }[]): Promise<void> {
  for (const file of files) {
    try {
      const { entries } = await readFile({ name: file.name, blob: file.blob ?? (file as unknown as Blob) });
      await results.setReference(entries[0]);
      tell(
        `Compared with ${file.name}: ${entries[0].conformers.length} reference conformer${entries[0].conformers.length === 1 ? '' : 's'}.`,
      );
    } catch (error) {
      tellProblem(error);
    }
  }
}

async function reread(entry: Entry, recordsAre: RecordsAre): Promise<void> {
  const source = sources.get(entry.source);
  if (!source) return;
  try {
    const { entries } = await readFile({ name: entry.source, blob: source.blob }, { recordsAre });
    const same = entries.find(
      ({ structure }) =>
        structure.name === entry.structure.name && structure.atoms.length === entry.structure.atoms.length,
    );
    if (!same) return;
    const index = session.entries().indexOf(entry);
    session.replace(index, same);
    showAt(index);
    showEntry();
  } catch (error) {
    tellProblem(error);
  }
}

/** Files of this server, as `molflow view` lists them in the address. */
async function fetchFiles(addresses: readonly string[]): Promise<{ name: string; blob: Blob }[]> {
  const files: { name: string; blob: Blob }[] = [];
  for (const address of addresses) {
    const url = new URL(address, document.baseURI);
    const name = decodeURIComponent(url.pathname.split('/').pop() ?? address);
    try {
      if (url.origin !== location.origin)
        throw new Error(`${address} lies on another host; the viewer opens files of its own host alone.`);
      const response = await fetch(url);
      if (!response.ok) throw new Error(`${name} could not be loaded: the server answered ${response.status}.`);
      files.push({ name, blob: await response.blob() });
    } catch (error) {
      tellProblem(
        error instanceof TypeError ? new Error(`${name} could not be loaded: is “molflow view” still running?`) : error,
      );
    }
  }
  return files;
}

byId('molecule').addEventListener('change', (event) => showAt(Number((event.target as HTMLSelectElement).value)));
byId('open').addEventListener('click', () => byId('files').click());
byId<HTMLInputElement>('files').addEventListener('change', (event) => {
  const input = event.target as HTMLInputElement;
  void openDropped([...(input.files ?? [])]);
  input.value = '';
});

let dragDepth = 0;
const drop = byId('drop');
addEventListener('dragenter', (event) => {
  if (!event.dataTransfer?.types.includes('Files')) return;
  dragDepth += 1;
  drop.hidden = false;
});
addEventListener('dragleave', () => {
  dragDepth = Math.max(0, dragDepth - 1);
  drop.hidden = dragDepth === 0;
});
addEventListener('dragover', (event) => event.preventDefault());
addEventListener('drop', (event) => {
  event.preventDefault();
  dragDepth = 0;
  drop.hidden = true;
  void openDropped([...(event.dataTransfer?.files ?? [])]);
});

const menu = byId<HTMLDetailsElement>('export');
menu.addEventListener('click', (event) => {
  if (event.target instanceof HTMLButtonElement) menu.open = false;
});
addEventListener('click', (event) => {
  if (!menu.contains(event.target as Node)) menu.open = false;
});
menu.addEventListener('keydown', (event) => {
  if (event.key !== 'Escape') return;
  menu.open = false;
  menu.querySelector('summary')?.focus();
});

function exporting(
  id: string,
  make: (shown: NonNullable<ReturnType<typeof session.shown>>) => Promise<void> | void,
): void {
  byId(id).addEventListener('click', () => {
    const shown = session.shown(store.get().entry);
    if (!shown) return tell('There is no molecule to export.');
    Promise.resolve(shown).then(make).catch(tellProblem);
  });
}

exporting('export-sdf', (shown) => {
  const sdf = sdfOf(shown, drawnConformers(store.get(), shown), results);
  download(`${fileStem(shown)}.sdf`, new Blob([sdf], { type: 'chemical/x-mdl-sdfile' }));
});
exporting('export-trajectory', (shown) => {
  const sdf = trajectoryOf(shown, drawnConformers(store.get(), shown));
  download(`${fileStem(shown)}-trajectory.sdf`, new Blob([sdf], { type: 'chemical/x-mdl-sdfile' }));
});
exporting('export-png', async (shown) => {
  if (!scene) throw new Error('Without WebGL there is no picture to save.');
  download(`${fileStem(shown)}.png`, await pictureOf(scene.canvas()));
});
exporting('export-video', async (shown) => {
  if (!scene) throw new Error('Without WebGL there is nothing to record.');
  const { loop, position } = store.get();
  const moving = shown.timeline.length > 0;
  tell('Recording: the animation is saved when it has played once.');
  const { blob, extension } = await recordingOf(scene.canvas(), () => (moving ? playOnce() : turnOnce(scene)));
  store.set({ loop, playing: false, position: moving ? shown.timeline.length : position });
  download(`${fileStem(shown)}.${extension}`, blob);
});

async function playOnce(): Promise<void> {
  store.set({ playing: false, loop: false, position: 0 });
  await pause(300);
  store.set({ playing: true });
  await new Promise<void>((resolve) => {
    const poll = (): void => void (store.get().playing ? setTimeout(poll, 50) : resolve());
    poll();
  });
  await pause(700);
}

/** A molecule that does not move is turned about once. */
async function turnOnce(turned: Scene): Promise<void> {
  for (let step = 0; step < 120; step++) {
    turned.rotate('y', 3);
    await pause(33);
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

exporting('export-link', async (shown) => {
  const source = sources.get(shown.entry.source);
  const { first = 0, inLink = false, open, smiles } = origins.get(shown.index) ?? {};
  const file = inLink && source ? { name: shown.entry.source, text: await readBlob(source.blob) } : undefined;
  const state = { ...store.get(), entry: shown.index - first };
  const { fragment, embedded } = await fragmentOf({ state, camera: scene?.getCamera(), open, smiles, file });
  history.replaceState(null, '', `${location.pathname}${location.search}${fragment}`);
  try {
    await navigator.clipboard.writeText(location.href);
    tell(
      embedded
        ? 'The link is copied.'
        : `The link is copied. ${shown.entry.source} is too large to travel in it and must be opened again.`,
    );
  } catch {
    tell('The link stands in the address bar: copy it from there.');
  }
});

async function readBlob(blob: Blob): Promise<string> {
  const zipped = new Uint8Array(await blob.slice(0, 2).arrayBuffer())[0] === 0x1f;
  return new Response(zipped ? blob.stream().pipeThrough(new DecompressionStream('gzip')) : blob).text();
}

byId('help').addEventListener('click', () => byId<HTMLDialogElement>('keys').showModal());
byId('theme').addEventListener('click', () => {
  const next: Record<ThemeChoice, ThemeChoice> = { system: 'light', light: 'dark', dark: 'system' };
  store.set({ theme: next[store.get().theme] });
});

async function start(): Promise<void> {
  if (!scene) {
    byId('empty').hidden = true;
    tell(
      'This browser gives the page no WebGL, so molecules cannot be drawn. Turn on hardware acceleration or use another browser; tables, plots and exports work.',
      { kind: 'problem' },
    );
  }
  const packed = await unpackAssets();
  const linked = await readFragment(location.hash);
  const query = new URLSearchParams(location.search);
  const asked = query.getAll('open');
  const open = asked.length > 0 ? asked : (linked.open ?? []);
  // A page that holds its files, and an address that names them, need nothing more in the link.
  let opened = packed.files.length > 0 && (await openFiles(packed.files, { origin: { first: 0 } }));
  await openReference(packed.references);
  if (!opened && linked.file) {
    const { file } = linked;
    try {
      const read = await readText(file);
      const index = take(read);
      sources.set(file.name, { blob: new Blob([file.text]), recordsAre: undefined });
      read.entries.forEach((_, offset) => origins.set(index + offset, { first: index, inLink: true }));
      showAt(index);
      opened = true;
    } catch (error) {
      tellProblem(error);
    }
  }
  if (!opened && linked.smiles && generation.available) {
    await generation.run(linked.smiles);
    opened = session.entries().length > 0;
  }
  if (!opened && open.length > 0) {
    opened = await openFiles(await fetchFiles(open), { origin: { first: 0, ...(asked.length === 0 && { open }) } });
  }
  await openReference(await fetchFiles(query.getAll('reference')));
  if (!opened && generation.available) {
    void generation.run(smilesOfQuery(query) ?? { text: 'aspirin', count: 4, seed: 1 });
    // While the worker reads the model.
    requestAnimationFrame(() => scene?.warmUp());
  }
  if (opened && Object.keys(linked.state).length > 0) restore(linked);
  document.documentElement.dataset['ready'] = 'true';
}

/** A page may be opened with `?smiles=…`, such as from another page's link. */
function smilesOfQuery(query: URLSearchParams): Linked['smiles'] {
  const text = query.get('smiles');
  if (text === null) return undefined;
  return {
    text,
    count: Math.max(1, Math.min(20, Number(query.get('count')) || 4)),
    seed: Number(query.get('seed')) || 1,
  };
}

function restore({ state, camera }: Linked): void {
  const { entry = 0, ...rest } = state;
  if (!session.shown(entry)) return;
  showAt(entry);
  const shown = session.shown(entry);
  const count = shown?.conformers.length ?? 1;
  const atoms = shown?.entry.structure.atoms.length ?? 0;
  store.set({
    playing: false,
    ...rest,
    active: Math.min(rest.active ?? 0, count - 1),
    shown: (rest.shown ?? store.get().shown).filter((index) => index < count),
    position: Math.min(rest.position ?? 0, shown?.timeline.length ?? 0),
    measurements: (rest.measurements ?? []).filter((measured) => measured.every((atom) => atom < atoms)),
  });
  if (camera) scene?.setCamera(camera);
}

showEntry();
void start().catch(tellProblem);
