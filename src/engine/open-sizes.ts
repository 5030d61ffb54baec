/**
 * A graph for all sizes from one recorded at certain ones. Sizes are recorded as large primes: whatever number of a
 * shape they divide is a product with them, and with nothing else, since widths of networks are smaller. Shapes of
 * whole numbers that hold such ones become inputs of the graph.
 */
import type { Graph } from './onnx-format.js';
import type { Shape } from './program.js';
import type { TracedGraph } from './trace.js';

/** Sizes to record a program at, by their place among them. A product of several and of a width is still exact. */
export const RECORDED_SIZES: readonly number[] = [10_007, 10_009, 10_037];

/** A shape as an input of the graph, and what it is at given sizes, in the order of RECORDED_SIZES. */
export interface ShapeInput {
  readonly name: string;
  readonly at: (sizes: readonly number[]) => number[];
}

interface Product {
  readonly factor: number;
  /** How often each size is a factor. */
  readonly powers: readonly number[];
}

function productOf(recorded: number): Product {
  let factor = recorded;
  const powers = RECORDED_SIZES.map((size) => {
    let power = 0;
    for (; factor !== 0 && factor % size === 0; power++) factor /= size;
    return power;
  });
  return { factor, powers };
}

const isOpen = ({ powers }: Product): boolean => powers.some((power) => power > 0);

const valueOf = ({ factor, powers }: Product, sizes: readonly number[]): number =>
  powers.reduce((product, power, k) => product * (power > 0 ? sizes[k]! ** power : 1), factor);

/** The graph with all that depends on sizes named instead of known, and its shape inputs. */
export function openSizes({ nodes, initializers, inputs, outputs }: TracedGraph): { graph: Graph; shapes: readonly ShapeInput[] } {
  const opened = (shape: Shape) => shape.map((d) => (isOpen(productOf(d)) ? `size${d}` : d));
  const closed = initializers.filter(({ data }) => data instanceof Float32Array || ![...data].some((d) => isOpen(productOf(Number(d)))));
  const shapes = initializers.flatMap((initializer) => {
    if (closed.includes(initializer)) return [];
    const products = [...(initializer.data as BigInt64Array)].map((d) => productOf(Number(d)));
    return [{ name: initializer.name, at: (sizes: readonly number[]) => products.map((product) => valueOf(product, sizes)) }];
  });
  const ofShapes = initializers.filter((initializer) => !closed.includes(initializer)).map(({ name, shape }) => ({ name, shape, type: 'int64' as const }));
  return {
    graph: {
      nodes,
      initializers: closed,
      inputs: [...inputs.map(({ name, shape }) => ({ name, shape: opened(shape) })), ...ofShapes],
      outputs: outputs.map(({ name, shape }) => ({ name, shape: opened(shape) })),
    },
    shapes,
  };
}
