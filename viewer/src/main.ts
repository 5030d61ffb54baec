/** Starts the page and connects its parts. */
import { createAnalysis } from './analysis/client.js';
import { createEnsembles } from './analysis/ensemble.js';
import { createResults } from './analysis/results.js';
import { smilesOf } from './analysis/smiles-of.js';
import { unpackAssets } from './assets.js';
import { aboveLowest } from './data/above-lowest.js';
import { ENDINGS, isOneWord } from './data/kind.js';
import type { Listed } from './data/listed.js';
import { readFile, readText, textOf, type Opened, type RecordsAre } from './data/read.js';
import type { Entry } from './data/trajectory.js';
import { byId, h } from './dom.js';
import { connectExportMenu } from './export/menu.js';
import { FORMATS, recordsOf } from './export/records.js';
import { connectFrame, isFramed, showControls } from './framed.js';
import { connectKeys } from './keys.js';
import { fragmentOf, readFragment, type Linked } from './link.js';
import { tell, tellProblem } from './messages.js';
import { connectConformersPanel } from './panels/conformers.js';
import { connectDepiction } from './panels/depiction.js';
import { connectEnsemblePanel } from './panels/ensemble.js';
import { connectMeasurePanel } from './panels/measure.js';
import { connectPlots } from './panels/plots.js';
import { connectTransport } from './panels/transport.js';
import { connectWaitingPanel } from './panels/waiting.js';
import { connectViewPanel } from './panels/view.js';
import { createPlayer } from './player.js';
import { createSession, type Shown } from './session.js';
import { connectSketcher } from './sketch/sketcher.js';
import { createStore, INITIAL, type State, type ThemeChoice } from './store.js';
import { connectTheme } from './theme.js';
import { createScene, type Camera } from './view/scene.js';
import { connectScene, drawnConformers } from './view/show.js';
import { describe, facts } from './describe.js';
import { connectGeneration } from './generate/generate.js';
import { readRequest } from './generate/request.js';

showControls(new URLSearchParams(location.search).get('controls'));
const store = createStore();
const session = createSession();
const analysis = createAnalysis();
const results = createResults({ analysis, session });
const player = createPlayer({ store, session });
const theme = connectTheme({ store });
const measuring = connectMeasurePanel({ store, session });

const generation = connectGeneration({
  store,
  session,
  onMade(entry, { request, ahead }) {
    origins[entry] = { first: entry, smiles: request };
    if (ahead) showAt(entry);
  },
  onDone(entry) {
    if (store.get().entry !== entry) return;
    showAt(entry);
    preferLowest(entry);
  },
});

const sketcher = connectSketcher({ analysis, generate: (text) => void generation.offer({ text }) });

/** The sketcher begins with what is typed and not made yet, else with the molecule shown. */
function draw(): void {
  if (!generation.available) return;
  const { entry, active } = store.get();
  const shown = session.shown(entry);
  sketcher.open(generation.typed() ?? (shown && smilesOf(shown, { results, active })));
}
byId('draw').addEventListener('click', draw);

const waiting = connectWaitingPanel({ generation });

const scene = createScene(byId('canvas'), { onPick: pickAtom, onPoint: pointAt });
const show =
  scene &&
  connectScene({
    store,
    session,
    scene,
    theme: theme.current,
    marks: (shown, index) => results.conformer(shown, index).stereo ?? undefined,
    reference: results.referenceBeside,
  });
connectTransport({ store, session, player });
connectConformersPanel({
  store,
  session,
  results,
  onReference: (files) => void openReference(blobsOf(files)),
  onClearReference: () => results.clearReference(),
  onSuperpose: superpose,
});
connectViewPanel({ store, session });
connectDepiction({ store, session, results, analysis, theme, onPick: choose });
connectExportMenu({ store, session, results, scene, copyLink });
const plots = connectPlots({ store, session, results, player });
const ensemble = connectEnsemblePanel({
  store,
  session,
  results,
  ensembles: createEnsembles({ analysis, results, session }),
});
connectKeys({
  store,
  session,
  player,
  measuring,
  scene,
  fit: () => show?.fit(),
  open: () => byId('files').click(),
  draw,
  stop: () => generation.stop(),
});

