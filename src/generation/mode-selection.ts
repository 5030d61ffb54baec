/**
 * Mode selection: which noises become conformers. More are tried than conformers are asked for, up to a time at which the
 * network's predictions show the mode that each leads to. Every mode that enough candidates lead to gets a conformer, and
 * then more in proportion to its candidates, those that lie apart; a candidate with a wrong stereocentre comes behind any
 * right one. Independent draws meet rare modes late, these sooner; and what a single candidate leads to, an error as often
 * as a mode, comes last.
 */
import { skeletonFaults } from '../chem/stereo.js';
import { sampleFlow, type DrawKey } from '../flow/sampler.js';
import type { ModeSelectionSettings } from '../flow/sampler-settings.js';
import { areFarApart, radii } from '../geometry/radial-bound.js';
import { bestRmsd } from '../geometry/rmsd.js';
import type { Predictor } from '../network/predictor.js';
import type { PreparedSkeleton } from './prepare.js';
import { selectionTimes } from './skeleton-stage.js';

/** A candidate at the time of the selection: its key, and the state [n,3] of its flow there. */
export interface SelectedNoise {
  readonly draw: DrawKey;
  readonly selectionState: Float32Array;
}

interface CandidateNoise extends SelectedNoise {
  /** [n,3], the prediction there, and its radii. */
  readonly prediction: Float32Array;
  readonly profile: Float64Array;
  /** Centres and double bonds that are wrong in it. */
  readonly faults: number;
}

/** The candidates that lead to one mode: those within the cluster width of the first. */
interface Mode {
  readonly first: CandidateNoise;
  /** Those that no conformer has begun with, each with its distance in Å to the nearest that one has. */
  readonly open: { readonly candidate: CandidateNoise; apart: number }[];
  readonly taken: CandidateNoise[];
}

/** Symmetry beyond this many permutations is not searched: the distances are then upper bounds. */
const MOST_PERMUTATIONS = 24;

export interface ModeSelectionOptions {
  readonly prepared: PreparedSkeleton;
  readonly predictor: Predictor;
  readonly seed: number;
  readonly settings: ModeSelectionSettings;
  /** Over which predictions are compared. */
  readonly permutations: readonly ArrayLike<number>[];
}

export type ModeSelection = (conformers: readonly number[]) => Promise<SelectedNoise[]>;

/**
 * A function that gives conformers, by their index, a noise each. The choice for one depends on the seed and on those
 * before it, which are the same whatever comes after and in however many calls they are asked for. The key of the noise
 * identifies the conformer reproducibly, without the others; it may be one that was tried for a conformer before.
 *
 * Modes by leader clustering (Hartigan, Clustering Algorithms, 1975, ch. 3) of the network's predictions by RMSD,
 * conformers to modes by d'Hondt's rule, within a mode the candidate farthest from those taken.
 */
export function createModeSelection({
  prepared: { molecule, skeleton: graph, prior, automorphisms },
  predictor,
  seed,
  settings: { candidates, clusterWidth, minClusterSize, extrapolation = 0, ...settings },
  permutations,
}: ModeSelectionOptions): ModeSelection {
  const n = molecule.skeletonCount;
  const size = 3 * n;
  const predict = predictor.bind(graph, { early: settings.fullDepthSteps !== undefined });
  const times = selectionTimes({ candidates, clusterWidth, minClusterSize, ...settings }, predictor.stage.path);
  const compared = permutations.slice(0, MOST_PERMUTATIONS);
  const chosen: SelectedNoise[] = [];
  const modes: Mode[] = [];

  async function follow(draws: readonly DrawKey[]): Promise<CandidateNoise[]> {
    let data = new Float32Array();
    const x = await sampleFlow({
      prior,
      predict,
      seed,
      draws,
      times,
      noise: { freshShare: 0 },
      extrapolation,
      automorphisms,
      onFrame: (frame) => void (data = frame.data.slice()),
    });
    return draws.map((draw, b) => {
      const prediction = data.slice(b * size, (b + 1) * size);
      return {
        draw,
        selectionState: x.slice(b * size, (b + 1) * size),
        prediction,
        profile: radii(prediction, n),
        faults: skeletonFaults(molecule, prediction),
      };
    });
  }

  /** The least distance to the others, or `most` where all are farther. */
  function distance({ prediction, profile }: CandidateNoise, others: readonly CandidateNoise[], most: number): number {
    let nearest = most;
    for (const other of others) {
      if (!areFarApart(other.profile, profile, compared, nearest))
        nearest = Math.min(nearest, bestRmsd(other.prediction, prediction, compared).rmsd);
    }
    return nearest;
  }

  function add(candidate: CandidateNoise): void {
    let [mode, nearest]: [Mode | undefined, number] = [undefined, clusterWidth];
    for (const other of modes) {
      const far = distance(candidate, [other.first], nearest);
      if (far < nearest) [mode, nearest] = [other, far];
    }
    if (!mode) modes.push((mode = { first: candidate, open: [], taken: [] }));
    mode.open.push({ candidate, apart: distance(candidate, mode.taken, Infinity) });
  }

  function take(): SelectedNoise {
    const fewest = modes.reduce(
      (least, { open }) => open.reduce((least, { candidate }) => Math.min(least, candidate.faults), least),
      Infinity,
    );
    const isRight = ({ candidate }: Mode['open'][number]) => candidate.faults === fewest;
    const mode = modes
      .filter(({ open }) => open.some(isRight))
      .reduce((best, mode) => (claims(mode, best) ? mode : best));
    const best = mode.open.filter(isRight).reduce((best, other) => (other.apart > best.apart ? other : best));
    mode.open.splice(mode.open.indexOf(best), 1);
    mode.taken.push(best.candidate);
    for (const other of mode.open) other.apart = distance(other.candidate, [best.candidate], other.apart);
    return best.candidate;
  }

  /** Whether the next conformer is rather of mode `a` than of `b`. */
  function claims(a: Mode, b: Mode): boolean {
    const [[rankA, quotientA], [rankB, quotientB]] = [claim(a), claim(b)];
    return rankA > rankB || (rankA === rankB && quotientA > quotientB);
  }

  /** First come modes without a conformer that enough candidates lead to, last those that fewer do. */
  function claim({ open, taken }: Mode): readonly [rank: number, quotient: number] {
    const all = open.length + taken.length;
    return [taken.length > 0 ? 1 : all >= minClusterSize ? 2 : 0, all / (taken.length + 1)];
  }

  return async (conformers) => {
    const keys: DrawKey[] = [];
    for (let conformer = chosen.length; conformer <= Math.max(...conformers); conformer++)
      for (let attempt = 0; attempt < candidates; attempt++) keys.push({ conformer, attempt });
    const tried = await follow(keys);
    for (let at = 0; at < tried.length; at += candidates) {
      tried.slice(at, at + candidates).forEach(add);
      chosen.push(take());
    }
    return conformers.map((conformer) => chosen[conformer]);
  };
}
