/** The choice among noises: what it owes to determinism, and that shapes lie farther apart for it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { skeletonFaults } from '../../src/chem/stereo.js';
import type { DrawKey } from '../../src/flow/sampler.js';
import { comparedPermutations, pruneByRmsd } from '../../src/generation/diverse.js';
import { generateConformers } from '../../src/generation/generate.js';
import type { Generator } from '../../src/generation/generator.js';
import { chosenSampler, sampleSkeletons } from '../../src/generation/skeleton-stage.js';
import { createSpread } from '../../src/generation/spread.js';
import { graphFeatures } from '../../src/network/features.js';
import { stereoAutomorphisms } from '../../src/network/stereo-automorphisms.js';
import { openGenerator } from '../../src/generation/open-generator.node.js';

let generator: Generator;
beforeAll(async () => {
  generator = await openGenerator();
});
afterAll(() => generator.dispose());

/** Few shapes, so that independent draws soon meet one again. */
const FEW_SHAPES = 'OCCN';

function spreadOf(smiles: string) {
  const molecule = parseSmiles(generator.rdkit, smiles);
  const settings = chosenSampler(molecule, {});
  const automorphisms = stereoAutomorphisms(generator.rdkit, molecule);
  const permutations = comparedPermutations(generator.rdkit, molecule);
  const common = { molecule, predictor: generator.skeleton, seed: 4, automorphisms };
  const choice = { ...common, spread: settings.spread!, noise: settings.noise, permutations };
  return { molecule, settings, common, choice, choose: () => createSpread(choice) };
}

function furthest(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);
}

describe('noises chosen by the shapes they lead to', () => {
  it('are the same in however many calls, and whatever comes after', async () => {
    const { choose } = spreadOf(FEW_SHAPES);
    const whole = await choose()([...Array(12).keys()]);
    const oneByOne = choose();
    for (const i of [0, 5, 3, 11]) expect((await oneByOne([i]))[0].draw).toEqual(whole[i].draw);
    expect(new Set(whole.map(({ draw }) => JSON.stringify(draw))).size).toBe(12);
    expect(whole.some(({ draw }) => draw.attempt > 0)).toBe(true);
  });

  it('are the same on every engine', async () => {
    const other = await openGenerator({ engine: 'wasm' });
    try {
      for (const smiles of [FEW_SHAPES, 'C[C@H](O)CC=O']) {
        const { choice, choose } = spreadOf(smiles);
        const numbers = [...Array(6).keys()];
        const here = await choose()(numbers);
        const there = await createSpread({ ...choice, predictor: other.skeleton })(numbers);
        expect(there.map(({ draw }) => draw)).toEqual(here.map(({ draw }) => draw));
        there.forEach(({ state }, i) => expect(furthest(state, here[i].state)).toBeLessThan(1e-3));
      }
    } finally {
      await other.dispose();
    }
  });

  it('name their conformer: the key alone flies the same way, state and all', async () => {
    const { choose, common, settings, molecule } = spreadOf(FEW_SHAPES);
    const { draw, state } = (await choose()([0, 1, 2, 3])).find(({ draw }) => draw.attempt > 0)!;
    const { time, steps } = settings.spread!;
    const met: Float32Array[] = [];
    const alone = await sampleSkeletons({
      ...common,
      draws: [draw],
      settings,
      onFrame: (frame) => void (frame.time === time && met.push(frame.x.slice())),
    });
    expect(furthest(met[0], state)).toBeLessThan(1e-4);
    const onwards = await sampleSkeletons({
      ...common,
      draws: [draw],
      settings,
      start: { kind: 'state', time, step: steps, coordinates: state },
    });
    expect(furthest(onwards, alone)).toBeLessThan(1e-3);

    const { conformers } = await generateConformers(generator, molecule, { count: 4, plain: true, seed: common.seed });
    const delivered = conformers.find(
      (other) => other.draw.conformer === draw.conformer && other.draw.attempt === draw.attempt,
    )!;
    expect(furthest(alone, delivered.coordinates.subarray(0, alone.length))).toBeLessThan(1e-3);
  });

  it('meet more shapes than independent ones', async () => {
    let [spread, independent] = [0, 0];
    for (const smiles of ['CC(C)CCO', 'OCCCN', 'CCCCO', 'NCC(C)CO', 'CC(=O)CCC']) {
      const molecule = parseSmiles(generator.rdkit, smiles);
      const permutations = comparedPermutations(generator.rdkit, molecule);
      const shapes = async (sampler: string) => {
        const { conformers } = await generateConformers(generator, molecule, {
          count: 12,
          plain: true,
          sampler,
          seed: 2,
        });
        return pruneByRmsd(
          {
            skeletons: conformers.map(({ coordinates }) => coordinates.slice(0, 3 * molecule.skeletonCount)),
            permutations,
          },
          0.25,
        ).length;
      };
      spread += await shapes('spread');
      independent += await shapes('stochastic');
    }
    expect(spread).toBeGreaterThan(1.2 * independent);
  });

  it('pass over the wrong hand where another of them leads to the right one', async () => {
    const { molecule, settings, common, choice } = spreadOf('CC[C@H](O)C#N');
    // A network that is not told the hand draws both alike.
    const open = parseSmiles(generator.rdkit, 'CCC(O)C#N');
    const predictor = { ...common.predictor, bind: () => common.predictor.bind(graphFeatures(open)) };
    const numbers = [...Array(24).keys()];
    const right = async (draws: readonly DrawKey[]) => {
      const skeletons = await sampleSkeletons({ ...common, predictor, draws, settings });
      const size = 3 * molecule.skeletonCount;
      return draws.filter((_, b) => skeletonFaults(molecule, skeletons.slice(b * size, (b + 1) * size)) === 0).length;
    };
    const chosen = await createSpread({ ...choice, predictor })(numbers);
    const independent = await right(numbers.map((conformer) => ({ conformer, attempt: 0 })));
    const found = await right(chosen.map(({ draw }) => draw));
    expect(found).toBeGreaterThan(1.3 * independent);
  });

  it('are not chosen among where there is one shape, few steps, or a large molecule', () => {
    expect(chosenSampler({ skeletonCount: 3 }, {}).spread).toBeUndefined();
    expect(chosenSampler({ skeletonCount: 9 }, { steps: 5 }).spread).toBeUndefined();
    expect(chosenSampler({ skeletonCount: 25 }, {}).spread).toBeUndefined();
    for (const steps of [undefined, 10, 20, 50]) {
      const settings = chosenSampler({ skeletonCount: 9 }, { steps });
      expect(settings.steps).toBe(steps ?? 26);
      expect(settings.spread!.noises * settings.spread!.steps + settings.spread!.rest).toBe(settings.steps);
    }
  });
});
