/** What is computed about the shown molecule, kept per entry and filled in as the worker answers. */
import { bestRmsd, rmsdAligned } from '../../../src/geometry/rmsd.js';
import { rowsOf } from '../../../src/geometry/move-onto.js';
import { laidOnto } from '../data/align.js';
import { ownField } from '../data/fields.js';
import { positionOf } from '../data/timeline.js';
import { heavyAtoms, lastFrame, type Conformer, type Entry } from '../data/trajectory.js';
import type { Session, Shown } from '../session.js';
import type { Analysis } from './client.js';
import type { Analyses, StereoMarks } from './protocol.js';
import type { Structure } from '../../../src/chem/structure.js';

/** One number a frame; null where there is none. */
export interface Series {
  /** Positions of the frames on the timeline. */
  readonly positions: readonly number[];
  readonly toFinal: readonly (number | null)[];
  /** Heavy-atom RMSD, the least over the reference's conformers and the automorphisms, Å. */
  readonly toReference: readonly (number | null)[] | undefined;
  /** MMFF94 energy, kcal/mol. */
  readonly energy: readonly (number | null)[] | undefined;
  /** Root mean square of |v| over the atoms that move, Å per unit of flow time. */
  readonly speed: readonly (number | null)[];
}

export interface ConformerResult {
  /** null where it cannot be read. */
  readonly stereo?: StereoMarks | null | undefined;
  /** Of the last frame, kcal/mol; null where MMFF94 gives none. */
  readonly energy?: number | null | undefined;
  /** Heavy-atom RMSD to the first conformer, the least over the automorphisms, Å. */
  readonly toFirst?: number | null | undefined;
  /** The same to the nearest reference conformer. */
  readonly toReference?: number | undefined;
}

export interface Results {
  conformer(shown: Shown, index: number): ConformerResult;
  /** Automorphisms of the heavy atoms, which are numbered among themselves; undefined until they are known. */
  symmetry(shown: Shown): readonly (readonly number[])[] | undefined;
  /** The same object as long as nothing of it has changed. */
  series(shown: Shown, index: number): Series;
  /** Reference conformers; taken only where they are of the same molecule as `against`. */
  setReference(entry: Entry, against?: Entry): Promise<ReferenceVerdict>;
  clearReference(): void;
  reference(): Entry | undefined;
  /** Whether the reference is of the same molecule, and so compared with. */
  hasReference(shown: Shown): boolean;
  /** The reference conformer nearest to one, superposed onto it. */
  referenceBeside(shown: Shown, index: number): { structure: Structure; coordinates: Float32Array } | undefined;
  /** Formula and SMILES of the molecule, with the hydrogens that the file leaves out. */
  identity(shown: Shown): Analyses['identity']['answer'] | undefined;
  /** Whether energies along the path are being computed. */
  computing(shown: Shown, index: number): boolean;
  /** Calls back until the function that it returns is called. */
  onChange(listener: () => void): () => void;
  /** Why something could not be computed, once for each reason. */
  onProblem(listener: (problem: string) => void): void;
}

/** 'isomer': the same atoms and bonds with another stereo. */
export type ReferenceVerdict = 'same' | 'isomer' | 'other';

interface Cache {
  readonly energies: Map<number, readonly (number | null)[]>;
  readonly stereo: Map<number, StereoMarks>;
  readonly asked: Set<string>;
  readonly failed: Set<string>;
  identity?: Analyses['identity']['answer'];
  /** Automorphisms of the heavy atoms, which are numbered among themselves. */
  symmetry: readonly (readonly number[])[] | undefined;
  /** RMSD to the first conformer. */
  readonly toFirst: Map<number, number>;
  /** With the energies and the reference that it was made of. */
  readonly series: Map<number, { readonly from: readonly unknown[]; readonly series: Series }>;
}

/** A reference of the same molecule. */
interface Compared {
  readonly reference: Entry;
  /** Isomorphisms of the heavy atoms, which are numbered among themselves. */
  readonly maps: readonly (readonly number[])[];
  /** The atoms that are compared; undefined for all heavy ones. */
  by: readonly number[] | undefined;
  /** RMSD of conformers to the nearest of the reference. */
  readonly nearest: Map<number, number>;
  /** The reference conformers nearest to conformers as they are drawn. */
  readonly beside: Map<number, { readonly structure: Structure; readonly coordinates: Float32Array }>;
}

