/** The network's functions of one number and their derivatives, against what Math makes of them. */
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { openEngine } from '../../src/engine/open.node.js';
import { gaussian, silu } from '../../src/network/pointwise.js';

const LEAST_NORMAL = 2 ** -126;
const x = Float32Array.from({ length: 401 }, (_, i) => (i - 200) / 8);

async function compiled(f: (x: tf.Tensor) => tf.Tensor): Promise<{ value: Float32Array; slope: Float32Array }> {
  const engine = await openEngine();
  const program = await engine.compile({
    inputs: { x: [x.length] },
    build: (inputs) => ({ value: f(inputs['x']), slope: tf.grad(f)(inputs['x']) }),
  });
  const { value, slope } = await program.run({ x });
  await program.dispose();
  return { value, slope };
}

it('gaussian is exp(−x²), and never a number below the normal ones', async () => {
  const { value, slope } = await compiled(gaussian);
  x.forEach((v, i) => {
    const exact = Math.exp(-v * v);
    expect(Math.abs(value[i] - exact)).toBeLessThan(1e-6 * exact + 1e-17);
    expect(Math.abs(slope[i] + 2 * v * exact)).toBeLessThan(2e-6 * Math.abs(v) * exact + 1e-15);
    expect(value[i]).toBeGreaterThanOrEqual(LEAST_NORMAL);
  });
});

it('silu is x/(1 + exp(−x))', async () => {
  const { value, slope } = await compiled(silu);
  x.forEach((v, i) => {
    const s = 1 / (1 + Math.exp(-v));
    expect(value[i]).toBeCloseTo(v * s, 5);
    expect(slope[i]).toBeCloseTo(s * (1 + v * (1 - s)), 5);
  });
});
