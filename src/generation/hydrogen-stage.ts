/** Stage two: hydrogens on skeletons that do not move. */
import type { Molecule } from '../chem/molecule.js';
import { matchRows } from '../flow/coupling.js';
import { sampleAboutParents } from '../flow/prior.js';
import { createNoise } from '../flow/random.js';
import type { DrawKey } from '../flow/sampler.js';
import { timeGrid } from '../flow/time-grid.js';
import { graphFeatures } from '../network/features.js';
import type { Predictor } from '../network/predictor.js';
import { hydrogenParents } from '../network/priors.js';
import { carryHydrogens } from './carry-hydrogens.js';

/** Steps crowded late in t, where hydrogens settle: twice as good as equal ones; see docs/experiments.md. */
export const DEFAULT_HYDROGEN_STEPS = 8;
const SPACING = { kind: 'power', power: 3 } as const;
/** Keeps these draws apart from those of the skeleton. */
const STREAM = 1;

export interface HydrogenOptions {
  readonly molecule: Molecule;
  readonly predictor: Predictor;
  /** [B, skeletonCount, 3] Å. */
  readonly skeletons: Float32Array;
  readonly seed: number;
  readonly draws: readonly DrawKey[];
  /** By default DEFAULT_HYDROGEN_STEPS, or what the model was trained for. */
  readonly steps?: number | undefined;
  /** Conformers [atoms, 3] whose hydrogens, carried along and noised to `time`, are where the flow begins; the noise is `scale` of the prior's. */
  readonly given?:
    { readonly conformers: readonly Float32Array[]; readonly time: number; readonly scale: number } | undefined;
  /** [B, atoms, 3] at each step, hydrogens on their way. */
  readonly onFrame?: (frame: { readonly step: number; readonly time: number; readonly x: Float32Array }) => void;
}

/** All atoms [B, atoms, 3] in Å, the skeleton to the bit where it was. */
export async function placeHydrogens({
  molecule,
  predictor,
  skeletons,
  seed,
  draws,
  steps = predictor.stage.sampler?.steps ?? DEFAULT_HYDROGEN_STEPS,
  given,
  onFrame = () => {},
}: HydrogenOptions): Promise<Float32Array> {
  const n = molecule.atoms.length;
  const heavy = molecule.skeletonCount;
  if (n === heavy) return skeletons;
  const parents = hydrogenParents(molecule);
  const x = new Float32Array(draws.length * n * 3);
  draws.forEach((draw, b) => {
    const conformer = x.subarray(b * n * 3, (b + 1) * n * 3);
    conformer.set(skeletons.subarray(b * heavy * 3, (b + 1) * heavy * 3));
    sampleAboutParents(
      conformer,
      parents.parent,
      createNoise({ seed, ...draw, stream: STREAM }),
      (given?.scale ?? 1) * predictor.stage.prior.hydrogenScale,
    );
    if (!given) return;
    const carried = conformer.slice();
    carryHydrogens(molecule, given.conformers[b], carried);
    matchRows(conformer, carried, parents.groups);
    // The skeleton is the same in both, to the bit.
    for (let i = 3 * heavy; i < conformer.length; i++)
      conformer[i] = (1 - given.time) * conformer[i] + given.time * carried[i];
  });
  const graph = graphFeatures(molecule, { scope: 'all' });
  const predict = predictor.bind(graph, { mobile: parents.mobile });
  const limit = predictor.batchLimit(n);
  const times = timeGrid({ steps, spacing: SPACING, from: given?.time ?? 0 });
  onFrame({ step: 0, time: times[0], x });
  for (let step = 0; step < steps; step++) {
    const fraction = (times[step + 1] - times[step]) / (1 - times[step]);
    for (let b = 0; b < draws.length; b += limit) {
      const part = x.subarray(b * n * 3, Math.min(draws.length, b + limit) * n * 3);
      const data = await predict(part, times[step]);
      for (let i = 0; i < part.length; i++)
        if (parents.mobile[((i / 3) | 0) % n]) part[i] += fraction * (data[i] - part[i]);
    }
    onFrame({ step: step + 1, time: times[step + 1], x });
  }
  return x;
}
