/**
 * Records a tfjs function as an ONNX graph, by a tfjs backend whose kernels append ONNX nodes instead of computing.
 * tfjs dispatches every operation, those of gradients too, to the active backend by kernel name. So one run of the
 * function records the forward and the backward pass, and tfjs remains the only automatic differentiation.
 */
import * as tf from '@tensorflow/tfjs-core';
import { fuseSums, pruned } from './graph-passes.js';
import type { Attribute, Graph, Initializer, Node } from './onnx-format.js';
import { sizeOf, type Program, type Shape } from './program.js';

/**
 * What a traced tensor refers to: a named value of the graph; a value broadcast to a larger shape, expanded only when an
 * operation needs it; a constant fill; or known data.
 */
type Value =
  | { readonly kind: 'named'; readonly name: string; readonly shape: Shape }
  | { readonly kind: 'broadcast'; readonly base: string; readonly baseShape: Shape; readonly shape: Shape }
  | { readonly kind: 'filled'; readonly fill: number; readonly shape: Shape }
  | { readonly kind: 'data'; readonly data: Float32Array; readonly shape: Shape };

/** A recorded graph, with the shape of every input and output. */
export interface TracedGraph extends Graph {
  readonly inputs: readonly { readonly name: string; readonly shape: Shape }[];
  readonly outputs: readonly { readonly name: string; readonly shape: Shape }[];
}

interface Recording {
  readonly nodes: Node[];
  readonly initializers: Initializer[];
  /** Names of initialisers by their content, so that equal constants are stored once. */
  readonly known: Map<string, string>;
  readonly shapes: Map<string, Shape>;
  /** For a name that is a reshape: its source. */
  readonly sources: Map<string, { readonly name: string; readonly shape: Shape }>;
  count: number;
}

const BACKEND = 'molflow-trace';
const values = new WeakMap<object, Value>();
let recording: Recording | undefined;

class TraceBackend extends tf.KernelBackend {
  private ids = 0;
  override floatPrecision(): 16 | 32 {
    return 32;
  }
  override epsilon(): number {
    return 1e-7;
  }
  override numDataIds(): number {
    return 0;
  }
  override write(data: tf.backend_util.BackendValues | null, shape: number[]): object {
    const id = { id: this.ids++ };
    if (data) values.set(id, known(data, shape));
    return id;
  }
  override move(id: object, data: tf.backend_util.BackendValues, shape: number[]): void {
    values.set(id, known(data, shape));
  }
  override incRef(): void {}
  decRef(): void {}
  override refCount(): number {
    return 1;
  }
  override disposeData(): boolean {
    return true;
  }
  override readSync(): never {
    throw new Error('a traced tensor has no values: a compiled function may not look at them');
  }
  override async read(): Promise<never> {
    return this.readSync();
  }
}

/** tfjs writes zeros and ones in full; here they become a constant fill. */
function known(data: tf.backend_util.BackendValues, shape: Shape): Value {
  const numbers = Float32Array.from(data as ArrayLike<number>);
  const fill = numbers[0];
  return fill !== undefined && numbers.every((v) => v === fill)
    ? { kind: 'filled', fill, shape }
    : { kind: 'data', data: numbers, shape };
}

function current(): Recording {
  if (!recording) throw new Error('a traced tensor was used after its function had been recorded');
  return recording;
}

function fresh(): string {
  return `v${current().count++}`;
}

function constant(shape: Shape, data: Float32Array | BigInt64Array): string {
  const { known, initializers } = current();
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  // Large constants (weights) are seldom equal; comparing small ones is what pays.
  const key = bytes.length <= 512 ? `${data.constructor.name}:${shape.join(',')}:${bytes.join(',')}` : undefined;
  const old = key && known.get(key);
  if (old) return old;
  const name = fresh();
  initializers.push({ name, shape, data });
  current().shapes.set(name, shape);
  if (key) known.set(key, name);
  return name;
}

const integers = (list: readonly number[]) => constant([list.length], BigInt64Array.from(list, BigInt));

function valueOf(tensor: tf.TensorInfo): Value {
  const value = values.get(tensor.dataId);
  if (!value) throw new Error(`a tensor of shape [${tensor.shape.join(', ')}] is unknown to the recording`);
  return value;
}

