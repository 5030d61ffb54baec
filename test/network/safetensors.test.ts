/** Models come back from their files as they went in. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../src/flow/random.js';
import { initialParameters } from '../../src/network/egnn.js';
import { readModel, readPartialModel, writeModel, type StageModel } from '../../src/network/model.js';
import { readSafetensors, writeSafetensors } from '../../src/network/safetensors.js';

const random = createRandom(5);
const network = { width: 12, edgeWidth: 12, layers: 2, chiralWidth: 4, vectors: 2, carried: true };
const stage = (): StageModel => ({
  network,
  prior: { kind: 'harmonic', alpha: 1.33, hydrogenScale: 0.6 },
  target: 'data',
  weights: initialParameters(network, () => random.normal()),
  training: { steps: 3 },
});

describe('safetensors', () => {
  it('keeps float32 to the bit', () => {
    fc.assert(
      fc.property(
        fc.float32Array({ minLength: 0, maxLength: 50, noNaN: true, noDefaultInfinity: true }),
        fc.string(),
        (data, note) => {
          const file = { metadata: { note }, tensors: { 'a.b': { shape: [data.length], data } } };
          expect(readSafetensors(writeSafetensors(file))).toEqual(file);
        },
      ),
    );
  });

  it('rounds to the nearest half: within 2⁻¹¹ of the value, 2⁻²⁵ near zero', () => {
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1, maxLength: 50, noNaN: true, min: -65504, max: 65504 }), (data) => {
        const file = { metadata: {}, tensors: { w: { shape: [data.length], data } } };
        const back = readSafetensors(writeSafetensors(file, { half: true })).tensors['w'].data;
        data.forEach((value, i) => {
          const bound = Math.max(Math.abs(value) * 2 ** -11, 2 ** -25);
          expect(Math.abs(back[i] - value)).toBeLessThanOrEqual(bound);
        });
      }),
    );
    // Halves that are known to the last bit.
    const known = Float32Array.of(1, -2, 0.5, 65504, 2 ** -24, 0.0999755859375);
    const file = { metadata: {}, tensors: { w: { shape: [6], data: known } } };
    expect(readSafetensors(writeSafetensors(file, { half: true })).tensors['w'].data).toEqual(known);
  });

  it('refuses a file that is cut anywhere, and one of another kind', () => {
    const bytes = writeSafetensors({ metadata: {}, tensors: { w: { shape: [4], data: Float32Array.of(1, 2, 3, 4) } } });
    for (let cut = 0; cut < bytes.length; cut++)
      expect(() => readSafetensors(bytes.subarray(0, cut), 'x.safetensors')).toThrow(/x\.safetensors/);
  });
});

it('a model from before the phase has no weights for water', () => {
  const told = stage();
  const bytes = writeModel({ name: 'm', skeleton: told });
  const { metadata, tensors } = readSafetensors(bytes);
  const { shape, data } = tensors['skeleton.embed.atoms'];
  const before = { shape: [shape[0] - 1, shape[1]], data: data.subarray(0, data.length - shape[1]) };
  const former = writeSafetensors({ metadata, tensors: { ...tensors, 'skeleton.embed.atoms': before } });
  const { weights } = readPartialModel(former).skeleton!;
  expect(weights).toEqual({ ...told.weights, 'embed.atoms': data.map((v, i) => (i < before.data.length ? v : 0)) });
});

describe('a safetensors file of a stranger', () => {
  const data = Float32Array.of(1, 2, 3, 4, 5, 6);
  const sound = writeSafetensors({
    metadata: { note: 'x' },
    tensors: { a: { shape: [2, 2], data: data.slice(0, 4) }, b: { shape: [2], data: data.slice(4) } },
  });
  type Header = Record<string, Record<string, unknown>>;
  /** The file with another header, or other numbers. */
  function changed(change: (header: Header) => void, numbers: Uint8Array = new Uint8Array(data.buffer)): Uint8Array {
    const length = Number(new DataView(sound.buffer).getBigUint64(0, true));
    const header = JSON.parse(Buffer.from(sound.subarray(8, 8 + length)).toString()) as Header;
    change(header);
    const json = Buffer.from(JSON.stringify(header));
    const head = Buffer.alloc(8);
    head.writeBigUInt64LE(BigInt(json.length));
    return Buffer.concat([head, json, numbers]);
  }

  it.each<[string, RegExp, (header: Header) => void]>([
    ['overlapping arrays', /'[ab]' begins at byte 0 of the data; expected/, (h) => (h['b']['data_offsets'] = [0, 8])],
    ['a gap', /'b' begins at byte 20/, (h) => (h['b']['data_offsets'] = [20, 28])],
    ['offsets outside', /'b' ends at byte/, (h) => Object.assign(h['b'], { shape: [2000], data_offsets: [16, 8016] })],
    ['a negative shape', /'a', shape\.0/, (h) => (h['a']['shape'] = [-2, -2])],
    ['an impossible shape', /'a' of shape \[1000000000, 1000000000\]/, (h) => (h['a']['shape'] = [1e9, 1e9])],
    ['half a number', /'a', shape\.0/, (h) => (h['a']['shape'] = [2.5, 2])],
    ['an unknown type', /'a', dtype: .*F64/, (h) => (h['a']['dtype'] = 'F64')],
    ['an unknown name', /'a', strange/, (h) => (h['a']['strange'] = 1)],
    ['an array that is none', /'c'/, (h) => (h['c'] = null as never)],
    ['metadata of another kind', /'__metadata__', note/, (h) => (h['__metadata__']['note'] = 5)],
  ])('with %s is refused, naming the array', (_, message, change) => {
    expect(() => readSafetensors(changed(change), 'x')).toThrow(message);
  });

  it('with numbers that are none, a header of a gigabyte, or more behind it, is refused', () => {
    for (const number of [NaN, Infinity])
      expect(() =>
        readSafetensors(
          changed(() => {}, new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, number).buffer)),
          'x',
        ),
      ).toThrow(new RegExp(`'b' holds ${number}`));
    const bomb = Buffer.alloc(100);
    bomb.writeBigUInt64LE(BigInt(1e9));
    expect(() => readSafetensors(bomb, 'x')).toThrow(/header should have 1000000000 bytes; at most/);
    expect(() => readSafetensors(Buffer.concat([changed(() => {}), Buffer.alloc(4)]), 'x')).toThrow(
      /arrays end at byte/,
    );
    expect(readSafetensors(changed(() => {})).tensors['b'].data).toEqual(data.slice(4));
  });

  it('as a model of a billion layers is refused before anything is made of it', () => {
    const file = Buffer.from(writeModel({ name: 'm', skeleton: stage(), hydrogens: stage() })).toString('latin1');
    const bytes = Buffer.from(file, 'latin1');
    const length = Number(bytes.readBigUInt64LE(0));
    const header = bytes
      .subarray(8, 8 + length)
      .toString()
      .replaceAll('\\"layers\\":2', '\\"layers\\":1000000000');
    const head = Buffer.alloc(8);
    head.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
    const huge = Buffer.concat([head, Buffer.from(header), bytes.subarray(8 + length)]);
    const start = performance.now();
    expect(() => readModel(huge, 'm.safetensors')).toThrow(/m\.safetensors.*skeleton\.network\.layers/);
    expect(performance.now() - start).toBeLessThan(1000);
  });
});

describe('model files', () => {
  it('hold both stages with their configuration', () => {
    const model = { name: 'm', skeleton: stage(), hydrogens: stage() };
    expect(readModel(writeModel(model))).toEqual(model);
  });

  it('say which stage is missing, and which array does not fit', () => {
    const half = writeModel({ name: 'm', skeleton: stage() });
    expect(readPartialModel(half).hydrogens).toBeUndefined();
    expect(() => readModel(half, 'm.safetensors')).toThrow(/m\.safetensors has no hydrogens stage/);
    const wrong = stage();
    const file = writeModel({
      name: 'm',
      skeleton: { ...wrong, network: { ...network, layers: 1 } },
      hydrogens: stage(),
    });
    const bytes = Buffer.from(
      Buffer.from(file).toString('latin1').replace('\\"layers\\":1', '\\"layers\\":2'),
      'latin1',
    );
    expect(() => readModel(bytes)).toThrow(/'skeleton\.layer0\.node\.state' is missing/);
  });
});
