/** How a static build of the viewer names what it holds compressed; the page reads them (viewer/src/unpack.ts). */

/** Between the name of a model and `.br`: its bytes are split. */
export const SPLIT = '.split';

/**
 * All bytes at even places, then all at odd ones: of 16-bit floats the low halves and the high ones, which compress by a
 * third while the low ones do not compress at all. The number of bytes is even.
 */
export function splitBytes(bytes: Uint8Array): Uint8Array {
  const half = bytes.length >> 1;
  const out = new Uint8Array(bytes.length);
  bytes.forEach((byte, i) => (out[(i >> 1) + (i % 2) * half] = byte));
  return out;
}
