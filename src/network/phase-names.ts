/** Where a molecule is: its minima differ, since in water it need not fold onto its own hydrogen bonds. */

export const PHASES = ['gas', 'water'] as const;
export type Phase = (typeof PHASES)[number];

/** What a model makes that is not told. */
export const DEFAULT_PHASE: Phase = 'gas';
