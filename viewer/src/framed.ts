/** The page in the frame of a `<molflow-viewer>`: does what the element asks for, and tells it what is shown. */
import { CONTROLS, DRAW_STYLES, isMessage, oneOf, type FromPage, type ToPage } from '../../src/embed/protocol.js';
import type { Entry } from './data/trajectory.js';
import { readRequest, type GenerationRequest } from './generate/request.js';
import { onProblem } from './messages.js';
import type { Session } from './session.js';
import type { Store } from './store.js';

/** Whether this page stands in a frame of another. */
export const isFramed = parent !== window;

/** Shows all controls, or those alone that the page around this one wants; `?controls=` says so to begin with. */
export function showControls(value: string | null): void {
  const controls = oneOf(CONTROLS, value) ?? 'all';
  const { dataset } = document.documentElement;
  if (controls === 'all') delete dataset['controls'];
  else dataset['controls'] = controls;
}

export function connectFrame({
  store,
  session,
  ready,
  open,
  generate,
  sdf,
}: {
  readonly store: Store;
  readonly session: Session;
  /** Resolves when the page has shown what its address asks for. */
  readonly ready: Promise<void>;
  readonly open: (file: { readonly name: string; readonly blob: Blob }) => void;
  readonly generate: (request: GenerationRequest) => void;
  /** All conformers shown, as SDF. */
  readonly sdf: () => string;
}): void {
  // A page without an origin (a file, a sandboxed frame) has none in common with another.
  if (!isFramed || origin === 'null') return;
  let heard = false;
  let last: { entry: Entry; text: string } | undefined;

  function say(message: FromPage): void {
    if (heard) parent.postMessage(message, origin);
  }

  function tellShown(): void {
    const { entry, active } = store.get();
    const shown = session.shown(entry);
    if (!heard || !shown || shown.entry.live) return;
    const { structure, source } = shown.entry;
    const molecule = {
      name: structure.name || source,
      atoms: structure.atoms.length,
      conformers: shown.conformers.length,
      conformer: active,
    };
    const text = JSON.stringify(molecule);
    if (last?.entry === shown.entry && last.text === text) return;
    last = { entry: shown.entry, text };
    say({ molflow: 'shown', molecule });
  }

  function take(message: ToPage, [port]: readonly MessagePort[]): void {
    switch (message.molflow) {
      case 'hello':
        void ready.then(() => {
          heard = true;
          say({ molflow: 'ready' });
          tellShown();
        });
        return;
      case 'open':
        return open({ name: message.name, blob: message.content });
      case 'generate': {
        const request = readRequest(new URLSearchParams(message.request));
        if (request) generate(request);
        return;
      }
      case 'look': {
        const style = oneOf(DRAW_STYLES, message.drawStyle ?? null);
        if (style) store.set({ style });
        return showControls(message.controls);
      }
      case 'sdf':
        return port?.postMessage(sdf());
    }
  }

  addEventListener('message', ({ data, source, origin: from, ports }: MessageEvent<unknown>) => {
    // Any page may put this one into a frame; it is told nothing of the files here.
    if (source === parent && from === origin && isMessage(data)) take(data as ToPage, ports);
  });
  onProblem((message) => say({ molflow: 'problem', message }));
  store.watch(['entry', 'active'], tellShown);
  session.onChange(tellShown);
}
