/**
 * The end of generation: conformers and the account of them, made of the events alone. It needs no RDKit and no network,
 * so that whoever collected the events of a run that did not come to its end can still deliver what it had found.
 */
import { bestRmsd } from '../geometry/rmsd.js';
import type { MMFF94Variant } from '../chem/mmff94.js';
import type { Molecule } from '../chem/molecule.js';
import type { Phase } from '../network/phase-names.js';
import { chooseConformers, aboveLowest, keepDistinct, skeletonOf, type Kept } from './choose.js';
import type { Candidate, Fault, GenerationEvent, KeptEvent, PreparedEvent } from './events.js';
import { placed, type Placed, type Placement } from './placement.js';

export interface Conformer extends Omit<Candidate, 'slot'> {
  /** Symmetry-aware RMSD of heavy atoms to the first conformer delivered, Å. */
  readonly rmsdToFirst: number;
  /** kcal/mol above the lowest delivered of the same stereoisomer. */
  readonly relativeEnergy?: number | undefined;
  /** RMSD in Å to the reference that it is laid onto, or to the core that was held. */
  readonly rmsdToReference?: number | undefined;
}

/** drawn = delivered + dropped.stereo + dropped.geometry + dropped.duplicate + dropped.energy + surplus. */
export interface GenerationReport {
  readonly asked: number;
  readonly delivered: number;
  /** Conformers drawn and checked, those drawn again among them. */
  readonly drawn: number;
  /** Share of first draws whose stereo was right, before any resampling. */
  readonly stereoRightAtFirst: number;
  /** Draws that are not delivered: refused by a check, like another, or above the energy window. */
  readonly dropped: {
    readonly stereo: number;
    readonly geometry: number;
    readonly duplicate: number;
    readonly energy: number;
  };
  /** Right and distinct, but more than were asked for. */
  readonly surplus: number;
  /**
   * Share of further draws that would be like one of those found: 1 − n₁/N, of N draws n₁ that are like no other (Good,
   * Biometrika 40:237, 1953, eq. 9). 0 where each is unlike all others; without meaning, and 0, for `plain`.
   */
  readonly completeness: number;
  /** Why fewer were delivered than asked for. */
  readonly reason?: string | undefined;
  readonly warnings: readonly string[];
}

export interface GenerationResult {
  readonly molecule: Molecule;
  readonly conformers: readonly Conformer[];
  readonly report: GenerationReport;
  readonly model: string;
  /** Where the molecule is, as the model was told. */
  readonly phase: Phase;
  readonly seed: number;
  /** The force field that the energies are by, where there are any. */
  readonly forceField?: MMFF94Variant | undefined;
  /** What the conformers are laid onto, where they are. */
  readonly placement?: Placement['kind'] | undefined;
  /**
   * With `enumerateStereo`, a result for each stereoisomer; `molecule` is the one that they are of, `conformers` are theirs
   * one after another, `report` their sum.
   */
  readonly isomers?: readonly IsomerResult[] | undefined;
}

export interface IsomerResult extends GenerationResult {
  /** From 1; the name of its molecule ends in it. */
  readonly number: number;
}

export interface Collector {
  /** Takes the events of one molecule, in their order. */
  observe(event: GenerationEvent): void;
  /** Of the stereoisomer that is being made. */
  readonly candidates: readonly Candidate[];
  /**
   * What is delivered of the events so far.
   * @param ended why the drawing came to an end before its time, in words, where it did.
   * @throws Error where no 'prepared' event came.
   */
  finish(ended?: string): GenerationResult;
}

/** As Collector, of a molecule that is one stereoisomer. */
export interface IsomerCollector extends Collector {
  /** Draws so far that passed the checks or were refused. */
  readonly drawn: number;
  /** Whether the stereo of all draws so far was wrong, and there were enough to say that it cannot be built. */
  readonly hopeless: boolean;
}

/**
 * So many draws, each with wrong stereo, are taken for a proof where the hand of one place is wrong in half of them or
 * more; even two axes that come as they like pass once in four. Where it is now one place, now another, all of many may be
 * right in one of a hundred draws: cyclosporine has twelve. And double bonds that cannot be trans were refused before any
 * draw: those of rings of eight and more can, and are so in one of some ten draws.
 */
const HOPELESS_DRAWS = { samePlace: 24, anyPlace: 96 };

/** Collects what the result is made of; each 'prepared' event begins another stereoisomer. */
export function collectEvents(): Collector {
  const isomers: { readonly prepared: PreparedEvent; readonly collector: IsomerCollector }[] = [];
  return {
    observe(event) {
      if (event.kind === 'prepared') isomers.push({ prepared: event, collector: collectIsomer() });
      isomers.at(-1)?.collector.observe(event);
    },
    get candidates() {
      return isomers.at(-1)?.collector.candidates ?? [];
    },
    finish(ended) {
      if (isomers.length === 0) return collectIsomer().finish(ended);
      if (!isomers[0].prepared.isomer) return isomers[0].collector.finish(ended);
      // Those before the last came to their end.
      const results = isomers.map(({ collector }, i) => collector.finish(i === isomers.length - 1 ? ended : undefined));
      return joinIsomers(results, isomers[0].prepared.isomer);
    },
  };
}

