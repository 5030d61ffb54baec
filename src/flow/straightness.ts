/** How straight the paths of a flow are: what decides how few steps will do. */
import type { FloatArray } from '../geometry/coordinates.js';

/**
 * The curvature ∫ |(x_1 − x_0) − v|² dt / |x_1 − x_0|² of one trajectory, from its states at increasing `times`, the
 * velocity taken constant between them. 0 for a straight line run at constant speed, for which one step is exact.
 * A trajectory that ends where it began gives Infinity, or 0 if it never moved.
 *
 * Liu, Gong & Liu, "Flow straight and fast" (arXiv:2209.03003), §2.2 (straightness S), relative to the length.
 */
export function pathCurvature(states: readonly FloatArray[], times: readonly number[]): number {
  if (states.length !== times.length || states.length < 2) {
    throw new Error(`Path curvature: ${states.length} states and ${times.length} times; expected two or more of each.`);
  }
  const first = states[0];
  const last = states[states.length - 1];
  const span = times[times.length - 1] - times[0];
  let length = 0;
  for (let i = 0; i < first.length; i++) length += (last[i] - first[i]) ** 2;
  let deviation = 0;
  for (let k = 1; k < states.length; k++) {
    const h = times[k] - times[k - 1];
    for (let i = 0; i < first.length; i++) {
      const velocity = (states[k][i] - states[k - 1][i]) / h;
      deviation += (h / span) * (last[i] - first[i] - velocity * span) ** 2;
    }
  }
  return deviation === 0 ? 0 : deviation / length;
}
