/** Random point clouds and rotations for the property tests. */
import fc from 'fast-check';
import { createRandom } from '../../src/flow/random.js';
import { randomRotation } from '../../src/geometry/rotation.js';

/** n points of a few Å, in double precision. */
export function cloud(n: number): fc.Arbitrary<Float64Array> {
  return fc.integer().map((seed) => {
    const random = createRandom(Math.abs(seed), n);
    return Float64Array.from({ length: 3 * n }, () => 2 * random.normal());
  });
}

export function uniforms(seed: number): () => number {
  const random = createRandom(Math.abs(seed), 7);
  return () => random.uniform();
}

export function rotationOf(seed: number): Float64Array {
  const out = new Float64Array(9);
  randomRotation(out, uniforms(seed));
  return out;
}