/** Where an entry came from, for the link; `first` is the first entry from there. */
type Origin = Pick<Linked, 'open' | 'smiles'> & { readonly first: number; readonly inLink?: boolean };
/** By entry. */
const origins: Origin[] = [];
/** Files as they were opened, to read them in the other way. */
const sources = new Map<string, { blob: Blob; recordsAre: RecordsAre | undefined }>();

results.onChange(() => {
  show?.relabel();
  showFacts();
});
results.onProblem((text) => tell(text));
theme.onChange(() => {
  show?.rebuild();
  plots.redraw();
  ensemble.redraw();
});
store.watch(['entry'], showEntry);
store.watch(['position', 'active', 'arrangement', 'shown'], describeCanvas);
session.onChange(showEntry);
session.onRemove((index) => {
  origins.splice(index, 1);
  const { entry } = store.get();
  if (entry < index) return;
  const last = session.entries().length - 1;
  store.set({ playing: false, entry: -1 });
  if (last >= 0) showAt(Math.min(Math.max(0, entry - 1), last));
});

function pickAtom(model: number, atom: number): void {
  const state = store.get();
  const shown = session.shown(state.entry);
  const conformer = shown && drawnConformers(state, shown)[model];
  if (conformer === undefined) return;
  if (conformer !== state.active) store.set({ active: conformer, picked: [] });
  choose(atom);
}

/** A click on an atom, in either drawing: the next of a measurement, else it is marked, or no more. */
function choose(atom: number): void {
  const { measuring: isMeasuring, marked } = store.get();
  if (isMeasuring) return measuring.pick(atom);
  const rest = marked.filter((other) => other !== atom);
  store.set({ marked: rest.length < marked.length ? rest : [...marked, atom].sort((a, b) => a - b) });
}

function pointAt(model: number, atom: number | undefined): void {
  const state = store.get();
  const shown = session.shown(state.entry);
  const isActive = shown && !state.playing && drawnConformers(state, shown)[model] === state.active;
  store.set({ pointed: isActive && atom !== undefined ? atom : -1 });
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
  byId('watch').hidden = !shown || shown.entry.live === true || shown.timeline.length === 0;
  showFacts();
  describeCanvas();
}

function showFacts(): void {
  const shown = session.shown(store.get().entry);
  // Needed where the file may leave hydrogens out, and for the button that generates from it.
  const identity =
    shown && !shown.entry.live && origins[shown.index]?.smiles === undefined ? results.identity(shown) : undefined;
  byId('facts').textContent = shown ? facts(shown, identity) : '';
  showReading(shown?.entry, identity?.smiles);
}

/** Where a file can be read in two ways, says which was taken and offers the other. */
function showReading(entry: Entry | undefined, smiles: string | undefined): void {
  const reading = byId('reading');
  const source = entry?.ambiguous ? sources.get(entry.source) : undefined;
  const offered = generation.available ? smiles : undefined;
  reading.hidden = !entry || (!entry.structure.ordersUnknown && !source && offered === undefined);
  reading.replaceChildren();
  if (!entry) return;
  if (entry.structure.ordersUnknown)
    reading.append(
      entry.conformers.some(({ frames }) => frames.length > 1)
        ? 'Bonds by distance in the last frame. '
        : 'The file does not say the orders of its bonds: other conformers can be compared with these; to make some, give the SMILES. ',
    );
  if (source) {
    const asFrames = entry.conformers.length === 1;
    const other: RecordsAre = asFrames ? 'conformers' : 'frames';
    reading.append(
      `Records shown as ${asFrames ? 'frames of a trajectory' : 'conformers'}.`,
      h('button', { type: 'button', id: 'reread', onclick: () => void reread(entry, other) }, `Show as ${other}`),
    );
  }
  if (offered !== undefined) {
    const { name } = entry.structure;
    const request = { text: offered, ...(name !== '' && { name }) };
    reading.append(
      h(
        'button',
        { type: 'button', id: 'generate-from', onclick: () => void generation.offer(request) },
        'Generate from this',
      ),
    );
  }
}

function describeCanvas(): void {
  const state = store.get();
  byId('canvas').setAttribute('aria-label', describe(state, session.shown(state.entry)));
}

