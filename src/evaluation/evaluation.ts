/** Everything that evaluation finds out about one source of conformers, and the data of its report. */
import type { RDKitModule } from '../chem/rdkit.js';
import type { ConformerSet } from './conformer-sets.js';
import type { Landings } from './landings.js';
import { physicalTally, type PhysicalQuality } from './physical-quality.js';
import { scoreMolecule, type MoleculeScore, type Reference, type ScoredMolecule } from './score-molecule.js';
import { strainTally, type Strain } from './strain.js';
import { summarise, type Summary } from './summary.js';

export interface Cost {
  readonly conformers: number;
  /** By the clock, and of the processor over all threads (NaN where unknown). */
  readonly msPerConformer: number;
  readonly cpuMsPerConformer: number;
}

/** GFN2-xTB relaxations of some conformers. */
export interface XtbQuality {
  readonly conformers: number;
  /** Conformers on which xtb failed. */
  readonly failed: number;
  /** Energy above the minimum that a conformer falls into, kcal/mol. */
  readonly medianAbove: number;
  readonly p90Above: number;
  /** Heavy-atom RMSD to that minimum, Å. */
  readonly medianMoved: number;
  /** Where the references tell their energies: which minima these are. */
  readonly landings?: Landings | undefined;
}

/** MMFF94s energy that goes when hydrogens alone relax, kcal/mol. */
export interface HydrogenStrain {
  readonly conformers: number;
  readonly median: number;
  readonly p90: number;
  readonly referenceMedian: number;
  readonly referenceP90: number;
}

export interface Evaluation {
  readonly source: string;
  /** For a model: how it was sampled; sources of one family differ in their steps alone. */
  readonly variant?: { readonly family: string; readonly steps: number } | undefined;
  readonly summary: Summary;
  readonly physical: PhysicalQuality;
  readonly strain?: Strain | undefined;
  readonly hydrogens?: HydrogenStrain | undefined;
  readonly xtb?: XtbQuality | undefined;
  readonly cost?: Cost | undefined;
  readonly scores: readonly MoleculeScore[];
}

export interface EvaluateOptions {
  readonly rdkit: RDKitModule;
  readonly source: string;
  readonly references: readonly Reference[];
  readonly conformers: ReadonlyMap<string, readonly ConformerSet[]>;
  /** δ in Å. */
  readonly thresholds?: readonly number[] | undefined;
  /** Makes of each conformer the one to score, as `scoreMolecule` takes it, for each molecule. */
  readonly relax?:
    ((reference: Reference) => Promise<((conformer: Float32Array) => Float32Array) | undefined>) | undefined;
  /** MMFF94 strain of so many conformers a molecule. */
  readonly strain?: number | undefined;
  /** Further analyses of each molecule. */
  readonly onScored?: ((scored: ScoredMolecule) => void | Promise<void>) | undefined;
}

export async function evaluateConformers({
  rdkit,
  source,
  references,
  conformers,
  thresholds,
  relax,
  strain: most = 0,
  onScored = () => {},
}: EvaluateOptions): Promise<Evaluation> {
  const physical = physicalTally();
  const strain = most > 0 ? strainTally({ most }) : undefined;
  const scores: MoleculeScore[] = [];
  for (const reference of references) {
    const scored = scoreMolecule(rdkit, reference, conformers.get(reference.title) ?? [], {
      relax: await relax?.(reference),
    });
    scores.push(scored.score);
    physical.add(scored);
    await strain?.add(scored);
    await onScored(scored);
  }
  return {
    source,
    summary: summarise(scores, { thresholds }),
    physical: physical.result(),
    strain: strain?.result(),
    scores,
  };
}
