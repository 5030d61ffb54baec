/** Settings of the ways to follow a flow from noise to data, one kind each. */
import type { FreshNoise } from './sampler.js';
import type { SolverName } from './solvers/by-name.js';
import type { GridSpacing } from './time-grid.js';

/** The probability flow ODE, by a solver of flow/solvers. */
export interface OdeSettings {
  readonly kind: 'ode';
  /** One with an error estimate (dormand-prince) chooses its steps itself. */
  readonly solver: SolverName;
  /** Steps from t = 0, or from where the flow begins, to t = 1. */
  readonly steps: number;
  readonly spacing?: GridSpacing | undefined;
}

/** The sampler with fresh noise: see sampleFlow. */
export interface StochasticSettings {
  readonly kind: 'stochastic';
  /** Steps from t = 0, or from where the flow begins, to t = 1. */
  readonly steps: number;
  readonly noise: FreshNoise;
  /** Second-order extrapolation of the prediction, 0 for none, as sampleFlow takes it. */
  readonly extrapolation?: number | undefined;
  readonly spacing?: GridSpacing | undefined;
  /** The last steps, which take the network at full depth where the others take its early exit; where undefined all do. */
  readonly fullDepthSteps?: number | undefined;
}

/**
 * Mode selection: candidate noises are followed to a time at which their predictions show the mode that they lead to,
 * and those to go on with are chosen among all candidates so far (generation/mode-selection.ts).
 */
export interface ModeSelectionSettings {
  readonly kind: 'mode-selection';
  /** Candidate noises for each conformer. */
  readonly candidates: number;
  /** Flow time at which their predictions are compared. */
  readonly selectionTime: number;
  /** Equal steps of every candidate from t = 0 to there, without fresh noise. */
  readonly selectionSteps: number;
  /** Steps of the chosen from there to t = 1. */
  readonly finishSteps: number;
  /** Fresh noise of these. */
  readonly noise: Pick<FreshNoise, 'temperature'> & { readonly freshShare: number };
  /** Å: predictions nearer than this to the first of a cluster are of one mode. */
  readonly clusterWidth: number;
  /** Candidates that must lead to a mode before it gets a conformer of its own. */
  readonly minClusterSize: number;
  readonly extrapolation?: number | undefined;
  /** The last steps, which take the network at full depth where all before, the candidates' too, take its early exit; where undefined all do. */
  readonly fullDepthSteps?: number | undefined;
}

export type SamplerSettings = OdeSettings | StochasticSettings | ModeSelectionSettings;
