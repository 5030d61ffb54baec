/** Priors: the distribution of noise x0 [n,3] that a flow starts from, free of its centre of mass. */
import { centre, type FloatArray } from '../geometry/coordinates.js';

/** A source of standard normal numbers; both generators of random.ts are one. */
export interface NormalSource {
  normal(): number;
}

/** A distribution over coordinates [atoms,3] in Å whose mean row is zero, invariant under rotation. */
export interface Prior {
  readonly atoms: number;
  /** Writes one draw into `out` [atoms,3]; its rows sum to zero. */
  sample(out: FloatArray, random: NormalSource): void;
  /**
   * Log density at `x` [atoms,3], in Å^−3(atoms−1), with respect to the volume of the 3(atoms−1)-dimensional space
   * of coordinates with mean zero. `x` is centred first.
   */
  logDensity(x: FloatArray): number;
}

/** Standard deviation in Å of each coordinate that fits molecules of `atoms` atoms: 0.55·atoms^⅓, a globule's size. */
export function defaultScale(atoms: number): number {
  // Newton's cube root: Math.cbrt is not the same on every platform.
  let root = 1 + (atoms - 1) / 8;
  for (let i = 0; i < 60; i++) root = (2 * root + atoms / (root * root)) / 3;
  return 0.55 * root;
}

/**
 * Gaussian prior: independent normal coordinates of standard deviation `scale` (Å), with the mean subtracted; its
 * covariance is scale²·(1 − J/n) in each dimension.
 *
 * Köhler, Klein & Noé, ICML 2020 (arXiv:2006.02425), §5: mean-free priors.
 */
export function gaussianPrior({
  atoms,
  scale = defaultScale(atoms),
}: {
  readonly atoms: number;
  readonly scale?: number;
}): Prior {
  if (!(scale > 0)) throw new Error(`Gaussian prior: the scale is ${scale}; expected a length in Å above 0.`);
  return {
    atoms,
    sample(out, random) {
      for (let i = 0; i < 3 * atoms; i++) out[i] = scale * random.normal();
      centre(out, out, atoms);
    },
    logDensity(x) {
      const centred = new Float64Array(3 * atoms);
      centre(centred, x, atoms);
      let square = 0;
      for (const v of centred) square += v * v;
      const dimensions = 3 * (atoms - 1);
      return -square / (2 * scale * scale) - (dimensions / 2) * Math.log(2 * Math.PI * scale * scale);
    },
  };
}

/** A bond as a pair of atom indices. */
export interface Edge {
  readonly a: number;
  readonly b: number;
}

/**
 * Harmonic prior: bonded atoms are tied by springs, so the covariance in each dimension is the pseudo-inverse of
 * α·L, L the Laplacian of the bond graph, α in Å⁻². Bonded atoms start near each other.
 * Throws where the bonds do not connect all atoms, since the pseudo-inverse would then pin each fragment's centre.
 *
 * Jing et al., "EigenFold" (arXiv:2304.02198), §3.1; Stärk et al., "Harmonic flow" (ICML 2024, arXiv:2310.05764), §3.
 */
export function harmonicPrior({
  atoms,
  bonds,
  alpha = 1.33,
}: {
  readonly atoms: number;
  readonly bonds: readonly Edge[];
  readonly alpha?: number;
}): Prior {
  if (!(alpha > 0)) throw new Error(`Harmonic prior: alpha is ${alpha}; expected a stiffness in Å⁻² above 0.`);
  const factor = unitFactor(atoms, bonds);
  const scale = 1 / Math.sqrt(alpha);
  let logDeterminant = 0;
  for (let i = 0; i < atoms; i++) logDeterminant += 2 * Math.log(factor[i * atoms + i]);
  const column = new Float64Array(atoms);
  return {
    atoms,
    sample(out, random) {
      for (let k = 0; k < 3; k++) {
        for (let i = 0; i < atoms; i++) column[i] = random.normal();
        // Solves Cᵀ·x = z, so that x has covariance (C·Cᵀ)⁻¹.
        for (let i = atoms - 1; i >= 0; i--) {
          let v = column[i];
          for (let j = i + 1; j < atoms; j++) v -= factor[j * atoms + i] * column[j];
          column[i] = v / factor[i * atoms + i];
        }
        for (let i = 0; i < atoms; i++) out[3 * i + k] = scale * column[i];
      }
      centre(out, out, atoms);
    },
    logDensity(x) {
      let energy = 0;
      for (const { a, b } of bonds) {
        for (let k = 0; k < 3; k++) energy += (x[3 * a + k] - x[3 * b + k]) ** 2;
      }
      const dimensions = 3 * (atoms - 1);
      // The factor's matrix is L plus the projector on the mean, whose eigenvalue 1 leaves det = pdet(L).
      return (-alpha * energy + dimensions * Math.log(alpha / (2 * Math.PI)) + 3 * logDeterminant) / 2;
    },
  };
}

/** Lower Cholesky factor [n,n] of L + J/n. */
function unitFactor(n: number, bonds: readonly Edge[]): Float64Array {
  const m = new Float64Array(n * n).fill(1 / n);
  for (const { a, b } of bonds) {
    if (!(a >= 0 && a < n && b >= 0 && b < n && a !== b)) {
      throw new Error(`Harmonic prior: bond ${a}–${b} does not join two of the ${n} atoms 0…${n - 1}.`);
    }
    m[a * n + a] += 1;
    m[b * n + b] += 1;
    m[a * n + b] -= 1;
    m[b * n + a] -= 1;
  }
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let v = m[i * n + j];
      for (let k = 0; k < j; k++) v -= m[i * n + k] * m[j * n + k];
      if (i > j) {
        m[i * n + j] = v / m[j * n + j];
      } else if (v > 1e-9) {
        m[i * n + i] = Math.sqrt(v);
      } else {
        throw new Error(`Harmonic prior: the bonds leave the ${n} atoms in several fragments; expected one molecule.`);
      }
    }
  }
  return m;
}

/**
 * Gaussian noise about anchors: row i of `x` becomes row parents[i] plus normal noise of standard deviation `scale`
 * (Å) wherever parents[i] ≥ 0; other rows stay. Written in place into `x` [n,3], for atoms that are placed about
 * neighbours already known. A parent must not have a parent itself.
 */
export function sampleAboutParents(x: FloatArray, parents: ArrayLike<number>, random: NormalSource, scale = 0.6): void {
  for (let i = 0; i < parents.length; i++) {
    const parent = parents[i];
    if (parent < 0) continue;
    for (let k = 0; k < 3; k++) x[3 * i + k] = x[3 * parent + k] + scale * random.normal();
  }
}
