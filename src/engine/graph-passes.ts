/** What is made of a recorded graph before it is compiled: nodes that no one reads go, sums join the products they add to. */
import type { Node } from './onnx-format.js';
import type { Shape } from './program.js';

/** The nodes that `outputs` need, in their order. */
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
 * A sum of a matrix product and something else is one Gemm, which adds while it writes: one pass over memory fewer.
 * The nodes with each Add of a Gemm's result, used nowhere else, folded into that Gemm; in an order that can be run.
 * @param shapes of every name that a node reads or writes, but of constants that Gemm and Add do not read.
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
      const product = products.get(own);
      if (!product || uses.get(own) !== 1 || !spreadsOver(shapes.get(other), shapes.get(own)!)) continue;
      gone.add(product);
      // The sum stands where all that it needs is there; the product alone came before.
      return { ...product, inputs: [...product.inputs, other], outputs: node.outputs };
    }
    return node;
  });
  return fused.filter((_, i) => !gone.has(nodes[i]));
}

/** Whether a summand may be Gemm's: not larger than the product [M, N], and equal or 1 in each dimension from the last. */
function spreadsOver(shape: Shape | undefined, [rows, columns]: Shape): boolean {
  if (!shape || shape.length > 2) return false;
  const [N = 1, M = 1] = [...shape].reverse();
  return (N === columns || N === 1) && (M === rows || M === 1);
}
