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

const priors = new WeakMap<Molecule, { readonly settings: PriorSettings; readonly prior: Prior }>();

/** The prior over a molecule's skeleton, kept for as long as the molecule lives. */
export function skeletonPrior(molecule: Molecule, settings: PriorSettings): Prior {
  const known = priors.get(molecule);
  if (known?.settings === settings) return known.prior;
  const n = molecule.skeletonCount;
  const bonds: Edge[] = molecule.bonds.filter(({ a, b }) => a < n && b < n);
  const prior =
    settings.kind === 'harmonic'
      ? harmonicPrior({ atoms: n, bonds, alpha: settings.alpha })
      : gaussianPrior({ atoms: n });
  priors.set(molecule, { settings, prior });
  return prior;
}

export interface HydrogenParents {
  /** Parent of each atom, −1 for those of the skeleton. */
  readonly parent: Int32Array;
  /** Hydrogens of one parent. */
  readonly groups: readonly (readonly number[])[];
  /** [atoms] 1 for hydrogens that stage two moves, else 0. */
  readonly mobile: Float32Array;
}

const parentsOf = new WeakMap<Molecule, HydrogenParents>();

export function hydrogenParents(molecule: Molecule): HydrogenParents {
  const known = parentsOf.get(molecule);
  if (known) return known;
  const parent = new Int32Array(molecule.atoms.length).fill(-1);
  const groups = new Map<number, number[]>();
  for (const { a, b } of molecule.bonds) {
    const [heavy, hydrogen] = a < b ? [a, b] : [b, a];
    if (hydrogen < molecule.skeletonCount) continue;
    parent[hydrogen] = heavy;
    groups.set(heavy, [...(groups.get(heavy) ?? []), hydrogen]);
  }
  const made = {
    parent,
    groups: [...groups.values()],
    mobile: Float32Array.from(parent, (p) => (p < 0 ? 0 : 1)),
  };
  parentsOf.set(molecule, made);
  return made;
}
