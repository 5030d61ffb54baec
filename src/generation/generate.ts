/** The main job: a molecule to distinct, verified conformers, and an account of what was drawn and dropped. */
import { createForceField, MMFF94Error, type ForceField, type MMFF94Variant } from '../chem/mmff94.js';
import type { Molecule } from '../chem/molecule.js';
import { MoleculeError } from '../chem/molecule-error.js';
import { DEFAULT_MAX_ISOMERS } from '../chem/default-max-isomers.js';
import { placesInWords, refuseOpenStereo, stereoisomers, type Stereoisomers } from '../chem/stereoisomers.js';
import type { Structure } from '../chem/structure.js';
import type { DrawKey } from '../flow/sampler.js';
import type { SamplerSettings } from '../flow/sampler-settings.js';
import { abortable } from '../network/predictor.js';
import type { Oversampling } from '../network/sampling.js';
import { checkConformer, type CheckOptions } from './check.js';
import { keepDistinct } from './choose.js';
import {
  chosenOversampling,
  chosenSampler,
  type SamplerAlias,
  type SamplerChoice,
  type SamplerName,
} from './choose-sampler.js';
import { defaultCount } from '../chem/rotatable-bonds.js';
import { drawConformers, type Drawn, type DrawOptions } from './draw.js';
import type { GenerationEvent, PreparedEvent } from './events.js';
import { collectIsomer, joinIsomers, type GenerationResult } from './finish.js';
import { timeLimitReached } from './time-limit-reached.js';
import type { Fallback, Generator } from './generator.js';
import { differentMatches, holdCore, withHandsOfCore, type Core } from './held-core.js';
import { RMSD_ATOMS, type RmsdAtoms } from './rmsd-atoms.js';
import { createModeSelection, type ModeSelection } from './mode-selection.js';
import { overlayOf, type CoreOptions } from './overlay.js';
import { prepareMolecule, type PreparedMolecule } from './prepare.js';

export interface GenerateOptions {
  /** Number of different conformers; by default 50, 200 or 300 by rotatable bonds. */
  readonly count?: number | undefined;
  readonly seed?: number | undefined;
  /** By default the model's own. */
  readonly sampler?: SamplerName | SamplerAlias | undefined;
  /** Evaluations of the network for a skeleton: steps of its flow, with 'modes' those of all candidates. */
  readonly steps?: number | undefined;
  /** The model's quicker settings, beyond twelve heavy atoms: five steps, and no choice among noises. */
  readonly fast?: boolean | undefined;
  /** The model's slower settings, whose draws are nearer to minima, and a choice among more draws. */
  readonly thorough?: boolean | undefined;
  readonly hydrogenSteps?: number | undefined;
  /** Conformers nearer than this to one already kept are dropped: symmetry-aware RMSD, Å. */
  readonly rmsd?: number | undefined;
  /** Atoms that this RMSD is taken over: heavy ones by default, with the hydrogens of N, O and S, or all. */
  readonly rmsdAtoms?: RmsdAtoms | undefined;
  /** MMFF94 relaxation of every conformer, or only its energy. */
  readonly optimize?: 'none' | 'mmff94' | 'mmff94s' | undefined;
  readonly energies?: boolean | undefined;
  /** Conformers further above the lowest of the same stereoisomer than this are dropped, kcal/mol; implies energies. */
  readonly energyWindow?: number | undefined;
  /** Refuse a molecule that leaves stereo open: centres, double bonds or axes. Not with `enumerateStereo`. */
  readonly strictStereo?: boolean | undefined;
  /**
   * Make all stereoisomers that open stereo and groups of relative stereo allow, each with `count` conformers and energies
   * of its own: so many at most, or 32 with `true`.
   */
  readonly enumerateStereo?: boolean | number | undefined;
  /** Lay all conformers onto the first, by heavy atoms. */
  readonly align?: boolean | undefined;
  /** Lay them onto this 3D structure, by the largest part that both have in common. */
  readonly alignTo?: Structure | undefined;
  /** A part of the molecule whose coordinates are given and held; conformers are laid onto it. Not with `optimize`, which moves all atoms. */
  readonly core?: CoreOptions | undefined;
  /** Draw exactly `count` conformers and keep them all: none is drawn again, dropped or left out. For evaluation. */
  readonly plain?: boolean | undefined;
  /** Seconds after which no further batch or check is begun: what is finished by then is delivered. */
  readonly timeLimit?: number | undefined;
  /** Asked before each batch and each check: true, or the reason in words, ends early, and what is finished by then is delivered. */
  readonly shouldStop?: (() => boolean | string) | undefined;
  /** Gives up: the call rejects with the signal's reason, and nothing is delivered. */
  readonly signal?: AbortSignal | undefined;
  /** Called with everything that happens, as it happens. */
  readonly observe?: ((event: GenerationEvent) => void) | undefined;
  /** Whether `observe` is shown every step of every conformer; see DrawOptions.onFrame. */
  readonly frames?: boolean | undefined;
}

