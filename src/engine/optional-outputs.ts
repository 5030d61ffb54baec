/** Makes outputs of a graph optional: they, and the nodes that only they need, are computed on request alone. */
import { pruned } from './graph-passes.js';
import type { Graph, ValueInfo } from './onnx-format.js';

/** Name of the boolean input that requests them. */
export const WHOLE = 'whole';

/** The graph without these outputs, and without what only they need. */
export function requiredPart({ nodes, initializers, inputs, outputs }: Graph, optional: readonly string[]): Graph {
  const kept = outputs.filter(({ name }) => !optional.includes(name));
  const needed = pruned(
    nodes,
    kept.map(({ name }) => name),
  );
  const read = new Set(needed.flatMap((node) => node.inputs));
  return { nodes: needed, initializers: initializers.filter(({ name }) => read.has(name)), inputs, outputs: kept };
}

/** The graph with those nodes in one branch of an ONNX `If`; the other branch returns an empty array for each output. */
export function withoutOptional(graph: Graph, optional: readonly string[]): Graph {
  const { nodes, initializers, inputs, outputs } = graph;
  const { nodes: common, initializers: shared } = requiredPart(graph, optional);
  const isOptional = (name: string) => optional.includes(name);
  const rest = nodes.filter((node) => !common.includes(node));
  // Names must be unique over the graph and its branches.
  const inThen = (name: string) => (isOptional(name) ? `wanted ${name}` : name);
  const spare = outputs.filter(({ name }) => isOptional(name));
  const then_branch = {
    nodes: rest.map((node) => ({ ...node, outputs: node.outputs.map(inThen) })),
    initializers: initializers.filter((one) => !shared.includes(one)),
    inputs: [],
    outputs: spare.map((output) => ({ ...output, name: inThen(output.name) })),
  };
  const else_branch = {
    nodes: spare.map(({ name }) => ({ op: 'Identity', inputs: [`empty ${name}`], outputs: [`without ${name}`] })),
    initializers: spare.map(({ name, shape }) => ({
      name: `empty ${name}`,
      shape: shape.map(() => 0),
      data: new Float32Array(),
    })),
    inputs: [],
    outputs: spare.map(({ name, shape }): ValueInfo => ({ name: `without ${name}`, shape: shape.map(() => 0) })),
  };
  return {
    nodes: [
      ...common,
      {
        op: 'If',
        inputs: [WHOLE],
        outputs: spare.map(({ name }) => name),
        attributes: { then_branch: { graph: then_branch }, else_branch: { graph: else_branch } },
      },
    ],
    initializers: shared,
    inputs: [...inputs, { name: WHOLE, shape: [], type: 'bool' }],
    outputs,
  };
}
