/** Opens a file or standard input as a stream of text or of bytes, unpacked where its first bytes say gzip or zstd. */

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { gunzip } from './gunzip.node.js';
import { unzstd } from './unzstd.node.js';
import { InputError } from './input-error.js';

/** The name under which standard input appears in messages. */
export const STDIN_NAME = 'standard input';

/**
 * Opens `path`, or standard input for `-`, and gives its text (UTF-8) in chunks; the file is never held whole.
 * Fails at once, not at the first chunk, where the path is missing, is a directory or may not be read.
 * @throws InputError at opening; later from the stream, where reading fails or the gzip data are damaged or cut off
 */
export async function openText(path: string): Promise<AsyncIterable<string>> {
  return decode(await openBytes(path));
}

/** As openText, before it becomes text. */
export async function openBytes(path: string): Promise<AsyncIterable<Uint8Array>> {
  if (path === '-') return unpacked(process.stdin, STDIN_NAME);
  let isDirectory: boolean;
  try {
    isDirectory = (await stat(path)).isDirectory();
  } catch (error) {
    throw explain(error, path);
  }
  if (isDirectory) throw new InputError(`${path} is a directory; name a file in it`);
  const stream = createReadStream(path, { highWaterMark: 1 << 18 });
  try {
    await new Promise<void>((resolve, reject) => stream.once('open', () => resolve()).once('error', reject));
  } catch (error) {
    throw explain(error, path);
  }
  return unpacked(stream, path);
}

async function* decode(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  // UTF-16 says so in its first two bytes; bytes that are no UTF-8 are read as Windows-1252, of which Latin-1 is part.
  let decoder: TextDecoder | undefined;
  let held: Uint8Array = Buffer.alloc(0);
  for await (const chunk of bytes) {
    decoder ??= new TextDecoder(
      chunk[0] === 0xff && chunk[1] === 0xfe
        ? 'utf-16le'
        : chunk[0] === 0xfe && chunk[1] === 0xff
          ? 'utf-16be'
          : 'utf-8',
      { fatal: true },
    );
    const whole = Buffer.concat([held, chunk]);
    const end = decoder.encoding === 'utf-8' ? whole.length - unfinished(whole) : whole.length;
    held = whole.subarray(end);
    let text: string;
    try {
      text = decoder.decode(whole.subarray(0, end), { stream: true });
    } catch (error) {
      if (decoder.encoding !== 'utf-8') throw error;
      decoder = new TextDecoder('windows-1252');
      text = decoder.decode(whole);
      held = Buffer.alloc(0);
    }
    yield text;
  }
  // A file may end within a character of UTF-8, or with one that is none.
  if (held.length > 0) yield new TextDecoder('windows-1252').decode(held);
}

/** Bytes at the end that begin a character of UTF-8 without completing it. */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back];
    if ((byte & 0xc0) === 0x80) continue;
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}

async function* unpacked(bytes: Readable, name: string): AsyncGenerator<Uint8Array> {
  try {
    yield* unpackIfNeeded(bytes);
  } catch (error) {
    throw explain(error, name);
  } finally {
    // Where the consumer stops early, so must the reading: an open pipe would keep the process alive.
    bytes.destroy();
  }
}

async function* unpackIfNeeded(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]();
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < 4) {
    const next = await iterator.next();
    if (next.done === true) break;
    head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
  }
  const all = (async function* (): AsyncGenerator<Uint8Array> {
    try {
      if (head.length > 0) yield head;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  })();
  if (head[0] === 0x1f && head[1] === 0x8b) yield* gunzip(all);
  else if (Buffer.from(head.subarray(0, 4)).equals(ZSTD_MAGIC)) yield* unzstd(all);
  else yield* all;
}

const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of the path is not a directory',
  EACCES: 'reading it is not permitted',
  EPERM: 'reading it is not permitted',
  EISDIR: 'it is a directory; name a file in it',
  EMFILE: 'too many files are open',
};

function explain(error: unknown, name: string): InputError {
  if (error instanceof InputError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  return new InputError(`cannot read ${name}: ${REASONS[code ?? ''] ?? message}`, { cause: error });
}