export const DEFAULT_SEED = 1;
/** Distinct means: further apart than half of what a crystallographer would call the same. */
export const DEFAULT_RMSD = 0.1;
/** Draws of a further round for each conformer that is still wanting. */
const DRAWS_FOR_MISSING = 2;
/** Another round of draws pays only while the last one brought at least this share of new shapes. */
const LEAST_GAIN = 0.05;
/** A further round tries so many noises at least: fewer tell nothing of what more would bring. */
const LEAST_ROUND = 8;
/** Draws after which it is first asked whether they bring new shapes; then after twice as many, and so on. */
const FIRST_ROUND = 16;
/** So many noises must have led to conformers before a round without a new shape ends it: a shape of one in ten is then missed once in thirty times. */
const LEAST_NOISES = 32;
/** And at most this share of the draws may be like no other, which is how often a further one would be new (Good 1953). */
const MOST_NEW = 0.05;
/** How often one draw that fails a check is made again before it is given up. */
const MOST_ATTEMPTS = 4;

/**
 * Conformers of one molecule, in the order of energy where there are energies, else of draws; with `enumerateStereo` those
 * of one stereoisomer after another, each as it would be made if it were asked for alone.
 *
 * Rounds of draws, checks and a selection of those that differ, each as large as all before, until there are enough or a
 * round brings nothing new; then as many as asked for are chosen. The result is made of the events alone (finish.ts).
 * @throws Error where an option is out of range; MoleculeError where the network does not know an element; the signal's
 *   reason where it is aborted. A molecule that MMFF94 has no parameters for gives a warning, and no energies.
 */
export async function generateConformers(
  generator: Generator,
  molecule: Molecule,
  options: GenerateOptions = {},
): Promise<GenerationResult> {
  const { strictStereo = false, enumerateStereo = false, ...rest } = options;
  if (strictStereo && enumerateStereo !== false)
    throw new Error('strictStereo refuses the open stereo that enumerateStereo is for; expected one of them');
  if (strictStereo) refuseOpenStereo(generator.rdkit, molecule);
  if (enumerateStereo === false) return generateIsomer(generator, molecule, rest);
  const max = enumerateStereo === true ? DEFAULT_MAX_ISOMERS : enumerateStereo;
  const found = stereoisomers(generator.rdkit, molecule, { max });
  if (found.isomers.length === 1 && found.isomers[0] === molecule) return generateIsomer(generator, molecule, rest);
  if (found.isomers.length === 0)
    throw new MoleculeError(
      'stereo',
      `no stereoisomer of ${molecule.name} can be built: what it specifies does not fit into its rings. Check its marks.`,
    );
  const { timeLimit = Infinity, shouldStop = () => false } = rest;
  const deadline = performance.now() + timeLimit * 1000;
  const of = { of: molecule, notes: enumerationNotes(molecule, found) };
  const results: GenerationResult[] = [];
  let unmade: string | undefined;
  for (const [i, isomer] of found.isomers.entries()) {
    const asked = i > 0 && shouldStop();
    if (i > 0 && (asked !== false || performance.now() > deadline)) {
      const why = asked === false ? timeLimitReached(timeLimit) : asked === true ? 'stopped' : asked;
      unmade = `${why} before ${found.isomers.length - i} of ${found.isomers.length} stereoisomers were begun`;
      break;
    }
    const remaining = { ...rest, timeLimit: (deadline - performance.now()) / 1000 };
    results.push(await generateIsomer(generator, isomer, remaining, { number: i + 1, ...of }));
  }
  return joinIsomers(results, { ...of, unmade });
}

