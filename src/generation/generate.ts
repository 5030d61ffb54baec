/** The main job: a molecule to distinct, verified conformers, and an account of what was drawn and dropped. */
import { checkGeometry } from '../chem/geometry-checks.js';
import { createForceField, MMFF94Error, type ForceField } from '../chem/mmff94.js';
import type { Molecule } from '../chem/molecule.js';
import { verifyStereo, type StereoVerdict } from '../chem/stereo.js';
import type { DrawKey } from '../flow/sampler.js';
import { bestRmsd } from '../geometry/rmsd.js';
import { chooseDiverse, comparedPermutations, pruneByRmsd } from './diverse.js';
import { drawConformers } from './draw.js';
import type { Generator } from './generator.js';
import { defaultCount } from './default-count.js';
import { chosenSampler } from './skeleton-stage.js';
import { spreadOf } from './spread.js';

export interface GenerateOptions {
  /** Number of different conformers; by default 50, 200 or 300 by rotatable bonds. */
  readonly count?: number | undefined;
  readonly seed?: number | undefined;
  /** 'spread' (the default), 'stochastic', 'ancestral', or an ODE solver: euler, midpoint, heun, rk4, dormand-prince. */
  readonly sampler?: string | undefined;
  /** Steps of the skeleton's flow; with 'spread', those of all noises tried. */
  readonly steps?: number | undefined;
  readonly hydrogenSteps?: number | undefined;
  /** Conformers nearer than this to one already kept are dropped: symmetry-aware RMSD of heavy atoms, Å. */
  readonly rmsd?: number | undefined;
  /** MMFF94 relaxation of every conformer, or only its energy. */
  readonly optimize?: 'none' | 'mmff94' | 'mmff94s' | undefined;
  readonly energies?: boolean | undefined;
  /** Conformers further above the lowest than this are dropped, kcal/mol; implies energies. */
  readonly energyWindow?: number | undefined;
  /** Draw exactly `count` conformers and keep them all: none is drawn again, dropped or left out. For evaluation. */
  readonly plain?: boolean | undefined;
  /** Seconds after which no further batch is begun. */
  readonly timeLimit?: number | undefined;
  readonly onProgress?: ((progress: { readonly made: number; readonly planned: number }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Conformer {
  /** [atoms, 3] row-major, Å, centred on the mean of the skeleton. */
  readonly coordinates: Float32Array;
  /** Which draw this is: with the seed and the model it names the conformer for good. */
  readonly draw: DrawKey;
  /** Whether every specified centre and double bond was found right in the coordinates. */
  readonly stereoVerified: boolean;
  /** Isomeric SMILES of what it is; says which hand unspecified centres took. */
  readonly assigned: string;
  /** Symmetry-aware RMSD of heavy atoms to the first conformer delivered, Å. */
  readonly rmsdToFirst: number;
  /** MMFF94 energy, kcal/mol, where it was asked for and the force field knows the molecule. */
  readonly energy?: number | undefined;
  /** kcal/mol above the lowest delivered. */
  readonly relativeEnergy?: number | undefined;
}

export interface GenerationReport {
  readonly asked: number;
  readonly delivered: number;
  readonly drawn: number;
  /** Share of first draws whose stereo was right, before any resampling. */
  readonly stereoRightAtFirst: number;
  readonly dropped: {
    readonly stereo: number;
    readonly geometry: number;
    readonly duplicate: number;
    readonly energy: number;
  };
  /** Why fewer were delivered than asked for. */
  readonly reason?: string | undefined;
  readonly warnings: readonly string[];
}

export interface GenerationResult {
  readonly molecule: Molecule;
  readonly conformers: readonly Conformer[];
  readonly report: GenerationReport;
  readonly model: string;
  readonly seed: number;
}

export const DEFAULT_SEED = 1;
/** Distinct means: further apart than half of what a crystallographer would call the same. */
export const DEFAULT_RMSD = 0.1;
/**
 * Draws for each conformer asked for: first this many, or one where they are spread already; later, while new shapes keep
 * coming, up to twice as many.
 */
const OVERDRAW = 2;
const MOST_OVERDRAW = 4;
/** How often one draw that fails a check is made again before it is given up. */
const MOST_ATTEMPTS = 4;
interface Candidate {
  /** Which conformer of those planned. */
  readonly place: number;
  readonly draw: DrawKey;
  readonly coordinates: Float32Array;
  readonly right: boolean;
  readonly assigned: string;
  readonly energy: number | undefined;
}

/**
 * Conformers of one molecule.
 * @throws Error where an option is out of range or the network does not know an element; MMFF94Error where relaxation
 *   was asked for and has no parameters.
 */
export async function generateConformers(
  generator: Generator,
  molecule: Molecule,
  options: GenerateOptions = {},
): Promise<GenerationResult> {
  const { seed = DEFAULT_SEED, rmsd = DEFAULT_RMSD, optimize = 'none', energyWindow, plain = false, signal } = options;
  const settings = chosenSampler(molecule, options, generator.skeleton.stage);
  const { steps } = settings;
  const count = options.count ?? defaultCount(molecule);
  if (!Number.isInteger(count) || count < 1) throw new Error(`count is ${count}; expected a whole number, 1 or more`);
  if (!Number.isInteger(steps) || steps < 1) throw new Error(`steps is ${steps}; expected a whole number, 1 or more`);
  if (!(rmsd >= 0)) throw new Error(`rmsd is ${rmsd}; expected a distance in Å, 0 or more`);
  const deadline = performance.now() + (options.timeLimit ?? Infinity) * 1000;
  const enough = () => signal?.aborted === true || performance.now() > deadline;

  const wantsEnergy = options.energies || optimize !== 'none' || energyWindow !== undefined;
  const warnings: string[] = [];
  const field = wantsEnergy ? await forceFieldFor(molecule, optimize, warnings) : undefined;
  const permutations = comparedPermutations(generator.rdkit, molecule);
  const spread = spreadOf(generator, { molecule, seed, settings, permutations });

  const budget = plain ? count : MOST_OVERDRAW * count;
  let planned = plain || spread ? count : Math.min(OVERDRAW * count, budget);
  let made = 0;
  const dropped = { stereo: 0, geometry: 0, duplicate: 0, energy: 0 };
  let [first, firstRight] = [0, 0];
  const candidates: Candidate[] = [];

  /** Makes conformers, checks them, and makes the failed ones again, from noises not tried before. */
  async function drawChecked(numbers: readonly number[]): Promise<void> {
    let open: readonly DrawKey[] = numbers.map((conformer) => ({ conformer, attempt: 0 }));
    for (let round = 0; round < MOST_ATTEMPTS && open.length > 0 && !enough(); round++) {
      const conformers = await drawConformers({
        generator,
        molecule,
        seed,
        draws: open,
        settings,
        ...(round === 0 && spread && { spread }),
        ...(options.hydrogenSteps !== undefined && { hydrogenSteps: options.hydrogenSteps }),
        enough,
        onBatch: (batch) => options.onProgress?.({ made: made + batch, planned }),
      });
      made += conformers.length;
      const failed: DrawKey[] = [];
      conformers.forEach(({ draw, coordinates }, k) => {
        // The noise that was chosen may be one tried for a conformer before: `draw` need not name the place.
        const place = open[k].conformer;
        const verdict = judge(coordinates, { place, draw });
        if (round === 0) {
          first++;
          if (verdict.stereo) firstRight++;
        }
        if (verdict.candidate) candidates.push(verdict.candidate);
        else {
          dropped[verdict.stereo ? 'geometry' : 'stereo']++;
          if (!plain) failed.push({ conformer: place, attempt: (settings.spread?.noises ?? 1) + round });
        }
      });
      open = failed;
    }
  }

  /** What becomes of a draw: whether its stereo was right, and the candidate, unless a check refuses it. */
  function judge(
    drawn: Float32Array,
    name: Pick<Candidate, 'place' | 'draw'>,
  ): { stereo: boolean; candidate?: Candidate } {
    const before = verifyStereo(generator.rdkit, molecule, drawn);
    const accept = (coordinates: Float32Array, { right, assigned = '' }: StereoVerdict, energy?: number) => ({
      stereo: before.right,
      candidate: { ...name, coordinates, right, assigned, energy },
    });
    if (plain) {
      // Not even a plain draw is written with coordinates that are not numbers.
      return drawn.every(Number.isFinite) ? accept(drawn, before, field?.energy(drawn)) : { stereo: before.right };
    }
    if (!before.right) return { stereo: false };
    if (!checkGeometry(molecule, drawn).ok) return { stereo: true };
    if (!field || optimize === 'none') return accept(drawn, before, field?.energy(drawn));
    const { coordinates, energy } = field.relax(drawn);
    const after = verifyStereo(generator.rdkit, molecule, coordinates);
    return after.right ? accept(coordinates, after, energy) : { stereo: false };
  }

  let kept: Candidate[] = [];
  let previous = -1;
  for (let next = 0; ;) {
    const round = planned - next;
    await drawChecked(Array.from({ length: round }, (_, i) => next + i));
    next = planned;
    kept = plain ? candidates : distinct(candidates);
    // Another round pays only while the last one brought new shapes.
    const grew = kept.length > previous + 0.05 * round;
    if (plain || kept.length >= count || next >= budget || !grew || enough()) break;
    previous = kept.length;
    planned = Math.min(budget, next + (spread ? 2 * (count - kept.length) : count));
  }
  dropped.duplicate = candidates.length - dropped.energy - kept.length;

  /** In order of energy where there is one, else of draws; without duplicates and those above the window. */
  function distinct(all: readonly Candidate[]): Candidate[] {
    const ordered = [...all].sort((a, b) => (a.energy ?? 0) - (b.energy ?? 0) || a.place - b.place);
    const lowest = Math.min(...ordered.map(({ energy = 0 }) => energy));
    const within = ordered.filter(({ energy = 0 }) => energyWindow === undefined || energy - lowest <= energyWindow);
    dropped.energy = ordered.length - within.length;
    return pruneByRmsd({ skeletons: within.map(skeletonOf), permutations }, rmsd).map((i) => within[i]);
  }
  function skeletonOf({ coordinates }: Candidate): Float32Array {
    return coordinates.subarray(0, molecule.skeletonCount * 3);
  }

  const chosen =
    plain || field
      ? kept.slice(0, count)
      : chooseDiverse({ skeletons: kept.map(skeletonOf), permutations }, count).map((i) => kept[i]);
  const lowest = Math.min(...chosen.map(({ energy = 0 }) => energy));
  return {
    molecule,
    model: generator.modelName,
    seed,
    conformers: chosen.map((candidate) => ({
      coordinates: candidate.coordinates,
      draw: candidate.draw,
      stereoVerified: candidate.right,
      assigned: candidate.assigned,
      rmsdToFirst: bestRmsd(skeletonOf(chosen[0]), skeletonOf(candidate), permutations).rmsd,
      ...(candidate.energy !== undefined && { energy: candidate.energy, relativeEnergy: candidate.energy - lowest }),
    })),
    report: {
      asked: count,
      delivered: chosen.length,
      drawn: made,
      stereoRightAtFirst: first > 0 ? firstRight / first : 1,
      dropped,
      ...(chosen.length < count && { reason: shortfall(options, dropped, made, rmsd, enough()) }),
      warnings,
    },
  };
}

async function forceFieldFor(
  molecule: Molecule,
  optimize: NonNullable<GenerateOptions['optimize']>,
  warnings: string[],
): Promise<ForceField | undefined> {
  try {
    return await createForceField(molecule, { variant: optimize === 'mmff94' ? 'MMFF94' : 'MMFF94s' });
  } catch (error) {
    if (!(error instanceof MMFF94Error)) throw error;
    warnings.push(`${error.message} The conformers are neither relaxed nor ranked.`);
    return undefined;
  }
}

function shortfall(
  { signal, timeLimit, energyWindow }: GenerateOptions,
  dropped: GenerationReport['dropped'],
  made: number,
  rmsd: number,
  ended: boolean,
): string {
  if (signal?.aborted) return `stopped after ${made} draws`;
  if (ended && timeLimit !== undefined) return `the time limit of ${timeLimit} s was reached after ${made} draws`;
  const causes = [
    dropped.duplicate > 0 && `${dropped.duplicate} lay within ${rmsd} Å of another`,
    dropped.energy > 0 && `${dropped.energy} above the energy window of ${energyWindow} kcal/mol`,
    dropped.stereo > 0 && `${dropped.stereo} had the wrong stereo`,
    dropped.geometry > 0 && `${dropped.geometry} failed the geometry checks`,
  ].filter((cause) => cause !== false);
  return `of ${made} draws ${causes.join(', ') || 'none failed'}; further draws brought no more`;
}
