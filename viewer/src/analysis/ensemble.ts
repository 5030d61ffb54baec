/** What is computed about the conformers of a molecule together, each part when it is first asked for. */
import { rowsOf } from '../../../src/geometry/move-onto.js';
import { heavyAtoms, lastFrame, type Entry } from '../data/trajectory.js';
import type { Session, Shown } from '../session.js';
import type { Analysis } from './client.js';
import { massOf } from './gyration.js';
import type { Linkage } from './linkage.js';
import type { Torsion } from './protocol.js';
import type { Results } from './results.js';

/** A matrix of more conformers would take minutes. */
export const MAX_MATRIX = 1000;

export interface RmsdMatrix {
  /** [n,n] symmetry-aware RMSD of heavy atoms, Å. */
  readonly distances: Float32Array;
  readonly linkage: Linkage;
}

/** Undefined until it is computed. */
export interface Part<T> {
  readonly value?: T;
  /** From 0 to 1, where it is known. */
  readonly share?: number;
  /** Why there is none. */
  readonly problem?: string;
}

export interface Ensembles {
  matrix(shown: Shown): Part<RmsdMatrix>;
  /** Radius of gyration of each conformer, Å. */
  gyration(shown: Shown): Part<readonly number[]>;
  torsions(shown: Shown): Part<readonly Torsion[]>;
  onChange(listener: () => void): void;
}

export function createEnsembles({
  analysis,
  results,
  session,
}: {
  readonly analysis: Analysis;
  readonly results: Results;
  readonly session: Session;
}): Ensembles {
  const listeners: (() => void)[] = [];
  const caches = new WeakMap<Entry, Map<string, Part<unknown>>>();

  /** The part as far as it is known; the first time it is asked for, `compute` begins. */
  function part<T>(entry: Entry, name: string, compute: (tell: (share: number) => void) => Promise<T>): Part<T> {
    const cache = caches.get(entry) ?? new Map<string, Part<unknown>>();
    caches.set(entry, cache);
    const known = cache.get(name);
    if (known) return known as Part<T>;
    const set = (next: Part<T>): void => {
      cache.set(name, next);
      listeners.forEach((listener) => listener());
    };
    const begun = {};
    cache.set(name, begun);
    compute((share) => set({ share })).then(
      (value) => set({ value }),
      (error: unknown) => set({ problem: error instanceof Error ? error.message : String(error) }),
    );
    return begun;
  }

  const ends = ({ conformers }: Entry): Float32Array[] => conformers.map((one) => lastFrame(one).coordinates);

  return {
    matrix(shown) {
      const { entry } = shown;
      const n = entry.conformers.length;
      if (n > MAX_MATRIX) return { problem: `More than ${MAX_MATRIX} conformers are not compared with each other.` };
      const permutations = results.symmetry(shown);
      if (!permutations) return {};
      return part(entry, 'matrix', async (tell) => {
        const heavy = heavyAtoms(entry.structure);
        const conformers = ends(entry).map((x) => rowsOf(x, heavy));
        const distances = new Float32Array(n * n);
        for (let first = 0; first < n;) {
          if (!session.entries().includes(entry)) throw new Error('The molecule was closed.');
          const rows = await analysis.ask('distances', { conformers, permutations, first });
          rows.forEach((row, k) => {
            distances.set(row, (first + k) * n);
            row.forEach((value, j) => (distances[j * n + first + k] = value));
          });
          first += rows.length;
          tell((first / n) ** 2);
        }
        return { distances, linkage: await analysis.ask('linkage', { distances, n }) };
      });
    },
    gyration: ({ entry }) =>
      part(entry, 'gyration', () =>
        analysis.ask('gyration', { masses: entry.structure.atoms.map(massOf), coordinates: ends(entry) }),
      ),
    torsions: ({ entry }) =>
      entry.structure.ordersUnknown
        ? { problem: 'The file has no bonds.' }
        : part(entry, 'torsions', () =>
            analysis.ask('torsions', { structure: entry.structure, coordinates: ends(entry) }),
          ),
    onChange: (listener) => void listeners.push(listener),
  };
}
