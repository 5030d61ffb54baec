/** The generation form: a SMILES or a name becomes conformers. However a run ends, `end` shows what was finished. */
import list from '../../../molecules/molecules.json?raw';
import { findMolecule, parseNamedMolecules, UnknownMoleculeError } from '../../../src/chem/named-molecules.js';
import type { GenerationEvent, PreparedEvent } from '../../../src/generation/events.js';
import { collectEvents, type Collector, type GenerationResult } from '../../../src/generation/finish.js';
import { DEFAULT_PHASE } from '../../../src/network/phase-names.js';
import { keepAsset } from '../assets.js';
import { lastFrame, type Conformer, type Entry } from '../data/trajectory.js';
import { byId, h } from '../dom.js';
import { tell } from '../messages.js';
import { keepOffline } from '../offline/register.js';
import type { Session } from '../session.js';
import type { Store } from '../store.js';
import { createAssembly, type Assembly } from './assemble.js';
import { connectProgress } from './progress.js';
import type { CancelRequest, GenerateRequest, GeneratorAnswer } from './protocol.js';
import { MAX_COUNT, QUALITIES, readRequest, RELAXATIONS, sameRequest, type GenerationRequest } from './request.js';
import { canGenerate, hasFastModel, startGenerator } from './start-generator.js';

export interface Generation {
  /** Whether this page can make conformers. */
  readonly available: boolean;
  /** Starts the worker before it is used: it reads RDKit, the engine and the model, in vain where a file is only looked at. */
  prepare(): void;
  /** Resolves when the run has ended, in whatever way. */
  run(request: GenerationRequest): Promise<Ending>;
  /** Fills the form in and runs it. */
  offer(request: Pick<GenerationRequest, 'text' | 'name'>): Promise<Ending>;
  /** SMILES of what the form holds and the last run was not of; undefined where there is nothing new. */
  typed(): string | undefined;
  /** Ends the run with the conformers that are finished; false where there is none. */
  stop(): boolean;
  /** A run of which nothing is shown yet goes on behind what the user looks at instead. */
  stayBehind(): void;
}

export interface Ending {
  /** Whether there are conformers. */
  readonly made: boolean;
  /** Whether the user ended it, or began something else. */
  readonly interrupted: boolean;
}

const NOT_BEGUN: Ending = { made: false, interrupted: false };

interface Running {
  readonly request: GenerationRequest;
  readonly id: number;
  readonly name: string;
  readonly begun: number;
  readonly resolve: (ending: Ending) => void;
  readonly collector: Collector;
  readonly assembly: Assembly;
  prepared: PreparedEvent | undefined;
  /** Whether its molecule is to be shown once there is something of it. */
  ahead: boolean;
  /** Index of its entry in the session; −1 before its first frame. */
  entry: number;
}

function outcome({ report, isomers }: GenerationResult, seconds: number): string {
  const { asked, delivered, reason } = report;
  const of = isomers ? ` of ${isomers.length} stereoisomer${isomers.length === 1 ? '' : 's'}` : '';
  const made = `${delivered} conformer${delivered === 1 ? '' : 's'}${of} in ${seconds.toFixed(1)} s, stereo and geometry verified.`;
  return [
    made,
    ...(delivered < asked ? [`Fewer than the ${asked} asked for: ${reason ?? ''}.`] : []),
    ...(isomers ? report.warnings : []),
  ].join(' ');
}

