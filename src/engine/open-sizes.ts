/**
 * Turns a graph recorded at certain sizes into one for all sizes. Sizes (atoms, batch) are recorded as large primes, so
 * that any dimension they divide must be a product with them: the widths of the network are smaller. Shape constants
 * that contain such dimensions become inputs of the graph.
 */
import type { Graph, Initializer } from './onnx-format.js';
import type { TracedGraph } from './trace.js';

/** The sizes to record a program at, in order. Products of several with a width stay below 2⁵³, so they are exact. */
const PRIMES: readonly number[] = [10_007, 10_009, 10_037];

/** A shape that is an input of the graph, and its value at given sizes. */
export interface ShapeInput {
  readonly name: string;
  readonly at: (sizes: readonly number[]) => number[];
}

/** The sizes at which to record a program with `count` sizes. */
export function recordedSizes(count: number): readonly number[] {
  if (count > PRIMES.length) throw new Error(`a program has ${count} sizes; at most ${PRIMES.length} are told apart`);
  return PRIMES.slice(0, count);
}

/** The graph recorded at `recordedSizes(count)`, its size-dependent dimensions made symbolic; and its shape inputs. */
export function openSizes(
  { nodes, initializers, inputs, outputs }: TracedGraph,
  count: number,
): { graph: Graph; shapes: readonly ShapeInput[] } {
  const primes = recordedSizes(count);
  const isOpen = (recorded: number) => recorded !== 0 && primes.some((prime) => recorded % prime === 0);
  const isShape = ({ data }: Initializer) => data instanceof BigInt64Array && data.some((d) => isOpen(Number(d)));
  const opened = ({ name, shape }: TracedGraph['inputs'][number]) => ({
    name,
    shape: shape.map((d) => (isOpen(d) ? `size${d}` : d)),
  });
  const shapes = initializers.filter(isShape);
  return {
    graph: {
      nodes,
      initializers: initializers.filter((initializer) => !isShape(initializer)),
      inputs: [...inputs.map(opened), ...shapes.map(({ name, shape }) => ({ name, shape, type: 'int64' as const }))],
      outputs: outputs.map(opened),
    },
    shapes: shapes.map(({ name, data }) => {
      const products = [...data].map((d) => productOf(Number(d), primes));
      return {
        name,
        at: (sizes) => products.map(({ factor, places }) => places.reduce((product, k) => product * sizes[k], factor)),
      };
    }),
  };
}

/** A recorded dimension as a constant factor and the indices of the sizes that it is multiplied with. */
function productOf(recorded: number, primes: readonly number[]): { factor: number; places: readonly number[] } {
  let factor = recorded;
  const places = primes.flatMap((prime, k) => {
    const times: number[] = [];
    for (; factor !== 0 && factor % prime === 0; factor /= prime) times.push(k);
    return times;
  });
  return { factor, places };
}
