/** The playground: training works, couplings straighten paths, and the page stands alone. */
import { beforeAll, describe, expect, it } from 'vitest';
import { openEngine } from '../../src/engine/open.node.js';
import { createRandom } from '../../src/flow/random.js';
import { drawPoints, eightGaussians, sampleDistance, twoMoons } from '../../src/playground/densities.js';
import { runPlayground, type PlaygroundResult } from '../../src/playground/experiment.js';
import { playgroundPage } from '../../src/playground/page.js';

const at = (points: readonly { steps: number; distance: number }[], steps: number) =>
  points.find((p) => p.steps === steps)!.distance;

describe('the playground', () => {
  let result: PlaygroundResult;
  const options = {
    couplings: ['independent', 'exact'],
    objectives: ['flow', 'diffusion'],
    reflow: true,
    seed: 1,
  } as const;
  beforeAll(async () => {
    result = await runPlayground({ engine: await openEngine(), ...options, steps: 250 });
    // Seconds, but minutes where the machine is shared.
  }, 300_000);

  it('brings samples to the moons, where an untrained network leaves them on the circle', async () => {
    const untrained = sampleDistance(
      drawPoints(eightGaussians, 256, createRandom(1, 20)),
      drawPoints(twoMoons, 256, createRandom(1, 21)),
    );
    const start = await runPlayground({
      engine: await openEngine(),
      ...options,
      reflow: false,
      objectives: [],
      couplings: ['exact'],
      steps: 1,
    });
    expect(at(start.couplings[0].quality.points, 20)).toBeGreaterThan(0.7 * untrained);
    for (const { quality } of result.couplings) expect(at(quality.points, 20)).toBeLessThan(0.4 * untrained);
    for (const { points } of result.objectives) expect(at(points, 100)).toBeLessThan(0.5);
  });

  it('goes straighter with optimal transport and after reflow, and is better in one step', () => {
    const [independent, exact] = result.couplings;
    expect(exact.curvature).toBeLessThan(0.2 * independent.curvature);
    expect(at(exact.quality.points, 1)).toBeLessThan(0.6 * at(independent.quality.points, 1));
    const { before, after } = result.reflow!;
    expect(after.curvature).toBeLessThan(0.2 * before.curvature);
    expect(at(after.quality.points, 1)).toBeLessThan(0.6 * at(before.quality.points, 1));
  });

  it('is written as a page without a request to anywhere, the same for the same result', () => {
    const page = playgroundPage(result);
    expect(page.match(/<svg/g)!.length).toBeGreaterThanOrEqual(8);
    expect(page.replaceAll('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|src=|href=|@import|url\(/);
    expect(page).not.toMatch(/NaN|undefined|Infinity/);
    expect(playgroundPage(result)).toBe(page);
  });
});
