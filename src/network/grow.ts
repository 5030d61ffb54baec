/** A larger network that starts from the weights of a smaller one. */
import type { Shape } from '../engine/program.js';
import { initialParameters, parameterShapes, type NetworkConfig } from './egnn.js';

/** What a weight that a network grows with starts as: nothing where it adds to what was there, else fresh. */
const SILENT = /\.(heads|chiral\.out|node\.out|node\.vectors|angles)$/;

/**
 * The weights of a network from those of one with fewer layers or vectors, or none: it computes the same until it is
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
  const before = parameterShapes(given.network);
  const fresh = Object.entries(initialParameters(config, normal)).map(([name, values]) => [name, SILENT.test(name) ? values.fill(0) : values] as const);
  const grown = fresh.map(([name, values]) => {
    const known = given.weights[name];
    if (!known) return [name, name in before ? undefined : values] as const;
    // The three blocks of `angles` grow each on its own.
    const blocks = name.endsWith('angles') ? 3 : 1;
    return [name, /(vectors|angles)$/.test(name) ? padded(values, known, parameterShapes(config)[name]!, before[name]!, blocks) : known] as const;
  });
  return Object.fromEntries(grown.filter((entry): entry is [string, Float32Array] => entry[1] !== undefined));
}

/** A matrix with a smaller one laid over the corner of each of its blocks of rows. */
function padded(values: Float32Array, smaller: Float32Array, [rows, columns]: Shape, [few, narrow]: Shape, blocks: number): Float32Array {
  const [step, stride] = [few! / blocks, rows! / blocks];
  const laid = values.slice();
  for (let r = 0; r < few!; r++) {
    const row = Math.floor(r / step) * stride + (r % step);
    laid.set(smaller.subarray(r * narrow!, (r + 1) * narrow!), row * columns!);
  }
  return laid;
}
