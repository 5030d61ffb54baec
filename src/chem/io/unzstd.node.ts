/**
 * Unpacks zstd (RFC 8878), frame after frame: a file may have one for every molecule, and Node's stream ends with the
 * first. The lengths of blocks stand before them, so that frames are told apart without unpacking.
 */
import { Readable } from 'node:stream';
import { NO_ZSTD, openZstd } from '../../files/compression.js';
import { byteReader, type ByteReader } from './byte-reader.js';

/** @throws Error where this Node has no zstd, and after what can be read where the data are damaged or cut off */
export async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (!openZstd) throw new Error(NO_ZSTD);
  const input = byteReader(chunks);
  while (await input.has(1)) {
    const stream = Readable.from(frame(input)).compose(openZstd());
    yield* stream as AsyncIterable<Uint8Array>;
  }
}

/** The bytes of the frame that starts here. */
async function* frame(input: ByteReader): AsyncGenerator<Uint8Array> {
  const take = async (count: number): Promise<Uint8Array> => {
    if (!(await input.has(count)))
      throw new Error(
        `the zstd data end too early, at byte ${input.end()}: the file is cut off; what came before is read`,
      );
    return Uint8Array.from(input.take(count));
  };
  const start = input.position();
  const magic = Buffer.from(await take(4)).readUInt32LE(0);
  if (magic >>> 4 === 0x184d2a5) {
    // Somebody's own data, to be passed over.
    const length = await take(4);
    await take(Buffer.from(length).readUInt32LE(0));
    return;
  }
  if (magic !== 0xfd2fb528)
    throw new Error(`the zstd data end at byte ${start}, and something else follows; what came before is read`);
  const [descriptor] = await take(1);
  const isSingle = (descriptor & 0x20) !== 0;
  const contentSize = [isSingle ? 1 : 0, 2, 4, 8][descriptor >> 6];
  const rest = await take((isSingle ? 0 : 1) + [0, 1, 2, 4][descriptor & 3] + contentSize);
  yield Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, descriptor]), rest]);
  for (let isLast = false; !isLast;) {
    const head = await take(3);
    const value = head[0] + 256 * head[1] + 65536 * head[2];
    isLast = (value & 1) === 1;
    const isRepeated = ((value >> 1) & 3) === 1;
    yield Buffer.concat([head, await take(isRepeated ? 1 : value >> 3)]);
  }
  if (descriptor & 4) yield await take(4);
}
