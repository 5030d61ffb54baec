/** Training as a user runs it: it learns, it resumes, and the file it leaves generates. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readModel } from '../../src/network/model.js';
import { parseTrainingConfig } from '../../src/training/config.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const DATA = fileURLToPath(new URL('../../molecules/reference/qm9-ensembles.sdf.gz', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'molflow-train-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const run = promisify(execFile);

const stage = (minutes: number) => ({
  network: { width: 16, edgeWidth: 12, layers: 2, chiralWidth: 4 },
  prior: { kind: 'harmonic' },
  optimiser: { kind: 'muon', learningRate: 0.004, warmupSteps: 5 },
  pairsPerBatch: 800,
  validationShare: 0,
  minutes,
});

async function train(minutes: number, to = 'run', ...more: string[]): Promise<void> {
  const config = path.join(folder, 'config.json');
  writeFileSync(config, JSON.stringify({ name: 'tiny', skeleton: stage(minutes), hydrogens: stage(minutes) }));
  const out = path.join(folder, to);
  await run(process.execPath, [
    MAIN,
    'train',
    '--config',
    config,
    '--data',
    DATA,
    '--out',
    out,
    '--cache',
    path.join(folder, 'cache'),
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
  beforeAll(() => train(0.1), 120_000);

  it('trains both stages with two workers, and the model generates', async () => {
    expect(metrics('skeleton').at(-1)!.step).toBeGreaterThan(10);
    expect(metrics('hydrogens').at(-1)!.step).toBeGreaterThan(10);
    const { stdout } = await run(process.execPath, [
      ...[MAIN, 'generate', '--smiles', 'CCO', '-n', '2', '--plain', '--steps', '3', '--quiet'],
      ...['--model', path.join(folder, 'run', 'model.safetensors')],
    ]);
    expect(stdout.match(/\$\$\$\$/g)).toHaveLength(2);
    expect(stdout).toMatch(/<MOLFLOW_MODEL>\s+tiny/);
  }, 120_000);

  it('one stage alone leaves the other as the start had it', async () => {
    const start = path.join(folder, 'run', 'model.safetensors');
    await train(0.05, 'tuned', '--init', start, '--stage', 'hydrogens');
    const [before, after] = [start, path.join(folder, 'tuned', 'model.safetensors')].map((file) =>
      readModel(readFileSync(file)),
    );
    expect(after.skeleton).toEqual(before.skeleton);
    expect(after.hydrogens.weights).not.toEqual(before.hydrogens.weights);
  }, 60_000);

  it('molecules taught by the start alone leave it as it was', async () => {
    const start = path.join(folder, 'run', 'model.safetensors');
    const optimiser = { kind: 'adamw', learningRate: 0.004, warmupSteps: 5, weightDecay: 0 };
    const config = path.join(folder, 'anchored.json');
    writeFileSync(config, JSON.stringify({ name: 'tiny', skeleton: { ...stage(0.05), optimiser, anchorUpTo: 60 } }));
    const command = [
      MAIN,
      'train',
      '--config',
      config,
      '--data',
      DATA,
      '--cache',
      path.join(folder, 'cache'),
      '--quiet',
      '--out',
      path.join(folder, 'anchored'),
    ];
    await run(process.execPath, [...command, '--init', start]);
    const [before, after] = [start, path.join(folder, 'anchored', 'model.safetensors')].map(
      (file) => readModel(readFileSync(file)).skeleton,
    );
    expect(after.training.steps).toBeGreaterThan(0);
    expect(after.weights).toEqual(before.weights);
    await expect(run(process.execPath, [...command.slice(0, -1), path.join(folder, 'none')])).rejects.toThrow(
      /anchorUpTo is 60.*--anchor or --init/s,
    );
  }, 60_000);

  it('a second run goes on where the first ended, with a lower loss', async () => {
    const first = metrics('skeleton').at(-1)!;
    await train(0.3);
    const later = metrics('skeleton').at(-1)!;
    expect(later.step).toBeGreaterThan(first.step);
    expect(later.minutes).toBeGreaterThan(first.minutes);
    expect(later.loss).toBeLessThan(metrics('skeleton')[0].loss);
  }, 180_000);
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
