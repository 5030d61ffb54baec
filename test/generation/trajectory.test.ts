/** What a recorded trajectory holds: above all, the speed of the flow at each frame. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import type { SamplerSettings } from '../../src/flow/sampler-settings.js';
import { recordTrajectory, trajectoryRecords, type TrajectoryFrame } from '../../src/generation/trajectory.js';
import type { Generator } from '../../src/generation/generator.js';
import { graphFeatures } from '../../src/network/features.js';
import { hydrogenParents } from '../../src/network/priors.js';
import { openGenerator } from '../../src/generation/open-generator.node.js';

let generator: Generator;
beforeAll(async () => {
  generator = await openGenerator();
});
afterAll(() => generator.dispose());

const draw = { conformer: 0, attempt: 0 };

/** Root mean square distance of the first `count` atoms between two frames, over their time. */
function pace(from: TrajectoryFrame, to: TrajectoryFrame, count: number): number {
  const squares = Array.from({ length: count }, (_, atom) =>
    [0, 1, 2].reduce((sum, k) => sum + (to.coordinates[3 * atom + k] - from.coordinates[3 * atom + k]) ** 2, 0),
  );
  return Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / count) / (to.time - from.time);
}

describe('the speed of a trajectory’s frames', () => {
  it('is the distance moved by time where a step follows the flow, and leaves fresh noise out', async () => {
    const molecule = parseSmiles(generator.rdkit, 'C[C@@H](O)[C@H](N)C(=O)O');
    for (const sampler of ['euler', 'stochastic'] as const) {
      const settings: SamplerSettings =
        sampler === 'euler'
          ? { kind: 'ode', solver: sampler, steps: 20 }
          : { kind: 'stochastic', steps: 20, noise: { freshShare: 1, from: 0.6 } };
      const { frames } = await recordTrajectory({ generator, molecule, seed: 5, draw, settings });
      const skeleton = frames.filter(({ stage }) => stage === 'skeleton');
      expect(skeleton).toHaveLength(21);
      let noisy = 0;
      skeleton.slice(0, -1).forEach((frame, k) => {
        const next = skeleton[k + 1];
        const ratio = pace(frame, next, molecule.skeletonCount) / frame.speed!;
        // The last step ends on the prediction, without noise.
        if (sampler === 'euler' || next.time < 0.599 || next.time === 1) expect(ratio).toBeCloseTo(1, 2);
        else noisy += Number(ratio > 1.2);
      });
      expect(noisy > 0).toBe(sampler === 'stochastic');
    }
  });

  it('is that of the hydrogens alone in their stage', async () => {
    const molecule = parseSmiles(generator.rdkit, 'CC(=O)OC');
    const { frames } = await recordTrajectory({ generator, molecule, seed: 1, draw });
    const { mobile } = hydrogenParents(molecule);
    const predict = generator.hydrogens.bind(graphFeatures(molecule, { scope: 'all' }), { mobile });
    const hydrogens = frames.filter(({ stage, time }) => stage === 'hydrogens' && time < 1);
    for (const { coordinates, time, speed } of hydrogens) {
      const end = await predict(coordinates, time);
      const squares = coordinates.map((x, i) => (mobile[Math.floor(i / 3)] ? ((end[i] - x) / (1 - time)) ** 2 : 0));
      expect(speed! / Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / 6)).toBeCloseTo(1, 2);
    }
  });

  it('stands in the records, but for the last of each stage', async () => {
    for (const smiles of ['CCO', 'C', '[H][H]', 'BrBr']) {
      const molecule = parseSmiles(generator.rdkit, smiles);
      const records = trajectoryRecords(await recordTrajectory({ generator, molecule, seed: 1, draw }), 1);
      for (const { fields } of records) {
        const { MOLFLOW_FLOW_TIME: time, MOLFLOW_SPEED: speed } = Object.fromEntries(
          fields as Iterable<[string, string]>,
        );
        if (Number(time) === 1) expect(speed).toBeUndefined();
        else expect(speed).toMatch(/^\d+\.\d{4}$/);
      }
    }
  });
});
