/**
 * Reads MessagePack streams whose values are large maps, entry by entry. GEOM's files hold a thousand molecules a map,
 * hundreds of megabytes each, which a decoder of whole values would hold in memory at once.
 *
 * Format: https://github.com/msgpack/msgpack/blob/master/spec.md. Extension types are refused.
 */

/** More bytes are needed. */
class Incomplete extends Error {}

interface Cursor {
  bytes: Uint8Array;
  view: DataView;
  at: number;
}

/**
 * Every entry of every map of the stream, in order.
 * @throws Error where the stream holds anything but maps, or ends within one.
 */
export async function* mapEntries(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly [key: unknown, value: unknown]> {
  const iterator = chunks[Symbol.asyncIterator]();
  const cursor: Cursor = { bytes: new Uint8Array(0), view: new DataView(new ArrayBuffer(0)), at: 0 };
  let ended = false;

  /** Doubles what lies ahead, so that an entry tried again costs no more than a constant factor. */
  async function more(): Promise<void> {
    const parts = [cursor.bytes.subarray(cursor.at)];
    const ahead = parts[0].length;
    let added = 0;
    while (added <= ahead && !ended) {
      const next = await iterator.next();
      if (next.done === true) ended = true;
      else {
        parts.push(next.value);
        added += next.value.length;
      }
    }
    cursor.bytes = new Uint8Array(ahead + added);
    let to = 0;
    for (const part of parts) {
      cursor.bytes.set(part, to);
      to += part.length;
    }
    cursor.view = new DataView(cursor.bytes.buffer);
    cursor.at = 0;
  }

  async function whole<T>(read: (cursor: Cursor) => T): Promise<T> {
    for (;;) {
      const start = cursor.at;
      try {
        return read(cursor);
      } catch (error) {
        if (!(error instanceof Incomplete)) throw error;
        cursor.at = start;
        if (ended) throw new Error('the MessagePack data end within a value: the file is truncated');
        await more();
      }
    }
  }

  try {
    for (;;) {
      if (cursor.at === cursor.bytes.length && !ended) await more();
      if (cursor.at === cursor.bytes.length) return;
      const size = await whole(readMapHeader);
      for (let i = 0; i < size; i++) yield await whole((from) => [readValue(from), readValue(from)] as const);
    }
  } finally {
    await iterator.return?.();
  }
}

function take(cursor: Cursor, bytes: number): number {
  const { at } = cursor;
  if (at + bytes > cursor.bytes.length) throw new Incomplete();
  cursor.at += bytes;
  return at;
}

function readMapHeader(cursor: Cursor): number {
  const type = cursor.bytes[take(cursor, 1)];
  if (type >= 0x80 && type <= 0x8f) return type & 0x0f;
  if (type === 0xde) return cursor.view.getUint16(take(cursor, 2));
  if (type === 0xdf) return cursor.view.getUint32(take(cursor, 4));
  throw new Error(
    `a MessagePack value of type 0x${type.toString(16)} arrived; expected a map of SMILES to molecules, as GEOM's *_crude.msgpack has`,
  );
}

function readValue(cursor: Cursor): unknown {
  const { view } = cursor;
  const type = cursor.bytes[take(cursor, 1)];
  if (type <= 0x7f) return type;
  if (type >= 0xe0) return type - 0x100;
  if (type <= 0x8f) return readMap(cursor, type & 0x0f);
  if (type <= 0x9f) return readArray(cursor, type & 0x0f);
  if (type <= 0xbf) return readText(cursor, type & 0x1f);
  switch (type) {
    case 0xc0:
      return null;
    case 0xc2:
      return false;
    case 0xc3:
      return true;
    case 0xc4:
    case 0xd9:
      return readText(cursor, view.getUint8(take(cursor, 1)));
    case 0xc5:
    case 0xda:
      return readText(cursor, view.getUint16(take(cursor, 2)));
    case 0xc6:
    case 0xdb:
      return readText(cursor, view.getUint32(take(cursor, 4)));
    case 0xca:
      return view.getFloat32(take(cursor, 4));
    case 0xcb:
      return view.getFloat64(take(cursor, 8));
    case 0xcc:
      return view.getUint8(take(cursor, 1));
    case 0xcd:
      return view.getUint16(take(cursor, 2));
    case 0xce:
      return view.getUint32(take(cursor, 4));
    case 0xcf:
      return Number(view.getBigUint64(take(cursor, 8)));
    case 0xd0:
      return view.getInt8(take(cursor, 1));
    case 0xd1:
      return view.getInt16(take(cursor, 2));
    case 0xd2:
      return view.getInt32(take(cursor, 4));
    case 0xd3:
      return Number(view.getBigInt64(take(cursor, 8)));
    case 0xdc:
      return readArray(cursor, view.getUint16(take(cursor, 2)));
    case 0xdd:
      return readArray(cursor, view.getUint32(take(cursor, 4)));
    case 0xde:
      return readMap(cursor, view.getUint16(take(cursor, 2)));
    case 0xdf:
      return readMap(cursor, view.getUint32(take(cursor, 4)));
    default:
      throw new Error(
        `MessagePack type 0x${type.toString(16)} is not understood; expected plain maps, lists, numbers and texts`,
      );
  }
}

function readArray(cursor: Cursor, size: number): unknown[] {
  return Array.from({ length: size }, () => readValue(cursor));
}

function readMap(cursor: Cursor, size: number): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let i = 0; i < size; i++) map.set(readValue(cursor), readValue(cursor));
  return map;
}

/** Python 2's msgpack wrote texts as bytes: both are read as UTF-8. */
function readText(cursor: Cursor, length: number): string {
  const at = take(cursor, length);
  return new TextDecoder().decode(cursor.bytes.subarray(at, at + length));
}