/** The name of a tensor in the graph at its full shape; adds nodes where needed. */
function nameOf(tensor: tf.TensorInfo): string {
  const value = valueOf(tensor);
  let name: string;
  if (value.kind === 'named') return value.name;
  if (value.kind === 'data') name = constant(value.shape, value.data);
  else if (value.kind === 'broadcast') name = append('Expand', [value.base, integers(value.shape)]);
  else name = append('Expand', [constant([], Float32Array.of(value.fill)), integers(value.shape)]);
  values.set(tensor.dataId, { kind: 'named', name, shape: tensor.shape });
  return name;
}

/** A name whose value may be smaller than the tensor, for ops that broadcast. */
function smallNameOf(tensor: tf.TensorInfo): { name: string; shape: Shape } {
  const value = valueOf(tensor);
  if (value.kind === 'broadcast') return { name: value.base, shape: value.baseShape };
  if (value.kind === 'filled') return { name: constant([], Float32Array.of(value.fill)), shape: [] };
  return { name: nameOf(tensor), shape: tensor.shape };
}

function append(op: string, inputs: readonly string[], attributes: Record<string, Attribute> = {}): string {
  const name = fresh();
  current().nodes.push({ op, inputs, outputs: [name], attributes });
  return name;
}

function info(value: Value): tf.TensorInfo {
  const dataId = {};
  values.set(dataId, value);
  return { dataId, shape: [...value.shape], dtype: 'float32' };
}

function named(name: string, shape: Shape): tf.TensorInfo {
  current().shapes.set(name, shape);
  return info({ kind: 'named', name, shape });
}

const same = (a: Shape, b: Shape) => a.length === b.length && a.every((d, i) => d === b[i]);
const broadcast = (a: Shape, b: Shape): number[] => tf.backend_util.assertAndGetBroadcastShape([...a], [...b]);

/** The value of a constant fill; undefined for other tensors. */
const fillOf = (tensor: tf.TensorInfo) => {
  const value = valueOf(tensor);
  return value.kind === 'filled' ? value.fill : undefined;
};

/** A tensor broadcast to a larger shape; the node is added only when an operation needs the full shape. */
function broadcastTo(x: tf.TensorInfo, shape: Shape): tf.TensorInfo {
  if (same(x.shape, shape)) return x;
  const value = valueOf(x);
  if (value.kind === 'filled') return info({ ...value, shape });
  const small = smallNameOf(x);
  return info({ kind: 'broadcast', base: small.name, baseShape: small.shape, shape });
}

/**
 * Simplifies a binary operation where one operand is a constant fill. The gradient of a sum is dy · ones, and that of an
 * unused part of a tensor is zeros: neither should reach the graph.
 */
function simplified(op: string, a: tf.TensorInfo, b: tf.TensorInfo, shape: Shape): tf.TensorInfo | undefined {
  const [x, y] = [fillOf(a), fillOf(b)];
  if (op === 'Mul') {
    if (x === 0 || y === 0) return info({ kind: 'filled', fill: 0, shape });
    if (x === 1) return broadcastTo(b, shape);
    if (y === 1) return broadcastTo(a, shape);
  }
  if (op === 'Add' && x === 0) return broadcastTo(b, shape);
  if ((op === 'Add' || op === 'Sub') && y === 0) return broadcastTo(a, shape);
  return undefined;
}

function binary(op: string, a: tf.TensorInfo, b: tf.TensorInfo): tf.TensorInfo {
  const shape = broadcast(a.shape, b.shape);
  const simple = simplified(op, a, b, shape);
  if (simple) return simple;
  const [x, y] = [smallNameOf(a), smallNameOf(b)];
  const small = broadcast(x.shape, y.shape);
  const [p, q] = [sourceOf(x), sourceOf(y)];
  const scalar = x.shape.length === 0 || y.shape.length === 0;
  if (scalar || (same(x.shape, y.shape) && same(p.shape, q.shape)))
    return widened(reshaped(op, [p.name, q.name], broadcast(p.shape, q.shape), small), shape);
  const name = append(op, [x.name, y.name]);
  current().shapes.set(name, small);
  return widened({ name, shape: small }, shape);
}