/** Shows a molecule at its last frame; its flow from noise is played on request. */
function showAt(index: number): void {
  const shown = session.shown(index);
  if (!shown) return;
  store.set({ playing: false, entry: index, active: 0, shown: 'all', position: shown.timeline.length });
  keepAddress();
}

/** Chooses the conformer of lowest energy, of several stereoisomers that of the first, once all are computed, unless the user has chosen one. */
function preferLowest(index: number): void {
  const entry = session.entries()[index];
  const stop = results.onChange(() => {
    const shown = session.shown(store.get().entry);
    if (shown?.entry !== entry || store.get().active !== 0) return stop();
    const found = shown.conformers.map((_, conformer) => results.conformer(shown, conformer));
    if (found.some(({ energy, stereo }) => typeof energy !== 'number' || stereo === undefined)) return;
    stop();
    store.set({ active: aboveLowest(found).energies.indexOf(0) });
  });
}

/** Shows what the user has asked for: a run of which nothing is shown yet does not come before it. */
function lookAt(index: number): void {
  generation.stayBehind();
  showAt(index);
}

function take(opened: Opened): number {
  for (const problem of opened.problems.slice(0, 3)) tell(problem, { kind: 'problem' });
  if (opened.problems.length > 3)
    tell(`… and ${opened.problems.length - 3} more problems in this file.`, { kind: 'problem' });
  if (opened.listed.length > 0) list(opened.listed);
  for (const note of opened.notes) tell(note);
  return session.add(opened.entries);
}

/** Lists molecules that are to be made. */
function list(molecules: readonly Listed[]): void {
  if (!generation.available)
    return tell('This page has no model, so it makes no molecules of a list. “molflow view” serves one that does.', {
      kind: 'problem',
    });
  waiting.add(molecules);
  tell(
    `${molecules.length} molecule${molecules.length === 1 ? ' is' : 's are'} listed: “Generate” makes its conformers.`,
  );
}

/** Opens files beside those already open, and shows their first molecule. */
async function openFiles(
  files: readonly { readonly name: string; readonly blob: Blob }[],
  { origin }: { origin?: Origin } = {},
): Promise<boolean> {
  let first: number | undefined;
  for (const { name, blob } of files) {
    try {
      const opened = await readFile({ name, blob });
      sources.set(name, { blob, recordsAre: undefined });
      const index = take(opened);
      if (opened.entries.length > 0) first ??= index;
      opened.entries.forEach((_, offset) => (origins[index + offset] = origin ?? { first: index, inLink: true }));
    } catch (error) {
      tellProblem(error);
    }
  }
  if (first !== undefined) lookAt(first);
  return first !== undefined;
}

async function openDropped(list: readonly File[]): Promise<void> {
  await openFiles(blobsOf(list));
}

function blobsOf(files: readonly File[]): { readonly name: string; readonly blob: Blob }[] {
  return files.map((blob) => ({ name: blob.name, blob }));
}

/** Superposes the conformers shown, and the reference, by the atoms that a text names: numbers, a SMARTS, or none for all heavy ones. */
async function superpose(text: string): Promise<void> {
  const shown = session.shown(store.get().entry);
  if (!shown || shown.entry.live) return;
  try {
    const { structure } = shown.entry;
    const numbers = /^[\d\s,;–-]+$/.test(text) ? (text.match(/\d+/g) ?? []).map((one) => Number(one) - 1) : undefined;
    const missing = numbers?.find((atom) => atom < 0 || atom >= structure.atoms.length);
    if (missing !== undefined)
      throw new Error(`There is no atom ${missing + 1}: the molecule has atoms 1 to ${structure.atoms.length}.`);
    const found = text === '' ? undefined : (numbers ?? (await analysis.ask('smarts', { structure, smarts: text })));
    const atoms = found && [...new Set(found)].filter((atom) => structure.atoms[atom].element > 1);
    if (atoms && atoms.length < 3)
      throw new Error(`Superposing takes three heavy atoms or more; “${text}” names ${atoms.length}.`);
    session.superpose(shown.index, atoms);
    store.set({ marked: atoms ?? [] });
    tell(atoms ? `Superposed by ${atoms.length} atoms.` : 'Superposed by all heavy atoms.');
  } catch (error) {
    tellProblem(error);
  }
}

