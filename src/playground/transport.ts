/** Moves points of the plane by the velocity of a trained network, and measures how straight their paths are. */
import { ancestralShareOf, diffusionStep } from '../flow/diffusion.js';
import { createRandom } from '../flow/random.js';
import { pathCurvature } from '../flow/straightness.js';
import { timeGrid } from '../flow/time-grid.js';
import type { Field } from './field.js';

/** States [n,2] of the same points at increasing times. */
export interface Paths {
  readonly times: readonly number[];
  readonly states: readonly Float32Array[];
}

export interface CarryOptions {
  readonly field: Pick<Field, 'predict' | 'objective'>;
  /** Points [n,2] at t = 0. */
  readonly x0: Float32Array;
  readonly steps: number;
  /** Solve the ODE, or add fresh noise at each step; the latter only where x0 is standard Gaussian. */
  readonly sampler?: 'ode' | 'ancestral';
  readonly seed?: number;
}

/** Follows the points from t = 0 to 1 in equal steps; for a straight schedule and the ODE these are Euler's. */
export async function carry({ field, x0, steps, sampler = 'ode', seed = 0 }: CarryOptions): Promise<Paths> {
  const { schedule, prediction } = field.objective;
  const times = timeGrid({ steps });
  const states = [x0];
  for (let k = 0; k < steps; k++) {
    const [t, u] = [times[k], times[k + 1]];
    const x = states[k];
    const value = await field.predict(x, t);
    const fresh = new Float64Array(x.length);
    if (sampler === 'ancestral') createRandom(seed, 5, k).fillNormal(fresh);
    const next = diffusionStep({
      x: Float64Array.from(x),
      value: Float64Array.from(value),
      prediction,
      t,
      u,
      schedule,
      share: sampler === 'ancestral' ? ancestralShareOf(schedule, t, u) : 0,
      fresh,
    });
    states.push(Float32Array.from(next));
  }
  return { times, states };
}

/** Mean over the points of the curvature of their paths (straightness.ts). */
export function meanCurvature({ times, states }: Paths): number {
  const count = states[0].length / 2;
  let sum = 0;
  for (let i = 0; i < count; i++) {
    sum += pathCurvature(
      states.map((state) => state.subarray(2 * i, 2 * i + 2)),
      times,
    );
  }
  return sum / count;
}
