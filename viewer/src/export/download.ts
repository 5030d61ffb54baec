/** Hands a file to the browser's downloads, named after the molecule. */
import { h } from '../dom.js';
import type { Shown } from '../session.js';

export function download(name: string, blob: Blob): void {
  const url = URL.createObjectURL(blob);
  h('a', { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** A name for files: letters, digits and dashes of the molecule's name. */
export function fileStem({ entry }: Pick<Shown, 'entry'>): string {
  const stem = (entry.structure.name || entry.source)
    .replace(/\.(sdf|xyz|mol|gz)+$/i, '')
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return stem.slice(0, 60) || 'molecule';
}
