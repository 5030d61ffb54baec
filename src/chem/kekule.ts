/** Single and double bonds for aromatic ones, where a file says neither charges nor hydrogens of aromatic atoms. */
import type { StructureBond } from './structure.js';

/** Atoms that may depart from what they usually do, as pyridinium nitrogens do; each makes a charge or a hydrogen. */
const MOST_DEPARTURES = 6;
/** Tries before a component is left as it is. */
const MOST_STEPS = 20_000;

type Wish = 'must' | 'rather' | 'may' | 'never';

/**
 * The bonds with 1 or 2 for each 4: a matching in which every aromatic carbon has its double bond, with as few nitrogens
 * as possible that have four bonds, or two. Bonds of a component that has no such matching stay aromatic.
 * @param charges formal charges, where they are known
 */
export function kekulized({
  elements,
  bonds,
  charges,
}: {
  readonly elements: readonly number[];
  readonly bonds: readonly StructureBond[];
  readonly charges?: readonly number[] | undefined;
}): StructureBond[] {
  const aromatic = bonds.flatMap(({ order }, i) => (order === 4 ? [i] : []));
  if (aromatic.length === 0) return [...bonds];
  const used = elements.map(() => 0);
  for (const { a, b, order } of bonds) {
    used[a] += order === 4 ? 1 : order;
    used[b] += order === 4 ? 1 : order;
  }
  const wish = elements.map((element, i): Wish => wishOf(element, used[i], charges?.[i]));
  const around = new Map<number, number[]>();
  for (const i of aromatic)
    for (const atom of [bonds[i].a, bonds[i].b]) around.set(atom, [...(around.get(atom) ?? []), i]);

  const double = new Set<number>();
  const done = new Set<number>();
  const kept = new Set<number>();
  for (const start of around.keys()) {
    if (done.has(start)) continue;
    const atoms = [start];
    done.add(start);
    for (const atom of atoms)
      for (const i of around.get(atom) ?? []) {
        const other = bonds[i].a === atom ? bonds[i].b : bonds[i].a;
        if (!done.has(other)) {
          done.add(other);
          atoms.push(other);
        }
      }
    const found = matching({ atoms, around, bonds, wish });
    if (found) for (const i of found) double.add(i);
    else for (const atom of atoms) for (const i of around.get(atom) ?? []) kept.add(i);
  }
  return bonds.map((bond, i) => (bond.order !== 4 || kept.has(i) ? bond : { ...bond, order: double.has(i) ? 2 : 1 }));
}

/** What an aromatic atom does about a double bond, by the bonds that it has when all aromatic ones are single. */
function wishOf(element: number, used: number, charge: number | undefined): Wish {
  if (element === 6) return used <= 3 && (charge ?? 0) === 0 ? 'must' : 'never';
  if (element === 7 || element === 15) {
    if (charge === undefined) return used === 2 ? 'rather' : used === 3 ? 'may' : 'never';
    return used - charge === 2 ? 'must' : 'never';
  }
  if (element === 8 || element === 16 || element === 34) {
    if (used !== 2) return 'never';
    return charge === undefined ? 'may' : charge === 1 ? 'must' : 'never';
  }
  return 'never';
}

/** Bonds that become double, or undefined where there is no matching. */
function matching({
  atoms,
  around,
  bonds,
  wish,
}: {
  readonly atoms: readonly number[];
  readonly around: ReadonlyMap<number, readonly number[]>;
  readonly bonds: readonly StructureBond[];
  readonly wish: readonly Wish[];
}): number[] | undefined {
  const taken = new Set<number>();
  const chosen: number[] = [];
  let steps = 0;

  function options(atom: number): { bond: number; other: number; cost: number }[] {
    return (around.get(atom) ?? []).flatMap((bond) => {
      const other = bonds[bond].a === atom ? bonds[bond].b : bonds[bond].a;
      if (taken.has(other) || wish[other] === 'never') return [];
      return [{ bond, other, cost: wish[other] === 'may' ? 1 : 0 }];
    });
  }

  function search(left: number): boolean {
    if (++steps > MOST_STEPS) return false;
    let atom = -1;
    let best: ReturnType<typeof options> = [];
    let fewest = Infinity;
    for (const one of atoms) {
      if (taken.has(one) || (wish[one] !== 'must' && wish[one] !== 'rather')) continue;
      const own = options(one).filter(({ cost }) => cost <= left);
      const count = own.length + (wish[one] === 'rather' && left > 0 ? 1 : 0);
      if (count < fewest) [atom, best, fewest] = [one, own, count];
      if (count === 0) return false;
    }
    if (atom < 0) return true;
    taken.add(atom);
    for (const { bond, other, cost } of best) {
      taken.add(other);
      chosen.push(bond);
      if (search(left - cost)) return true;
      chosen.pop();
      taken.delete(other);
    }
    if (wish[atom] === 'rather' && left > 0 && search(left - 1)) return true;
    taken.delete(atom);
    return false;
  }

  for (let departures = 0; departures <= MOST_DEPARTURES; departures++) {
    if (search(departures)) return chosen;
    taken.clear();
    chosen.length = 0;
  }
  return undefined;
}