/** What is said of an enumeration beside its isomers. */
function enumerationNotes(molecule: Molecule, { open, isomers, total, impossible }: Stereoisomers): string[] {
  const made = isomers.length;
  const more = total === undefined || total > made;
  return [
    ...(open.length > 0 ? [`Open stereo: ${placesInWords(molecule, open)}.`] : []),
    ...(more ? [`${made} of ${total ?? 'very many'} stereoisomers are made; a higher limit makes more.`] : []),
    ...(impossible > 0
      ? [
          `${impossible} ${impossible === 1 ? 'form is' : 'forms are'} left out, which small rings cannot have: trans-fused or in–out.`,
        ]
      : []),
  ];
}

type IsomerOptions = Omit<GenerateOptions, 'strictStereo' | 'enumerateStereo'>;

async function generateIsomer(
  generator: Generator,
  molecule: Molecule,
  options: IsomerOptions,
  isomer?: PreparedEvent['isomer'],
): Promise<GenerationResult> {
  const { timeLimit = Infinity, shouldStop = () => false, signal, observe = () => {} } = options;
  const deadline = performance.now() + timeLimit * 1000;
  const isLate = () => performance.now() > deadline;
  const { fallback: other } = generator;
  const isBeyond = other !== undefined && molecule.skeletonCount > other.beyond;
  const opened = async ({ open }: Fallback<Generator>) => ({ ...(await open()), phase: generator.phase });
  let { event, ...run } = isBeyond
    ? await prepareRun(await opened(other), molecule, { ...options, fast: true }, isomer)
    : await prepareRun(generator, molecule, options, isomer);
  const { count, plain } = event;
  const collector = collectIsomer();
  const emit = (event: GenerationEvent) => {
    collector.observe(event);
    observe(event);
  };
  emit(event);

  const isEnded = () => isLate() || shouldStop() !== false;
  let fallback = plain || isBeyond ? undefined : other;
  let [next, planned, found] = [0, event.planned, 0];
  for (;;) {
    signal?.throwIfAborted();
    const rounds: DrawRounds = { ...run, emit, shouldStop: () => isEnded() || collector.hopeless, planned };
    const budget = plain ? count : Math.max(FIRST_ROUND, Math.ceil(run.oversampling.most * count));
    const noises = run.settings.kind === 'mode-selection' ? run.settings.candidates : 1;
    const leastRound = Math.ceil(LEAST_ROUND / noises);
    const end = plain ? planned : Math.min(planned, Math.max(FIRST_ROUND, 2 * next));
    const slots = Array.from({ length: end - next }, (_, i) => next + i);
    await drawChecked(slots, rounds, collector.drawn);
    const { kept, dropped, metOnce } = keepDistinct(collector.candidates, event);
    emit({ kind: 'kept', slots: kept.map(({ slot }) => slot), dropped, metOnce });
    const grew = kept.length - found;
    const isNew = kept.some(({ slot }) => slot >= next);
    const passed = collector.candidates.filter(({ slot }) => slot >= next).length;
    [next, found] = [end, kept.length];
    if (fallback && collector.candidates.length === 0 && !isEnded()) {
      // Its own settings: those that were asked for are the first model's.
      const own = { ...options, sampler: undefined, steps: undefined, hydrogenSteps: undefined };
      ({ event, ...run } = await prepareRun(await opened(fallback), molecule, own, isomer));
      [fallback, next, planned] = [undefined, 0, event.planned];
      emit({ kind: 'model', model: event.model, planned });
      continue;
    }
    if (plain || rounds.shouldStop()) break;
    // Where most draws are refused the round says little.
    const isTold = 2 * passed >= slots.length && collector.candidates.length * noises >= LEAST_NOISES;
    if (!isNew && isTold && metOnce <= MOST_NEW * collector.candidates.length) break;
    if (next < planned) continue;
    // What has no conformer yet may be a shape that few draws have.
    const isLittle =
      kept.length === 0 ? next >= FIRST_ROUND : slots.length >= leastRound && grew <= LEAST_GAIN * slots.length;
    if (kept.length >= count || next >= budget || isLittle) break;
    planned = Math.min(budget, next + Math.max(leastRound, DRAWS_FOR_MISSING * (count - kept.length)));
  }
  signal?.throwIfAborted();
  const stopped = shouldStop();
  if (stopped !== false) return collector.finish(stopped === true ? 'stopped' : stopped);
  return collector.finish(isLate() ? timeLimitReached(timeLimit) : undefined);
}

