/** Large files: beside the page, or inside it where it is one exported file. */

/**
 * Address of an asset, or in an exported page, whose assets are gzipped in the page itself, its content;
 * `unpackAssets` must have run before. (A worker of a page opened from disk cannot fetch what the page made.)
 */
export function asset(name: string, url: string): string | Blob {
  return unpacked.get(name) ?? new URL(url, document.baseURI).href;
}

const unpacked = new Map<string, Blob>();

/** Keeps the content of an asset that a worker has unpacked. */
export function keepAsset(name: string, content: string | Blob): void {
  if (typeof content !== 'string') unpacked.set(name, content);
}

/** A file that was packed into the page. */
export interface PackedFile {
  readonly name: string;
  readonly blob: Blob;
}

/** Unpacks the data blocks of an exported page; gives its molecule files and keeps its assets for `asset`. */
export async function unpackAssets(): Promise<{ files: PackedFile[]; references: PackedFile[] }> {
  const files: PackedFile[] = [];
  const references: PackedFile[] = [];
  for (const block of document.querySelectorAll<HTMLScriptElement>('script[type="application/octet-stream"]')) {
    const { kind = '', name = '' } = block.dataset;
    const bytes = Uint8Array.from(atob((block.textContent ?? '').trim()), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    const blob = await new Response(stream, {
      headers: { 'content-type': name === 'rdkit' ? 'application/wasm' : 'text/plain' },
    }).blob();
    if (kind === 'asset') unpacked.set(name, blob);
    else (kind === 'reference' ? references : files).push({ name, blob });
    block.remove();
  }
  return { files, references };
}
