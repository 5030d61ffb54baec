/** Simplifies a recorded graph before it is compiled: removes unused nodes, fuses matrix products with additions. */
import type { Node } from './onnx-format.js';
import type { Shape } from './program.js';

/** The nodes that `outputs` depend on, in their order. */
export function pruned(nodes: readonly Node[], outputs: readonly string[]): Node[] {
  const needed = new Set(outputs);
  const kept = [...nodes].reverse().filter((node) => {
    if (!node.outputs.some((name) => needed.has(name))) return false;
    for (const name of node.inputs) needed.add(name);
    return true;
  });
  return kept.reverse();
}

/**
 * Fuses `Add(Gemm(a, b), c)` into `Gemm(a, b, c)` where the product is used nowhere else: one pass over memory fewer.
 * Returns the nodes in an order in which they can run.
 * @param shapes shapes of the values that Gemm and Add read or write.
 */
export function fuseSums(nodes: readonly Node[], shapes: ReadonlyMap<string, Shape>): Node[] {
  const uses = new Map<string, number>();
  for (const { inputs } of nodes) for (const name of inputs) uses.set(name, (uses.get(name) ?? 0) + 1);
  const products = new Map<string, Node>();
  const gone = new Set<Node>();
  const fused = nodes.map((node) => {
    if (node.op === 'Gemm' && node.inputs.length === 2) products.set(node.outputs[0], node);
    if (node.op !== 'Add') return node;
    for (const [own, other] of [node.inputs, [...node.inputs].reverse()] as [string, string][]) {
      const [product, shape] = [products.get(own), shapes.get(own)];
      if (!product || !shape || uses.get(own) !== 1 || !spreadsOver(shapes.get(other), shape)) continue;
      gone.add(product);
      // The fused node takes the place of the Add: all of its inputs are known there.
      return { ...product, inputs: [...product.inputs, other], outputs: node.outputs };
    }
    return node;
  });
  return fused.filter((_, i) => !gone.has(nodes[i]));
}

/** Whether a summand may become Gemm's bias: broadcastable to the product [M, N] without enlarging it. */
function spreadsOver(shape: Shape | undefined, [rows, columns]: Shape): boolean {
  if (!shape || shape.length > 2) return false;
  const [N = 1, M = 1] = [...shape].reverse();
  return (N === columns || N === 1) && (M === rows || M === 1);
}