function unary(op: string, x: tf.TensorInfo): tf.TensorInfo {
  const small = smallNameOf(x);
  const source = sourceOf(small);
  return widened(reshaped(op, [source.name], source.shape, small.shape), x.shape);
}

interface Small {
  readonly name: string;
  readonly shape: Shape;
}

const sourceOf = (value: Small): Small => current().sources.get(value.name) ?? value;

/**
 * Applies an elementwise operation before the reshapes of its operands and reshapes the result instead. Reshapes move
 * towards the end of the graph, where neighbouring ones cancel.
 */
function reshaped(op: string, inputs: readonly string[], from: Shape, to: Shape): Small {
  const name = append(op, inputs);
  current().shapes.set(name, from);
  return same(from, to) ? { name, shape: to } : reshapedName({ name, shape: from }, to);
}

function reshapedName(value: Small, shape: Shape): Small {
  const source = sourceOf(value);
  if (same(source.shape, shape)) return { name: source.name, shape };
  const name = append('Reshape', [source.name, integers(shape)]);
  current().sources.set(name, source);
  current().shapes.set(name, shape);
  return { name, shape };
}

const widened = ({ name, shape: small }: Small, shape: Shape): tf.TensorInfo =>
  info(
    same(small, shape) ? { kind: 'named', name, shape } : { kind: 'broadcast', base: name, baseShape: small, shape },
  );

function reshape(x: tf.TensorInfo, shape: Shape): tf.TensorInfo {
  const value = valueOf(x);
  if (value.kind === 'filled' || value.kind === 'data') return info({ ...value, shape });
  if (same(x.shape, shape)) return x;
  return named(reshapedName({ name: nameOf(x), shape: x.shape }, shape).name, shape);
}

function transposed(x: tf.TensorInfo): string {
  const rank = x.shape.length;
  const perm = x.shape.map((_, i) => (i === rank - 1 ? rank - 2 : i === rank - 2 ? rank - 1 : i));
  return append('Transpose', [nameOf(x)], { perm: { ints: perm } });
}

function matMul(a: tf.TensorInfo, b: tf.TensorInfo, transposeA: boolean, transposeB: boolean): tf.TensorInfo {
  const rows = a.shape[a.shape.length - (transposeA ? 1 : 2)];
  const columns = b.shape[b.shape.length - (transposeB ? 2 : 1)];
  if (a.shape.length === 2 && b.shape.length === 2) {
    // Gemm reads a transposed matrix without copying it.
    const attributes = { transA: { i: +transposeA }, transB: { i: +transposeB } };
    return named(append('Gemm', [nameOf(a), nameOf(b)], attributes), [rows, columns]);
  }
  const batch = broadcast(a.shape.slice(0, -2), b.shape.slice(0, -2));
  const x = transposeA ? transposed(a) : nameOf(a);
  // A matrix that the whole batch shares is packed once by onnxruntime where it has two dimensions, else at every run.
  const shared = sizeOf(b.shape.slice(0, -2)) === 1 ? reshape(b, b.shape.slice(-2)) : b;
  const y = transposeB ? transposed(shared) : nameOf(shared);
  return named(append('MatMul', [x, y]), [...batch, rows, columns]);
}

/** The axes of a reduction, as non-negative indices, and the shape of its result. */
function reduced(x: tf.TensorInfo, axis: number | number[], keepDims: boolean): { axes: number[]; shape: Shape } {
  const axes = tf.util.parseAxisParam(axis, x.shape);
  return {
    axes,
    shape: keepDims ? x.shape.map((d, i) => (axes.includes(i) ? 1 : d)) : x.shape.filter((_, i) => !axes.includes(i)),
  };
}

function sum(x: tf.TensorInfo, axis: number | number[], keepDims: boolean): tf.TensorInfo {
  const { axes, shape } = reduced(x, axis, keepDims);
  if (axes.every((i) => x.shape[i] === 1)) return reshape(x, shape);
  return named(append('ReduceSum', [nameOf(x), integers(axes)], { keepdims: { i: +keepDims } }), shape);
}

function mean(x: tf.TensorInfo, axis: number | number[], keepDims: boolean): tf.TensorInfo {
  const { axes, shape } = reduced(x, axis, keepDims);
  return named(append('ReduceMean', [nameOf(x)], { axes: { ints: axes }, keepdims: { i: +keepDims } }), shape);
}

