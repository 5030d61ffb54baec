/** Mode selection: what it owes to determinism, and that more modes are met for it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { skeletonFaults } from '../../src/chem/stereo.js';
import type { DrawKey } from '../../src/flow/sampler.js';
import { chosenSampler, type SamplerName } from '../../src/generation/choose-sampler.js';
import { groupByRmsd } from '../../src/generation/choose.js';
import { generateConformers } from '../../src/generation/generate.js';
import type { Generator } from '../../src/generation/generator.js';
import { createModeSelection } from '../../src/generation/mode-selection.js';
import { prepareMolecule } from '../../src/generation/prepare.js';
import { sampleSkeletons } from '../../src/generation/skeleton-stage.js';
import { graphFeatures } from '../../src/network/features.js';
import { openGenerator } from '../../src/generation/open-generator.node.js';

let generator: Generator;
beforeAll(async () => {
  generator = await openGenerator();
});
afterAll(() => generator.dispose());

/** Few shapes, so that independent draws soon meet one again. */
const FEW_SHAPES = 'OCCN';
/** Extrapolated, and by the early exit up to its last step. */
const LARGE = 'CC(C)Cc1ccc(cc1)[C@@H](C)C(=O)NC1CCCCC1';

function selectionOf(smiles: string) {
  const molecule = parseSmiles(generator.rdkit, smiles);
  const settings = chosenSampler(molecule, { sampler: 'modes' }, generator.skeleton.stage);
  if (settings.kind !== 'mode-selection') throw new Error(`no mode selection for ${smiles}`);
  const prepared = prepareMolecule(generator, molecule);
  const common = { prepared, predictor: generator.skeleton, seed: 4 };
  const options = { ...common, settings, permutations: prepared.permutations };
  return { molecule, settings, common, options, create: () => createModeSelection(options) };
}

function furthest(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);
}

it('goes by its former name, too', () => {
  const named = chosenSampler({ skeletonCount: 8 }, { sampler: 'spread' });
  expect(named.kind).toBe('mode-selection');
  expect(named).toEqual(chosenSampler({ skeletonCount: 8 }, { sampler: 'modes' }));
});

describe('noises selected by the modes they lead to', () => {
  it('are the same in however many calls, and whatever comes after', async () => {
    const { create } = selectionOf(FEW_SHAPES);
    const whole = await create()([...Array(12).keys()]);
    const oneByOne = create();
    for (const i of [0, 5, 3, 11]) expect((await oneByOne([i]))[0].draw).toEqual(whole[i].draw);
    expect(new Set(whole.map(({ draw }) => JSON.stringify(draw))).size).toBe(12);
    expect(whole.some(({ draw }) => draw.attempt > 0)).toBe(true);
  });

  it('are the same on every engine', async () => {
    const other = await openGenerator({ engine: 'wasm' });
    try {
      const { options, create } = selectionOf('C[C@H](O)CC=O');
      const numbers = [...Array(3).keys()];
      const here = await create()(numbers);
      const there = await createModeSelection({ ...options, predictor: other.skeleton })(numbers);
      expect(there.map(({ draw }) => draw)).toEqual(here.map(({ draw }) => draw));
      there.forEach(({ selectionState }, i) =>
        expect(furthest(selectionState, here[i].selectionState)).toBeLessThan(1e-3),
      );
    } finally {
      await other.dispose();
    }
  });

  it.each([FEW_SHAPES, LARGE])(
    'identify their conformer: the key alone gives the same one, selection state included: %s',
    async (smiles) => {
      const { create, common, settings, molecule } = selectionOf(smiles);
      const { draw, selectionState } = (await create()([0, 1, 2, 3])).find(({ draw }) => draw.attempt > 0)!;
      const { selectionTime, selectionSteps } = settings;
      const met: Float32Array[] = [];
      const alone = await sampleSkeletons({
        ...common,
        draws: [draw],
        settings,
        onFrame: (frame) => void (frame.time === selectionTime && met.push(frame.x.slice())),
      });
      expect(furthest(met[0], selectionState)).toBeLessThan(1e-4);
      const onwards = await sampleSkeletons({
        ...common,
        draws: [draw],
        settings,
        start: { kind: 'state', time: selectionTime, step: selectionSteps, coordinates: selectionState },
      });
      expect(furthest(onwards, alone)).toBeLessThan(1e-3);

      const { conformers } = await generateConformers(generator, molecule, {
        count: 4,
        plain: true,
        seed: common.seed,
      });
      const delivered = conformers.find(
        (other) => other.draw.conformer === draw.conformer && other.draw.attempt === draw.attempt,
      )!;
      expect(furthest(alone, delivered.coordinates.subarray(0, alone.length))).toBeLessThan(1e-3);
    },
  );

  it('find more shapes than independent draws', async () => {
    let [selected, independent] = [0, 0];
    for (const smiles of ['CC(C)CCO', 'OCCCN', 'NCC(C)CO']) {
      const molecule = parseSmiles(generator.rdkit, smiles);
      const permutations = prepareMolecule(generator, molecule).permutations;
      const shapes = async (sampler: SamplerName) => {
        const { conformers } = await generateConformers(generator, molecule, {
          count: 12,
          plain: true,
          sampler,
          seed: 2,
        });
        return groupByRmsd(
          {
            conformers: conformers.map(({ coordinates }) => coordinates.slice(0, 3 * molecule.skeletonCount)),
            permutations,
          },
          0.25,
        ).length;
      };
      selected += await shapes('modes');
      independent += await shapes('stochastic');
    }
    expect(selected).toBeGreaterThan(1.2 * independent);
  });

  it('pass over the wrong hand where another of them leads to the right one', async () => {
    const { molecule, settings, common, options } = selectionOf('CC[C@H](O)C#N');
    // A network that is not told the hand draws both alike.
    const open = parseSmiles(generator.rdkit, 'CCC(O)C#N');
    const predictor = { ...common.predictor, bind: () => common.predictor.bind(graphFeatures(open)) };
    const numbers = [...Array(24).keys()];
    const right = async (draws: readonly DrawKey[]) => {
      const skeletons = await sampleSkeletons({ ...common, predictor, draws, settings });
      const size = 3 * molecule.skeletonCount;
      return draws.filter((_, b) => skeletonFaults(molecule, skeletons.slice(b * size, (b + 1) * size)) === 0).length;
    };
    const chosen = await createModeSelection({ ...options, predictor })(numbers);
    const independent = await right(numbers.map((conformer) => ({ conformer, attempt: 0 })));
    const found = await right(chosen.map(({ draw }) => draw));
    expect(found).toBeGreaterThan(1.3 * independent);
  });

  it('are not selected where there is one shape, few steps, or a large molecule', () => {
    const kindOf = (skeletonCount: number, steps?: number) => chosenSampler({ skeletonCount }, { steps }).kind;
    expect([kindOf(3), kindOf(9, 5), kindOf(25)]).toEqual(['stochastic', 'stochastic', 'stochastic']);
    for (const steps of [undefined, 8, 10, 20, 50]) {
      const settings = chosenSampler({ skeletonCount: 9 }, { steps });
      if (settings.kind !== 'mode-selection') throw new Error(`no mode selection with ${steps} steps`);
      expect(settings.candidates * settings.selectionSteps + settings.finishSteps).toBe(steps ?? 26);
    }
  });
});
