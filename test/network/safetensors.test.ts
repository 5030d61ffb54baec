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
      fc.property(fc.float32Array({ minLength: 0, maxLength: 50, noNaN: true }), fc.string(), (data, note) => {
        const file = { metadata: { note }, tensors: { 'a.b': { shape: [data.length], data } } };
        expect(readSafetensors(writeSafetensors(file))).toEqual(file);
      }),
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
