/** The times at which a solver or sampler steps. */

/**
 * How s = k/steps becomes a share of the way: 'uniform' s; 'power' 1 − (1−s)^power, denser late; 'cosine'
 * (1 − cos πs)/2, denser at both ends.
 */
export type GridSpacing =
  { readonly kind: 'uniform' } | { readonly kind: 'power'; readonly power: number } | { readonly kind: 'cosine' };

/** The steps + 1 times from `from` to `to`, both met exactly. Throws for fewer than one step. */
export function timeGrid({
  steps,
  spacing = { kind: 'uniform' },
  from = 0,
  to = 1,
}: {
  readonly steps: number;
  readonly spacing?: GridSpacing;
  readonly from?: number;
  readonly to?: number;
}): number[] {
  if (!Number.isInteger(steps) || steps < 1) throw new Error(`Time grid: steps is ${steps}; expected 1 or more.`);
  return Array.from({ length: steps + 1 }, (_, k) => {
    if (k === 0) return from;
    if (k === steps) return to;
    return from + (to - from) * share(k / steps, spacing);
  });
}

function share(s: number, spacing: GridSpacing): number {
  switch (spacing.kind) {
    case 'uniform':
      return s;
    case 'power':
      return 1 - (1 - s) ** spacing.power;
    case 'cosine':
      return (1 - Math.cos(Math.PI * s)) / 2;
  }
}
