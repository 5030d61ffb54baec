/** All parameters as one flat vector, so that a training step has one weight input and one gradient output. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { sizeOf, type Shape } from '../engine/program.js';

export interface ParameterSlice {
  readonly name: string;
  readonly shape: Shape;
  readonly offset: number;
  readonly size: number;
}

export function parameterSlices(shapes: Readonly<Record<string, Shape>>): { slices: ParameterSlice[]; total: number } {
  let total = 0;
  const slices = Object.entries(shapes).map(([name, shape]) => {
    const slice = { name, shape, offset: total, size: sizeOf(shape) };
    total += slice.size;
    return slice;
  });
  return { slices, total };
}

/** The named tensors of a flat one; differentiable. */
export function unflatten(flat: Tensor, slices: readonly ParameterSlice[]): Record<string, Tensor> {
  const parts = tf.split(
    flat,
    slices.map(({ size }) => size),
  );
  return Object.fromEntries(slices.map(({ name, shape }, i) => [name, tf.reshape(parts[i], [...shape])]));
}

export function flatten(
  named: Readonly<Record<string, Float32Array>>,
  slices: readonly ParameterSlice[],
  total: number,
): Float32Array {
  const flat = new Float32Array(total);
  for (const { name, offset, size } of slices) {
    const data = named[name];
    if (data?.length !== size)
      throw new Error(
        `parameter '${name}' has ${data?.length ?? 'no'} values; the network's configuration expects ${size}`,
      );
    flat.set(data, offset);
  }
  return flat;
}
