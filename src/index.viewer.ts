/** molflow/viewer: the element `<molflow-viewer>`, which shows conformers in any page. docs/embedding.md tells how. */
export { MolflowViewer, type MolflowViewerEvents } from './embed/viewer-element.js';
export type { ShownMolecule, ViewerControls, ViewerDrawStyle } from './embed/protocol.js';
