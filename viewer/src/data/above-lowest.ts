/** Energies above the lowest of the same stereoisomer: another one is another molecule. */

export interface AboveLowest {
  /** kcal/mol, by conformer; undefined where the energy is. */
  readonly energies: readonly (number | undefined)[];
  /** How many stereoisomers have energies. */
  readonly isomers: number;
}

export function aboveLowest(
  found: readonly {
    readonly energy?: number | null | undefined;
    readonly stereo?: { readonly smiles: string } | null | undefined;
  }[],
): AboveLowest {
  const lowest = new Map<string, number>();
  for (const { energy, stereo } of found) {
    const isomer = stereo?.smiles ?? '';
    if (typeof energy === 'number') lowest.set(isomer, Math.min(lowest.get(isomer) ?? Infinity, energy));
  }
  return {
    energies: found.map(({ energy, stereo }) =>
      typeof energy === 'number' ? energy - (lowest.get(stereo?.smiles ?? '') ?? energy) : undefined,
    ),
    isomers: lowest.size,
  };
}
