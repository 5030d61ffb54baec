/** The training loss is what its formula says, computed apart from the prediction. */
import { beforeAll, expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit, type RDKitModule } from '../../src/chem/rdkit.js';
import { openEngine } from '../../src/engine/open.node.js';
import type { Engine } from '../../src/engine/program.js';
import { createRandom } from '../../src/flow/random.js';
import { initialParameters, parameterShapes, type NetworkConfig } from '../../src/network/egnn.js';
import { centreRows, graphFeatures } from '../../src/network/features.js';
import { flatten, parameterSlices } from '../../src/network/flat-parameters.js';
import { createPredictor } from '../../src/network/predictor.js';
import { createOptimiser } from '../../src/training/optimiser.js';
import { stepProgram, type StepShape } from '../../src/training/step-program.js';

let rdkit: RDKitModule;
let engine: Engine;
beforeAll(async () => {
  rdkit = await loadRDKit();
  engine = await openEngine();
});

it('weighs squared errors, those of distances up to three bonds and of the early exit where asked, against the data or what an anchor predicts', async () => {
  const network: NetworkConfig = { width: 12, edgeWidth: 8, layers: 2, chiralWidth: 4 };
  const random = createRandom(3);
  const weights = initialParameters(network, () => random.normal());
  const molecule = parseSmiles(rdkit, 'CCCCC(=O)O');
  const graph = graphFeatures(molecule);
  const { n } = graph;
  const x = Float32Array.from({ length: 3 * n }, () => random.normal());
  const target = Float32Array.from({ length: 3 * n }, () => random.normal());
  const t = 0.4;

  const predict = async (of: typeof weights, earlyExit?: number): Promise<Float32Array> => {
    const predictor = createPredictor({
      engine,
      stage: {
        network,
        prior: { kind: 'gaussian', alpha: 1.33, hydrogenScale: 0.6 },
        target: 'data',
        weights: of,
        training: {},
        earlyExit,
      },
    });
    const data = (await predictor.bind(graph, { early: earlyExit !== undefined })(x, t)).slice();
    await predictor.dispose();
    return data;
  };
  const data = await predict(weights);
  const wanted = x.map((v, i) => v + target[i]);
  const squares = data.reduce((sum, v, i) => sum + (v - wanted[i]) ** 2, 0) / (3 * n);
  const apart = (y: Float32Array, a: number, b: number) =>
    Math.hypot(...[0, 1, 2].map((k) => y[3 * a + k] - y[3 * b + k]));
  // The chain 0-1-2-3-4 with both oxygens on atom 4: all pairs but these are at most three bonds apart.
  const far = new Set(['0 4', '0 5', '0 6', '1 5', '1 6']);
  const near = Array.from({ length: n }, (_, b) => Array.from({ length: b }, (_, a) => [a, b] as const))
    .flat()
    .filter(([a, b]) => !far.has(`${a} ${b}`));
  const ofDistances =
    near.reduce((sum, [a, b]) => sum + (apart(data, a, b) - apart(wanted, a, b)) ** 2, 0) / near.length;

  const centres = new Float32Array(4 * n * n);
  centreRows(centres, graph);
  const { slices, total } = parameterSlices(parameterShapes(network));
  const loss = async (shape: Partial<StepShape> = {}): Promise<number> => {
    const program = await engine.compile(
      stepProgram(network, { slices, total }, { n, size: 1, hydrogens: false, ...shape }),
    );
    const feeds = {
      weights: flatten(weights, slices, total),
      x,
      t: Float32Array.of(t),
      atoms: graph.atoms,
      pairs: graph.pairs,
      centres,
      target,
      weight: Float32Array.of(2),
    };
    const { loss: value } = await program.run({
      ...feeds,
      ...(shape.anchor && { anchor: flatten(anchor, slices, total) }),
    });
    await program.dispose();
    return value[0];
  };
  expect(await loss()).toBeCloseTo(2 * squares, 4);
  expect(await loss({ localDistances: 0.7 })).toBeCloseTo(2 * (squares + 0.7 * ofDistances), 3);

  const early = await predict(weights, 1);
  const ofExit = early.reduce((sum, v, i) => sum + (v - wanted[i]) ** 2, 0) / (3 * n);
  expect(Math.abs(ofExit - squares)).toBeGreaterThan(0.001);
  expect(await loss({ exit: { layer: 1, weight: 0.3 } })).toBeCloseTo(2 * (squares + 0.3 * ofExit), 4);

  // A fresh network predicts next to nothing; one of random last layers does not.
  const anchor = Object.fromEntries(
    Object.entries(weights).map(([name, values]) => [name, values.map((w) => w + 0.4 * random.normal())]),
  );
  const taught = await predict(anchor);
  const apartFromIt = data.reduce((sum, v, i) => sum + (v - taught[i]) ** 2, 0) / (3 * n);
  expect(apartFromIt).toBeGreaterThan(0.01);
  expect(await loss({ anchor: network })).toBeCloseTo(2 * apartFromIt, 4);
});

it.each(['muon', 'adamw'] as const)('updates of %s along its gradient lower it', async (kind) => {
  const network: NetworkConfig = { width: 12, edgeWidth: 8, layers: 2, chiralWidth: 4 };
  const { slices, total } = parameterSlices(parameterShapes(network));
  const random = createRandom(4);
  const graph = graphFeatures(parseSmiles(rdkit, 'C[C@H](N)C(=O)O'));
  const { n, atoms, pairs } = graph;
  const centres = new Float32Array(4 * n * n);
  centreRows(centres, graph);
  const weights = flatten(
    initialParameters(network, () => random.normal()),
    slices,
    total,
  );
  const state = { weights, average: weights.slice(), first: new Float32Array(total), second: new Float32Array(total) };
  const program = await engine.compile(stepProgram(network, { slices, total }, { n, size: 1, hydrogens: false }));
  const optimiser = await createOptimiser(engine, slices, kind);
  const x = Float32Array.from({ length: 3 * n }, () => random.normal());
  const target = x.map((v) => -0.5 * v);
  const feeds = { x, t: Float32Array.of(0.4), atoms, pairs, centres, target, weight: Float32Array.of(1) };
  const losses: number[] = [];
  for (let step = 1; step <= 60; step++) {
    const { loss, gradient } = await program.run({ ...feeds, weights: state.weights });
    losses.push(loss[0]);
    const settings = { clip: 2, weightDecay: 0, averageDecay: 0.5, learningRate: 0.01 };
    await optimiser.update(state, { ...settings, gradient, scale: Math.min(1, 2 / Math.hypot(...gradient)), step });
  }
  await program.dispose();
  await optimiser.dispose();
  expect(losses.at(-1)).toBeLessThan(losses[0] / 3);
});