async function openReference(files: readonly { readonly name: string; readonly blob: Blob }[]): Promise<void> {
  for (const file of files) {
    try {
      const { entries } = await readFile(file);
      const [reference] = entries;
      if (entries.length === 0)
        throw new Error(`${file.name} lists molecules without conformers: there is nothing to compare with.`);
      const shown = session.shown(store.get().entry)?.entry;
      const against = shown?.live ? undefined : shown;
      const molecule = against?.structure.name || against?.source;
      switch (await results.setReference(reference, against)) {
        case 'other':
          tell(`${file.name} is another molecule than ${molecule}: it is not compared with.`, { kind: 'problem' });
          break;
        case 'isomer':
          tell(`${file.name} is another stereoisomer than ${molecule}: distances to it tell little.`, {
            kind: 'problem',
          });
          break;
        case 'same':
          tell(
            `Compared with ${file.name}: ${reference.conformers.length} reference conformer${reference.conformers.length === 1 ? '' : 's'}.`,
          );
      }
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

byId('molecule').addEventListener('change', (event) => lookAt(Number((event.target as HTMLSelectElement).value)));
byId('open').addEventListener('click', () => byId('files').click());
byId<HTMLInputElement>('files').accept = ENDINGS;
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
  void openTransferred(event.dataTransfer);
});
addEventListener('paste', (event) => {
  const target = event.target instanceof Element ? event.target : document.body;
  if (target.closest('input, select, textarea, dialog')) return;
  event.preventDefault();
  void openTransferred(event.clipboardData);
});

let pasted = 0;

/** Files, or text of any kind that is opened: of one SMILES or name alone the conformers are made. */
async function openTransferred(data: DataTransfer | null): Promise<void> {
  const files = [...(data?.files ?? [])];
  if (files.length > 0) return openDropped(files);
  const text = data?.getData('text/plain') ?? '';
  if (text.trim() === '') return tell('There is no file and no text to open.', { kind: 'problem' });
  if (isOneWord(text)) return void generation.offer({ text: text.trim() });
  pasted += 1;
  await openFiles([{ name: pasted === 1 ? 'Pasted text' : `Pasted text ${pasted}`, blob: new Blob([text]) }]);
}

for (const menu of document.querySelectorAll<HTMLDetailsElement>('details.menu')) {
  menu.addEventListener('click', (event) => {
    if (menu.id === 'export' && event.target instanceof HTMLButtonElement) menu.open = false;
  });
  // A press on the canvas is no click: 3Dmol turns the molecule with it.
  addEventListener(
    'pointerdown',
    (event) => {
      if (!menu.contains(event.target as Node)) menu.open = false;
    },
    { capture: true },
  );
  menu.addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget instanceof Node && !menu.contains(relatedTarget)) menu.open = false;
  });
  menu.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !menu.open) return;
    event.stopPropagation();
    menu.open = false;
    menu.querySelector('summary')?.focus();
  });
}

async function copyLink(shown: Shown): Promise<void> {
  const embedded = await writeAddress(shown, { ...store.get() }, scene?.getCamera());
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
}

/** Files larger than this are not packed into the address, which holds far less. */
const MOST_PACKED = 400_000;

/** Writes what is shown into the address; false where a file is too large for it. */
async function writeAddress(shown: Shown, view: State, camera?: Camera): Promise<boolean> {
  const source = sources.get(shown.entry.source);
  const { first = 0, inLink = false, open, smiles } = origins[shown.index] ?? {};
  const name = shown.entry.source;
  const file =
    inLink && source
      ? { name, text: source.blob.size > MOST_PACKED ? undefined : await textOf({ name, blob: source.blob }) }
      : undefined;
  const state = { ...view, entry: shown.index - first };
  const { fragment, embedded } = await fragmentOf({ state, camera, open, smiles, file });
  if (session.shown(store.get().entry)?.entry === shown.entry)
    history.replaceState(null, '', `${location.pathname}${location.search}${fragment}`);
  return embedded;
}

