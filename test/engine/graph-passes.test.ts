/** What is made of a recorded graph before it is compiled computes the same with fewer nodes. */
import { expect, it } from 'vitest';
import { fuseSums, pruned } from '../../src/engine/graph-passes.js';
import type { Node } from '../../src/engine/onnx-format.js';

const node = (op: string, inputs: string[], output: string): Node => ({ op, inputs, outputs: [output] });
const shapes = new Map([
  ['p', [4, 3]],
  ['q', [4, 3]],
  ['bias', [1, 3]],
  ['column', [4, 1]],
  ['cube', [2, 4, 3]],
]);

it('drops what no output needs, also through others', () => {
  const nodes = [node('Exp', ['x'], 'a'), node('Neg', ['a'], 'b'), node('Neg', ['x'], 'out')];
  expect(pruned(nodes, ['out'])).toEqual([nodes[2]]);
});

it.each(['bias', 'column', 'q'])(
  'folds a product into the sum with %s, on either side, where all of it is known',
  (other) => {
    const late = node('Neg', ['x'], other);
    for (const inputs of [
      ['p', other],
      [other, 'p'],
    ]) {
      const nodes = [node('Gemm', ['a', 'b'], 'p'), late, node('Add', inputs, 'out')];
      expect(fuseSums(nodes, shapes)).toEqual([late, { op: 'Gemm', inputs: ['a', 'b', other], outputs: ['out'] }]);
    }
  },
);

it('leaves a product that is needed for itself, a sum that is larger than it, and one that has a summand already', () => {
  const product = node('Gemm', ['a', 'b'], 'p');
  for (const nodes of [
    [product, node('Add', ['p', 'bias'], 'out'), node('Exp', ['p'], 'more')],
    [product, node('Add', ['p', 'p'], 'out')],
    [product, node('Add', ['p', 'cube'], 'out')],
    [node('Gemm', ['a', 'b', 'c'], 'p'), node('Add', ['p', 'bias'], 'out')],
    [product, node('Sub', ['p', 'bias'], 'out')],
  ])
    expect(fuseSums(nodes, shapes)).toEqual(nodes);
});