/** One result of those of stereoisomers 1, 2, … of a molecule. @param options.unmade what became of others, in words. */
export function joinIsomers(
  isomers: readonly GenerationResult[],
  {
    of,
    notes,
    unmade,
  }: { readonly of: Molecule; readonly notes: readonly string[]; readonly unmade?: string | undefined },
): GenerationResult {
  const reports = isomers.map(({ report }) => report);
  const sum = (value: (report: GenerationReport) => number) => reports.reduce((all, report) => all + value(report), 0);
  const drawn = sum((report) => report.drawn);
  const reasons = [
    ...isomers.flatMap(({ molecule, report }) =>
      report.reason === undefined ? [] : [`${molecule.name}: ${report.reason}`],
    ),
    ...(unmade === undefined ? [] : [unmade]),
  ];
  return {
    ...isomers[0],
    molecule: of,
    conformers: isomers.flatMap(({ conformers }) => conformers),
    report: {
      asked: sum((report) => report.asked),
      delivered: sum((report) => report.delivered),
      drawn,
      stereoRightAtFirst: drawn > 0 ? sum((report) => report.stereoRightAtFirst * report.drawn) / drawn : 1,
      dropped: {
        stereo: sum(({ dropped }) => dropped.stereo),
        geometry: sum(({ dropped }) => dropped.geometry),
        duplicate: sum(({ dropped }) => dropped.duplicate),
        energy: sum(({ dropped }) => dropped.energy),
      },
      surplus: sum((report) => report.surplus),
      completeness: sum((report) => report.completeness) / reports.length,
      ...(reasons.length > 0 && { reason: reasons.join('; ') }),
      warnings: [...new Set([...notes, ...reports.flatMap(({ warnings }) => warnings)])],
    },
    isomers: isomers.map((result, i) => ({ ...result, number: i + 1 })),
  };
}

/** By its place. */
interface CountedFault extends Fault {
  readonly times: number;
}

/** Collects the events of one stereoisomer. */
export function collectIsomer(): IsomerCollector {
  const candidates: Candidate[] = [];
  const refused = { stereo: 0, geometry: 0 };
  const faults = { stereo: new Map<string, CountedFault>(), geometry: new Map<string, CountedFault>() };
  const first = { drawn: 0, right: 0 };
  /** What another model had drawn before. */
  const former = { drawn: 0, stereo: 0 };
  const changes: string[] = [];
  let prepared: PreparedEvent | undefined;
  let kept: KeptEvent | undefined;

  function observe(event: GenerationEvent): void {
    switch (event.kind) {
      case 'prepared':
        prepared = event;
        return;
      case 'model':
        if (prepared) {
          changes.push(changeInWords(prepared.model, event.model, refused, faults));
          prepared = { ...prepared, model: event.model };
        }
        [former.drawn, former.stereo] = [drawn(), refused.stereo];
        for (const places of [faults.stereo, faults.geometry]) places.clear();
        return;
      case 'checked':
        candidates.push(event.candidate);
        break;
      case 'refused':
        refused[event.reason]++;
        for (const fault of event.faults) {
          const { times = 0 } = faults[event.reason].get(fault.place) ?? {};
          faults[event.reason].set(fault.place, { ...fault, times: times + 1 });
        }
        break;
      case 'kept':
        kept = event;
        return;
      case 'frame':
      case 'drawn':
        return;
    }
    if (event.retry > 0) return;
    first.drawn++;
    if (event.stereoRight) first.right++;
  }

  const drawn = () => candidates.length + refused.stereo + refused.geometry;

  /** As the last 'kept' event has it, if there was one after the last candidate. */
  function keptOf(options: PreparedEvent): Kept {
    const counted = kept && kept.slots.length + kept.dropped.duplicate + kept.dropped.energy;
    if (!kept || counted !== candidates.length) return keepDistinct(candidates, options);
    const bySlot = new Map(candidates.map((candidate) => [candidate.slot, candidate]));
    return { ...kept, kept: kept.slots.flatMap((slot) => bySlot.get(slot) ?? []) };
  }

  function finish(ended?: string): GenerationResult {
    if (!prepared) throw new Error('no conformers can be delivered: the molecule was not prepared yet');
    const { molecule, model, phase, seed, count, permutations, forceField, placement, warnings } = prepared;
    const { kept, dropped, metOnce } = keptOf(prepared);
    const compared = kept.length + dropped.duplicate;
    const { chosen, surplus } = chooseConformers(kept, prepared);
    const report = {
      asked: count,
      delivered: chosen.length,
      drawn: drawn(),
      stereoRightAtFirst: first.drawn > 0 ? first.right / first.drawn : 1,
      dropped: { ...refused, ...dropped },
      surplus,
      completeness: compared > 0 ? 1 - metOnce / compared : 0,
      warnings: [...warnings, ...changes],
    };
    const asDrawn = chosen.flatMap(({ unrelaxed }) => unrelaxed ?? []);
    const above = forceField ? aboveLowest(molecule, chosen) : [];
    const front = chosen[0]?.coordinates;
    return {
      molecule,
      model,
      phase,
      seed,
      ...(forceField && { forceField }),
      ...(placement && { placement: placement.kind }),
      conformers: chosen.map((candidate, i) => {
        const { slot: _, energy, ...rest } = candidate;
        const { coordinates, rmsd }: Placed = placement
          ? placed(candidate.coordinates, placement, { first: front, permutations })
          : candidate;
        return {
          ...rest,
          coordinates,
          rmsdToFirst: bestRmsd(skeletonOf(molecule, chosen[0]), skeletonOf(molecule, candidate), permutations).rmsd,
          ...(energy !== undefined && { energy, relativeEnergy: above[i] }),
          ...(rmsd !== undefined && { rmsdToReference: rmsd }),
        };
      }),
      report: {
        ...report,
        ...(asDrawn.length > 0 && { warnings: [...report.warnings, notRelaxed(asDrawn, chosen.length, forceField)] }),
        ...(chosen.length < count && { reason: shortfall(report, prepared, ended, faults) }),
      },
    };
  }

  return {
    observe,
    candidates,
    get drawn() {
      return drawn();
    },
    get hopeless() {
      const hands = [...faults.stereo.values()].filter(({ kind }) => kind !== 'double-bond');
      const most = Math.max(0, ...hands.map(({ times }) => times));
      const wrong = refused.stereo - former.stereo;
      const proof = 2 * most >= wrong ? HOPELESS_DRAWS.samePlace : HOPELESS_DRAWS.anyPlace;
      return wrong >= proof && wrong === drawn() - former.drawn;
    },
    finish,
  };
}

