/** molflow/viewer: the element `<molflow-viewer>`, which shows conformers in any page. docs/embedding.md tells how. */
import { MolflowViewer } from './embed/viewer-element.js';
import type { ShownMolecule } from './embed/protocol.js';

export { MolflowViewer };
export type { ShownMolecule, ViewerControls, ViewerDrawStyle } from './embed/protocol.js';

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