function concat(parts: readonly tf.TensorInfo[], axis: number): tf.TensorInfo {
  const at = axis < 0 ? axis + parts[0].shape.length : axis;
  const shape = parts[0].shape.map((d, i) => (i === at ? parts.reduce((total, p) => total + p.shape[i], 0) : d));
  return named(append('Concat', parts.map(nameOf), { axis: { i: at } }), shape);
}

function split(x: tf.TensorInfo, sizes: number | number[], axis: number): tf.TensorInfo[] {
  const at = tf.util.parseAxisParam(axis, x.shape)[0];
  const list = Array.isArray(sizes) ? sizes : Array.from({ length: sizes }, () => x.shape[at] / sizes);
  const names = list.map(fresh);
  current().nodes.push({
    op: 'Split',
    inputs: [nameOf(x), integers(list)],
    outputs: names,
    attributes: { axis: { i: at } },
  });
  return list.map((size, k) =>
    named(
      names[k],
      x.shape.map((d, i) => (i === at ? size : d)),
    ),
  );
}

function slice(x: tf.TensorInfo, begin: number[], size: number[]): tf.TensorInfo {
  const shape = size.map((s, i) => (s < 0 ? x.shape[i] - begin[i] : s));
  const ends = begin.map((b, i) => b + shape[i]);
  const axes = begin.map((_, i) => i);
  return named(append('Slice', [nameOf(x), integers(begin), integers(ends), integers(axes)]), shape);
}

/** ONNX type of int64, which indices have there. */
const INT64 = 7;

const indices = (x: tf.TensorInfo): tf.TensorInfo => ({
  ...named(append('Cast', [nameOf(x)], { to: { i: INT64 } }), x.shape),
  dtype: 'int32',
});

function gather(x: tf.TensorInfo, places: tf.TensorInfo, axis: number): tf.TensorInfo {
  const shape = [...x.shape.slice(0, axis), ...places.shape, ...x.shape.slice(axis + 1)];
  return named(append('Gather', [nameOf(x), nameOf(places)], { axis: { i: axis } }), shape);
}

function pad(x: tf.TensorInfo, paddings: [number, number][], value: number): tf.TensorInfo {
  const shape = x.shape.map((d, i) => d + paddings[i][0] + paddings[i][1]);
  const amounts = integers([...paddings.map((p) => p[0]), ...paddings.map((p) => p[1])]);
  return named(append('Pad', [nameOf(x), amounts, constant([], Float32Array.of(value))]), shape);
}

