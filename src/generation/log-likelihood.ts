/** How likely a conformer is under the model: log density of its skeleton, by following the flow back to noise. */
import type { Molecule } from '../chem/molecule.js';
import { logLikelihood, type DivergenceMethod, type Likelihood, type VelocityDerivative } from '../flow/likelihood.js';
import { velocityFromData } from '../flow/path.js';
import { createRandom } from '../flow/random.js';
import { graphFeatures } from '../network/features.js';
import type { Phase } from '../network/phase-names.js';
import { skeletonPrior } from '../network/priors.js';
import type { Predictor } from '../network/predictor.js';
import type { Generator } from './generator.js';

/** Up to so many skeleton atoms the exact divergence, 3(n−1) directions, is the default. */
const EXACT_ATOMS = 8;
/** Width in Å of the central differences: a network in float32 drowns a smaller one in rounding. */
const DIFFERENCE = 1e-2;

export interface ConformerLikelihoodOptions {
  readonly generator: Generator;
  readonly molecule: Molecule;
  /** [skeletonCount,3] or all atoms [atoms,3] in Å, of which the skeleton comes first. */
  readonly coordinates: ArrayLike<number>;
  /** Exact, or Hutchinson's estimate; by default exact up to 8 skeleton atoms. */
  readonly divergence?: 'exact' | 'hutchinson';
  /** Random directions of the estimate; its error falls with their root. */
  readonly probes?: number;
  /** Of the estimate. */
  readonly seed?: number;
  /** Time in (0,1) at which the flow is met; see conformerLogLikelihood. */
  readonly endTime?: number;
  /** Tolerance of the adaptive solver, relative and in Å. */
  readonly tolerance?: number;
}

export interface ConformerLikelihood extends Likelihood {
  /** 3(skeletonCount − 1): divide by it to compare molecules of different size. */
  readonly dimensions: number;
  readonly method: 'exact' | 'hutchinson';
}

/**
 * log p(x) of a skeleton in Å^−3(n−1), in the space of coordinates with mean zero. A model of references that are
 * energy minima has a density that is sharper without bound as t → 1, so x is met just before: the result is the
 * density at x blurred by the noise left at `endTime` T, log p(x) = log p_T(T·x) + 3(n−1)·log T, Gaussian noise of
 * (1−T)/T of the prior's. Compare only values of one T, and of one molecule. Invariant under rotation with the exact
 * divergence; the estimate is so on average. A skeleton of one atom has no dimension, and 0.
 *
 * Throws where the coordinates do not fit the molecule, or T is not in (0,1).
 */
export async function conformerLogLikelihood({
  generator,
  molecule,
  coordinates,
  divergence,
  probes = 8,
  seed = 0,
  endTime = 0.98,
  tolerance = 1e-3,
}: ConformerLikelihoodOptions): Promise<ConformerLikelihood> {
  const n = molecule.skeletonCount;
  if (coordinates.length !== 3 * n && coordinates.length !== 3 * molecule.atoms.length) {
    throw new Error(
      `Log likelihood of ${molecule.smiles}: ${coordinates.length} numbers were given; expected 3 for each of the ${n} ` +
        `skeleton atoms or of all ${molecule.atoms.length}.`,
    );
  }
  if (!(endTime > 0 && endTime < 1))
    throw new Error(`Log likelihood: the end time is ${endTime}; expected one in (0,1).`);
  const method = divergence ?? (n <= EXACT_ATOMS ? 'exact' : 'hutchinson');
  const dimensions = 3 * (n - 1);
  if (dimensions === 0) {
    return {
      logLikelihood: 0,
      noise: new Float64Array(3),
      logPrior: 0,
      divergence: 0,
      evaluations: 0,
      dimensions,
      method,
    };
  }
  const { skeleton: predictor } = generator;
  const how: DivergenceMethod =
    method === 'exact'
      ? { kind: 'exact' }
      : { kind: 'hutchinson', distribution: 'rademacher', probes, random: createRandom(seed, 6) };
  const result = await logLikelihood({
    x: Float64Array.from({ length: 3 * n }, (_, i) => endTime * coordinates[i]),
    prior: skeletonPrior(molecule, predictor.stage.prior),
    derivative: batchedDerivative(predictor, molecule, generator.phase),
    method: how,
    t1: endTime,
    rtol: tolerance,
    atol: tolerance,
  });
  return { ...result, logLikelihood: result.logLikelihood + dimensions * Math.log(endTime), dimensions, method };
}

/** Central differences along all directions, in one prediction. */
function batchedDerivative(predictor: Predictor, molecule: Molecule, phase: Phase): VelocityDerivative {
  const n = molecule.skeletonCount;
  const size = 3 * n;
  const predict = predictor.bind(graphFeatures(molecule, { phase }));
  return async (x, t, directions) => {
    const states = new Float32Array((2 * directions.length + 1) * size);
    states.set(x);
    directions.forEach((w, k) => {
      for (let i = 0; i < size; i++) {
        states[(2 * k + 1) * size + i] = x[i] + DIFFERENCE * w[i];
        states[(2 * k + 2) * size + i] = x[i] - DIFFERENCE * w[i];
      }
    });
    const velocities = new Float64Array(states.length);
    velocityFromData(velocities, states, await predict(states, t), t);
    return {
      velocity: velocities.slice(0, size),
      products: directions.map((_, k) => {
        const above = velocities.subarray((2 * k + 1) * size, (2 * k + 2) * size);
        const below = velocities.subarray((2 * k + 2) * size, (2 * k + 3) * size);
        return above.map((v, i) => (v - below[i]) / (2 * DIFFERENCE));
      }),
    };
  };
}
