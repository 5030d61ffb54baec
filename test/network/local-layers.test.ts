/** Local layers: an atom hears those a few bonds away, however the network is computed. */
import { expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import type { EngineChoice } from '../../src/engine/names.js';
import { openEngine } from '../../src/engine/open.node.js';
import type { Engine } from '../../src/engine/program.js';
import { createRandom } from '../../src/flow/random.js';
import { displacement, initialParameters, parameterShapes, type NetworkConfig } from '../../src/network/egnn.js';
import { ATOM_FEATURES, graphFeatures, PAIR_FEATURES } from '../../src/network/features.js';
import { nearPairs } from '../../src/network/near-pairs.js';
import { createPredictor } from '../../src/network/predictor.js';
import { pythonWith } from '../../src/python/programs.node.js';

const sizes = { width: 16, edgeWidth: 12, layers: 5, chiralWidth: 4, vectors: 3 };
const random = createRandom(11);
const rdkit = await loadRDKit();

function stageOf(network: NetworkConfig) {
  const weights = initialParameters(network, () => random.normal());
  for (const name of Object.keys(weights)) weights[name] = weights[name].map((w) => w + 0.1 * random.normal());
  const prior = { kind: 'gaussian', alpha: 1.33, hydrogenScale: 0.6 } as const;
  return { network, weights, prior, target: 'data', training: {} } as const;
}
type Stage = ReturnType<typeof stageOf>;

const noise = (length: number) => Float32Array.from({ length }, () => 2 * random.normal());
const engines: EngineChoice[] = ['onnx', 'wasm', ...(pythonWith('onnx', 'torch') ? (['torch'] as const) : [])];

async function predicted(engine: Engine, stage: Stage, smiles: string, x: Float32Array): Promise<Float32Array> {
  const predictor = createPredictor({ engine, stage });
  const out = await predictor.bind(graphFeatures(parseSmiles(rdkit, smiles)))(x, 0.4);
  await predictor.dispose();
  return out;
}

/** As in training: all pairs are computed, and those that are not near are left out of sums. */
async function ofAllPairs(
  engine: Engine,
  { network, weights }: Stage,
  smiles: string,
  x: Float32Array,
): Promise<Float32Array> {
  const { n, atoms, pairs } = graphFeatures(parseSmiles(rdkit, smiles));
  const batch = x.length / (3 * n);
  const compiled = await engine.compile({
    inputs: { x: [batch, n, 3], t: [batch, 1], atoms: [n, ATOM_FEATURES], pairs: [n * n, PAIR_FEATURES] },
    constants: Object.fromEntries(
      Object.entries(parameterShapes(network)).map(([name, shape]) => [name, { shape, data: weights[name] }]),
    ),
    build: ({ x, t, atoms, pairs, ...tensors }) => ({ moved: displacement(network, tensors, { x, t, atoms, pairs }) }),
  });
  const { moved } = await compiled.run({ x, t: new Float32Array(batch).fill(0.4), atoms, pairs });
  await compiled.dispose();
  return x.map((v, i) => v + moved[i]);
}

it.each(engines)(
  'near pairs alone give what all pairs do, of which the others are not heard: %s',
  async (name) => {
    const engine = await openEngine({ engine: name });
    for (const carried of [true, false])
      for (const wholeEvery of [3, 6]) {
        const stage = stageOf({ ...sizes, carried, local: { bonds: 2, wholeEvery } });
        const smiles = 'CC(C)Cc1ccc(cc1)C(C)C(=O)O';
        const x = noise(2 * 3 * 15);
        const [near, all] = [await predicted(engine, stage, smiles, x), await ofAllPairs(engine, stage, smiles, x)];
        expect(Math.hypot(...near.map((v, i) => v - x[i]))).toBeGreaterThan(0.1);
        near.forEach((v, i) => expect(v).toBeCloseTo(all[i], 4));
      }
  },
  60_000,
);

it('an atom hears no other than these where no layer is whole', async () => {
  const engine = await openEngine();
  const stage = stageOf({ ...sizes, layers: 2, carried: true, local: { bonds: 1, wholeEvery: 9 } });
  const x = noise(3 * 8);
  const moved = Float32Array.from(x);
  for (const k of [0, 1, 2]) moved[3 * 7 + k] += 1;
  const [before, after] = [
    await predicted(engine, stage, 'CCCCCCCC', x),
    await predicted(engine, stage, 'CCCCCCCC', moved),
  ];
  // The mean of all atoms rests, so each but the last two moves as one.
  const change = (atom: number, k: number) => after[3 * atom + k] - before[3 * atom + k];
  for (const atom of [1, 2, 3, 4]) for (const k of [0, 1, 2]) expect(change(atom, k)).toBeCloseTo(change(0, k), 4);
  expect(Math.abs(change(6, 0) - change(0, 0))).toBeGreaterThan(1e-3);
});

it('counts pairs by bonds, an atom and itself among them', () => {
  const graph = graphFeatures(parseSmiles(rdkit, 'CCCO'));
  const { places, ofPlaces, receivers, senders } = nearPairs(graph, 1);
  expect([...places]).toEqual([0, 1, 4, 5, 6, 9, 10, 11, 14, 15]);
  expect(ofPlaces[11]).toBe(8);
  expect(ofPlaces[3]).toBe(0);
  const P = places.length;
  places.forEach((place, p) => {
    expect(receivers[Math.floor(place / 4) * P + p] * senders[(place % 4) * P + p]).toBe(1);
  });
  expect(receivers.reduce((a, b) => a + b) + senders.reduce((a, b) => a + b)).toBe(2 * P);
});
