/** The shares of conformers that follow from their energies. */

/** K. */
export const TEMPERATURE = 298.15;

/** R in kcal/(mol·K): 8.314462618… J/(mol·K) by the SI's definition, 4184 J to the kilocalorie. */
const GAS_CONSTANT = 8.31446261815324 / 4184;

/** Shares exp(−E/RT)/Σ exp(−E/RT) at 298.15 K of energies in kcal/mol; what has no energy has no share. */
export function boltzmannWeights(energies: readonly (number | undefined)[]): (number | undefined)[] {
  const lowest = energies.reduce<number>((least, energy) => Math.min(least, energy ?? Infinity), Infinity);
  const factors = energies.map((energy) =>
    energy === undefined ? undefined : Math.exp((lowest - energy) / (GAS_CONSTANT * TEMPERATURE)),
  );
  const sum = factors.reduce<number>((total, factor) => total + (factor ?? 0), 0);
  return factors.map((factor) => (factor === undefined ? undefined : factor / sum));
}
