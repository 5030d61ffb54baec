/**
 * Gradients of the operations that networks and losses use. tfjs-core ships them only as ES modules without
 * `"type": "module"`, which Node cannot import, or inside the 150 MB `@tensorflow/tfjs`; the differentiation itself,
 * tape and all, stays that of tfjs.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';

type Saved = readonly Tensor[];
type Gradients = Record<string, () => Tensor>;

interface Rule {
  readonly inputsToSave?: string[];
  readonly saveAllInputs?: boolean;
  readonly outputsToSave?: boolean[];
  /** Whether it replaces tfjs's own rule, because it covers more cases. */
  readonly replaces?: boolean;
  readonly gradient: (dy: Tensor, saved: Saved, attrs: Record<string, unknown>) => Gradients;
}

/** Sums a gradient over the axes along which an operand of the given shape was broadcast. */
function reduceTo(shape: number[], gradient: Tensor): Tensor {
  const axes = tf.broadcast_util.getReductionAxes(shape, gradient.shape);
  return axes.length ? tf.reshape(tf.sum(gradient, axes), shape) : tf.reshape(gradient, shape);
}

/** The inverse of a reduction: the gradient of a sum over `axis`, copied to every element that was summed. */
function spreadOver(dy: Tensor, shape: number[], axis: number[]): Tensor {
  const axes = tf.util.parseAxisParam(axis, shape);
  return tf.mul(
    tf.reshape(
      dy,
      shape.map((d, i) => (axes.includes(i) ? 1 : d)),
    ),
    tf.ones(shape),
  );
}

const onInputs = (...names: string[]) => ({ inputsToSave: names });
const onOutput = { outputsToSave: [true] };

const unary = (
  derivative: (dy: Tensor, saved: Tensor) => Tensor,
  of: { inputsToSave?: string[]; outputsToSave?: boolean[] },
): Rule => ({
  ...of,
  gradient: (dy, [saved]) => ({ x: () => derivative(dy, saved) }),
});

const binary = (
  a: (dy: Tensor, a: Tensor, b: Tensor) => Tensor,
  b: (dy: Tensor, a: Tensor, b: Tensor) => Tensor,
): Rule => ({
  ...onInputs('a', 'b'),
  gradient: (dy, [x, y]) => ({
    a: () => reduceTo(x.shape, a(dy, x, y)),
    b: () => reduceTo(y.shape, b(dy, x, y)),
  }),
});

const rules: Record<string, Rule> = {
  Add: binary(
    (dy) => dy,
    (dy) => dy,
  ),
  Sub: binary(
    (dy) => dy,
    (dy) => tf.neg(dy),
  ),
  Multiply: binary(
    (dy, _a, b) => tf.mul(dy, b),
    (dy, a) => tf.mul(dy, a),
  ),
  RealDiv: binary(
    (dy, _a, b) => tf.div(dy, b),
    (dy, a, b) => tf.neg(tf.div(tf.mul(dy, a), tf.square(b))),
  ),
  Neg: { gradient: (dy) => ({ x: () => tf.neg(dy) }) },
  Square: unary((dy, x) => tf.mul(dy, tf.mul(x, 2)), onInputs('x')),
  Sqrt: unary((dy, y) => tf.div(tf.mul(dy, 0.5), y), onOutput),
  Exp: unary((dy, y) => tf.mul(dy, y), onOutput),
  Log: unary((dy, x) => tf.div(dy, x), onInputs('x')),
  Sigmoid: unary((dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y))), onOutput),
  Tanh: unary((dy, y) => tf.mul(dy, tf.sub(1, tf.square(y))), onOutput),
  Sin: unary((dy, x) => tf.mul(dy, tf.cos(x)), onInputs('x')),
  Cos: unary((dy, x) => tf.neg(tf.mul(dy, tf.sin(x))), onInputs('x')),
  Identity: { gradient: (dy) => ({ x: () => dy }) },
  Cast: { gradient: (dy) => ({ x: () => dy }) },
  Reshape: {
    ...onInputs('x'),
    gradient: (dy, [x]) => ({ x: () => tf.reshape(dy, x.shape) }),
  },
  Transpose: {
    gradient: (dy, _, { perm }) => ({
      x: () => tf.transpose(dy, tf.backend_util.getUndoAxesPermutation(perm as number[])),
    }),
  },
  Sum: {
    ...onInputs('x'),
    gradient: (dy, [x], { axis }) => ({ x: () => spreadOver(dy, x.shape, axis as number[]) }),
  },
  Mean: {
    ...onInputs('x'),
    gradient: (dy, [x], { axis }) => ({ x: () => tf.mul(spreadOver(dy, x.shape, axis as number[]), dy.size / x.size) }),
  },
  Concat: {
    saveAllInputs: true,
    gradient: (dy, saved, { axis }) => {
      const [at] = tf.util.parseAxisParam(axis as number, dy.shape) as [number];
      const parts = tf.split(
        dy,
        saved.map((part) => part.shape[at]),
        at,
      );
      return Object.fromEntries(parts.map((part, i) => [i, () => part]));
    },
  },
  SplitV: {
    gradient: (dy, _, { axis }) => ({ x: () => tf.concat(dy as unknown as Tensor[], axis as number) }),
  },
  Slice: {
    ...onInputs('x'),
    gradient: (dy, [x], { begin }) => ({
      x: () => {
        const before = begin as number[];
        return tf.pad(
          dy,
          x.shape.map((d, i) => [before[i], d - before[i] - dy.shape[i]] as [number, number]),
        );
      },
    }),
  },
  // tfjs's own rule does not handle a factor that is shared by the whole batch.
  BatchMatMul: {
    replaces: true,
    ...onInputs('a', 'b'),
    gradient: (dy, [a, b], attrs) => {
      const { transposeA, transposeB } = attrs as { transposeA: boolean; transposeB: boolean };
      return {
        a: () =>
          reduceTo(a.shape, transposeA ? tf.matMul(b, dy, transposeB, true) : tf.matMul(dy, b, false, !transposeB)),
        b: () =>
          reduceTo(b.shape, transposeB ? tf.matMul(dy, a, true, transposeA) : tf.matMul(a, dy, !transposeA, false)),
      };
    },
  },
};

const own = new Map(
  Object.entries(rules).map(([kernelName, { gradient, replaces = false, ...saving }]) => {
    const gradFunc = (dy: Tensor | Tensor[], saved: Tensor[], attrs: object) =>
      gradient(dy as Tensor, saved, attrs as Record<string, unknown>) as never;
    return [kernelName, { config: { kernelName, ...saving, gradFunc }, replaces }];
  }),
);

/**
 * Registers these gradients; call it before a gradient is taken. A rule that another import has registered stays,
 * unless the one here is marked to replace it.
 */
export function registerGradients(): void {
  for (const [kernelName, { config, replaces }] of own) {
    const present = tf.getGradient(kernelName);
    if (present && (!replaces || present.gradFunc === config.gradFunc)) continue;
    if (present) tf.unregisterGradient(kernelName);
    tf.registerGradient(config);
  }
}
