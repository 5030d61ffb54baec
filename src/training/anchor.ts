/** The anchor, whose predictions are the targets of small molecules (`anchorUpTo` in the configuration). */
import type { NetworkConfig } from '../network/egnn.js';
import { flatten, type ParameterSlice } from '../network/flat-parameters.js';
import type { StageModel } from '../network/model.js';
import type { StageConfig, StageName } from './config.js';

export interface Anchor {
  /** As that of the configuration, but for the layers that hear near atoms alone. */
  readonly network: NetworkConfig;
  /** [P] */
  readonly weights: Float32Array;
}

/**
 * The anchor, or undefined where the configuration has no anchorUpTo.
 * @throws Error where it has one and there is no model, or one of another network.
 */
export function anchorOf(
  { anchorUpTo }: StageConfig,
  stage: StageName,
  { slices, total }: { readonly slices: readonly ParameterSlice[]; readonly total: number },
  anchor: StageModel | undefined,
): Anchor | undefined {
  if (anchorUpTo === undefined) return undefined;
  if (!anchor)
    throw new Error(
      `anchorUpTo is ${anchorUpTo}: molecules of up to so many atoms are taught by a model, and there is none with a stage '${stage}'; give one with --anchor or --init`,
    );
  return { network: anchor.network, weights: flatten(anchor.weights, slices, total) };
}