function shortfall(
  { drawn, delivered, dropped, completeness }: GenerationReport,
  { rmsd, energyWindow, plain }: PreparedEvent,
  ended: string | undefined,
  faults: Readonly<Record<'stereo' | 'geometry', ReadonlyMap<string, CountedFault>>>,
): string {
  if (ended !== undefined) return `${ended} after ${drawn} draws`;
  const causes = [
    dropped.duplicate > 0 && `${dropped.duplicate} lay within ${rmsd} Å of another`,
    dropped.energy > 0 && `${dropped.energy} above the energy window of ${energyWindow} kcal/mol`,
    dropped.stereo > 0 && `${dropped.stereo} had the wrong stereo`,
    dropped.geometry > 0 && `${dropped.geometry} failed the geometry checks, most often ${mostOften(faults.geometry)}`,
  ].filter((cause) => cause !== false);
  if (drawn > 1 && dropped.stereo === drawn) {
    return `the stereo was wrong in all ${drawn} draws, most often ${mostOften(faults.stereo)}. Such a form may be impossible to build, or strange to the model: check the marks there, or leave them out to get the forms that there are`;
  }
  const more =
    plain || delivered === 0
      ? ''
      : `; ${(100 * completeness).toFixed(0)} % of further draws are expected to be like one of these`;
  return `of ${drawn} ${drawn === 1 ? 'draw' : 'draws'} ${causes.join(', ') || 'none failed'}${more}`;
}

function notRelaxed(asDrawn: readonly string[], of: number, forceField: MMFF94Variant = 'MMFF94s'): string {
  return `${asDrawn.length} of ${of} ${of === 1 ? 'conformer is' : 'conformers are'} as drawn: relaxed with ${forceField}, the geometry would fail the checks (${asDrawn[0]})`;
}

function changeInWords(
  from: string,
  to: string,
  { stereo, geometry }: { readonly stereo: number; readonly geometry: number },
  faults: Readonly<Record<'stereo' | 'geometry', ReadonlyMap<string, CountedFault>>>,
): string {
  const why = mostOften(geometry >= stereo ? faults.geometry : faults.stereo);
  return `${from} made no conformer in ${stereo + geometry} draws, most often ${why}; the others are drawn by ${to}`;
}

function mostOften(faults: ReadonlyMap<string, CountedFault>): string {
  return [...faults.values()]
    .sort((a, b) => b.times - a.times)
    .slice(0, 3)
    .map(({ place, times }) => `${place} (${times})`)
    .join(', ');
}
