/** The phase that a model is told: gas, in which every model was trained, or water. */
import { expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { openEngine } from '../../src/engine/open.node.js';
import { createRandom } from '../../src/flow/random.js';
import { generateConformers } from '../../src/generation/generate.js';
import { createGenerator } from '../../src/generation/generator.js';
import { conformerFields } from '../../src/generation/records.js';
import { loadModel } from '../../src/network/load-model.node.js';
import type { Model } from '../../src/network/model.js';
import type { Phase } from '../../src/network/phase-names.js';

/** The model with these weights for water: what they add to the state of every atom. */
function withWater(model: Model, value: () => number): Model {
  const { width } = model.skeleton.network;
  const embedding = model.skeleton.weights['embed.atoms'].slice();
  for (let i = embedding.length - width; i < embedding.length; i++) embedding[i] = value();
  return {
    ...model,
    name: 'told',
    skeleton: { ...model.skeleton, weights: { ...model.skeleton.weights, 'embed.atoms': embedding } },
  };
}

it('changes conformers of a model that was trained on both, leaves those in gas, and is refused where it was not', async () => {
  const [rdkit, engine, fast] = await Promise.all([loadRDKit(), openEngine(), loadModel('molflow-fast')]);
  const deaf = withWater(fast, () => 0);
  const random = createRandom(4);
  const told = withWater(fast, () => 0.3 * random.normal());
  const molecule = parseSmiles(rdkit, 'OCC(N)C(=O)O');
  const first = async (model: Model, phase?: Phase) => {
    const generator = createGenerator({ rdkit, model, engine, phase });
    const result = await generateConformers(generator, molecule, { count: 1, plain: true });
    await generator.dispose();
    const [conformer] = result.conformers;
    return { x: conformer.coordinates, field: conformerFields(result, conformer).get('MOLFLOW_PHASE') };
  };
  const [without, gas, water] = [await first(deaf), await first(told, 'gas'), await first(told, 'water')];
  expect([without.field, gas.field, water.field]).toEqual(['gas', 'gas', 'water']);
  gas.x.forEach((v, i) => expect(Math.abs(v - without.x[i])).toBeLessThan(1e-4));
  expect(Math.max(...water.x.map((v, i) => Math.abs(v - gas.x[i])))).toBeGreaterThan(0.01);
  await expect(first(deaf, 'water')).rejects.toThrow(/told was not trained on conformers in water/);
  await expect(first(told, 'ether' as Phase)).rejects.toThrow(/phase is 'ether'; expected gas or water/);
});
