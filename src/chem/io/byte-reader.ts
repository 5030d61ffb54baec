/** Takes bytes from chunks by their number, waiting for more where fewer have arrived. */

export interface ByteReader {
  /** Bytes taken so far. */
  position(): number;
  /** Bytes that have arrived so far: the length of the file, once it has ended. */
  end(): number;
  /** Waits for so many bytes; false where fewer are left. */
  has(count: number): Promise<boolean>;
  /** Takes up to so many of those that wait. */
  take(count: number): Uint8Array;
  /** Puts the last of the bytes taken back. */
  back(bytes: Uint8Array): void;
  /** All that wait, not taken. */
  waiting(): Uint8Array;
}

export function byteReader(chunks: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = chunks[Symbol.asyncIterator]();
  let waiting: Uint8Array = new Uint8Array(0);
  let taken = 0;
  return {
    position: () => taken,
    waiting: () => waiting,
    end: () => taken + waiting.length,
    async has(count) {
      while (waiting.length < count) {
        const next = await iterator.next();
        if (next.done === true) return false;
        waiting = waiting.length === 0 ? next.value : joined(waiting, next.value);
      }
      return true;
    },
    take(count) {
      const bytes = waiting.subarray(0, count);
      waiting = waiting.subarray(bytes.length);
      taken += bytes.length;
      return bytes;
    },
    back(bytes) {
      if (bytes.length === 0) return;
      // It was cut off the front of what waits, so the memory before it still holds it.
      waiting = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length + waiting.length);
      taken -= bytes.length;
    },
  };
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const all = new Uint8Array(first.length + second.length);
  all.set(first);
  all.set(second, first.length);
  return all;
}
