/** The paths a model may be trained on, as plain data; and how each is the straight path, rescaled. */
import { variancePreservingSchedule } from './diffusion.js';
import { cosineSchedule, polynomialSchedule, straightSchedule, type Schedule } from './schedule.js';

export type PathSettings =
  /** Flow matching. */
  | { readonly kind: 'straight' }
  | { readonly kind: 'cosine' }
  | { readonly kind: 'polynomial'; readonly power: number }
  /** Diffusion, in units of the prior's deviation. */
  | { readonly kind: 'variance-preserving'; readonly betaMin: number; readonly betaMax: number };

export function pathSchedule(path: PathSettings): Schedule {
  switch (path.kind) {
    case 'straight':
      return straightSchedule;
    case 'cosine':
      return cosineSchedule;
    case 'polynomial':
      return polynomialSchedule(path.power);
    case 'variance-preserving':
      return variancePreservingSchedule({ ...path, kind: 'linear' });
  }
}

/**
 * The time τ = a/(a + b) at which the straight path is x_t = a·x1 + b·x0 divided by a + b. So a prediction of x1 on any
 * path is one on the straight path, and a step without fresh noise (DDIM) or with the ancestral share is the same step
 * on both.
 *
 * Lipman et al., "Flow matching guide and code" (arXiv:2412.06264), on changing the scheduler after training.
 */
export function straightTime(schedule: Schedule, t: number): number {
  const a = schedule.data(t);
  return a / (a + schedule.noise(t));
}

/** The inverse of straightTime for τ in [0,1], by bisection; 0 where the path begins later than τ, and 1 where the path ends. */
export function scheduleTime(schedule: Schedule, straight: number): number {
  if (straight >= 1) return 1;
  let [low, high] = [0, 1];
  for (let i = 0; i < 52; i++) {
    const middle = (low + high) / 2;
    if (straightTime(schedule, middle) > straight) high = middle;
    else low = middle;
  }
  return low;
}