/** What stays the same in all rounds. */
interface Run {
  readonly generator: Generator;
  /** Draws take them in turn. */
  readonly variants: readonly Variant[];
  readonly seed: number;
  readonly settings: SamplerSettings;
  readonly selection: ModeSelection | undefined;
  readonly oversampling: Oversampling;
  readonly hydrogenSteps: number | undefined;
  readonly frames: boolean;
  readonly check: CheckOptions;
  /** Draws of one slot, at most. */
  readonly attempts: number;
}

async function prepareRun(
  given: Generator,
  molecule: Molecule,
  {
    count = defaultCount(molecule),
    seed = DEFAULT_SEED,
    rmsd = DEFAULT_RMSD,
    optimize = 'none',
    energies = false,
    energyWindow,
    plain = false,
    hydrogenSteps,
    frames = false,
    signal,
    rmsdAtoms,
    align = false,
    alignTo,
    core,
    ...choice
  }: IsomerOptions,
  isomer: PreparedEvent['isomer'],
): Promise<Run & { readonly event: PreparedEvent }> {
  const settings = core
    ? holdingSampler(molecule, choice, given.skeleton.stage)
    : chosenSampler(molecule, choice, given.skeleton.stage);
  const oversampling = chosenOversampling(molecule, choice, settings, given.skeleton.stage);
  if (!Number.isInteger(count) || count < 1) throw new Error(`count is ${count}; expected a whole number, 1 or more`);
  if (!(rmsd >= 0)) throw new Error(`rmsd is ${rmsd}; expected a distance in Å, 0 or more`);
  const generator = signal
    ? { ...given, skeleton: abortable(given.skeleton, signal), hydrogens: abortable(given.hydrogens, signal) }
    : given;
  const prepared = prepareMolecule(generator, molecule);
  const wantsEnergy = energies || optimize !== 'none' || energyWindow !== undefined;
  const variant: MMFF94Variant = optimize === 'mmff94' ? 'MMFF94' : 'MMFF94s';
  const { field, warnings } = wantsEnergy ? await forceFieldFor(molecule, variant) : { field: undefined, warnings: [] };
  if (rmsdAtoms !== undefined && !RMSD_ATOMS.includes(rmsdAtoms))
    throw new Error(`rmsdAtoms is '${String(rmsdAtoms)}'; expected one of ${RMSD_ATOMS.join(', ')}`);
  if (core && optimize !== 'none')
    throw new Error(
      `a core cannot be held while ${variant} relaxes: openchemlib moves all atoms. Leave out the relaxation (optimize: 'none'), or relax the conformers with a program that can fix atoms.`,
    );
  const overlay = overlayOf(generator.rdkit, molecule, { align, alignTo, core });
  const { permutations } = prepared;
  const { skeleton: predictor, rdkit, modelName: model, phase } = generator;
  return {
    generator,
    variants: variantsOf(generator, prepared, overlay.placement?.kind === 'core' ? overlay.placement : undefined),
    seed,
    settings,
    selection:
      settings.kind === 'mode-selection'
        ? createModeSelection({ prepared, predictor, seed, settings, permutations })
        : undefined,
    oversampling,
    hydrogenSteps,
    frames,
    check: { rdkit, prepared, forceField: field, relax: optimize !== 'none', lenient: plain },
    attempts: plain ? 1 : MOST_ATTEMPTS,
    event: {
      kind: 'prepared',
      molecule,
      model,
      phase,
      seed,
      count,
      planned: plain ? count : Math.ceil(oversampling.first * count),
      rmsd,
      ...(rmsdAtoms !== undefined && { rmsdAtoms }),
      energyWindow,
      plain,
      forceField: field && variant,
      permutations,
      warnings: [...(molecule.notes ?? []), ...warnings, ...overlay.warnings],
      ...(isomer && { isomer }),
      ...(overlay.placement && { placement: overlay.placement }),
    },
  };
}

/** The sampler of a molecule of which a core is held: draws are independent, and fresh noise mends the junctions. */
function holdingSampler(
  molecule: Molecule,
  choice: SamplerChoice,
  stage: Generator['skeleton']['stage'],
): SamplerSettings {
  const settings = chosenSampler(molecule, choice, stage);
  if (settings.kind === 'stochastic') return settings;
  if (choice.sampler !== undefined)
    throw new Error(`a core is not held by the sampler '${choice.sampler}'; expected 'stochastic' or 'ancestral'`);
  return chosenSampler(molecule, { ...choice, sampler: 'stochastic' }, stage);
}