/** Every kernel that networks, losses and optimisers use. Tracing any other fails with its name. */
/* eslint-disable @typescript-eslint/no-explicit-any -- tfjs types kernels' inputs and attributes as open records */
const kernels: Record<string, (inputs: any, attrs: any) => tf.TensorInfo | tf.TensorInfo[]> = {
  ...Object.fromEntries(
    Object.entries({
      Add: 'Add',
      Sub: 'Sub',
      Multiply: 'Mul',
      RealDiv: 'Div',
      Maximum: 'Max',
      Minimum: 'Min',
      Pow: 'Pow',
    }).map(([kernel, op]) => [kernel, ({ a, b }: any) => binary(op, a, b)]),
  ),
  ...Object.fromEntries(
    ['Sigmoid', 'Sqrt', 'Exp', 'Neg', 'Tanh', 'Softplus', 'Sin', 'Cos', 'Log', 'Abs', 'Reciprocal', 'Relu'].map(
      (op) => [op, ({ x }: any) => unary(op, x)],
    ),
  ),
  Step: ({ x }) => unary('Sign', { ...(unary('Relu', x) as any) }),
  Square: ({ x }) => binary('Mul', x, x),
  Rsqrt: ({ x }) => unary('Reciprocal', unary('Sqrt', x)),
  AddN: (inputs) => (Object.values(inputs) as tf.TensorInfo[]).reduce((a, b) => binary('Add', a, b)),
  Identity: ({ x }) => x,
  Cast: ({ x }, { dtype }) => (dtype === 'int32' ? indices(x) : x),
  Reshape: ({ x }, { shape }) => {
    const rest = -(shape as number[]).reduce((product, d) => product * d, 1);
    return reshape(
      x,
      (shape as number[]).map((d) => (d < 0 ? sizeOf(x.shape) / rest : d)),
    );
  },
  ExpandDims: ({ input }, { dim }) => {
    const shape = [...input.shape];
    shape.splice(dim < 0 ? dim + shape.length + 1 : dim, 0, 1);
    return reshape(input, shape);
  },
  Sum: ({ x }, { axis, keepDims }) => sum(x, axis, keepDims),
  Mean: ({ x }, { axis, keepDims }) => mean(x, axis, keepDims),
  BatchMatMul: ({ a, b }, { transposeA, transposeB }) => matMul(a, b, transposeA, transposeB),
  Concat: (inputs, { axis }) => concat(Object.values(inputs), axis),
  SplitV: ({ x }, { numOrSizeSplits, axis }) => split(x, numOrSizeSplits, axis),
  GatherV2: ({ x, indices }, { axis }) => gather(x, indices, axis),
  Slice: ({ x }, { begin, size }) => slice(x, begin, size),
  PadV2: ({ x }, { paddings, constantValue }) => pad(x, paddings, constantValue),
  Transpose: ({ x }, { perm }) =>
    named(
      append('Transpose', [nameOf(x)], { perm: { ints: perm } }),
      perm.map((i: number) => x.shape[i]),
    ),
  Tile: ({ x }, { reps }) =>
    named(
      append('Tile', [nameOf(x), integers(reps)]),
      x.shape.map((d: number, i: number) => d * reps[i]),
    ),
  Fill: (_, { shape, value }) => info({ kind: 'filled', fill: value, shape }),
  ZerosLike: ({ x }) => info({ kind: 'filled', fill: 0, shape: x.shape }),
  OnesLike: ({ x }) => info({ kind: 'filled', fill: 1, shape: x.shape }),
};

/**
 * A kernel whose result equals its input must return a new tensor: if the tape saw the same tensor as input and output,
 * it would add its gradient twice.
 */
const bare = ({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo => ({ dataId, shape, dtype });

let registered = false;

function register(): void {
  if (registered) return;
  tf.registerBackend(BACKEND, () => new TraceBackend(), 0);
  for (const [kernelName, record] of Object.entries(kernels))
    tf.registerKernel({
      kernelName,
      backendName: BACKEND,
      kernelFunc: ({ inputs, attrs }) => {
        const out = record(inputs, attrs);
        return Array.isArray(out) ? out.map(bare) : bare(out);
      },
    });
  registered = true;
}

/**
 * Records a program. Not reentrant: the program's function must be synchronous, which tfjs functions are.
 * @throws Error with the kernel's name, where the function uses one that is not in the table above.
 */
export function trace(program: Program): TracedGraph {
  register();
  const previous = tf.getBackend();
  const session: Recording = {
    nodes: [],
    initializers: [],
    known: new Map(),
    shapes: new Map(),
    sources: new Map(),
    count: 0,
  };
  recording = session;
  void tf.setBackend(BACKEND);
  tf.engine().startScope();
  try {
    const tensorOf = (value: Value) => {
      const { dataId, shape, dtype } = info(value);
      return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
    };
    const inputs = Object.entries(program.inputs).map(([name, shape]) => ({ name, shape }));
    const tensors: Record<string, tf.Tensor> = {};
    for (const { name, shape } of inputs) {
      tensors[name] = tensorOf({ kind: 'named', name, shape });
      session.shapes.set(name, shape);
    }
    for (const [name, { shape, data }] of Object.entries(program.constants ?? {}))
      tensors[name] = tensorOf({ kind: 'data', data, shape });
    const outputs = Object.entries(program.build(tensors, false)).map(([name, tensor]) => {
      session.nodes.push({ op: 'Identity', inputs: [nameOf(tensor)], outputs: [name] });
      return { name, shape: tensor.shape };
    });
    return {
      nodes: fuseSums(
        pruned(
          session.nodes,
          outputs.map(({ name }) => name),
        ),
        session.shapes,
      ),
      initializers: session.initializers,
      inputs,
      outputs,
    };
  } finally {
    tf.engine().endScope();
    recording = undefined;
    if (previous) void tf.setBackend(previous);
  }
}
