/** All engines compute the same: forward and gradient, against each other and against finite differences. */
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { parseSmiles } from '../../src/chem/parse.js';
import type { EngineChoice } from '../../src/engine/names.js';
import { openEngine } from '../../src/engine/open.node.js';
import type { Arrays, CompiledProgram, Engine, Program } from '../../src/engine/program.js';
import { createRandom } from '../../src/flow/random.js';
import { initialParameters, parameterShapes } from '../../src/network/egnn.js';
import { centreRows, graphFeatures } from '../../src/network/features.js';
import { flatten, parameterSlices } from '../../src/network/flat-parameters.js';
import { stepProgram } from '../../src/training/step-program.js';

const network = { width: 16, edgeWidth: 12, layers: 3, chiralWidth: 4, vectors: 3, carried: true };
const parameters = parameterSlices(parameterShapes(network));
const B = 2;
let program: Program;
let feeds: Record<string, Float32Array>;

beforeAll(async () => {
  const rdkit = await loadRDKit();
  // A tagged centre, a ring and a charge, so that every term of the network takes part.
  const graph = graphFeatures(parseSmiles(rdkit, 'C[C@H]([NH3+])C1CC1'));
  const { n } = graph;
  const random = createRandom(3);
  const noise = (length: number) => Float32Array.from({ length }, () => random.normal());
  const centres = new Float32Array(4 * n * n);
  centreRows(centres, graph);
  const twice = (a: Float32Array) => Float32Array.from([...a, ...a]);
  program = stepProgram(network, parameters, { n, size: B, hydrogens: false });
  const weights = initialParameters(network, () => random.normal());
  // Biases start at zero; the test wants every gradient to matter.
  for (const name of Object.keys(weights)) weights[name] = weights[name].map((w) => w + 0.1 * random.normal());
  feeds = {
    weights: flatten(weights, parameters.slices, parameters.total),
    x: noise(B * n * 3),
    t: Float32Array.of(0.2, 0.7),
    atoms: twice(graph.atoms),
    pairs: twice(graph.pairs),
    centres: twice(centres),
    target: noise(B * n * 3),
    weight: Float32Array.of(1, 3),
  };
});

async function available(choice: EngineChoice): Promise<Engine | undefined> {
  try {
    return await openEngine({ engine: choice });
  } catch {
    return undefined;
  }
}

async function run(engine: Engine, values: Arrays): Promise<{ loss: number; gradient: Float32Array }> {
  const compiled = await engine.compile(program);
  try {
    const { loss, gradient } = await compiled.run(values);
    return { loss: loss[0], gradient };
  } finally {
    await compiled.dispose();
  }
}

const norm = (v: ArrayLike<number>) => Math.sqrt(Array.from(v).reduce((sum, x) => sum + x * x, 0));

describe('engines agree', () => {
  it('the wasm engine and the compiled one give the same loss and gradient', async () => {
    const eager = await run(await openEngine({ engine: 'wasm' }), feeds);
    const compared: string[] = [];
    for (const choice of ['onnx', 'tfjs-node'] as const) {
      const engine = await available(choice);
      if (!engine) continue;
      compared.push(choice);
      const other = await run(engine, feeds);
      expect(Math.abs(other.loss - eager.loss) / eager.loss).toBeLessThan(1e-5);
      const difference = norm(other.gradient.map((g, i) => g - eager.gradient[i]));
      expect(difference / norm(eager.gradient)).toBeLessThan(1e-4);
    }
    // Where no native engine installs there is nothing to compare, and the eager one is held by the next test.
    if (process.env['CI']) expect(compared).toContain('onnx');
  });
});

describe('gradients are those of the loss', () => {
  let compiled: CompiledProgram;
  beforeAll(async () => {
    compiled = await (await openEngine()).compile(program);
  });
  afterAll(() => compiled.dispose());

  it('along random directions, by central differences', async () => {
    const { gradient } = await compiled.run(feeds);
    for (let seed = 0; seed < 8; seed++) {
      const random = createRandom(seed);
      const direction = Float32Array.from({ length: parameters.total }, () => random.normal());
      // Small: a longer step already bends, which is no fault of the gradient.
      const step = 1e-3;
      const lossAt = async (sign: number) => {
        const weights = feeds['weights'].map((w, i) => w + sign * step * direction[i]);
        return (await compiled.run({ ...feeds, weights }))['loss'][0];
      };
      const measured = ((await lossAt(1)) - (await lossAt(-1))) / (2 * step);
      const expected = gradient.reduce((sum, g, i) => sum + g * direction[i], 0);
      // Relative to what a random direction could give: some happen to be nearly orthogonal to the gradient.
      expect(Math.abs(measured - expected)).toBeLessThan(0.02 * norm(gradient));
    }
  });

  it('a program of no sizes keeps its shapes, whatever numbers are in them', async () => {
    const [rows, columns] = [10_007, 2];
    const summing = await (
      await openEngine()
    ).compile({
      inputs: { x: [rows * columns] },
      build: ({ x }) => ({ sums: tf.sum(tf.reshape(x, [columns, rows]), 1) }),
    });
    const { sums } = await summing.run({
      x: Float32Array.from({ length: rows * columns }, (_, i) => (i < rows ? 1 : 2)),
    });
    expect([...sums]).toEqual([rows, 2 * rows]);
    await summing.dispose();
  });

  it.each(['onnx', 'wasm'] as const)(
    'a run on %s that skips optional outputs has no optional outputs, and the others as a whole run has them',
    async (choice) => {
      const engine = await openEngine({ engine: choice });
      const at = ({ rows }: Readonly<Record<'rows', number>>): Program => ({
        inputs: { x: [rows, 2] },
        constants: { c: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) } },
        optional: ['products', 'sums'],
        build: ({ x, c }) => {
          const squares = tf.square(x);
          const products = tf.matMul(squares, c);
          return { products, squares, sums: tf.sum(products, 1) };
        },
      });
      const compiled = await engine.compileSized({ sizes: ['rows'], at });
      for (const skipOptional of [true, false, true]) {
        const found = await compiled.run({ rows: 2 }, { x: Float32Array.of(1, 2, 3, 0) }, { skipOptional });
        const squares = Float32Array.of(1, 4, 9, 0);
        expect(found).toEqual(
          skipOptional
            ? { squares }
            : { squares, products: Float32Array.of(13, 18, 9, 18), sums: Float32Array.of(31, 27) },
        );
      }
      await compiled.dispose();
    },
  );

  it('a feed of the wrong length is refused by name and shape', async () => {
    await expect(compiled.run({ ...feeds, t: new Float32Array(3) })).rejects.toThrow(
      /input 't' has 3 values; expected 2, shape \[2, 1\]/,
    );
  });
});
