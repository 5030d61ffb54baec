/** Where the two stages start: noise for the skeleton, a Gaussian about their parents for the hydrogens. */
import type { Molecule } from '../chem/molecule.js';
import { gaussianPrior, harmonicPrior, type Edge, type Prior } from '../flow/prior.js';

export interface PriorSettings {
  readonly kind: 'gaussian' | 'harmonic';
  /** Stiffness of a bond of the harmonic prior, Å⁻². */
  readonly alpha: number;
  /** Deviation of a hydrogen about its parent, Å. */
  readonly hydrogenScale: number;
}

/** The prior over a molecule's skeleton. */
export function skeletonPrior(molecule: Molecule, { kind, alpha }: PriorSettings): Prior {
  const n = molecule.skeletonCount;
  const bonds: Edge[] = molecule.bonds.filter(({ a, b }) => a < n && b < n);
  return kind === 'harmonic' ? harmonicPrior({ atoms: n, bonds, alpha }) : gaussianPrior({ atoms: n });
}

export interface HydrogenParents {
  /** Parent of each atom, −1 for those of the skeleton. */
  readonly parent: Int32Array;
  /** Hydrogens of one parent. */
  readonly groups: readonly (readonly number[])[];
  /** [atoms] 1 for hydrogens that stage two moves, else 0. */
  readonly mobile: Float32Array;
}

export function hydrogenParents(molecule: Molecule): HydrogenParents {
  const parent = new Int32Array(molecule.atoms.length).fill(-1);
  const groups = new Map<number, number[]>();
  for (const { a, b } of molecule.bonds) {
    const [heavy, hydrogen] = a < b ? [a, b] : [b, a];
    if (hydrogen < molecule.skeletonCount) continue;
    parent[hydrogen] = heavy;
    groups.set(heavy, [...(groups.get(heavy) ?? []), hydrogen]);
  }
  return {
    parent,
    groups: [...groups.values()],
    mobile: Float32Array.from(parent, (p) => (p < 0 ? 0 : 1)),
  };
}
