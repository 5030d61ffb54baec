/**
 * Which minima conformers relax into: references, or others. Reference ensembles are incomplete, so a good conformer may
 * count against precision because its minimum is missing. This measures how often.
 */
import { bestRmsd } from '../geometry/rmsd.js';
import type { Reference } from './score-molecule.js';
import { mean } from './statistics.js';

/** RMSD in Å below which a minimum is the same as a reference. */
const SAME_MINIMUM = 0.1;
/** Energy window of reference ensembles, kcal/mol, as python/make-ensembles.py cuts them. */
const WINDOW = 6;

export interface RelaxedMinimum {
  /** The minimum is a reference; a minimum within the references' energy window that they lack; or a higher one. */
  readonly kind: 'reference' | 'unlisted' | 'above';
  /** Distance in Å from the conformer to the nearest reference; and the same with its unlisted minimum as a reference. */
  readonly precision: number;
  readonly precisionWithUnlisted: number;
}

/** The minima that conformers relax into, and their effect on the measured precision. */
export interface RelaxedMinima {
  /** Shares of the conformers. */
  readonly reference: number;
  readonly unlisted: number;
  readonly above: number;
  /** AMR-P of these conformers in Å: against the references, and with unlisted minima counted as references. */
  readonly precision: number;
  readonly precisionWithUnlisted: number;
}

export interface RelaxedMinimumOptions {
  readonly reference: Pick<Reference, 'conformers' | 'permutations'>;
  /** [n,3] Å, of the references' atom order. */
  readonly minimum: Float32Array;
  /** Its energy above the lowest reference, kcal/mol. */
  readonly above: number;
  /** Distances in Å from the conformer to its minimum, and to the nearest reference. */
  readonly moved: number;
  readonly precision: number;
}

export function relaxedMinimumOf({
  reference: { conformers, permutations },
  minimum,
  above,
  moved,
  precision,
}: RelaxedMinimumOptions): RelaxedMinimum {
  const known = conformers.some((conformer) => bestRmsd(minimum, conformer, permutations).rmsd < SAME_MINIMUM);
  const kind = known ? 'reference' : above <= WINDOW ? 'unlisted' : 'above';
  return { kind, precision, precisionWithUnlisted: kind === 'unlisted' ? Math.min(precision, moved) : precision };
}

/** @param molecules the minima of the conformers of each molecule; none may be empty. */
export function summariseRelaxedMinima(molecules: readonly (readonly RelaxedMinimum[])[]): RelaxedMinima {
  const all = molecules.flat();
  const share = (kind: RelaxedMinimum['kind']) => all.filter((one) => one.kind === kind).length / all.length;
  const overMolecules = (figure: (one: RelaxedMinimum) => number) =>
    mean(molecules.map((own) => mean(own.map(figure))));
  return {
    reference: share('reference'),
    unlisted: share('unlisted'),
    above: share('above'),
    precision: overMolecules((one) => one.precision),
    precisionWithUnlisted: overMolecules((one) => one.precisionWithUnlisted),
  };
}