/** Whether a text could be the name of a molecule: words of letters, and not a SMILES such as “CCO” or “C1CC1”. */
function looksLikeAName(text: string): boolean {
  return /^[\p{L}\d][\p{L}\d' ,()-]*$/u.test(text) && /[a-z]{3}|\s/.test(text) && !/^[cnops\d()-]+$/.test(text);
}

export function connectGeneration({
  store,
  session,
  onMade,
  onDone,
}: {
  readonly store: Store;
  readonly session: Session;
  /** Called when there is a new molecule; `ahead`: it is to be shown. */
  readonly onMade: (entry: number, made: { readonly request: GenerationRequest; readonly ahead: boolean }) => void;
  /** Called when the run has ended and its conformers are final. */
  readonly onDone: (entry: number) => void;
}): Generation {
  const form = byId<HTMLFormElement>('generate');
  const input = byId<HTMLInputElement>('smiles');
  const field = (id: string): HTMLInputElement & HTMLSelectElement => byId(id);
  const button = byId<HTMLButtonElement>('run');
  const known = parseNamedMolecules(list);
  const progress = connectProgress({ onStop: () => void stop() });
  byId('known').append(...known.map(({ name, formula }) => h('option', { value: name }, formula)));
  field('count').max = String(MAX_COUNT);
  if (!hasFastModel) field('quality').querySelector('[value=fast]')?.remove();

  const stillness = matchMedia('(prefers-reduced-motion: reduce)');
  let worker: Worker | undefined;
  let running: Running | undefined;
  let next = 0;
  let redraw = 0;
  /** What the last run was of. */
  let made = '';
  /** The name of the molecule in the field, where the field holds its SMILES and the name came from elsewhere. */
  let named: { text: string; name: string } | undefined;

  function start(): Worker | undefined {
    if (worker) return worker;
    worker = startGenerator();
    worker?.addEventListener('message', ({ data }: MessageEvent<GeneratorAnswer>) => take(data));
    worker?.addEventListener('error', (event) => fail(event.message || 'The generator could not be loaded.'));
    return worker;
  }

  // Who turns to the form is about to use it.
  for (const turned of ['focusin', 'pointerenter']) form.addEventListener(turned, start, { once: true });
  form.hidden = !canGenerate;
  document.documentElement.toggleAttribute('data-generates', canGenerate);

  function fail(message: string): void {
    tell(message, { kind: 'problem' });
    // RDKit or the engine may be unusable after an error: the next request gets a new worker.
    worker?.terminate();
    worker = undefined;
    end({ because: 'the generator failed' });
  }

  function take(answer: GeneratorAnswer): void {
    if (answer.kind === 'ready') {
      button.title = `${answer.model}, ${answer.engine}`;
      keepAsset('rdkit', answer.rdkitWasm);
      keepOffline();
      byId('phase-choice').hidden = answer.phases.length < 2;
      return;
    }
    if (answer.kind === 'failed' && answer.id === undefined) return fail(answer.message);
    if (!running || answer.id !== running.id) return;
    switch (answer.kind) {
      case 'event':
        return observe(running, answer.event);
      case 'done':
        return end({});
      case 'failed':
        explain(running, answer);
        return end({ because: 'the run failed' });
    }
  }

  function observe(run: Running, event: GenerationEvent): void {
    const { collector, assembly, request, begun } = run;
    collector.observe(event);
    if (event.kind === 'prepared') run.prepared = event;
    assembly.take(event);
    // Who has asked for less motion sees what is finished, not how it forms.
    if (event.kind === 'frame' && !stillness.matches) plan();
    progress.observe(event, { count: request.count, finished: collector.candidates.length, begun });
  }

  function explain({ request }: Running, { message, code }: Extract<GeneratorAnswer, { kind: 'failed' }>): void {
    if (code === 'fragments') {
      const again = { ...request, largestFragment: true };
      return tell(message.replace(/ Remove the counter-ions.*$/, ''), {
        kind: 'problem',
        action: { text: 'Take the largest fragment', run: () => void run(again) },
      });
    }
    if (code === 'invalid' && request.name === undefined && looksLikeAName(request.text))
      return tell(notFound(request.text), { kind: 'problem' });
    if (request.text.startsWith('InChI='))
      return tell('The page reads no InChI. Give the SMILES of the molecule, draw it, or open a file of it.', {
        kind: 'problem',
      });
    tell(message, { kind: 'problem' });
  }

  /** The molecule that a text means: a known name, a SMILES, or one with its name after it, as lists have them; undefined where it can be none of them. */
  function meaning(text: string): { readonly smiles: string; readonly name: string } | undefined {
    try {
      return findMolecule(known, text);
    } catch (error) {
      if (!(error instanceof UnknownMoleculeError)) throw error;
      const [smiles = text, name = text] = /^(\S+)\s+(.+)$/.exec(text)?.slice(1) ?? [];
      if (looksLikeAName(smiles) && (error.suggestions.length > 0 || smiles !== text)) return undefined;
      return { smiles, name };
    }
  }

  function notFound(text: string): string {
    try {
      findMolecule(known, text);
    } catch (error) {
      if (error instanceof UnknownMoleculeError && error.suggestions.length > 0)
        return `“${text}” is not among the ${known.length} names that the page knows; did you mean ${error.suggestions.join(', or ')}? It is no SMILES either.`;
    }
    return `“${text}” is not among the ${known.length} names that the page knows, and no SMILES either. Any molecule can be given by its SMILES.`;
  }

  /** Redraws once a screen frame at most, and never in the background: frames of the flow come faster. */
  function plan(): void {
    if (redraw !== 0) return;
    redraw = requestAnimationFrame(() => {
      redraw = 0;
      if (!running?.prepared || (running.entry >= 0 && !looksAt(running))) return;
      const { molecule, phase } = running.prepared;
      const fields = new Map([
        ['MOLFLOW_SMILES', molecule.smiles],
        ['MOLFLOW_PHASE', phase],
      ]);
      show(running.assembly.live(fields), { live: true });
    });
  }

  const looksAt = ({ entry }: Running): boolean => store.get().entry === entry;

  function show(conformers: readonly Conformer[], { live }: { readonly live: boolean }): void {
    cancelAnimationFrame(redraw);
    redraw = 0;
    if (!running?.prepared || conformers.length === 0) return;
    const { name, request, prepared, ahead } = running;
    const { atoms, bonds } = prepared.molecule;
    const { coordinates } = lastFrame(conformers[0]);
    const entry: Entry = {
      structure: { name, atoms, bonds, dimension: 3, coordinates },
      conformers,
      ambiguous: false,
      source: name,
      live,
    };
    if (running.entry < 0) {
      running.entry = session.add([entry]);
      onMade(running.entry, { request, ahead });
    } else session.replace(running.entry, entry);
    // The slider follows the newest frame while this molecule is shown.
    if (live && looksAt(running)) store.set({ position: session.shown(running.entry)?.timeline.length ?? 0 });
  }

  session.onRemove((index) => {
    if (running && running.entry > index) running.entry -= 1;
  });

  /** Ends the run: its conformers are shown, or the molecule is removed where there are none. `because`: why it was cut short. */
  function end({
    because,
    interrupted = false,
    quiet = false,
  }: {
    because?: string;
    interrupted?: boolean;
    quiet?: boolean;
  }): void {
    if (!running) return;
    const { name, collector, assembly, prepared, begun, resolve } = running;
    const behind = running.entry < 0 ? !running.ahead : !looksAt(running);
    const about = behind ? `${name}: ` : '';
    const result = prepared && collector.finish(because);
    if (result && result.conformers.length > 0) {
      show(assembly.delivered(result), { live: false });
      if (!quiet) tell(about + outcome(result, (performance.now() - begun) / 1000));
    } else {
      if (result && because === undefined)
        tell(`${about}No conformer: ${result.report.reason ?? 'none was drawn'}.`, { kind: 'problem' });
      if (running.entry >= 0) session.remove(running.entry);
      running.entry = -1;
    }
    const { entry } = running;
    running = undefined;
    cancelAnimationFrame(redraw);
    redraw = 0;
    progress.end();
    form.removeAttribute('aria-busy');
    if (entry >= 0) onDone(entry);
    resolve({ made: entry >= 0, interrupted });
  }

  async function run(request: GenerationRequest): Promise<Ending> {
    const text = request.text.trim();
    if (text === '') {
      tell('Type a SMILES, such as CC(=O)O, or the name of a known molecule, such as caffeine.', { kind: 'problem' });
      input.focus();
      return NOT_BEGUN;
    }
    const meant = meaning(text);
    // Whether a text without blanks is a SMILES, RDKit decides.
    if (meant === undefined) {
      tell(notFound(text), { kind: 'problem' });
      return NOT_BEGUN;
    }
    const { smiles } = meant;
    const name = request.name ?? meant.name;
    const sent = start();
    if (!sent) {
      tell('This page has no model, so it makes no conformers. “molflow view” serves one that does.', {
        kind: 'problem',
      });
      return NOT_BEGUN;
    }
    end({ because: 'another molecule took its place', interrupted: true, quiet: true });
    next += 1;
    fill(request);
    made = text;
    form.setAttribute('aria-busy', 'true');
    const { text: _, ...settings } = request;
    const message: GenerateRequest = { kind: 'generate', id: next, ...settings, smiles, name };
    progress.begin(name);
    return new Promise((resolve) => {
      running = {
        request,
        id: next,
        name,
        begun: performance.now(),
        resolve,
        collector: collectEvents(),
        assembly: createAssembly(),
        prepared: undefined,
        ahead: true,
        entry: -1,
      };
      sent.postMessage(message);
    });
  }

  function fill(request: GenerationRequest): void {
    input.value = request.text;
    named = request.name === undefined ? undefined : { text: request.text, name: request.name };
    field('count').value = String(request.count);
    field('seed').value = String(request.seed);
    field('optimize').value = request.optimize ?? RELAXATIONS[0];
    field('energy-window').value = request.energyWindow === undefined ? '' : String(request.energyWindow);
    field('quality').value = request.quality ?? QUALITIES[0];
    field('phase').value = request.phase ?? DEFAULT_PHASE;
    field('enumerate-stereo').checked = request.enumerateStereo === true;
  }

  function read(): GenerationRequest {
    const text = input.value.trim();
    const request = readRequest(
      new URLSearchParams({
        smiles: text,
        count: field('count').value,
        seed: field('seed').value,
        ...(field('optimize').value !== RELAXATIONS[0] && { optimize: field('optimize').value }),
        ...(field('energy-window').value !== '' && { energyWindow: field('energy-window').value }),
        ...(field('enumerate-stereo').checked && { enumerateStereo: 'true' }),
        ...(field('quality').value !== QUALITIES[0] && { quality: field('quality').value }),
        ...(!byId('phase-choice').hidden && { phase: field('phase').value }),
        ...(named?.text === text && { name: named.name }),
      }),
    ) as GenerationRequest;
    field('count').value = String(request.count);
    field('seed').value = String(request.seed);
    return request;
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const request = read();
    // A double click, or Enter held down: this very request is running.
    if (running && sameRequest(running.request, request)) return;
    byId<HTMLDetailsElement>('options').open = false;
    void run(request);
  });

  function stop(): boolean {
    if (!running) return false;
    worker?.postMessage({ kind: 'cancel' } satisfies CancelRequest);
    end({ because: 'stopped', interrupted: true });
    return true;
  }

  function stayBehind(): void {
    if (running && running.entry < 0) running.ahead = false;
  }

  function typed(): string | undefined {
    const text = input.value.trim();
    if (text === '' || text === made) return undefined;
    return meaning(text)?.smiles ?? text;
  }

  return {
    available: canGenerate,
    prepare: () => void start(),
    typed,
    run,
    stop,
    stayBehind,
    offer({ text, name }) {
      input.value = text;
      named = name === undefined ? undefined : { text, name };
      return run(read());
    },
  };
}
