/** The molecules that are open, and what is derived from the one shown. */
import { aligned, extent } from './data/align.js';
import { timelineOf, type Timeline } from './data/timeline.js';
import { lastFrame, lateHydrogens, type Conformer, type Entry } from './data/trajectory.js';

export interface Shown {
  readonly index: number;
  readonly entry: Entry;
  /** Superposed. */
  readonly conformers: readonly Conformer[];
  readonly timeline: Timeline;
  /** Hydrogens that the skeleton stage leaves out. */
  readonly late: readonly boolean[];
  /** Radius in Å of what the view must hold. */
  readonly radius: number;
}

export interface Session {
  entries(): readonly Entry[];
  /** Undefined where there is no such entry. */
  shown(index: number): Shown | undefined;
  /** Adds entries and returns the index of the first. */
  add(entries: readonly Entry[]): number;
  replace(index: number, entry: Entry): void;
  /** Superposes the conformers of an entry by these atoms, by all heavy ones where they are undefined. */
  superpose(index: number, atoms: readonly number[] | undefined): void;
  /** The atoms by which an entry is superposed; undefined for all heavy ones. */
  superposedBy(entry: Entry): readonly number[] | undefined;
  /** Takes an entry out; those after it move up by one. */
  remove(index: number): void;
  onChange(listener: (index: number) => void): void;
  onRemove(listener: (index: number) => void): void;
}

export function createSession(): Session {
  const entries: Entry[] = [];
  const cache = new Map<Entry, Shown>();
  const superposed = new WeakMap<Entry, readonly number[]>();
  const listeners: ((index: number) => void)[] = [];
  const removed: ((index: number) => void)[] = [];
  const changed = (index: number): void => listeners.forEach((listener) => listener(index));
  return {
    entries: () => entries,
    shown(index) {
      const entry = entries[index];
      if (!entry) return undefined;
      let shown = cache.get(entry);
      if (!shown) {
        shown = derive(entry, index, superposed.get(entry));
        cache.clear();
        cache.set(entry, shown);
      }
      return shown;
    },
    add(more) {
      entries.push(...more);
      const first = entries.length - more.length;
      changed(first);
      return first;
    },
    replace(index, entry) {
      entries[index] = entry;
      changed(index);
    },
    superpose(index, atoms) {
      const entry = entries[index];
      if (!entry) return;
      if (atoms) superposed.set(entry, atoms);
      else superposed.delete(entry);
      cache.clear();
      changed(index);
    },
    superposedBy: (entry) => superposed.get(entry),
    remove(index) {
      entries.splice(index, 1);
      cache.clear();
      removed.forEach((listener) => listener(index));
      changed(index);
    },
    onChange: (listener) => void listeners.push(listener),
    onRemove: (listener) => void removed.push(listener),
  };
}

function derive(entry: Entry, index: number, atoms: readonly number[] | undefined): Shown {
  // During generation nothing is superposed: noise has no shape.
  const conformers = entry.live ? entry.conformers : aligned(entry, { atoms });
  const ends = conformers.map((conformer) => ({ ...conformer, frames: [lastFrame(conformer)] }));
  return {
    index,
    entry,
    conformers,
    timeline: timelineOf(entry),
    late: lateHydrogens(entry.structure),
    radius: Math.max(entry.live ? 0.8 * extent(conformers) : extent(ends) + 1.6, 3),
  };
}
