/** `<molflow-viewer>`: the viewer's page in a frame, which attributes tell what to show. */
import {
  CONTROLS,
  DRAW_STYLES,
  isMessage,
  oneOf,
  type FromPage,
  type ShownMolecule,
  type ToPage,
  type ViewerControls,
  type ViewerDrawStyle,
} from './protocol.js';

/** Where the page is unless the attribute `page` says: beside this script, in the viewer's folder. */
const BESIDE = './index.html';

/** Attributes that go into a request as they are. */
const OF_REQUEST = ['smiles', 'count', 'seed', 'quality', 'optimize', 'phase'];
const OF_LOOK = ['draw-style', 'controls'];

const STYLE = `
  :host { display: block; height: 28rem; }
  :host([hidden]) { display: none; }
  iframe { display: block; width: 100%; height: 100%; border: 0; }
`;

// Node has no elements: there the module may be imported, by what is rendered on a server, and does nothing.
const Base = globalThis.HTMLElement ?? (class {} as typeof HTMLElement);

/**
 * Attributes: `src` (a file: SDF, MOL, XYZ) or `smiles` (a SMILES or a known name) with `count`, `seed`, `quality`,
 * `optimize` and `phase`; `draw-style`; `controls`; `page`. Events, none of which can be cancelled: `ready`; `shown`, whose `detail`
 * is a {@link ShownMolecule}; `problem`, whose `detail` is a message.
 */
export class MolflowViewer extends Base {
  static readonly observedAttributes = ['src', 'page', 'aria-label', ...OF_REQUEST, ...OF_LOOK];

  #frame: HTMLIFrameElement | undefined;
  #ready = false;
  #molecule: ShownMolecule | undefined;
  /** What is to be said anew once the present task is done: attributes are set one after another. */
  #due = new Set<'molecule' | 'look'>();

  /** Address of the file that is shown; fetched by this page, so it may be of another host that allows it. */
  get src(): string | null {
    return this.getAttribute('src');
  }
  set src(value: string | null) {
    this.#set('src', value);
  }

  /** SMILES or known name of the molecule that is made, where there is no `src`. */
  get smiles(): string | null {
    return this.getAttribute('smiles');
  }
  set smiles(value: string | null) {
    this.#set('smiles', value);
  }

  /** How many conformers are made. */
  get count(): number {
    return Number(this.getAttribute('count') ?? 4);
  }
  set count(value: number) {
    this.#set('count', String(value));
  }

  get seed(): number {
    return Number(this.getAttribute('seed') ?? 1);
  }
  set seed(value: number) {
    this.#set('seed', String(value));
  }

  get drawStyle(): ViewerDrawStyle {
    return oneOf(DRAW_STYLES, this.getAttribute('draw-style')) ?? 'ball';
  }
  set drawStyle(value: ViewerDrawStyle) {
    this.#set('draw-style', value);
  }

  /** As of `<video>`: none without the attribute, all with it; `controls="playback"` are those below the molecule. */
  get controls(): ViewerControls {
    return oneOf(CONTROLS, this.getAttribute('controls')) ?? (this.hasAttribute('controls') ? 'all' : 'none');
  }
  set controls(value: ViewerControls) {
    this.#set('controls', value);
  }

  /** Address of the viewer's page, of the same origin as this one; by default `index.html` beside the element's script. */
  get page(): string {
    return new URL(this.getAttribute('page') ?? new URL(BESIDE, import.meta.url), document.baseURI).href;
  }
  set page(value: string) {
    this.#set('page', value);
  }

  /** What is shown; undefined while nothing is. */
  get molecule(): ShownMolecule | undefined {
    return this.#molecule;
  }

  /** Shows a file that this page has already. Its name says by its ending what it is. */
  open(name: string, content: Blob | string): void {
    this.#say({ molflow: 'open', name, content: typeof content === 'string' ? new Blob([content]) : content });
  }

