/** One compiled program serves molecules and batches of all sizes, and says what the eager engine says. */
import { expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { openEngine } from '../../src/engine/open.node.js';
import type { Engine } from '../../src/engine/program.js';
import { createRandom } from '../../src/flow/random.js';
import { initialParameters } from '../../src/network/egnn.js';
import { graphFeatures } from '../../src/network/features.js';
import type { StageModel } from '../../src/network/model.js';
import { createPredictor } from '../../src/network/predictor.js';
import { hydrogenParents } from '../../src/network/priors.js';

const network = { width: 16, edgeWidth: 12, layers: 3, chiralWidth: 4, vectors: 3, carried: true };

const furthest = (a: Float32Array, b: Float32Array) => a.reduce((most, v, i) => Math.max(most, Math.abs(v - b[i])), 0);

it('whatever the molecule and the batch', async () => {
  const rdkit = await loadRDKit();
  const random = createRandom(5);
  const weights = Object.fromEntries(
    Object.entries(initialParameters(network, () => random.normal())).map(([name, w]) => [
      name,
      w.map((v) => v + 0.1 * random.normal()),
    ]),
  );
  const stage: StageModel = {
    network,
    weights,
    prior: { kind: 'gaussian', alpha: 1.33, hydrogenScale: 0.6 },
    target: 'data',
    earlyExit: 2,
    crowding: { radius: 2, most: 5 },
    training: {},
  };
  const cut: StageModel = { ...stage, network: { ...network, layers: 2 }, earlyExit: undefined };
  const [fast, eager] = await Promise.all([openEngine(), openEngine({ engine: 'wasm' })]);
  let compiled = 0;
  const counted: Engine = {
    ...fast,
    compileSized: (program) => {
      compiled++;
      return fast.compileSized(program);
    },
  };
  const predictors = [counted, eager].map((engine) => createPredictor({ engine, stage }));
  const shallow = createPredictor({ engine: fast, stage: cut });
  // As many atoms as vectors, as the widths of the network, and none of these; with a tagged centre and without.
  for (const smiles of ['C=O', 'CCC', 'C[C@H](N)C(=O)O', 'CCCCCCCCCCCC', 'C[C@@H](Cl)CCCCCCCCCCCCC'])
    for (const all of [false, true]) {
      const molecule = parseSmiles(rdkit, smiles);
      const graph = graphFeatures(molecule, { scope: all ? 'all' : 'skeleton' });
      for (const batch of [1, 2, 3, 17]) {
        const x = Float32Array.from({ length: batch * graph.n * 3 }, () => 2 * random.normal());
        const mobile = all ? hydrogenParents(molecule).mobile : undefined;
        const [a, b] = await Promise.all(predictors.map((predictor) => predictor.bind(graph, { mobile })(x, 0.4)));
        expect(a.length).toBe(x.length);
        const far = furthest(a, x);
        expect(far).toBeGreaterThan(0.01);
        expect(furthest(a, b)).toBeLessThan(1e-4 * (1 + far));
        // Left early, it is a network of fewer layers.
        const [c, d] = await Promise.all(
          predictors.map((predictor) => predictor.bind(graph, { mobile, early: true })(x, 0.4)),
        );
        expect(furthest(c, d)).toBeLessThan(1e-4 * (1 + far));
        expect(furthest(c, await shallow.bind(graph, { mobile })(x, 0.4))).toBeLessThan(1e-4 * (1 + far));
        expect(furthest(a, c)).toBeGreaterThan(1e-3);
      }
    }
  // With and without a tagged centre, with and without atoms that rest, and of some of these both few atoms and many.
  expect(compiled).toBe(6);
  for (const predictor of [...predictors, shallow]) await predictor.dispose();
}, 60_000);
