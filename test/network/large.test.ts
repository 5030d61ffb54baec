/** A stage with other weights for large molecules. */
import { expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { openEngine } from '../../src/engine/open.node.js';
import { createRandom } from '../../src/flow/random.js';
import { generateConformers } from '../../src/generation/generate.js';
import { createGenerator } from '../../src/generation/generator.js';
import { graphFeatures } from '../../src/network/features.js';
import { loadModel } from '../../src/network/load-model.node.js';
import { readModel, writeModel, type Model, type StageModel } from '../../src/network/model.js';
import { createPredictor } from '../../src/network/predictor.js';

/** Weights of which those for water are given; all others a little apart from the stage's. */
function otherWeights({ weights, network: { width } }: StageModel): StageModel['weights'] {
  const random = createRandom(4);
  const moved = Object.entries(weights).map(([name, values]) => [
    name,
    values.map((v) => v * (1 + 0.05 * random.normal())),
  ]);
  const other = Object.fromEntries(moved) as Record<string, Float32Array>;
  other['embed.atoms']?.subarray(-width).fill(0.2);
  return other;
}

it('has them beyond the size that the file names, and knows water where they do', async () => {
  const [rdkit, engine, fast] = await Promise.all([loadRDKit(), openEngine(), loadModel('molflow-fast')]);
  const large = otherWeights(fast.skeleton);
  const both: Model = readModel(
    writeModel({ ...fast, name: 'both', skeleton: { ...fast.skeleton, large: { above: 7, weights: large } } }),
  );
  expect(both.skeleton.large?.above).toBe(7);
  const graphs = ['OCC(N)C(=O)O', 'OCC(N)CC(=O)O'].map((smiles) => graphFeatures(parseSmiles(rdkit, smiles)));
  const predict = async (stage: StageModel) => {
    const predictor = createPredictor({ engine, stage });
    const found = [];
    for (const graph of graphs)
      found.push(
        await predictor.bind(graph)(
          Float32Array.from({ length: 3 * graph.n }, (_, i) => Math.sin(3 * i)),
          0.3,
        ),
      );
    await predictor.dispose();
    return found;
  };
  const [mixed, ofSmall, ofLarge] = [
    await predict(both.skeleton),
    await predict(fast.skeleton),
    await predict({ ...fast.skeleton, weights: large }),
  ];
  expect(graphs.map(({ n }) => n)).toEqual([7, 8]);
  expect(mixed[0]).toEqual(ofSmall[0]);
  expect(mixed[1]).toEqual(ofLarge[1]);
  expect(mixed[1]).not.toEqual(ofSmall[1]);

  const generator = createGenerator({ rdkit, model: both, engine, phase: 'water' });
  const made = [];
  for (const smiles of ['OCC(N)C(=O)O', 'OCC(N)CC(=O)O'])
    made.push(await generateConformers(generator, parseSmiles(rdkit, smiles), { count: 1, plain: true }));
  await generator.dispose();
  expect(made.map(({ phase }) => phase)).toEqual(['gas', 'water']);
  const note = /made as in the gas phase: both knows water for molecules of more than 7 heavy atoms/;
  expect(made.map(({ report }) => report.warnings.some((warning) => note.test(warning)))).toEqual([true, false]);
});