export function createResults({
  analysis,
  session,
}: {
  readonly analysis: Analysis;
  readonly session: Session;
}): Results {
  const caches = new WeakMap<Entry, Cache>();
  let reference: Entry | undefined;
  const referenceMaps = new WeakMap<Entry, Compared | 'none' | 'asked'>();
  const listeners = new Set<() => void>();
  const problemListeners: ((problem: string) => void)[] = [];
  const told = new Set<string>();

  function changed(): void {
    listeners.forEach((listener) => listener());
  }

  function problem(what: string, error: unknown): void {
    const text = `${what}: ${error instanceof Error ? error.message : String(error)}`;
    if (told.has(text)) return;
    told.add(text);
    problemListeners.forEach((listener) => listener(text));
  }

  function cacheOf(entry: Entry): Cache {
    let cache = caches.get(entry);
    if (!cache) {
      cache = {
        energies: new Map(),
        stereo: new Map(),
        asked: new Set(),
        failed: new Set(),
        symmetry: undefined,
        toFirst: new Map(),
        series: new Map(),
      };
      caches.set(entry, cache);
    }
    return cache;
  }

  function once(entry: Entry, key: string, ask: () => Promise<void>): void {
    // During generation every frame makes a new entry: only the last one is analysed.
    if (entry.live) return;
    const { asked, failed } = cacheOf(entry);
    if (asked.has(key)) return;
    asked.add(key);
    ask().then(changed, (error: unknown) => {
      failed.add(key);
      // It only decides on a button: a failure is not reported.
      if (key !== 'Identity') problem(key.split(' ')[0], error);
      changed();
    });
  }

  function structureAt(entry: Entry, conformer: number): Structure {
    return {
      ...entry.structure,
      dimension: 3,
      molblock: undefined,
      coordinates: lastFrame(entry.conformers[conformer]).coordinates,
    };
  }

  function want(shown: Shown, conformer: number): Cache {
    const { entry } = shown;
    const cache = cacheOf(entry);
    if (!entry.structure.ordersUnknown && entry.structure.dimension === 3) {
      once(entry, `Stereo ${conformer}`, async () => {
        const wanted = ownField(entry.conformers[conformer].fields, 'SMILES');
        cache.stereo.set(conformer, await analysis.ask('stereo', { structure: structureAt(entry, conformer), wanted }));
      });
      // The table needs the last frames first; whole paths follow for the conformers that are shown.
      once(entry, `MMFF94 ${conformer}`, async () => {
        const coordinates = [lastFrame(entry.conformers[conformer]).coordinates];
        const [energy] = await analysis.ask('energies', { structure: entry.structure, coordinates });
        if (!cache.energies.has(conformer)) cache.energies.set(conformer, [energy]);
      });
      once(entry, 'Symmetry', async () => {
        const structure = structureAt(entry, 0);
        const maps = await analysis.ask('mappings', { structure, reference: structure });
        cache.symmetry = amongHeavy(structure, maps.length > 0 ? maps : [heavyAtoms(structure)]);
        cache.toFirst.clear();
      });
    }
    if (reference && !referenceMaps.has(entry) && !entry.live) {
      const asked = reference;
      referenceMaps.set(entry, 'asked');
      void mapsTo(entry, asked).then((maps) => {
        if (reference !== asked) return;
        referenceMaps.set(entry, maps.length > 0 ? compared(asked, maps) : 'none');
        changed();
      });
    }
    return cache;
  }

  /** By RDKit; in the order of the file where RDKit cannot read one of the two (bonds guessed from an XYZ file). */
  async function mapsTo(entry: Entry, reference: Entry): Promise<readonly (readonly number[])[]> {
    const heavy = heavyAtoms(reference.structure);
    const own = heavyAtoms(entry.structure);
    const inOrder =
      heavy.length === own.length &&
      heavy.every((atom, i) => reference.structure.atoms[atom].element === entry.structure.atoms[own[i]].element);
    try {
      const maps = await analysis.ask('mappings', {
        structure: structureAt(entry, 0),
        reference: structureAt(reference, 0),
      });
      if (maps.length > 0) return amongHeavy(reference.structure, maps);
    } catch {
      // The order of the file decides.
    }
    return inOrder && (entry.structure.ordersUnknown || reference.structure.ordersUnknown)
      ? [heavy.map((_, i) => i)]
      : [];
  }

  function setReference(next: Entry | undefined): void {
    reference = next;
    for (const entry of session.entries()) referenceMaps.delete(entry);
  }

  function referenceOf(entry: Entry): Compared | undefined {
    const found = referenceMaps.get(entry);
    if (typeof found !== 'object') return undefined;
    const by = session.superposedBy(entry);
    if (found.by !== by) {
      found.by = by;
      found.nearest.clear();
      found.beside.clear();
    }
    return found;
  }

  function toReference(entry: Entry, coordinates: Float32Array): number | undefined {
    const found = referenceOf(entry);
    return found && Math.min(...found.reference.conformers.map((one) => pairing(entry, coordinates, found, one).rmsd));
  }

  /** The least RMSD to a reference conformer over the isomorphisms, of the heavy atoms or of those that are compared, and which atoms it pairs. */
  function pairing(
    { structure }: Entry,
    coordinates: Float32Array,
    { reference: other, maps, by }: Compared,
    conformer: Conformer,
  ): { readonly rmsd: number; readonly own: readonly number[]; readonly paired: readonly number[] } {
    const heavy = heavyAtoms(structure);
    const theirs = heavyAtoms(other.structure);
    const there = lastFrame(conformer).coordinates;
    if (!by) {
      const { rmsd, permutation } = bestRmsd(rowsOf(coordinates, heavy), rowsOf(there, theirs), maps);
      return { rmsd, own: heavy, paired: Array.from(permutation, (i) => theirs[i]) };
    }
    const ranks = by.map((atom) => heavy.indexOf(atom)).filter((rank) => rank >= 0);
    const own = ranks.map((rank) => heavy[rank]);
    const rows = rowsOf(coordinates, own);
    return maps
      .map((map) => {
        const paired = ranks.map((rank) => theirs[map[rank]]);
        return { rmsd: rmsdAligned(rows, rowsOf(there, paired), own.length), own, paired };
      })
      .reduce((best, next) => (next.rmsd < best.rmsd ? next : best));
  }

  function lastToReference(entry: Entry, index: number): number | undefined {
    const nearest = referenceOf(entry)?.nearest;
    const rmsd = nearest?.get(index) ?? toReference(entry, lastFrame(entry.conformers[index]).coordinates);
    if (rmsd !== undefined) nearest?.set(index, rmsd);
    return rmsd;
  }

  function toFirst(entry: Entry, index: number): number {
    const cache = cacheOf(entry);
    const known = cache.toFirst.get(index);
    if (known !== undefined) return known;
    const heavy = heavyAtoms(entry.structure);
    const [own, first] = [index, 0].map((i) => rowsOf(lastFrame(entry.conformers[i]).coordinates, heavy));
    const { rmsd } = bestRmsd(own, first, cache.symmetry ?? [heavy.map((_, i) => i)]);
    cache.toFirst.set(index, rmsd);
    return rmsd;
  }

  function buildSeries(shown: Shown, index: number): Series {
    const { entry, conformers, timeline, late } = shown;
    const { frames } = conformers[index];
    const heavy = heavyAtoms(entry.structure);
    const atoms = entry.structure.atoms.map((_, atom) => atom);
    const skeleton = atoms.filter((atom) => !late[atom]);
    const final = frames[frames.length - 1].coordinates;
    const energies = cacheOf(entry).energies.get(index);
    const withReference = referenceOf(entry) !== undefined;
    return {
      positions: frames.map((frame) => positionOf(timeline, frame)),
      toFinal: frames.map(({ coordinates, stage }) => {
        const compared = stage === 'skeleton' ? skeleton : atoms;
        return rmsdAligned(rowsOf(coordinates, compared), rowsOf(final, compared), compared.length);
      }),
      toReference: withReference
        ? frames.map(({ coordinates, stage }) =>
            stage !== 'hydrogens' || heavy.length > 0 ? (toReference(entry, coordinates) ?? null) : null,
          )
        : undefined,
      energy: energies && energies.length === frames.length ? energies : undefined,
      speed: frames.map(({ speed, stage, t, coordinates }, k) => {
        if (speed !== undefined) return speed;
        const next = frames[k + 1];
        if (!next || next.stage !== stage || next.t <= t) return null;
        const moving =
          stage === 'skeleton' ? skeleton : stage === 'hydrogens' ? atoms.filter((atom) => late[atom]) : atoms;
        let sum = 0;
        for (const atom of moving)
          for (let k3 = 3 * atom; k3 < 3 * atom + 3; k3++) sum += (next.coordinates[k3] - coordinates[k3]) ** 2;
        return Math.sqrt(sum / Math.max(1, moving.length)) / (next.t - t);
      }),
    };
  }

  return {
    conformer(shown, index) {
      const { entry } = shown;
      const cache = want(shown, index);
      const energies = cache.energies.get(index);
      // Values that are not asked for, or cannot be computed, do not count.
      const nothing = entry.structure.ordersUnknown || entry.structure.dimension !== 3;
      return {
        stereo: cache.stereo.get(index) ?? (nothing || cache.failed.has(`Stereo ${index}`) ? null : undefined),
        energy: energies
          ? energies[energies.length - 1]
          : nothing || cache.failed.has(`MMFF94 ${index}`)
            ? null
            : undefined,
        toFirst: entry.structure.dimension !== 3 ? null : toFirst(entry, index),
        toReference: lastToReference(entry, index),
      };
    },
    symmetry(shown) {
      const { entry } = shown;
      const cache = want(shown, 0);
      const unknowable = entry.structure.ordersUnknown || cache.failed.has('Symmetry');
      return cache.symmetry ?? (unknowable ? [heavyAtoms(entry.structure).map((_, i) => i)] : undefined);
    },
    series(shown, index) {
      const { entry, conformers } = shown;
      const cache = want(shown, index);
      const { frames } = conformers[index];
      if (!entry.structure.ordersUnknown && frames.length > 1) {
        once(entry, `MMFF94 path ${index}`, async () => {
          const made = frames.map(({ stage }) => stage !== 'skeleton' || !shown.late.includes(true));
          const computed = await analysis.ask('energies', {
            structure: entry.structure,
            coordinates: frames.filter((_, k) => made[k]).map(({ coordinates }) => coordinates),
          });
          let next = 0;
          cache.energies.set(
            index,
            made.map((is) => (is ? computed[next++] : null)),
          );
        });
      }
      const from = [cache.energies.get(index), referenceOf(entry)];
      let kept = cache.series.get(index);
      if (!kept || from.some((one, k) => one !== kept?.from[k])) {
        kept = { from, series: buildSeries(shown, index) };
        cache.series.set(index, kept);
      }
      return kept.series;
    },
    async setReference(next, against) {
      let verdict: ReferenceVerdict = 'same';
      const maps = against ? await mapsTo(against, next) : [];
      if (against && maps.length === 0) return 'other';
      if (against && !against.structure.ordersUnknown && !next.structure.ordersUnknown) {
        const read = (entry: Entry): Promise<StereoMarks> =>
          analysis.ask('stereo', { structure: structureAt(entry, 0) });
        const [own, other] = await Promise.all([read(against), read(next)]).catch(() => []);
        if (own && other && own.smiles !== other.smiles) verdict = 'isomer';
      }
      setReference(next);
      if (against) referenceMaps.set(against, compared(next, maps));
      changed();
      return verdict;
    },
    clearReference() {
      setReference(undefined);
      changed();
    },
    reference: () => reference,
    referenceBeside({ entry, conformers }, index) {
      const found = referenceOf(entry);
      if (!found) return undefined;
      const known = found.beside.get(index);
      if (known) return known;
      const { coordinates: x } = lastFrame(conformers[index]);
      const { structure } = found.reference;
      const { coordinates, own, paired } = found.reference.conformers
        .map((one) => ({ coordinates: lastFrame(one).coordinates, ...pairing(entry, x, found, one) }))
        .reduce((best, next) => (next.rmsd < best.rmsd ? next : best));
      const beside = { structure, coordinates: laidOnto(coordinates, paired, rowsOf(x, own)) };
      found.beside.set(index, beside);
      return beside;
    },
    identity({ entry }) {
      const cache = cacheOf(entry);
      if (entry.structure.ordersUnknown) return undefined;
      once(entry, 'Identity', async () => {
        const structure = entry.structure.dimension === 3 ? structureAt(entry, 0) : entry.structure;
        cache.identity = await analysis.ask('identity', { structure });
      });
      return cache.identity;
    },
    computing: ({ entry }, index) => {
      const { asked, failed } = cacheOf(entry);
      const key = `MMFF94 path ${index}`;
      return (
        asked.has(key) &&
        !failed.has(key) &&
        cacheOf(entry).energies.get(index)?.length !== entry.conformers[index]?.frames.length
      );
    },
    hasReference: ({ entry }) => referenceOf(entry) !== undefined,
    onChange(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    onProblem: (listener) => void problemListeners.push(listener),
  };
}

function compared(reference: Entry, maps: readonly (readonly number[])[]): Compared {
  return { reference, maps, by: undefined, nearest: new Map(), beside: new Map() };
}

/** Maps onto the heavy atoms of a structure, which are numbered among themselves instead of among all atoms. */
function amongHeavy(structure: Structure, maps: readonly (readonly number[])[]): number[][] {
  const rank = new Map(heavyAtoms(structure).map((atom, i) => [atom, i]));
  return maps.map((map) => map.map((atom) => rank.get(atom) ?? atom));
}