  /** All conformers of the molecule that is shown, as an SD file; empty while nothing is shown. */
  sdf(): Promise<string> {
    if (!this.#ready) return Promise.resolve('');
    const { port1, port2 } = new MessageChannel();
    return new Promise((resolve) => {
      port1.onmessage = ({ data }: MessageEvent<string>) => {
        port1.close();
        resolve(data);
      };
      this.#say({ molflow: 'sdf' }, [port2]);
    });
  }

  connectedCallback(): void {
    const root = this.shadowRoot ?? this.attachShadow({ mode: 'open' });
    // A sheet of its own needs no leave of the page's Content-Security-Policy, an inline style does.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(STYLE);
    root.adoptedStyleSheets = [sheet];
    addEventListener('message', this.#hear);
    this.#load();
  }

  disconnectedCallback(): void {
    removeEventListener('message', this.#hear);
    this.#unload();
  }

  attributeChangedCallback(name: string): void {
    if (name === 'page') this.#load();
    else if (name === 'aria-label') this.#entitle();
    else this.#plan(OF_LOOK.includes(name) ? 'look' : 'molecule');
  }

  #set(name: string, value: string | null): void {
    if (value === null) this.removeAttribute(name);
    else this.setAttribute(name, value);
  }

  #load(): void {
    this.#unload();
    if (!this.isConnected || !this.shadowRoot) return;
    const page = new URL(this.page);
    if (page.origin !== location.origin)
      return this.#problem(
        `The viewer's page ${page.href} is of another origin than this one. Copy it here with “molflow view --static FOLDER”.`,
      );
    page.searchParams.set('controls', this.controls);
    const frame = document.createElement('iframe');
    frame.src = page.href;
    frame.allow = 'clipboard-write; fullscreen';
    frame.addEventListener('load', () => this.#post({ molflow: 'hello' }));
    this.#frame = frame;
    this.#entitle();
    this.shadowRoot?.append(frame);
  }

  #unload(): void {
    this.#frame?.remove();
    this.#frame = undefined;
    this.#ready = false;
    this.#molecule = undefined;
  }

  #entitle(): void {
    if (this.#frame) this.#frame.title = this.getAttribute('aria-label') ?? 'Molecule';
  }

  #plan(what: 'molecule' | 'look'): void {
    if (!this.#ready) return;
    if (this.#due.size === 0) queueMicrotask(() => this.#tell());
    this.#due.add(what);
  }

  #tell(): void {
    const due = this.#due;
    this.#due = new Set();
    if (due.has('look')) {
      const drawStyle = this.hasAttribute('draw-style') ? this.drawStyle : undefined;
      this.#say({ molflow: 'look', drawStyle, controls: this.controls });
    }
    if (!due.has('molecule')) return;
    if (this.src !== null) void this.#fetch(new URL(this.src, document.baseURI));
    else if (this.smiles !== null) {
      const given = OF_REQUEST.flatMap((name) => {
        const value = this.getAttribute(name);
        return value === null ? [] : [[name, value] as const];
      });
      this.#say({ molflow: 'generate', request: Object.fromEntries(given) });
    }
  }

  /** The file is fetched here and not by the frame, whose policy lets it ask its own host alone. */
  async #fetch(address: URL): Promise<void> {
    const { src } = this;
    try {
      const response = await fetch(address);
      if (!response.ok) throw new Error(`the server answered ${response.status}`);
      const content = await response.blob();
      // Another may have been asked for meanwhile.
      if (src !== this.src) return;
      this.open(decodeURIComponent(address.pathname.split('/').pop() ?? ''), content);
    } catch (error) {
      this.#problem(`${address.href} could not be loaded: ${error instanceof Error ? error.message : String(error)}.`);
    }
  }

  readonly #hear = ({ data, source, origin }: MessageEvent<unknown>): void => {
    if (source !== this.#frame?.contentWindow || origin !== location.origin || !isMessage(data)) return;
    const message = data as FromPage;
    switch (message.molflow) {
      case 'ready':
        this.#ready = true;
        this.#emit('ready');
        this.#plan('look');
        this.#plan('molecule');
        return;
      case 'shown':
        this.#molecule = message.molecule;
        return this.#emit('shown', message.molecule);
      case 'problem':
        return this.#problem(message.message);
    }
  };

  #say(message: ToPage, ports: MessagePort[] = []): void {
    if (this.#ready) this.#post(message, ports);
    // Said again when it is.
    else if (message.molflow === 'open') this.addEventListener('ready', () => this.#post(message), { once: true });
  }

  #post(message: ToPage, ports: MessagePort[] = []): void {
    this.#frame?.contentWindow?.postMessage(message, location.origin, ports);
  }

  #problem(message: string): void {
    this.#emit('problem', message);
  }

  #emit(name: 'ready' | 'shown' | 'problem', detail?: ShownMolecule | string): void {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'molflow-viewer': MolflowViewer;
  }
}

/** What the element's events tell in `detail`. */
export interface MolflowViewerEvents {
  readonly ready: CustomEvent<undefined>;
  readonly shown: CustomEvent<ShownMolecule>;
  readonly problem: CustomEvent<string>;
}

if (globalThis.customElements?.get('molflow-viewer') === undefined)
  globalThis.customElements?.define('molflow-viewer', MolflowViewer);
