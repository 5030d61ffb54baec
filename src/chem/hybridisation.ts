/** Conjugation and hybridisation as RDKit derives them, from an all-atom Kekulé graph. */
import type { Hybridisation } from './molecule.js';

/** What the perception reads of an atom. Hydrogens are atoms of the graph. */
export interface PerceptionAtom {
  readonly element: number;
  readonly charge: number;
  readonly radicals: number;
}

export interface PerceptionBond {
  readonly a: number;
  readonly b: number;
  /** Kekulé order, 0 for a dative or zero-order bond. */
  readonly order: number;
  readonly aromatic: boolean;
}

/** Smallest valence of the elements whose valence RDKit limits. */
const LOWEST_VALENCE: Readonly<Record<number, number>> = {
  1: 1,
  2: 0,
  3: 1,
  4: 2,
  5: 3,
  6: 4,
  7: 3,
  8: 2,
  9: 1,
  10: 0,
  11: 1,
  12: 2,
  13: 3,
  14: 4,
  15: 3,
  16: 2,
  17: 1,
  18: 0,
  19: 1,
  20: 2,
  31: 3,
  32: 4,
  33: 3,
  34: 2,
  35: 1,
  36: 0,
  37: 1,
  38: 2,
  49: 3,
  50: 2,
  51: 3,
  52: 2,
  53: 1,
  54: 0,
  55: 1,
  56: 2,
  81: 3,
  82: 2,
  83: 3,
  84: 2,
  85: 1,
  86: 0,
  87: 1,
  88: 2,
};

/** Electrons outside the closed shells, by atomic number from 1, as RDKit's periodic table has them; 2 above. */
const OUTER_ELECTRONS = [
  1, 2, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3,
  4, 5, 6, 7, 8, 9, 10, 11, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 4, 5, 6, 7, 8,
  9, 10, 11, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
];

function outerElectrons(element: number): number {
  return OUTER_ELECTRONS[element - 1] ?? 2;
}

/**
 * Conjugated bonds: aromatic ones, and two bonds of one atom of which one is a double bond, where all three
 * atoms can take part (RDKit, Code/GraphMol/ConjugHybrid.cpp, `setConjugation`).
 */
export function conjugatedBonds(atoms: readonly PerceptionAtom[], bonds: readonly PerceptionBond[]): boolean[] {
  const { incident, degree, valence } = tally(atoms, bonds);
  const conjugated = bonds.map((bond) => bond.aromatic);
  const candidate = atoms.map(({ element, charge }, i) => {
    // A neutral atom above its lowest valence (a sulfone's S, a phosphate's P) does not conjugate.
    const lowest = LOWEST_VALENCE[element];
    if (charge === 0 && lowest !== undefined && valence[i] > lowest) return false;
    const outer = outerElectrons(element);
    return element <= 10 || (outer !== 5 && outer !== 6) || (outer === 6 && degree[i] < 2);
  });
  // Electrons that the atom can give to a pi system (RDKit's `countAtomElec`): none for halogens, boranes and
  // the carbon of an alkyl radical.
  const donor = atoms.map(({ element, charge, radicals }, i) => {
    const usual = LOWEST_VALENCE[element] ?? 0;
    if (usual <= 1) return false;
    const lonePairElectrons = Math.max(outerElectrons(element) - usual - charge, 0);
    return usual - degree[i] + lonePairElectrons - radicals > 0;
  });
  atoms.forEach((_, i) => {
    if (!candidate[i] || degree[i] < 2 || degree[i] > 3) return;
    for (const multiple of incident[i]) {
      const bond = bonds[multiple];
      if (!(bond.aromatic || bond.order >= 2) || !candidate[other(bond, i)]) continue;
      for (const single of incident[i]) {
        if (single === multiple) continue;
        const neighbour = other(bonds[single], i);
        // RDKit perceives before hydrogens become atoms; as atoms they would make ethene conjugated.
        if (atoms[neighbour].element === 1) continue;
        if (degree[neighbour] > 3 || !candidate[neighbour] || !donor[neighbour]) continue;
        conjugated[multiple] = true;
        conjugated[single] = true;
      }
    }
  });
  return conjugated;
}

/**
 * Hybridisation by the number of bonds and lone pairs; four of them mean sp2 where a bond is conjugated and the
 * atom has at most three neighbours (the N of an amide, the O of a furan). RDKit, ConjugHybrid.cpp,
 * `setHybridization`. More than four are `other`.
 */
export function hybridisations(
  atoms: readonly PerceptionAtom[],
  bonds: readonly PerceptionBond[],
  conjugated: readonly boolean[],
): Hybridisation[] {
  const { incident, degree, valence } = tally(atoms, bonds);
  return atoms.map(({ element, charge, radicals }, i) => {
    let orbitals = degree[i];
    if (element < 89 && element > 1) {
      for (const b of incident[i]) {
        const bond = bonds[b];
        // A donor's electron pair is counted as a lone pair, not as a bond.
        if (bond.order === 0 && bond.a === i) orbitals -= 1;
      }
      const outer = outerElectrons(element);
      const free = outer - (valence[i] + charge);
      if (valence[i] + outer - charge < 8) orbitals += Math.trunc((free - radicals) / 2) + radicals;
      else orbitals += Math.trunc(free / 2);
    }
    switch (orbitals) {
      case 0:
      case 1:
        return 's';
      case 2:
        return 'sp';
      case 3:
        return 'sp2';
      case 4:
        return degree[i] <= 3 && incident[i].some((b) => conjugated[b]) ? 'sp2' : 'sp3';
      default:
        return 'other';
    }
  });
}

function tally(atoms: readonly PerceptionAtom[], bonds: readonly PerceptionBond[]) {
  const incident: number[][] = atoms.map(() => []);
  const degree = atoms.map(() => 0);
  const valence = atoms.map(() => 0);
  bonds.forEach((bond, index) => {
    for (const atom of [bond.a, bond.b]) {
      incident[atom].push(index);
      degree[atom] += 1;
      valence[atom] += bond.order;
    }
  });
  return { incident, degree, valence };
}

function other(bond: PerceptionBond, atom: number): number {
  return bond.a === atom ? bond.b : bond.a;
}
