/** Reflow as a user runs it: pairs by a model's flow, a model trained on them, and what generation makes of that model. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchSource, type BatchSettings } from '../../src/dataset/batches.js';
import { readPacked } from '../../src/dataset/pack.js';
import type { Ensemble } from '../../src/dataset/ensemble.js';
import { openEngine } from '../../src/engine/open.node.js';
import { createRandom } from '../../src/flow/random.js';
import { parseSmiles } from '../../src/chem/parse.js';
import type { GenerationEvent } from '../../src/generation/events.js';
import { generateConformers, type GenerateOptions } from '../../src/generation/generate.js';
import { openGenerator } from '../../src/generation/open-generator.node.js';
import { signedVolume } from '../../src/geometry/internal-coordinates.js';
import { loadModel } from '../../src/network/load-model.node.js';
import { graphFeatures } from '../../src/network/features.js';
import { readModel } from '../../src/network/model.js';
import { createPredictor } from '../../src/network/predictor.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const DATA = fileURLToPath(new URL('../../molecules/reference/qm9-ensembles.sdf.gz', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'molflow-reflow-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string) => path.join(folder, name);
const molflow = (...args: string[]) => promisify(execFile)(process.execPath, [MAIN, ...args]);
const reflow = (out: string, pairs: number, ...more: string[]) =>
  molflow(
    'reflow',
    '--data',
    DATA,
    '--out',
    file(out),
    '--pairs',
    String(pairs),
    '--steps',
    '4',
    '--cache',
    file('cache'),
    '--quiet',
    ...more,
  );

const WHOLE = 16;

let pairs: Ensemble[];
beforeAll(async () => {
  await reflow('pairs.molflow', WHOLE);
  pairs = await readPacked(file('pairs.molflow'));
});

const settings: BatchSettings = {
  stage: 'skeleton',
  prior: { kind: 'harmonic', alpha: 1.33, hydrogenScale: 0.6 },
  target: 'data',
  time: { kind: 'steps', steps: 2 },
  coupling: 'paired',
  transport: { draws: 1, regularisation: 1 },
  path: { kind: 'straight' },
  automorphisms: true,
  pairsPerBatch: 2000,
  mostMolecules: 16,
  mostAtoms: 40,
  weights: { flexibleSingle: 0, flexibleSingleFrom: 0, forceField: 0, conformerPower: 0 },
};

describe('molflow reflow', () => {
  it.each([
    ['the model’s own ODE', Infinity],
    ['a flow that leaves its noise out from t = 0.5 on', 0.5],
  ])(
    'pairs noise with the end of %s, every hand right',
    async (_, settle) => {
      if (settle < 1) await reflow('settled.molflow', WHOLE, '--settle', String(settle));
      const made = settle < 1 ? await readPacked(file('settled.molflow')) : pairs;
      const count = made.reduce((sum, { conformers }) => sum + conformers, 0);
      expect(count).toBeGreaterThanOrEqual(WHOLE);
      expect(count).toBeLessThan(WHOLE + 16);
      const { skeleton: stage } = await loadModel();
      const predictor = createPredictor({ engine: await openEngine(), stage });
      for (const { molecule, noise, coordinates, conformers } of made) {
        const n = molecule.skeletonCount;
        const graph = graphFeatures(molecule);
        const predict = predictor.bind(graph);
        const x = noise!.slice(0, n * 3);
        for (let k = 0; k < 4; k++) {
          const end = await predict(x, k / 4);
          const u = (k + 1) / 4;
          for (let i = 0; i < x.length; i++) x[i] = u >= settle ? u * end[i] : x[i] + (end[i] - x[i]) / (4 - k);
        }
        x.forEach((v, i) => expect(Math.abs(v - coordinates[i])).toBeLessThan(2e-3));
        for (let c = 0; c < conformers; c++)
          for (const [centre, ...three] of graph.centres)
            expect(signedVolume(coordinates.subarray(c * n * 3), centre, ...three)).toBeGreaterThan(0);
      }
      await predictor.dispose();
    },
    60_000,
  );

  it('goes on where it ended, also in the middle of a pair, to the same pairs', async () => {
    const whole = readFileSync(file('pairs.molflow'));
    writeFileSync(file('cut.molflow'), whole.subarray(0, Math.floor(0.6 * whole.length)));
    await expect(readPacked(file('cut.molflow'))).rejects.toThrow(/ends early/);
    await reflow('cut.molflow', WHOLE);
    const again = await readPacked(file('cut.molflow'));
    const named = (all: readonly Ensemble[]) => all.map(({ molecule, conformers }) => [molecule.smiles, conformers]);
    expect(named(again)).toEqual(named(pairs));
    const last = again.at(-1)!;
    expect(last.noise).toEqual(pairs.at(-1)!.noise);
    last.coordinates.forEach((v, i) => expect(Math.abs(v - pairs.at(-1)!.coordinates[i])).toBeLessThan(2e-3));
  });
});

describe('the paired coupling', () => {
  it.each([
    ['straight', { kind: 'straight' }, (t: number) => [t, 1 - t]],
    [
      'variance-preserving',
      { kind: 'variance-preserving', betaMin: 0.1, betaMax: 20 },
      (t: number) => {
        const a = Math.exp(-(19.9 * (1 - t) ** 2) / 4 - (0.1 * (1 - t)) / 2);
        return [a, Math.sqrt(1 - a * a)];
      },
    ],
  ] as const)(
    'trains at the steps’ times, on the %s path from the stored noise to the stored conformer',
    (_, flowPath, shares) => {
      const source = batchSource(pairs, { ...settings, path: flowPath });
      const random = createRandom(3);
      const times = new Set<number>();
      for (let k = 0; k < 12; k++) {
        const { n, size, feeds } = source.draw(random);
        for (let b = 0; b < size; b++) {
          const t = feeds['t'][b];
          times.add(t);
          const x = feeds['x'].subarray(b * n * 3, (b + 1) * n * 3);
          const end = feeds['target'].subarray(b * n * 3, (b + 1) * n * 3).map((v, i) => v + x[i]);
          const start = x.map((v, i) => (v - shares(t)[0] * end[i]) / shares(t)[1]);
          const found = pairs.some(
            ({ molecule, noise, coordinates, conformers }) =>
              molecule.skeletonCount === n &&
              Array.from({ length: conformers }, (_, c) => c).some((c) =>
                [1, -1].some((sign) => {
                  const near = (all: Float32Array, one: Float32Array) =>
                    one.every((v, i) => Math.abs(sign * v - all[c * n * 3 + i]) < 1e-3);
                  return near(coordinates, end) && near(noise!, start);
                }),
              ),
          );
          expect(found).toBe(true);
        }
      }
      expect([...times].sort()).toEqual([0, 0.5]);
    },
  );

  it('refuses data without noise, and pairs under another coupling', () => {
    const { noise: _, ...bare } = pairs[0];
    expect(() => batchSource([bare], settings)).toThrow(/needs the noise.*molflow reflow/);
    expect(() => batchSource(pairs, { ...settings, coupling: 'aligned' })).toThrow(/coupling 'paired'/);
  });
});

it('a model distilled from the shipped network of its size generates in its two steps unless told otherwise', async () => {
  const config = JSON.parse(readFileSync(new URL('../../configs/fast.json', import.meta.url), 'utf8')) as {
    skeleton: object;
  };
  writeFileSync(
    file('fast.json'),
    JSON.stringify({ ...config, skeleton: { ...config.skeleton, minutes: 0.02, validationShare: 0 } }),
  );
  const shipped = fileURLToPath(new URL('../../models/molflow-fast.safetensors', import.meta.url));
  const model = file('run/model.safetensors');
  await molflow(
    'train',
    '--init',
    shipped,
    '--config',
    file('fast.json'),
    '--data',
    file('pairs.molflow'),
    '--out',
    file('run'),
    '--quiet',
  );
  const [written, fast] = [readModel(readFileSync(model), 'run'), await loadModel('molflow-fast')];
  expect(written.skeleton.sampling).toEqual(fast.skeleton.sampling);
  // The stage that was not trained came along.
  expect(written.hydrogens.weights).toEqual(fast.hydrogens.weights);
  const generator = await openGenerator({ model });
  const molecule = parseSmiles(generator.rdkit, 'CCO');
  const evaluations = async (options: Pick<GenerateOptions, 'steps'> = {}) => {
    let frames = 0;
    const observe = (event: GenerationEvent) => {
      if (event.kind === 'frame' && event.stage === 'skeleton') frames++;
    };
    await generateConformers(generator, molecule, { ...options, count: 1, plain: true, frames: true, observe });
    return frames - 1;
  };
  expect([await evaluations(), await evaluations({ steps: 5 })]).toEqual([2, 5]);
  await generator.dispose();
});
