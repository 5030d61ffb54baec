/**
 * The safetensors format: named arrays with a table of contents and free text metadata, read without running anything.
 * Layout: uint64 little-endian length of the header, the header as JSON, then the arrays.
 */
import type { Shape } from '../engine/program.js';

export interface NamedArray {
  readonly shape: Shape;
  readonly data: Float32Array;
}

export interface SafetensorsFile {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: Readonly<Record<string, NamedArray>>;
}

interface HeaderEntry {
  readonly dtype: string;
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

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

/**
 * Reads F32 and F16 arrays, as float32.
 * @param source name of the file, for messages.
 * @throws Error where the bytes are cut short or are no safetensors file.
 */
export function readSafetensors(bytes: Uint8Array, source = 'model'): SafetensorsFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wrong = (what: string) => new Error(`${source} is not a whole safetensors file: ${what}`);
  if (bytes.length < 8) throw wrong(`it has ${bytes.length} bytes`);
  const length = Number(view.getBigUint64(0, true));
  if (8 + length > bytes.length) throw wrong(`its header should have ${length} bytes, the file has ${bytes.length}`);
  let header: Record<string, HeaderEntry> & { __metadata__?: Record<string, string> };
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length))) as typeof header;
  } catch {
    throw wrong('its header is not JSON');
  }
  const { __metadata__: metadata = {}, ...entries } = header;
  const tensors: Record<string, NamedArray> = {};
  for (const [
    name,
    {
      dtype,
      shape,
      data_offsets: [from, to],
    },
  ] of Object.entries(entries as Record<string, HeaderEntry>)) {
    if (dtype !== 'F32' && dtype !== 'F16') throw wrong(`'${name}' is of type ${dtype}; F32 and F16 are read`);
    const start = 8 + length + from;
    if (8 + length + to > bytes.length) throw wrong(`'${name}' ends at byte ${8 + length + to} of ${bytes.length}`);
    const width = dtype === 'F16' ? 2 : 4;
    const data = new Float32Array((to - from) / width);
    if (width === 4) for (let i = 0; i < data.length; i++) data[i] = view.getFloat32(start + i * 4, true);
    else {
      const values = halfValues();
      for (let i = 0; i < data.length; i++) data[i] = values[view.getUint16(start + i * 2, true)]!;
    }
    tensors[name] = { shape, data };
  }
  return { metadata, tensors };
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

/** Of every half-precision number, by its bits: a model has a million, and there are 65 536. */
let halves: Float32Array | undefined;

const halfValues = (): Float32Array => (halves ??= Float32Array.from({ length: 1 << 16 }, (_, bits) => fromHalf(bits)));

function fromHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}
