/**
 * The safetensors format: named arrays with a table of contents and free text metadata, read without running anything.
 * Layout: uint64 little-endian length of the header, the header as JSON, then the arrays.
 */
import * as v from 'valibot';
import type { Shape } from '../engine/program.js';

export interface NamedArray {
  readonly shape: Shape;
  readonly data: Float32Array;
}

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, NamedArray>>;
}

type HeaderEntry = v.InferOutput<typeof Entry>;

/** @param half store as 16-bit floats (10 bits of mantissa): half the size, relative error up to 0.05 %. */
export function writeSafetensors({ metadata, tensors }: SafetensorsFile, { half = false } = {}): Uint8Array {
  const width = half ? 2 : 4;
  let at = 0;
  const header: Record<string, HeaderEntry | Readonly<Record<string, string>>> = { __metadata__: metadata };
  for (const [name, { shape, data }] of Object.entries(tensors)) {
    header[name] = { dtype: half ? 'F16' : 'F32', shape: [...shape], data_offsets: [at, at + data.length * width] };
    at += data.length * width;
  }
  let json = JSON.stringify(header);
  // Arrays start at a multiple of eight bytes, as the format asks.
  json += ' '.repeat((8 - (new TextEncoder().encode(json).length % 8)) % 8);
  const head = new TextEncoder().encode(json);
  const bytes = new Uint8Array(8 + head.length + at);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(head.length), true);
  bytes.set(head, 8);
  let to = 8 + head.length;
  for (const { data } of Object.values(tensors))
    for (const value of data) {
      if (half) view.setUint16(to, toHalf(value), true);
      else view.setFloat32(to, value, true);
      to += width;
    }
  return bytes;
}

/** The longest header that is read, bytes: thousands of arrays take less. */
const LONGEST_HEADER = 10_000_000;
const Size = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const Entry = v.strictObject({
  dtype: v.picklist(['F32', 'F16'], ({ received }) => `the type is ${received}; F32 and F16 are read`),
  shape: v.pipe(v.array(Size), v.maxLength(8)),
  data_offsets: v.tuple([Size, Size]),
});
const Header = v.objectWithRest({ __metadata__: v.optional(v.record(v.string(), v.string()), {}) }, Entry);

/**
 * Reads F32 and F16 arrays, as float32. A file is data from strangers: nothing is allocated before its header is known
 * to be sound.
 * @param source name of the file, for messages.
 * @throws Error naming the array where the bytes are cut short or are no safetensors file: where arrays overlap, leave a
 * gap, do not fit their shapes or lie outside the file, or hold a number that is not finite.
 */
export function readSafetensors(bytes: Uint8Array, source = 'model'): SafetensorsFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wrong = (what: string) => new Error(`${source} is not a whole safetensors file: ${what}`);
  if (bytes.length < 8) throw wrong(`it has ${bytes.length} bytes`);
  const length = Number(view.getBigUint64(0, true));
  if (length > LONGEST_HEADER)
    throw wrong(
      `its header should have ${length} bytes; at most ${LONGEST_HEADER} are read, and the file has ${bytes.length}`,
    );
  if (8 + length > bytes.length) throw wrong(`its header should have ${length} bytes, the file has ${bytes.length}`);
  const { __metadata__: metadata, ...entries } = readHeader(bytes.subarray(8, 8 + length), wrong);
  const data = 8 + length;
  let end = 0;
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(entries).sort(
    ([, a], [, b]) => a.data_offsets[0] - b.data_offsets[0] || a.data_offsets[1] - b.data_offsets[1],
  )) {
    const size = shape.reduce((product, one) => product * one, dtype === 'F16' ? 2 : 4);
    if (to - from !== size)
      throw wrong(`'${name}' of shape [${shape.join(', ')}] takes ${size} bytes, and has those from ${from} to ${to}`);
    if (from !== end)
      throw wrong(`'${name}' begins at byte ${from} of the data; expected ${end}, where the one before it ends`);
    if (data + to > bytes.length) throw wrong(`'${name}' ends at byte ${data + to} of ${bytes.length}`);
    end = to;
  }
  if (data + end !== bytes.length) throw wrong(`its arrays end at byte ${data + end}, the file at ${bytes.length}`);
  const tensors: Record<string, NamedArray> = {};
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(entries)) {
    // A copy, since an array need not begin at a multiple of its width; little-endian, as is wherever JavaScript runs.
    const { buffer } = new Uint8Array(bytes.subarray(data + from, data + to));
    const values = dtype === 'F16' ? fromHalves(new Uint16Array(buffer)) : new Float32Array(buffer);
    const wild = values.find((value) => !Number.isFinite(value));
    if (wild !== undefined) throw wrong(`'${name}' holds ${wild}`);
    tensors[name] = { shape, data: values };
  }
  return { metadata, tensors };
}

function readHeader(bytes: Uint8Array, wrong: (what: string) => Error): v.InferOutput<typeof Header> {
  let header: unknown;
  try {
    header = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    throw wrong('its header is not JSON');
  }
  const parsed = v.safeParse(Header, header, { abortEarly: true });
  if (parsed.success) return parsed.output;
  const [{ path: keys, message }] = parsed.issues;
  const [name, ...inside] = (keys ?? []).map(({ key }) => String(key));
  throw wrong(`'${name ?? 'the header'}'${inside.length > 0 ? `, ${inside.join('.')}` : ''}: ${message}`);
}

const scratch = new DataView(new ArrayBuffer(4));

/** The nearest half-precision number, ties to even; too large becomes the largest. */
function toHalf(value: number): number {
  scratch.setFloat32(0, value);
  const bits = scratch.getUint32(0);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.min(Math.abs(value), 65504);
  if (Number.isNaN(value)) return sign | 0x7e00;
  // Below 2⁻¹⁴ halves are spaced evenly, by 2⁻²⁴.
  if (magnitude < 2 ** -14) return sign | roundEven(magnitude * 2 ** 24);
  scratch.setFloat32(0, magnitude);
  const exponent = (scratch.getUint32(0) >>> 23) - 127;
  const steps = roundEven(magnitude * 2 ** (10 - exponent));
  return sign | (((exponent + 15) << 10) + (steps - 1024));
}

function roundEven(value: number): number {
  const low = Math.floor(value);
  const rest = value - low;
  return rest > 0.5 || (rest === 0.5 && low % 2 === 1) ? low + 1 : low;
}

/** Half-precision numbers, given by their bits, as float32: exact. */
function fromHalves(halves: Uint16Array): Float32Array {
  const values = new Float32Array(halves.length);
  const bits = new Uint32Array(values.buffer);
  for (let i = 0; i < halves.length; i++) {
    const half = halves[i];
    const sign = (half & 0x8000) << 16;
    const exponent = (half >>> 10) & 31;
    const fraction = half & 1023;
    // Below 2⁻¹⁴ halves are spaced evenly, by 2⁻²⁴; the largest exponent means infinity or no number.
    if (exponent === 0) values[i] = (sign ? -1 : 1) * fraction * 2 ** -24;
    else bits[i] = sign | ((exponent === 31 ? 255 : exponent + 112) << 23) | (fraction << 13);
  }
  return values;
}
