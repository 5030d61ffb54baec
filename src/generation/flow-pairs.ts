/** Pairs of noise and the skeletons that a model's own flow makes of it: what rectified flow and distillation train on. */
import { bondIsRight, LEAST_VOLUME } from '../chem/stereo.js';
import type { Molecule } from '../chem/molecule.js';
import { startingState, type DrawKey } from '../flow/sampler.js';
import { isSolverName, solverNames, type SolverName } from '../flow/solvers/by-name.js';
import { signedVolume } from '../geometry/internal-coordinates.js';
import { graphFeatures, type GraphFeatures } from '../network/features.js';
import type { SamplerSettings } from '../flow/sampler-settings.js';
import { skeletonPrior } from '../network/priors.js';
import type { Predictor } from '../network/predictor.js';
import { sampleSkeletons } from './skeleton-stage.js';

export interface FlowPairsOptions {
  readonly molecule: Molecule;
  readonly predictor: Predictor;
  readonly seed: number;
  readonly draws: readonly DrawKey[];
  /** An ODE solver: a sampler that adds noise of its own would lose what pairs a start with its end. */
  readonly solver?: SolverName;
  readonly steps?: number;
  /**
   * From this time on the flow goes on without the noise that it carries, x_u = u·x̂1: ends lie nearer to minima, and are
   * still a function of their noise. With Euler's method alone.
   */
  readonly settle?: number | undefined;
}

export interface FlowPairs {
  /** Pairs kept, K. */
  readonly count: number;
  /** [K, skeletonCount, 3] Å, from the model's prior. */
  readonly noise: Float32Array;
  /** [K, skeletonCount, 3] Å, where the ODE ends. */
  readonly skeletons: Float32Array;
}

/**
 * Draws noise and follows the flow from it; ends with a wrong stereocentre or double bond are left out.
 *
 * Liu, Gong & Liu, "Flow straight and fast" (arXiv:2209.03003), §2.1: the reflow procedure.
 */
export async function flowPairs({
  molecule,
  predictor,
  seed,
  draws,
  solver = 'euler',
  steps = 20,
  settle,
}: FlowPairsOptions): Promise<FlowPairs> {
  if (!isSolverName(solver))
    throw new Error(
      `pairs for reflow need an ODE solver, which ${String(solver)} is not; give one of ${solverNames.join(', ')}`,
    );
  if (settle !== undefined && solver !== 'euler')
    throw new Error(`pairs that settle from t = ${settle} on are made by Euler's method, not by ${solver}`);
  const n = molecule.skeletonCount;
  const graph = graphFeatures(molecule);
  const prior = skeletonPrior(molecule, predictor.stage.prior);
  const starts = startingState({ prior, seed, draws });
  const settings: SamplerSettings =
    settle === undefined
      ? { kind: 'ode', solver, steps }
      : {
          kind: 'stochastic',
          steps,
          noise: { freshShare: 1, from: settle, temperature: 0, aligned: false },
        };
  const ends = await sampleSkeletons({
    prepared: { molecule, skeleton: graph, prior, automorphisms: [] },
    predictor,
    seed,
    draws,
    settings,
    start: { kind: 'state', coordinates: starts.slice(), time: 0 },
  });
  const part = (all: Float32Array, b: number) => all.subarray(b * n * 3, (b + 1) * n * 3);
  const right = draws.flatMap((_, b) => (hasWantedStereo(molecule, graph, part(ends, b)) ? [b] : []));
  const chosen = (all: Float32Array) => Float32Array.from(right.flatMap((b) => [...part(all, b)]));
  return { count: right.length, noise: chosen(starts), skeletons: chosen(ends) };
}

/** As verifyStereo of chem has it, as far as a skeleton shows. */
function hasWantedStereo({ stereoBonds }: Molecule, { n, centres }: GraphFeatures, skeleton: Float32Array): boolean {
  return (
    skeleton.every(Number.isFinite) &&
    centres.every(([centre, a, b, c]) => signedVolume(skeleton, centre, a, b, c) > LEAST_VOLUME) &&
    stereoBonds.every(
      (bond) => bond.cis === undefined || bond.references.some((i) => i >= n) || bondIsRight(bond, skeleton),
    )
  );
}
