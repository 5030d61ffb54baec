/**
 * Unpacks gzip (RFC 1952), member after member. Where the data are damaged, cut off or followed by something else, all
 * that came before is given first, and the error says at which byte it ends.
 */

import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib';
import { byteReader, type ByteReader } from './byte-reader.js';

/** Bytes that are unpacked at a time: they may become a thousand times as many. */
const PIECE = 1 << 14;
/** A member that becomes no more than this is unpacked at once: a file may have one for every molecule. */
const SMALL = 1 << 20;
const [FHCRC, FEXTRA, FNAME, FCOMMENT] = [2, 4, 8, 16];
const HEADER_LENGTH = 10;
const TRAILER_LENGTH = 8;

/** @throws Error, after what can be read */
export async function* gunzip(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const input = byteReader(chunks);
  for (let member = 0; ; member++) {
    const start = input.position();
    if (!(await input.has(1))) return;
    if (!(await readHeader(input))) {
      if (await onlyZeros(input)) return;
      throw new Error(
        member === 0
          ? 'its gzip header is damaged'
          : `the gzip data end at byte ${start}, and something else follows; what came before is read`,
      );
    }
    let [sum, size] = [0, 0];
    for await (const piece of inflate(input)) {
      sum = crc32(piece, sum);
      size = (size + piece.length) % 2 ** 32;
      yield piece;
    }
    if (!(await input.has(TRAILER_LENGTH))) throw cutOff(input);
    const trailer = Buffer.from(input.take(TRAILER_LENGTH));
    if (trailer.readUInt32LE(0) !== sum || trailer.readUInt32LE(4) !== size)
      throw new Error(`the gzip data are damaged before byte ${input.position()}: their checksum does not fit`);
  }
}

const cutOff = (input: ByteReader): Error =>
  new Error(`the gzip data end too early, at byte ${input.end()}: the file is cut off; what came before is read`);

/** False where no header of a member stands there. */
async function readHeader(input: ByteReader): Promise<boolean> {
  if (!(await input.has(HEADER_LENGTH))) return false;
  const header = input.take(HEADER_LENGTH);
  if (header[0] !== 0x1f || header[1] !== 0x8b || header[2] !== 8) {
    input.back(header);
    return false;
  }
  const flags = header[3];
  const skip = async (count: number): Promise<void> => {
    if (!(await input.has(count))) throw cutOff(input);
    input.take(count);
  };
  const skipText = async (): Promise<void> => {
    do if (!(await input.has(1))) throw cutOff(input);
    while (input.take(1)[0] !== 0);
  };
  if (flags & FEXTRA) {
    if (!(await input.has(2))) throw cutOff(input);
    const length = input.take(2);
    await skip(length[0] + 256 * length[1]);
  }
  if (flags & FNAME) await skipText();
  if (flags & FCOMMENT) await skipText();
  if (flags & FHCRC) await skip(2);
  return true;
}

/** Tapes and disk images pad with zeros. */
async function onlyZeros(input: ByteReader): Promise<boolean> {
  while (await input.has(1)) if (input.take(PIECE).some((byte) => byte !== 0)) return false;
  return true;
}

/** The unpacked bytes of the deflate stream that starts here; what follows it stays in the input. */
async function* inflate(input: ByteReader): AsyncGenerator<Uint8Array> {
  const whole = inflateSmall(input.waiting());
  if (whole !== undefined) {
    input.take(whole.used);
    yield whole.bytes;
    return;
  }
  const stream = createInflateRaw({ chunkSize: 1 << 16 });
  const pieces: Uint8Array[] = [];
  let [ended, failure] = [false, undefined as Error | undefined];
  stream.on('data', (piece: Uint8Array) => pieces.push(piece));
  const over = new Promise<void>((resolve) => {
    stream.once('end', () => ((ended = true), resolve()));
    stream.once('error', (error: Error) => ((failure = error), resolve()));
  });
  const start = input.position();
  try {
    while (!ended) {
      if (!(await input.has(1))) throw cutOff(input);
      const piece = input.take(PIECE);
      await Promise.race([over, new Promise<void>((resolve) => stream.write(piece, () => resolve()))]);
      // Ends arrive a moment after the data.
      await new Promise((resolve) => setImmediate(resolve));
      const unused = input.position() - start - stream.bytesWritten;
      yield* pieces.splice(0);
      if (failure)
        throw new Error(
          `the gzip data are damaged after byte ${start + stream.bytesWritten}; what came before is read`,
          {
            cause: failure,
          },
        );
      if (unused > 0) {
        input.back(piece.subarray(piece.length - unused));
        break;
      }
    }
  } finally {
    stream.destroy();
  }
}

/** Undefined where the stream does not end within these bytes, or is large, or damaged. */
function inflateSmall(bytes: Uint8Array): { bytes: Uint8Array; used: number } | undefined {
  try {
    const { buffer, engine } = inflateRawSync(bytes, { info: true, maxOutputLength: SMALL }) as unknown as {
      buffer: Uint8Array;
      engine: { bytesWritten: number };
    };
    return { bytes: buffer, used: engine.bytesWritten };
  } catch {
    return undefined;
  }
}
