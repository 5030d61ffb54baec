/** An exported page makes no conformers, so it has nothing to draw for. */
import type { EditorModule } from './load-editor.js';

export function loadEditor(): Promise<EditorModule> {
  return Promise.reject(new Error('An exported page has no editor.'));
}
