/** ONNX models as plain data, and their protobuf bytes (onnx.proto of ONNX 1.15, IR version 8, opset 17). */
import protobuf from 'protobufjs/minimal.js';
import type { Shape } from './program.js';

export type Attribute =
  { readonly i: number } | { readonly f: number } | { readonly ints: readonly number[] } | { readonly graph: Graph };

export interface Node {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
}

export interface Initializer {
  readonly name: string;
  readonly shape: Shape;
  readonly data: Float32Array | BigInt64Array;
}

export interface ValueInfo {
  readonly name: string;
  /** A symbolic name where the size is known only when the graph runs. */
  readonly shape: readonly (number | string)[];
  /** Default float32. */
  readonly type?: 'int64' | 'bool';
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly initializers: readonly Initializer[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

type Writer = protobuf.Writer;
const FLOAT = 1;
const INT64 = 7;
const BOOL = 9;

/** Writes one length-delimited protobuf field; `body` writes its message. */
function message(w: Writer, field: number, body: (w: Writer) => void): void {
  w.uint32((field << 3) | 2).fork();
  body(w);
  w.ldelim();
}
const text = (w: Writer, field: number, value: string) => w.uint32((field << 3) | 2).string(value);
const integer = (w: Writer, field: number, value: number) => w.uint32(field << 3).int64(value);

function writeAttribute(w: Writer, name: string, value: Attribute): void {
  text(w, 1, name);
  if ('f' in value) {
    w.uint32((2 << 3) | 5).float(value.f);
    integer(w, 20, 1);
  } else if ('i' in value) {
    integer(w, 3, value.i);
    integer(w, 20, 2);
  } else if ('graph' in value) {
    message(w, 6, (g) => writeGraph(g, value.graph, name));
    integer(w, 20, 5);
  } else {
    for (const i of value.ints) integer(w, 8, i);
    integer(w, 20, 7);
  }
}

function writeNode(w: Writer, node: Node): void {
  for (const name of node.inputs) text(w, 1, name);
  for (const name of node.outputs) text(w, 2, name);
  text(w, 4, node.op);
  for (const [name, value] of Object.entries(node.attributes ?? {}))
    message(w, 5, (v) => writeAttribute(v, name, value));
  if (node.domain) text(w, 7, node.domain);
}

function writeInitializer(w: Writer, { name, shape, data }: Initializer): void {
  for (const d of shape) integer(w, 1, d);
  integer(w, 2, data instanceof Float32Array ? FLOAT : INT64);
  text(w, 8, name);
  w.uint32((9 << 3) | 2).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
}

function writeValueInfo(w: Writer, { name, shape, type: kind }: ValueInfo): void {
  text(w, 1, name);
  message(w, 2, (type) =>
    message(type, 1, (tensor) => {
      integer(tensor, 1, kind === 'int64' ? INT64 : kind === 'bool' ? BOOL : FLOAT);
      message(tensor, 2, (s) =>
        shape.forEach((d) => message(s, 1, (dim) => (typeof d === 'string' ? text(dim, 2, d) : integer(dim, 1, d)))),
      );
    }),
  );
}

function writeGraph(w: Writer, graph: Graph, name: string): void {
  for (const node of graph.nodes) message(w, 1, (v) => writeNode(v, node));
  text(w, 2, name);
  for (const initializer of graph.initializers) message(w, 5, (v) => writeInitializer(v, initializer));
  for (const value of graph.inputs) message(w, 11, (v) => writeValueInfo(v, value));
  for (const value of graph.outputs) message(w, 12, (v) => writeValueInfo(v, value));
}

/** The bytes of an ONNX model holding the graph. */
export function encodeModel(graph: Graph): Uint8Array {
  const w = protobuf.Writer.create();
  integer(w, 1, 8);
  text(w, 2, 'molflow');
  message(w, 7, (g) => writeGraph(g, graph, 'molflow'));
  for (const [domain, version] of [
    ['', 17],
    ['com.microsoft', 1],
  ] as const)
    message(w, 8, (v) => {
      text(v, 1, domain);
      integer(v, 2, version);
    });
  return w.finish();
}
