/** MMFF94s strain: the energy of a conformer above the minimum that it relaxes into, and how far it moves. */
import { createForceField, MMFF94Error } from '../chem/mmff94.js';
import { rmsdAligned } from '../geometry/rmsd.js';
import type { ScoredMolecule } from './score-molecule.js';
import { quantile } from './statistics.js';

export interface StrainQuantiles {
  /** kcal/mol. */
  readonly median: number;
  readonly p90: number;
  /** Median heavy-atom RMSD in Å between a conformer and its minimum. */
  readonly moved: number;
  readonly conformers: number;
}

export interface Strain {
  readonly generated: StrainQuantiles;
  /** The same for the references. They are minima of another energy, so their strain is not 0. */
  readonly references: StrainQuantiles;
  /** Molecules that MMFF94 has no parameters for. */
  readonly withoutParameters: number;
}

/** @param options.most at most so many conformers of a molecule, evenly spaced in its list. */
export function strainTally({ most = 4 }: { most?: number } = {}): {
  add(scored: ScoredMolecule): Promise<void>;
  result(): Strain;
} {
  const found = {
    generated: { energies: [] as number[], moves: [] as number[] },
    references: { energies: [] as number[], moves: [] as number[] },
  };
  let withoutParameters = 0;
  return {
    async add({ reference, conformers }) {
      const { molecule } = reference;
      let field;
      try {
        field = await createForceField(molecule);
      } catch (error) {
        if (!(error instanceof MMFF94Error)) throw error;
        withoutParameters++;
        return;
      }
      const complete = conformers.filter((conformer) => conformer.every(Number.isFinite));
      for (const [list, into] of [
        [complete, found.generated],
        [reference.conformers, found.references],
      ] as const)
        for (let i = 0; i < Math.min(most, list.length); i++) {
          const conformer = list[Math.floor((i * list.length) / Math.min(most, list.length))];
          const { coordinates, energy, initialEnergy } = field.relax(conformer);
          into.energies.push(initialEnergy - energy);
          into.moves.push(rmsdAligned(conformer, coordinates, molecule.skeletonCount));
        }
    },
    result() {
      const quantiles = ({ energies, moves }: typeof found.generated): StrainQuantiles => ({
        median: quantile(energies, 0.5),
        p90: quantile(energies, 0.9),
        moved: quantile(moves, 0.5),
        conformers: energies.length,
      });
      return { generated: quantiles(found.generated), references: quantiles(found.references), withoutParameters };
    },
  };
}
