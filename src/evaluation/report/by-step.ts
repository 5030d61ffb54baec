/** Evaluations of models arranged by sampler and number of steps. */
import type { Evaluation } from '../evaluation.js';
import type { Summary } from '../summary.js';

export interface ByStep {
  /** Increasing. */
  readonly steps: readonly number[];
  /** A row for each model and sampler, with a summary for each number of steps that was run. */
  readonly rows: readonly { readonly family: string; readonly summaries: readonly (Summary | undefined)[] }[];
}

export function byStep(evaluations: readonly Evaluation[]): ByStep {
  const sampled = evaluations.flatMap(({ variant, summary }) => (variant ? [{ ...variant, summary }] : []));
  const steps = [...new Set(sampled.map((one) => one.steps))].sort((a, b) => a - b);
  const families = [...new Set(sampled.map(({ family }) => family))];
  return {
    steps,
    rows: families.map((family) => ({
      family,
      summaries: steps.map((count) => sampled.find((one) => one.family === family && one.steps === count)?.summary),
    })),
  };
}
