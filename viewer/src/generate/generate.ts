/** The generation form: a SMILES or a name becomes a trajectory that plays as it is made. */
import list from '../../../molecules/molecules.json?raw';
import { findMolecule, parseNamedMolecules, UnknownMoleculeError } from '../../../src/chem/named-molecules.js';
import type { Structure } from '../../../src/chem/structure.js';
import type { GenerationReport } from '../../../src/generation/finish.js';
import { lastFrame, type Conformer, type Entry } from '../data/trajectory.js';
import { byId, h } from '../dom.js';
import { tell } from '../messages.js';
import type { Session } from '../session.js';
import type { Store } from '../store.js';
import { createAssembly, type Assembly } from './assemble.js';
import type { CancelRequest, GenerateRequest, GeneratorAnswer } from './protocol.js';
import { startGenerator } from './start-generator.js';

export interface GenerationRequest {
  /** SMILES or a known name. */
  readonly text: string;
  readonly count: number;
  readonly seed: number;
}

export interface Generation {
  /** Whether this page can make conformers. */
  readonly available: boolean;
  /** Resolves when the conformers are made, or a later request has taken the place of this one. */
  run(request: GenerationRequest): Promise<void>;
  /** Gives up a molecule of which nothing is shown yet: the user has turned to something else. */
  abandon(): void;
}

interface Running {
  readonly request: GenerationRequest;
  readonly id: number;
  readonly name: string;
  readonly finish: () => void;
  structure: Structure | undefined;
  smiles: string;
  readonly assembly: Assembly;
  entry: number;
}

function outcome({ asked, delivered, reason }: GenerationReport, seconds: number): string {
  const made = `${delivered} conformer${delivered === 1 ? '' : 's'} in ${seconds.toFixed(1)} s, stereo and geometry verified.`;
  return delivered < asked ? `${made} Fewer than the ${asked} asked for: ${reason ?? ''}.` : made;
}

export function connectGeneration({
  store,
  session,
  onShown,
  onDone,
}: {
  readonly store: Store;
  readonly session: Session;
  /** The first frame of a new molecule is there. */
  readonly onShown: (entry: number, request: GenerationRequest) => void;
  readonly onDone: (entry: number) => void;
}): Generation {
  const form = byId<HTMLFormElement>('generate');
  const input = byId<HTMLInputElement>('smiles');
  const count = byId<HTMLInputElement>('count');
  const button = byId<HTMLButtonElement>('run');
  const known = parseNamedMolecules(list);
  byId('known').append(...known.map(({ name, formula }) => h('option', { value: name }, formula)));

  let worker: Worker | undefined;
  let running: Running | undefined;
  let next = 0;
  let last: GenerationRequest | undefined;
  let redraw = 0;

  function start(): Worker | undefined {
    const started = startGenerator();
    started?.addEventListener('message', ({ data }: MessageEvent<GeneratorAnswer>) => take(data));
    started?.addEventListener('error', (event) => fail(event.message || 'The generator could not be loaded.'));
    return started;
  }

  worker = start();
  const available = worker !== undefined;
  form.hidden = !available;

  function fail(message: string): void {
    tell(message, { kind: 'problem' });
    // A dead RDKit or engine does not come back: the next request gets a new worker.
    worker?.terminate();
    worker = undefined;
    end();
  }

  function end(): void {
    running?.finish();
    running = undefined;
    button.textContent = 'Generate';
    form.removeAttribute('aria-busy');
  }

  function take(answer: GeneratorAnswer): void {
    if (answer.kind === 'ready') {
      button.title = `${answer.model}, ${answer.engine}`;
      return;
    }
    if (answer.kind === 'failed' && answer.id === undefined) return fail(answer.message);
    if (!running || answer.id !== running.id) return;
    switch (answer.kind) {
      case 'molecule':
        running.structure = answer.structure;
        running.smiles = answer.smiles;
        return;
      case 'frame':
        running.assembly.take(answer.event);
        return plan();
      case 'done': {
        const { conformers, report, seconds } = answer;
        if (conformers.length === 0) tell(`No conformer: ${report.reason ?? 'none was drawn'}.`, { kind: 'problem' });
        else {
          show(running.assembly.delivered(conformers), { live: false });
          tell(outcome(report, seconds));
        }
        const { entry } = running;
        end();
        if (entry >= 0) onDone(entry);
        return;
      }
      case 'failed':
        tell(answer.message, { kind: 'problem' });
        end();
    }
  }

  /** Frames come faster than a screen shows them. */
  function plan(): void {
    if (redraw !== 0) return;
    redraw = requestAnimationFrame(() => {
      redraw = 0;
      if (running) show(running.assembly.live(new Map([['MOLFLOW_SMILES', running.smiles]])), { live: true });
    });
  }

  function show(conformers: readonly Conformer[], { live }: { readonly live: boolean }): void {
    cancelAnimationFrame(redraw);
    redraw = 0;
    if (!running?.structure || conformers.length === 0) return;
    const { structure, name, request } = running;
    const { coordinates } = lastFrame(conformers[0]);
    const entry: Entry = {
      structure: { ...structure, coordinates },
      conformers,
      bondsGuessed: false,
      ambiguous: false,
      source: name,
      live,
    };
    if (running.entry < 0) {
      running.entry = session.add([entry]);
      onShown(running.entry, request);
    } else session.replace(running.entry, entry);
    // The newest frame is followed unless the user has gone elsewhere.
    const length = session.shown(running.entry)?.timeline.length ?? 0;
    if (store.get().entry === running.entry && live) store.set({ position: length });
  }

  async function run(request: GenerationRequest): Promise<void> {
    const text = request.text.trim();
    if (text === '') {
      tell('Type a SMILES, such as CC(=O)O, or the name of a known molecule, such as caffeine.', { kind: 'problem' });
      input.focus();
      return;
    }
    let { smiles, name } = { smiles: text, name: text };
    try {
      ({ smiles, name } = findMolecule(known, text));
    } catch (error) {
      if (!(error instanceof UnknownMoleculeError)) throw error;
      // Words are no SMILES; what may be one is left to RDKit.
      if (error.suggestions.length > 0 && /[a-z]{3}|\s/i.test(text) && !/[=#()[\]\d]/.test(text)) {
        tell(error.message, { kind: 'problem' });
        return;
      }
    }
    worker ??= start();
    if (!worker) {
      tell('This build of the viewer has no model, so it cannot make conformers. Files can be opened.', {
        kind: 'problem',
      });
      return;
    }
    running?.finish();
    next += 1;
    last = request;
    button.textContent = 'Making …';
    form.setAttribute('aria-busy', 'true');
    const message: GenerateRequest = {
      kind: 'generate',
      id: next,
      smiles,
      name,
      count: request.count,
      seed: request.seed,
    };
    const sent = worker;
    await new Promise<void>((resolve) => {
      running = {
        request,
        id: next,
        name,
        finish: resolve,
        structure: undefined,
        smiles,
        assembly: createAssembly(),
        entry: -1,
      };
      sent.postMessage(message);
    });
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const wanted = Math.max(1, Math.min(20, Math.round(Number(count.value)) || 1));
    count.value = String(wanted);
    // The same molecule again is another draw.
    const seed = last && last.text === input.value && last.count === wanted ? last.seed + 1 : 1;
    void run({ text: input.value, count: wanted, seed });
  });

  function abandon(): void {
    if (!running || running.entry >= 0) return;
    worker?.postMessage({ kind: 'cancel' } satisfies CancelRequest);
    end();
  }

  return { available, run, abandon };
}
