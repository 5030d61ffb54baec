/** OpenChemLib's structure editor, fetched when the sketcher is first opened. An exported page has none (load-editor.page.ts). */
import type { CanvasEditor, Molecule } from 'openchemlib';

export interface EditorModule {
  readonly CanvasEditor: typeof CanvasEditor;
  readonly Molecule: typeof Molecule;
}

export function loadEditor(): Promise<EditorModule> {
  return import('openchemlib');
}
