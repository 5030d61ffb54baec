/** A network that grows layers or vectors computes what it did before, until it is trained on. */
import { beforeAll, describe, expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit, type RDKitModule } from '../../src/chem/rdkit.js';
import { openEngine } from '../../src/engine/open.node.js';
import type { Engine } from '../../src/engine/program.js';
import { createRandom } from '../../src/flow/random.js';
import { initialParameters, parameterShapes, type NetworkConfig } from '../../src/network/egnn.js';
import { graphFeatures } from '../../src/network/features.js';
import { flatten, parameterSlices } from '../../src/network/flat-parameters.js';
import { grownParameters } from '../../src/network/grow.js';
import { createPredictor } from '../../src/network/predictor.js';

const small: NetworkConfig = { width: 16, edgeWidth: 12, layers: 3, chiralWidth: 4 };
const large: NetworkConfig = { ...small, vectors: 3 };
const random = createRandom(11);
const normal = () => random.normal();
const weights = initialParameters(small, normal);

let rdkit: RDKitModule;
let engine: Engine;
beforeAll(async () => {
  rdkit = await loadRDKit();
  engine = await openEngine();
});

async function predicted(network: NetworkConfig, given: Record<string, Float32Array>): Promise<Float32Array> {
  const prior = { kind: 'harmonic', alpha: 1.33, hydrogenScale: 0.6 } as const;
  const predictor = createPredictor({
    engine,
    stage: { network, prior, target: 'data', weights: given, training: {} },
  });
  const graph = graphFeatures(parseSmiles(rdkit, 'C[C@H](N)C1CC1'));
  const noise = createRandom(12);
  const x = Float32Array.from({ length: graph.n * 3 }, () => noise.normal());
  const result = await predictor.bind(graph)(x, 0.3);
  await predictor.dispose();
  return result;
}

describe('grownParameters', () => {
  it('keeps the function; each added matrix, given weights, changes it', async () => {
    const grown = grownParameters(large, { network: small, weights }, normal);
    const before = await predicted(small, weights);
    const after = await predicted(large, grown);
    after.forEach((v, i) => expect(v).toBeCloseTo(before[i], 5));
    for (const name of ['layer1.angles', 'layer0.node.vectors']) {
      const trained = { ...grown, [name]: grown[name].map(() => 0.5 * normal()) };
      const changed = await predicted(large, trained);
      expect(Math.max(...changed.map((v, i) => Math.abs(v - before[i])))).toBeGreaterThan(1e-4);
    }
  });

  it('keeps the function where vectors, layers and carried messages are added to those that it has', async () => {
    const start = grownParameters(large, { network: small, weights }, normal);
    const trained = Object.fromEntries(
      Object.entries(start).map(([name, values]) => [name, values.map((v) => v + 0.2 * normal())]),
    );
    const before = await predicted(large, trained);
    const larger = { ...large, layers: 5, vectors: 7, carried: true };
    const grown = grownParameters(larger, { network: large, weights: trained }, normal);
    (await predicted(larger, grown)).forEach((v, i) => expect(v).toBeCloseTo(before[i], 4));
    for (const name of ['layer4.heads', 'layer1.angles', 'layer1.carried', 'layer1.node.vectors']) {
      const changed = await predicted(larger, { ...grown, [name]: grown[name].map((v) => v + 0.5 * normal()) });
      expect(Math.max(...changed.map((v, i) => Math.abs(v - before[i]))), name).toBeGreaterThan(1e-4);
    }
  });

  it('refuses weights of another network by name', () => {
    const start = (network: NetworkConfig) => {
      const { slices, total } = parameterSlices(parameterShapes(network));
      return flatten(grownParameters(network, { network: small, weights }, normal), slices, total);
    };
    expect(start(large).length).toBeGreaterThan(start(small).length);
    expect(() => start({ ...large, width: 8 })).toThrow(/'embed\.atoms' has \d+ values/);
    const many = { ...large, vectors: 5 };
    const fewer = () => grownParameters(large, { network: many, weights: initialParameters(many, normal) }, normal);
    const { slices, total } = parameterSlices(parameterShapes(large));
    expect(() => flatten(fewer(), slices, total)).toThrow(/vectors' has \d+ values/);
    expect(() => start({ ...small, layers: 2 })).toThrow(/no place for the weight 'layer/);
  });
});
