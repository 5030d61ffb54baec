/** Physical quality beside RMSD: bonds, angles and torsions against the references, clashes, broken bonds, flat rings. */
import { checkGeometry, type GeometryProblem } from '../chem/geometry-checks.js';
import { geometryPlan, type GeometryPlan } from '../chem/geometry-plan.js';
import type { Molecule } from '../chem/molecule.js';
import { angle, dihedral, distance } from '../geometry/internal-coordinates.js';
import { bestRmsd } from '../geometry/rmsd.js';
import { internalTerms, type InternalTerm, type InternalTerms } from './internal-terms.js';
import type { ScoredMolecule } from './score-molecule.js';
import { mean } from './statistics.js';
import { wasserstein } from './wasserstein.js';

export interface TermError {
  /**
   * Mean absolute difference from the nearest reference conformer, over terms of heavy atoms. Atoms are paired by the
   * permutation of the RMSD.
   */
  readonly meanAbsolute: number;
  /** 1-Wasserstein distance between the values of all conformers and all references: by kind, averaged by count. */
  readonly wasserstein: number;
}

/** Shares of conformers with at least one fault of the kind, in percent (see `checkGeometry`). */
export interface FaultShares {
  readonly clash: number;
  readonly bond: number;
  readonly planarity: number;
  /** Mean over aromatic rings of the largest ring torsion in degrees; 0 is planar. */
  readonly ringTorsion: number;
}

export interface PhysicalQuality {
  /** Å. */
  readonly bonds: TermError;
  /** Degrees. Torsions are those of rotatable bonds; the Wasserstein distance compares them without sign. */
  readonly angles: TermError;
  readonly torsions: TermError;
  readonly generated: FaultShares;
  readonly references: FaultShares;
}

interface Samples {
  readonly generated: number[];
  readonly references: number[];
}

const DEGREES = 180 / Math.PI;
const TERMS = ['bonds', 'angles', 'torsions'] as const;

/**
 * Accumulates one molecule after another; conformers are not kept.
 * @param options.most distributions take at most so many conformers of a molecule, evenly spaced in its list.
 */
export function physicalTally({ most = 20 }: { most?: number } = {}): {
  add(scored: ScoredMolecule): void;
  result(): PhysicalQuality;
} {
  const samples = {
    bonds: new Map<string, Samples>(),
    angles: new Map<string, Samples>(),
    torsions: new Map<string, Samples>(),
  };
  const errors = { bonds: [0, 0], angles: [0, 0], torsions: [0, 0] } satisfies Record<string, [number, number]>;
  const faults = { generated: faultTally(), references: faultTally() };
  return {
    add({ reference, conformers, score }) {
      const { molecule, permutations } = reference;
      const terms = internalTerms(molecule);
      const skeleton = skeletonTerms(terms, molecule.skeletonCount);
      const complete = conformers.filter((conformer) => conformer.every(Number.isFinite));
      const plan = geometryPlan(molecule);
      complete.forEach((conformer) => faults.generated.add(molecule, plan, conformer));
      reference.conformers.forEach((conformer) => faults.references.add(molecule, plan, conformer));
      for (const kind of TERMS) {
        for (const [from, into] of [
          [evenly(complete, most), 'generated'],
          [evenly(reference.conformers, most), 'references'],
        ] as const)
          for (const conformer of from)
            for (const term of terms[kind]) {
              let found = samples[kind].get(term.kind);
              if (!found) samples[kind].set(term.kind, (found = { generated: [], references: [] }));
              found[into].push(Math.abs(valueOf(conformer, term.atoms)));
            }
      }
      evenly(
        conformers.map((_, j) => j),
        most,
      ).forEach((j) => {
        const [conformer, nearest] = [conformers[j], reference.conformers[score.precisionIndex[j]]];
        const { permutation } = bestRmsd(conformer, nearest, permutations);
        for (const kind of TERMS)
          for (const { atoms } of skeleton[kind]) {
            const difference = Math.abs(
              valueOf(conformer, atoms) -
                valueOf(
                  nearest,
                  atoms.map((i) => permutation[i]),
                ),
            );
            errors[kind][0] += kind === 'torsions' && difference > 180 ? 360 - difference : difference;
            errors[kind][1] += 1;
          }
      });
    },
    result() {
      const error = (kind: (typeof TERMS)[number]): TermError => {
        const both = [...samples[kind].values()].filter(
          ({ generated, references }) => generated.length > 0 && references.length > 0,
        );
        const total = both.reduce((sum, { references }) => sum + references.length, 0);
        return {
          meanAbsolute: errors[kind][0] / errors[kind][1],
          wasserstein:
            both.reduce(
              (sum, { generated, references }) => sum + wasserstein(generated, references) * references.length,
              0,
            ) / total,
        };
      };
      return {
        bonds: error('bonds'),
        angles: error('angles'),
        torsions: error('torsions'),
        generated: faults.generated.shares(),
        references: faults.references.shares(),
      };
    },
  };
}

/** Å for two atoms, degrees for three and four. */
function valueOf(x: Float32Array, [i, j, k, l]: readonly number[]): number {
  if (k === undefined) return distance(x, i, j);
  return DEGREES * (l === undefined ? angle(x, i, j, k) : dihedral(x, i, j, k, l));
}

function skeletonTerms(terms: InternalTerms, count: number): InternalTerms {
  const within = (list: readonly InternalTerm[]): InternalTerm[] =>
    list.filter(({ atoms }) => atoms.every((i) => i < count));
  return { bonds: within(terms.bonds), angles: within(terms.angles), torsions: within(terms.torsions) };
}

function evenly<T>(list: readonly T[], most: number): readonly T[] {
  return list.length <= most
    ? list
    : Array.from({ length: most }, (_, i) => list[Math.floor((i * list.length) / most)]);
}

function faultTally(): {
  add(molecule: Molecule, plan: GeometryPlan, conformer: Float32Array): void;
  shares(): FaultShares;
} {
  let total = 0;
  const counts = { clash: 0, bond: 0, planarity: 0 };
  const ringTorsions: number[] = [];
  return {
    add(molecule, plan, conformer) {
      total++;
      const { problems } = checkGeometry(molecule, conformer, plan);
      const has = (...kinds: GeometryProblem['kind'][]): number =>
        Number(problems.some(({ kind }) => kinds.includes(kind)));
      counts.clash += has('clash', 'coincident');
      counts.bond += has('bond-length', 'ring-open');
      counts.planarity += has('aromatic-planarity');
      for (const ring of molecule.rings) {
        if (!ring.every((i) => molecule.atoms[i].aromatic)) continue;
        const n = ring.length;
        ringTorsions.push(
          Math.max(
            ...ring.map((i, at) =>
              Math.abs(valueOf(conformer, [i, ring[(at + 1) % n], ring[(at + 2) % n], ring[(at + 3) % n]])),
            ),
          ),
        );
      }
    },
    shares() {
      const percent = (count: number): number => (100 * count) / total;
      return {
        clash: percent(counts.clash),
        bond: percent(counts.bond),
        planarity: percent(counts.planarity),
        ringTorsion: mean(ringTorsions),
      };
    },
  };
}
