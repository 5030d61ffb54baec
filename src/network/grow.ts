/** A larger network that starts from the weights of a smaller one. */
import type { Shape } from '../engine/program.js';
import { initialParameters, parameterShapes, type NetworkConfig } from './egnn.js';

/** What a weight that a network grows with starts as: nothing where it adds to what was there, else fresh. */
const SILENT = /\.(heads|chiral\.out|node\.out|node\.vectors|angles|carried)$/;

/**
 * The weights of a network from those of one with fewer layers or vectors, or none, or without carried messages: it computes the same until it is
 * trained on, since what is new adds nothing at first. Other sizes are for `flatten` to check.
 * @throws Error naming a weight that the network has no place for.
 */
export function grownParameters(
  config: NetworkConfig,
  given: { readonly network: NetworkConfig; readonly weights: Readonly<Record<string, Float32Array>> },
  normal: () => number,
): Record<string, Float32Array> {
  const unknown = Object.keys(given.weights).find((name) => !(name in parameterShapes(config)));
  if (unknown) throw new Error(`the network's configuration has no place for the weight '${unknown}'`);
  const [shapes, before] = [parameterShapes(config), parameterShapes(given.network)];
  return Object.fromEntries(
    Object.entries(initialParameters(config, normal)).map(([name, fresh]) => {
      const start = SILENT.test(name) ? fresh.fill(0) : fresh;
      const known = given.weights[name];
      if (!known) return [name, start];
      if (!/(vectors|angles)$/.test(name)) return [name, known];
      // The three blocks of `angles` grow each on its own.
      return [
        name,
        padded(
          { matrix: start, shape: shapes[name] },
          { matrix: known, shape: before[name] },
          name.endsWith('angles') ? 3 : 1,
        ),
      ];
    }),
  );
}

interface Matrix {
  readonly matrix: Float32Array;
  readonly shape: Shape;
}

/** A matrix with a smaller one laid over the corner of each of its blocks of rows; the other one where it is not smaller. */
function padded(
  { matrix, shape: [rows, columns] }: Matrix,
  { matrix: smaller, shape: [few, narrow] }: Matrix,
  blocks: number,
): Float32Array {
  if (few > rows || narrow > columns) return smaller;
  const [step, stride] = [few / blocks, rows / blocks];
  const laid = matrix.slice();
  for (let r = 0; r < few; r++) {
    const row = Math.floor(r / step) * stride + (r % step);
    laid.set(smaller.subarray(r * narrow, (r + 1) * narrow), row * columns);
  }
  return laid;
}
