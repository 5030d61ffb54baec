/** Draws conformers: both stages in a row, in batches, each conformer a function of the seed and its own key. */
import type { DrawKey, SampleOptions, SampleStart } from '../flow/sampler.js';
import type { SamplerSettings } from '../flow/sampler-settings.js';
import { frameMaker, type DrawFrame } from './frames.js';
import type { Generator } from './generator.js';
import { placeHydrogens } from './hydrogen-stage.js';
import type { ModeSelection } from './mode-selection.js';
import type { PreparedMolecule } from './prepare.js';
import { sampleSkeletons } from './skeleton-stage.js';

export interface DrawOptions {
  readonly generator: Pick<Generator, 'skeleton' | 'hydrogens'>;
  readonly prepared: PreparedMolecule;
  readonly seed: number;
  readonly draws: readonly DrawKey[];
  readonly settings: SamplerSettings;
  /** Where the flow begins, instead of at noise. */
  readonly given?: Given | undefined;
  /** Chooses the noises of `draws`, of which only the conformer then counts: see mode-selection.ts. */
  readonly selection?: ModeSelection | undefined;
  readonly hydrogenSteps?: number | undefined;
  /** Holds a part of the skeleton: see the sampler's option. */
  readonly hold?: SampleOptions['hold'];
  /** Called with the conformers of each batch, in the order of `draws`, before the next is begun. */
  readonly onBatch?: ((batch: readonly Drawn[]) => void) | undefined;
  /** Every step of both stages. A noise that was selected is then followed from t = 0 again, and not from the selection on. */
  readonly onFrame?: ((frame: DrawFrame) => void) | undefined;
  /** Asked before each batch: true ends the drawing early, with those made so far. */
  readonly shouldStop?: (() => boolean) | undefined;
}

/** Conformers to begin at, one a draw. */
export interface Given {
  /** [skeletonCount, 3] Å, each of mean zero. */
  readonly skeletons: readonly Float32Array[];
  /** Flow time to which they are noised. */
  readonly time: number;
  /** Size of that noise as a part of the prior's. */
  readonly noise: number;
  /** [atoms, 3] Å: hydrogens begin where these have them; undefined where some are missing. */
  readonly conformers: readonly (Float32Array | undefined)[];
  /** Flow time to which such hydrogens are noised, the size of that noise as a part of the prior's, and the steps from there. */
  readonly hydrogens: { readonly time: number; readonly noise: number; readonly steps: number };
}

export interface Drawn {
  /** The key of what was drawn: with the seed, the model and the settings it identifies the conformer reproducibly. */
  readonly draw: DrawKey;
  /** [atoms, 3], Å. */
  readonly coordinates: Float32Array;
}

/** Conformers in the order of `draws`; fewer where `shouldStop` said so. */
export async function drawConformers(options: DrawOptions): Promise<Drawn[]> {
  const { generator, prepared, draws, onBatch = () => {}, shouldStop = () => false } = options;
  const conformers: Drawn[] = [];
  for (const { from, to } of generator.skeleton.batches(prepared.molecule.skeletonCount, draws.length)) {
    if (shouldStop()) break;
    const rows = Array.from({ length: to - from }, (_, b) => from + b);
    const batch = await drawBatch(options, rows);
    conformers.push(...batch);
    onBatch(batch);
  }
  return conformers;
}

async function drawBatch(
  { generator, prepared, seed, draws: all, settings, given, selection, hydrogenSteps, hold, onFrame }: DrawOptions,
  rows: readonly number[],
): Promise<Drawn[]> {
  const selected = await selection?.(rows.map((row) => all[row].conformer));
  const draws = selected?.map(({ draw }) => draw) ?? rows.map((row) => all[row]);
  const startOf = (): SampleStart | undefined => {
    if (given)
      return {
        kind: 'noised',
        time: given.time,
        scale: given.noise,
        coordinates: joined(rows.map((row) => given.skeletons[row])),
      };
    if (!selected || onFrame || settings.kind !== 'mode-selection') return undefined;
    const { selectionTime: time, selectionSteps: step } = settings;
    return { kind: 'state', time, step, coordinates: joined(selected.map(({ selectionState }) => selectionState)) };
  };
  const frames = onFrame && frameMaker(prepared, { rows, draws });
  let seen = false;
  const skeletons = await sampleSkeletons({
    prepared,
    predictor: generator.skeleton,
    seed,
    draws,
    settings,
    start: startOf(),
    hold,
    onFrame:
      frames &&
      ((frame) => {
        seen = true;
        onFrame(frames.skeleton(frame));
      }),
  });
  // A skeleton of one atom is there from the start.
  if (frames && !seen) onFrame(frames.skeleton({ step: 0, time: 1, x: skeletons, data: skeletons, row: 0 }));

  const size = prepared.molecule.atoms.length * 3;
  const heavy = prepared.molecule.skeletonCount * 3;
  const made: Float32Array[] = [];
  const place = async (places: readonly number[], from: readonly Float32Array[] | undefined) => {
    if (places.length === 0) return;
    const ofPlaces = { rows: places.map((b) => rows[b]), draws: places.map((b) => draws[b]) };
    const own = onFrame && frameMaker(prepared, ofPlaces);
    const placed = await placeHydrogens({
      prepared,
      predictor: generator.hydrogens,
      skeletons: joined(places.map((b) => skeletons.subarray(b * heavy, (b + 1) * heavy))),
      seed,
      draws: ofPlaces.draws,
      steps: from ? given?.hydrogens.steps : hydrogenSteps,
      given: from && given && { ...given.hydrogens, conformers: from },
      onFrame: own && ((frame) => onFrame(own.hydrogens(frame))),
    });
    places.forEach((b, k) => (made[b] = placed.slice(k * size, (k + 1) * size)));
  };
  const known = draws.map((_, b) => given?.conformers[rows[b]]);
  const places = [...known.keys()];
  await place(
    places.filter((b) => known[b] === undefined),
    undefined,
  );
  await place(
    places.filter((b) => known[b] !== undefined),
    known.filter((conformer) => conformer !== undefined),
  );
  return draws.map((draw, b) => ({ draw, coordinates: made[b] }));
}

function joined(skeletons: readonly Float32Array[]): Float32Array {
  const size = skeletons[0].length;
  const all = new Float32Array(skeletons.length * size);
  skeletons.forEach((skeleton, i) => all.set(skeleton, i * size));
  return all;
}