/** What draws start from: where a core is held, one for each way in which it lies in the molecule. */
interface Variant {
  readonly prepared: PreparedMolecule;
  readonly hold?: DrawOptions['hold'];
}

/** Ways at most in which a core is tried to lie in a molecule. */
const MOST_VARIANTS = 16;

function variantsOf(generator: Generator, prepared: PreparedMolecule, core: Core | undefined): readonly Variant[] {
  if (!core) return [{ prepared }];
  const { molecule, automorphisms } = prepared;
  return differentMatches(core.matches, automorphisms)
    .slice(0, MOST_VARIANTS)
    .map((match) => ({
      prepared: prepareMolecule(generator, withHandsOfCore(molecule, core, match)),
      hold: holdCore(core, match, molecule),
    }));
}

interface DrawRounds extends Run {
  readonly emit: (event: GenerationEvent) => void;
  readonly shouldStop: () => boolean;
  readonly planned: number;
}

/** Draws conformers for slots and checks them; those that fail are drawn again, from noises not tried before. */
async function drawChecked(slots: readonly number[], run: DrawRounds, before: number): Promise<void> {
  const { settings, variants, check, attempts, emit, shouldStop, planned } = run;
  const tried = settings.kind === 'mode-selection' ? settings.candidates : 1;
  let open = slots;
  let made = before;
  for (let retry = 0; retry < attempts && open.length > 0 && !shouldStop(); retry++) {
    const failed: number[] = [];
    let at = 0;
    // Checked before the next batch is drawn, so that there is something to deliver whenever it ends.
    const checkBatch = (batch: readonly Drawn[]) => {
      made += batch.length;
      emit({ kind: 'drawn', made, planned });
      for (const { draw, coordinates } of batch) {
        // Those that are not looked at any more count as not drawn.
        if (at > 0 && shouldStop()) return;
        const slot = open[at++];
        const checked = checkConformer(coordinates, check);
        const { stereoRight } = checked;
        if (checked.ok) emit({ kind: 'checked', retry, stereoRight, candidate: { slot, draw, ...checked.conformer } });
        else {
          emit({
            kind: 'refused',
            retry,
            stereoRight,
            slot,
            draw,
            reason: checked.reason,
            detail: checked.detail,
            faults: checked.faults,
          });
          failed.push(slot);
        }
      }
    };
    const attempt = retry === 0 ? 0 : tried + retry - 1;
    const turns = variants.map((_, v) => open.filter((slot) => (slot + attempt) % variants.length === v));
    open = turns.flat();
    for (const [v, slots] of turns.entries())
      await drawSlots(slots, { ...run, ...variants[v], attempt, onBatch: checkBatch });
    open = failed;
  }
}

/** A conformer for each slot, in their order; fewer where the run is stopped. */
function drawSlots(
  slots: readonly number[],
  {
    generator,
    prepared,
    seed,
    settings,
    selection,
    hydrogenSteps,
    hold,
    frames,
    emit,
    shouldStop,
    attempt,
    onBatch,
  }: DrawRounds & Variant & { readonly attempt: number; readonly onBatch: (batch: readonly Drawn[]) => void },
): Promise<Drawn[]> {
  const started = new Set<number>();
  return drawConformers({
    generator,
    prepared,
    seed,
    // The noise that is selected may be one tried for a conformer before: its key need not name the slot.
    draws: slots.map((conformer): DrawKey => ({ conformer, attempt })),
    settings,
    selection: attempt === 0 ? selection : undefined,
    hydrogenSteps,
    hold,
    shouldStop,
    onBatch,
    onFrame: frames
      ? ({ rows, ...frame }) => {
          const first = rows.some((row) => !started.has(row));
          rows.forEach((row) => started.add(row));
          emit({ kind: 'frame', first, slots: rows.map((row) => slots[row]), ...frame });
        }
      : undefined,
  });
}

async function forceFieldFor(
  molecule: Molecule,
  variant: MMFF94Variant,
): Promise<{ readonly field?: ForceField; readonly warnings: readonly string[] }> {
  try {
    return { field: await createForceField(molecule, { variant }), warnings: [] };
  } catch (error) {
    if (!(error instanceof MMFF94Error)) throw error;
    return { warnings: [`${error.message} The conformers are neither relaxed nor ranked.`] };
  }
}
