/** The models that the suite holds to equivariance: random weights, and the shipped one (or MOLFLOW_MODEL). */
import { createRandom } from '../../src/flow/random.js';
import { loadModel } from '../../src/network/load-model.node.js';
import { initialParameters } from '../../src/network/egnn.js';
import type { Model, StageModel } from '../../src/network/model.js';

const network = { width: 32, edgeWidth: 16, layers: 4, chiralWidth: 8, vectors: 4, carried: true };

function randomStage(seed: number): StageModel {
  const random = createRandom(seed);
  const weights = initialParameters(network, () => random.normal());
  // Fresh networks hardly move atoms; larger weights make every term count.
  for (const name of Object.keys(weights))
    if (/heads$|chiral\.out$/.test(name)) weights[name] = weights[name].map((w) => 4 * w);
  return {
    network,
    prior: { kind: 'harmonic', alpha: 1.33, hydrogenScale: 0.6 },
    target: 'data',
    // Some of the probes are smaller, some larger.
    crowding: { radius: 2, most: 6 },
    weights,
    training: {},
  };
}

export const equivarianceModels: readonly { readonly label: string; readonly load: () => Promise<Model> }[] = [
  {
    label: 'random weights',
    load: async () => ({ name: 'random', skeleton: randomStage(1), hydrogens: randomStage(2) }),
  },
  { label: process.env['MOLFLOW_MODEL'] ?? 'shipped model', load: () => loadModel(process.env['MOLFLOW_MODEL']) },
];
