/** Training as a user runs it: it learns, it resumes, and the file it leaves generates. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parameterShapes } from '../../src/network/egnn.js';
import { parameterSlices } from '../../src/network/flat-parameters.js';
import { readModel } from '../../src/network/model.js';
import { readState } from '../../src/training/checkpoint.js';
import { parseTrainingConfig } from '../../src/training/config.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const DATA = fileURLToPath(new URL('../../molecules/reference/qm9-ensembles.sdf.gz', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'molflow-train-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = promisify(execFile);

const network = { width: 16, edgeWidth: 12, layers: 2, chiralWidth: 4 };
const stage = (minutes: number, learningRate = 0.004) => ({
  network,
  prior: { kind: 'harmonic' },
  optimiser: { kind: 'muon', learningRate, warmupSteps: 5 },
  pairsPerBatch: 800,
  validationShare: 0,
  minutes,
});

/** Two workers are those of the first run. */
const ONE = ['--workers', '1'];

interface RunOptions {
  readonly minutes: number;
  readonly learningRate?: number;
  readonly to?: string;
  readonly more?: readonly string[];
}

async function train({ minutes, learningRate, to = 'run', more = [] }: RunOptions): Promise<void> {
  const config = path.join(folder, 'config.json');
  const both = stage(minutes, learningRate);
  writeFileSync(config, JSON.stringify({ name: 'tiny', skeleton: both, hydrogens: both }));
  await molflowTrain(config, { to, more });
}

function molflowTrain(config: string, { to, more = [] }: Pick<RunOptions, 'more'> & { readonly to: string }) {
  const [out, cache] = [to, 'cache'].map((name) => path.join(folder, name));
  return run(process.execPath, [
    MAIN,
    'train',
    '--config',
    config,
    '--data',
    DATA,
    '--out',
    out,
    '--cache',
    cache,
    '--quiet',
    ...more,
  ]);
}

function metrics(name: string): { step: number; loss: number; minutes: number }[] {
  const lines = readFileSync(path.join(folder, 'run', `${name}.metrics.jsonl`), 'utf8')
    .trim()
    .split('\n');
  return lines.map((line) => JSON.parse(line) as { step: number; loss: number; minutes: number });
}

describe('molflow train', () => {
  beforeAll(() => train({ minutes: 0.02 }));

  it('trains both stages with two workers, and the model generates', async () => {
    for (const name of ['skeleton', 'hydrogens']) {
      const { step, loss } = metrics(name).at(-1)!;
      expect(step).toBeGreaterThan(0);
      expect(loss).toBeGreaterThan(0);
    }
    const { stdout } = await run(process.execPath, [
      ...[MAIN, 'generate', '--smiles', 'CCO', '-n', '2', '--plain', '--steps', '3', '--quiet'],
      ...['--model', path.join(folder, 'run', 'model.safetensors')],
    ]);
    expect(stdout.match(/\$\$\$\$/g)).toHaveLength(2);
    expect(stdout).toMatch(/<MOLFLOW_MODEL>\s+tiny/);
  });

  it('one stage alone leaves the other as the start had it', async () => {
    const start = path.join(folder, 'run', 'model.safetensors');
    await train({ minutes: 0.02, to: 'tuned', more: ['--init', start, '--stage', 'hydrogens', ...ONE] });
    const [before, after] = [start, path.join(folder, 'tuned', 'model.safetensors')].map((file) =>
      readModel(readFileSync(file)),
    );
    expect(after.skeleton).toEqual(before.skeleton);
    expect(after.hydrogens.weights).not.toEqual(before.hydrogens.weights);
  });

  it('molecules taught by the start alone leave it as it was', async () => {
    const start = path.join(folder, 'run', 'model.safetensors');
    const optimiser = { kind: 'adamw', learningRate: 0.004, warmupSteps: 5, weightDecay: 0 };
    const config = path.join(folder, 'anchored.json');
    writeFileSync(config, JSON.stringify({ name: 'tiny', skeleton: { ...stage(0.02), optimiser, anchorUpTo: 60 } }));
    await molflowTrain(config, { to: 'anchored', more: ['--init', start, ...ONE] });
    const [before, after] = [start, path.join(folder, 'anchored', 'model.safetensors')].map(
      (file) => readModel(readFileSync(file)).skeleton,
    );
    expect(after.training.steps).toBeGreaterThan(0);
    expect(after.weights).toEqual(before.weights);
    await expect(molflowTrain(config, { to: 'none' })).rejects.toThrow(/anchorUpTo is 60.*--anchor or --init/s);
  });

  it('a second run goes on from the very weights of the first', async () => {
    const { total } = parameterSlices(parameterShapes(network));
    const state = async () => (await readState(path.join(folder, 'run', 'skeleton.state.bin'), total))!;
    const before = await state();
    await train({ minutes: 0.03, learningRate: 1e-30, more: ['--stage', 'skeleton', ...ONE] });
    const after = await state();
    expect(after.step).toBeGreaterThan(before.step);
    expect(after.elapsed).toBeGreaterThan(before.elapsed);
    // At that rate steps change nothing.
    expect(after.weights).toEqual(before.weights);
  });
});

describe('configuration', () => {
  it('is refused with every wrong field by name', () => {
    const wrong = JSON.stringify({
      name: 'x',
      skeleton: { ...stage(1), minutes: 0, optimiser: { kind: 'sgd', learningRate: 1 } },
    });
    expect(() => parseTrainingConfig(wrong, 'my.json')).toThrow(
      /my\.json is not a training configuration:[\s\S]*skeleton\.optimiser\.kind[\s\S]*skeleton\.minutes/,
    );
    expect(() => parseTrainingConfig('{', 'my.json')).toThrow(/my\.json is not JSON/);
  });

  it.each(
    readdirSync(new URL('../../configs/', import.meta.url), { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.json'),
    ),
  )('configs/%s is one', (name) => {
    const text = readFileSync(new URL(`../../configs/${name}`, import.meta.url), 'utf8');
    expect(parseTrainingConfig(text, name).skeleton).toBeDefined();
  });
});
