/** Large files of a static build, which holds them compressed: hosts compress them less, or not at all. */
import { SPLIT } from '../../src/embed/packed-files.js';

/** Of the static build that the page belongs to; undefined where files lie as they are. */
export const staticVersion = (): string | undefined => document.documentElement.dataset['static'];

/**
 * The content of a file, or its address where the build has it uncompressed alone.
 * @param version of the static build: a browser keeps files of another one apart
 */
export async function unpacked(address: string, version: string | undefined): Promise<string | Blob> {
  if (version === undefined) return address;
  const split = address.endsWith('.safetensors');
  const response = await fetch(`${address}${split ? SPLIT : ''}.br?${version}`);
  if (!response.ok) return address;
  const sent = new Uint8Array(await response.arrayBuffer());
  // Some hosts say of such files how they are encoded, and the browser has decoded them then.
  const bytes = response.headers.get('content-encoding') === 'br' ? sent : await decompress(sent);
  const type = address.endsWith('.wasm') ? 'application/wasm' : 'application/octet-stream';
  return new Blob([split ? joined(bytes) : bytes], { type });
}

/** Where a content can be read. */
export function addressOf(content: string | Blob): string {
  return typeof content === 'string' ? content : URL.createObjectURL(content);
}

/** By the browser, where it can. */
async function decompress(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  let stream: TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>> | undefined;
  try {
    stream = new DecompressionStream('brotli' as CompressionFormat);
  } catch {
    // Browsers have learned it one after another since 2024.
  }
  if (stream) return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
  const brotli = await import('brotli/decompress');
  return brotli.decompress(bytes) as Uint8Array<ArrayBuffer>;
}

/** Undoes `splitBytes` of packed-files.ts. */
function joined(split: Uint8Array): Uint8Array<ArrayBuffer> {
  const half = split.length >> 1;
  const out = new Uint8Array(split.length);
  split.forEach((byte, i) => (out[i < half ? 2 * i : 2 * (i - half) + 1] = byte));
  return out;
}
