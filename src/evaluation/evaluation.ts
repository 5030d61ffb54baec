/** Evaluates one source of conformers against the references: coverage, physical quality, strain, cost. */
import type { RDKitModule } from '../chem/rdkit.js';
import type { ConformerSet } from './conformer-sets.js';
import type { RelaxedMinima } from './relaxed-minima.js';
import { physicalTally, type PhysicalQuality } from './physical-quality.js';
import { scoreMolecule, type MoleculeScore, type Reference, type ScoredMolecule } from './score-molecule.js';
import { strainTally, type Strain } from './strain.js';
import { summarise, summariseSeeds, type Summary } from './summary.js';

export interface Cost {
  readonly conformers: number;
  /** Wall-clock time, and processor time over all threads (NaN where unknown). */
  readonly msPerConformer: number;
  readonly cpuMsPerConformer: number;
}

/** GFN2-xTB relaxations of some conformers. */
export interface XtbQuality {
  readonly conformers: number;
  /** Conformers on which xtb failed. */
  readonly failed: number;
  /** Energy above the minimum that a conformer relaxes into, kcal/mol. */
  readonly medianAbove: number;
  readonly p90Above: number;
  /** Heavy-atom RMSD to that minimum, Å. */
  readonly medianMoved: number;
  /** Which minima these are, where the references have energies. */
  readonly relaxedMinima?: RelaxedMinima | undefined;
}

/** MMFF94s energy released when only the hydrogens relax, kcal/mol. */
export interface HydrogenStrain {
  readonly conformers: number;
  readonly median: number;
  readonly p90: number;
  readonly referenceMedian: number;
  readonly referenceP90: number;
}

export interface Evaluation {
  readonly source: string;
  /** For a model: how it was sampled. Sources of one family differ only in the number of steps. */
  readonly variant?: { readonly family: string; readonly steps: number } | undefined;
  /** Over all seeds. */
  readonly summary: Summary;
  /** Of each seed, where there are several. */
  readonly bySeed?: readonly { readonly seed: number; readonly summary: Summary }[] | undefined;
  readonly physical: PhysicalQuality;
  readonly strain?: Strain | undefined;
  readonly hydrogens?: HydrogenStrain | undefined;
  readonly xtb?: XtbQuality | undefined;
  readonly cost?: Cost | undefined;
  /** Of each molecule; where there are several seeds, of those of the first, then of the second, and so on. */
  readonly scores: readonly MoleculeScore[];
}

/** What a source made, by the title of the molecule. */
export interface SeedRun {
  readonly seed: number;
  readonly conformers: ReadonlyMap<string, readonly ConformerSet[]>;
}

export interface EvaluateOptions {
  readonly rdkit: RDKitModule;
  readonly source: string;
  readonly references: readonly Reference[];
  /** One for each seed. */
  readonly runs: readonly SeedRun[];
  /** δ in Å. */
  readonly thresholds?: readonly number[] | undefined;
  /** For each molecule, the function that relaxes a conformer before it is scored, see `scoreMolecule`. */
  readonly relax?:
    ((reference: Reference) => Promise<((conformer: Float32Array) => Float32Array) | undefined>) | undefined;
  /** Conformers of each molecule whose MMFF94s strain is computed. */
  readonly strain?: number | undefined;
  /** Further analyses of each molecule. */
  readonly onScored?: ((scored: ScoredMolecule) => void | Promise<void>) | undefined;
}

export async function evaluateConformers({
  rdkit,
  source,
  references,
  runs,
  thresholds,
  relax,
  strain: most = 0,
  onScored = () => {},
}: EvaluateOptions): Promise<Evaluation> {
  const physical = physicalTally();
  const strain = most > 0 ? strainTally({ most }) : undefined;
  const scores = runs.map((): MoleculeScore[] => []);
  for (const reference of references) {
    const relaxOne = await relax?.(reference);
    for (const [k, { conformers }] of runs.entries()) {
      const scored = scoreMolecule(rdkit, reference, conformers.get(reference.title) ?? [], { relax: relaxOne });
      scores[k]?.push(scored.score);
      physical.add(scored);
      await strain?.add(scored);
      await onScored(scored);
    }
  }
  return {
    source,
    summary: summariseSeeds(scores, { thresholds }),
    ...(runs.length > 1 && {
      bySeed: runs.map(({ seed }, k) => ({ seed, summary: summarise(scores[k] ?? [], { thresholds }) })),
    }),
    physical: physical.result(),
    strain: strain?.result(),
    scores: scores.flat(),
  };
}