/** Keeps the address up to date, so that a reload restores the view. */
function keepAddress(): void {
  const shown = session.shown(store.get().entry);
  // The address of a frame is not that of the page around it.
  if (!shown || restoring || isFramed) return;
  const view = { ...INITIAL, order: [], position: shown.timeline.length };
  writeAddress(shown, view).catch(() => {
    // A page opened from disk may not change its address.
  });
}

byId('help').addEventListener('click', () => byId<HTMLDialogElement>('keys').showModal());
byId('theme').addEventListener('click', () => {
  const next: Record<ThemeChoice, ThemeChoice> = { system: 'light', light: 'dark', dark: 'system' };
  store.set({ theme: next[store.get().theme] });
});

byId('watch').addEventListener('click', () => {
  store.set({ position: 0 });
  store.set({ playing: true });
});
byId('example').addEventListener('click', () => void generation.offer({ text: 'aspirin' }));

/** Whether the address is being read; it is not written then. */
let restoring = true;

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
  const { file, missing } = linked;
  const request = linked.smiles ?? (file || missing !== undefined ? undefined : readRequest(query));
  // The link needs no files where the page holds them or the address names them.
  if (packed.files.length > 0) await openFiles(packed.files, { origin: { first: 0 } });
  if (open.length > 0)
    await openFiles(await fetchFiles(open), { origin: { first: 0, ...(asked.length === 0 && { open }) } });
  if (file) {
    try {
      const read = await readText(file);
      const index = take(read);
      sources.set(file.name, { blob: new Blob([file.text]), recordsAre: undefined });
      read.entries.forEach((_, offset) => (origins[index + offset] = { first: index, inLink: true }));
      showAt(index);
    } catch (error) {
      tellProblem(error);
    }
  }
  if (missing !== undefined)
    tell(`${missing} was opened from your disk and is too large for the address: open it again.`, { kind: 'problem' });
  const running = request && generation.available ? generation.run(request) : undefined;
  await openReference([...packed.references, ...(await fetchFiles(query.getAll('reference')))]);
  const restored = (): void => {
    if (Object.keys(linked.state).length > 0 || linked.camera) restore(linked);
    restoring = false;
    keepAddress();
  };
  if (running)
    void running.then(() => {
      // Who has turned to something else in the meantime stays there.
      if (origins[store.get().entry]?.smiles === request) restored();
      restoring = false;
    });
  else if (session.entries().length > 0) restored();
  else restoring = false;
  document.documentElement.dataset['ready'] = 'true';
  if (session.entries().length === 0 && !running) afterwards();
}

/** What makes the first molecule come sooner, once the page itself is drawn and answers. */
function afterwards(): void {
  requestAnimationFrame(() =>
    setTimeout(() => {
      if (!isFramed) generation.prepare();
      scene?.warmUp();
    }),
  );
}

function restore({ state, camera }: Linked): void {
  const { entry: offset = 0, ...rest } = state;
  // Indices in a link count from the first molecule of the files that it brings, which were opened last.
  const entry = (origins[session.entries().length - 1]?.first ?? 0) + offset;
  if (!session.shown(entry)) return;
  showAt(entry);
  const shown = session.shown(entry);
  const count = shown?.conformers.length ?? 1;
  const atoms = shown?.entry.structure.atoms.length ?? 0;
  const ticked = rest.shown ?? 'all';
  store.set({
    playing: false,
    ...rest,
    active: Math.min(rest.active ?? 0, count - 1),
    shown: ticked === 'all' ? ticked : ticked.filter((index) => index < count),
    position: Math.min(rest.position ?? shown?.timeline.length ?? 0, shown?.timeline.length ?? 0),
    measurements: (rest.measurements ?? []).filter((measured) => measured.every((atom) => atom < atoms)),
  });
  if (camera) scene?.setCamera(camera);
}

showEntry();
connectFrame({
  store,
  session,
  ready: start().catch(tellProblem),
  open: (file) => void openFiles([file]),
  generate: (request) => void generation.run(request),
  sdf() {
    const shown = session.shown(store.get().entry);
    if (!shown || shown.entry.live) return '';
    const energyOf = (index: number) => results.conformer(shown, index).energy;
    return FORMATS.sdf.text(recordsOf(shown.entry, [...shown.conformers.keys()], energyOf));
  },
});
