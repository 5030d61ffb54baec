/** Stage two: hydrogens on skeletons that do not move. */
import { matchRows } from '../flow/coupling.js';
import { sampleAboutParents } from '../flow/prior.js';
import { createNoise } from '../flow/random.js';
import type { DrawKey } from '../flow/sampler.js';
import { timeGrid } from '../flow/time-grid.js';
import type { Predictor } from '../network/predictor.js';
import { hydrogenSampling } from '../network/sampling.js';
import { carryHydrogens } from './carry-hydrogens.js';
import type { PreparedMolecule } from './prepare.js';

/** Keeps these draws apart from those of the skeleton. */
const STREAM = 1;

export interface HydrogenOptions {
  readonly prepared: PreparedMolecule;
  readonly predictor: Predictor;
  /** [B, skeletonCount, 3] Å. */
  readonly skeletons: Float32Array;
  readonly seed: number;
  readonly draws: readonly DrawKey[];
  /** By default those of the model's policy. */
  readonly steps?: number | undefined;
  /** Conformers [atoms, 3] whose hydrogens, carried along and noised to `time`, are where the flow begins; the noise is `noise` of the prior's. */
  readonly given?:
    { readonly conformers: readonly Float32Array[]; readonly time: number; readonly noise: number } | undefined;
  readonly onFrame?: ((frame: HydrogenFrame) => void) | undefined;
}

/** One moment of hydrogens on their way. The arrays are lent until the callback is done. */
export interface HydrogenFrame {
  readonly time: number;
  /** [B, atoms, 3] Å. */
  readonly x: Float32Array;
  /** The prediction x̂1 [B, atoms, 3]; at the end, x itself. */
  readonly data: Float32Array;
}

/** All atoms [B, atoms, 3] in Å, the skeleton to the bit where it was. */
export async function placeHydrogens({
  prepared,
  predictor,
  skeletons,
  seed,
  draws,
  steps: asked,
  given,
  onFrame = () => {},
}: HydrogenOptions): Promise<Float32Array> {
  const { molecule, hydrogens: parents } = prepared;
  const n = molecule.atoms.length;
  const heavy = molecule.skeletonCount;
  if (n === heavy) return skeletons;
  const policy = hydrogenSampling(predictor.stage);
  const steps = asked ?? policy.steps;
  const x = new Float32Array(draws.length * n * 3);
  draws.forEach((draw, b) => {
    const conformer = x.subarray(b * n * 3, (b + 1) * n * 3);
    conformer.set(skeletons.subarray(b * heavy * 3, (b + 1) * heavy * 3));
    sampleAboutParents(
      conformer,
      parents.parent,
      createNoise({ seed, ...draw, stream: STREAM }),
      (given?.noise ?? 1) * predictor.stage.prior.hydrogenScale,
    );
    if (!given) return;
    const carried = conformer.slice();
    carryHydrogens(prepared, given.conformers[b], carried);
    matchRows(conformer, carried, parents.groups);
    // The skeleton is the same in both, to the bit.
    for (let i = 3 * heavy; i < conformer.length; i++)
      conformer[i] = (1 - given.time) * conformer[i] + given.time * carried[i];
  });
  const predict = predictor.bind(prepared.all, { mobile: parents.mobile });
  const times = timeGrid({ steps, spacing: policy.spacing, from: given?.time ?? 0 });
  for (let step = 0; step < steps; step++) {
    const fraction = (times[step + 1] - times[step]) / (1 - times[step]);
    const data = await predict(x, times[step]);
    onFrame({ time: times[step], x, data });
    for (let i = 0; i < x.length; i++) if (parents.mobile[((i / 3) | 0) % n]) x[i] += fraction * (data[i] - x[i]);
  }
  onFrame({ time: 1, x, data: x });
  return x;
}
