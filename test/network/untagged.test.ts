/** A molecule without tagged centres needs none of the chirality terms: leaving them out changes nothing. */
import { expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { openEngine } from '../../src/engine/open.node.js';
import type { Program } from '../../src/engine/program.js';
import { createRandom } from '../../src/flow/random.js';
import { displacement, initialParameters, parameterShapes } from '../../src/network/egnn.js';
import { ATOM_FEATURES, graphFeatures, PAIR_FEATURES } from '../../src/network/features.js';

it('gives what all-zero centres give', async () => {
  const { n, atoms, pairs } = graphFeatures(parseSmiles(await loadRDKit(), 'O=C(N)c1ccccc1'));
  const network = { width: 16, edgeWidth: 12, layers: 3, chiralWidth: 4, vectors: 2 };
  const random = createRandom(5);
  const weights = initialParameters(network, () => random.normal());
  for (const name of Object.keys(weights)) weights[name] = weights[name].map((w) => w + 0.1 * random.normal());
  const program = (tagged: boolean): Program => ({
    inputs: {
      x: [2, n, 3],
      t: [2, 1],
      atoms: [n, ATOM_FEATURES],
      pairs: [n * n, PAIR_FEATURES],
      ...(tagged && { centres: [1, 4, n, n] }),
    },
    constants: Object.fromEntries(
      Object.entries(parameterShapes(network)).map(([name, shape]) => [name, { shape, data: weights[name] }]),
    ),
    build: ({ x, t, atoms, pairs, centres, ...tensors }) => ({
      moved: displacement(network, tensors, { x, t, atoms, pairs, centres }),
    }),
  });
  const feeds = {
    x: Float32Array.from({ length: 6 * n }, () => random.normal()),
    t: Float32Array.of(0.3, 0.8),
    atoms,
    pairs,
  };
  const engine = await openEngine();
  const moved = await Promise.all(
    [true, false].map(async (tagged) => {
      const compiled = await engine.compile(program(tagged));
      const out = await compiled.run({ ...feeds, ...(tagged && { centres: new Float32Array(4 * n * n) }) });
      await compiled.dispose();
      return out['moved'];
    }),
  );
  expect(Math.hypot(...moved[0])).toBeGreaterThan(0.1);
  moved[0].forEach((v, i) => expect(moved[1][i]).toBeCloseTo(v, 5));
});
