/** Ctrl-C and SIGTERM end every command within two seconds, whatever it does, with code 130 and a word on what is kept. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readPacked } from '../../src/dataset/pack.js';
import { pythonWith } from '../../src/python/programs.node.js';
import { MAIN, testFolder } from './command.js';

const { file, remove } = testFolder();
afterAll(remove);
const REFERENCE = fileURLToPath(new URL('../../molecules/reference/qm9-ensembles.sdf.gz', import.meta.url));

interface Trial {
  readonly args: readonly string[];
  /** Whether the work has come to where it is to be interrupted. */
  readonly when: (stderr: string) => boolean;
  readonly signal?: NodeJS.Signals;
  /** ms from the first signal to a second one. */
  readonly again?: number;
}

async function interrupted({ args, when, signal = 'SIGINT', again }: Trial) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['pipe', 'ignore', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const closed = new Promise((resolve) => child.once('close', resolve));
  while (!when(stderr) && child.exitCode === null) await sleep(10);
  const start = performance.now();
  child.kill(signal);
  const second = again === undefined ? undefined : setTimeout(() => child.kill(signal), again);
  const code = await closed;
  clearTimeout(second);
  return { code, stderr, milliseconds: performance.now() - start };
}

const sizeOf = (name: string) => (existsSync(file(name)) ? statSync(file(name)).size : 0);

describe('an interruption', { timeout: 60_000 }, () => {
  beforeAll(() => {
    execFileSync('mkfifo', [file('fifo.sdf')]);
    mkdirSync(file('cache'));
  });

  it('ends evaluate, and what stood under the name stays', async () => {
    writeFileSync(file('scores.json'), 'of before');
    const start = performance.now();
    const { code, stderr, milliseconds } = await interrupted({
      args: ['evaluate', '--reference', REFERENCE, '--model', 'molflow-base', '--count', '2000'].concat([
        '--save',
        file('scores.json'),
      ]),
      when: () => performance.now() - start > 3000,
    });
    expect([code, stderr]).toEqual([130, expect.stringMatching(/interrupted; nothing was written\n$/)]);
    expect(milliseconds).toBeLessThan(2500);
    expect(sizeOf('scores.json')).toBe(9);
  });

  it('ends train, with a checkpoint from which it goes on', async () => {
    const stage = {
      network: { width: 16, edgeWidth: 12, layers: 2, chiralWidth: 4 },
      prior: { kind: 'harmonic' },
      optimiser: { kind: 'muon', learningRate: 0.004 },
      pairsPerBatch: 800,
      minutes: 5,
      saveMinutes: 0.01,
    };
    writeFileSync(file('config.json'), JSON.stringify({ name: 'tiny', skeleton: stage }));
    const { code, stderr, milliseconds } = await interrupted({
      args: ['train', '--config', file('config.json'), '--data', REFERENCE, '--cache', file('cache')].concat([
        '--out',
        file('run'),
      ]),
      when: () => sizeOf('run/skeleton.state.bin') > 0,
      signal: 'SIGTERM',
    });
    expect([code, stderr]).toEqual([
      130,
      expect.stringMatching(/interrupted; .*run holds the last checkpoint of skeleton, and the same command goes on/),
    ]);
    expect(milliseconds).toBeLessThan(2500);
  });

  it('ends reflow, with whole pairs', async () => {
    const { code, stderr, milliseconds } = await interrupted({
      args: ['reflow', '--data', REFERENCE, '--out', file('pairs.molflow'), '--cache', file('cache'), '--quiet'],
      when: () => sizeOf('pairs.molflow') > 5000,
      signal: 'SIGTERM',
    });
    const pairs = (await readPacked(file('pairs.molflow'))).reduce((sum, { conformers }) => sum + conformers, 0);
    expect([code, stderr]).toEqual([
      130,
      expect.stringMatching(new RegExp(`interrupted; .* holds ${pairs} pairs, and the same command goes on`)),
    ]);
    expect(milliseconds).toBeLessThan(2500);
  });

  it.skipIf(pythonWith('rdkit') === undefined)('ends dataset make, which goes on', async () => {
    writeFileSync(
      file('many.smi'),
      Array.from({ length: 500 }, (_, i) => `CCCC${'C'.repeat(i % 9)}O m${i}\n`).join(''),
    );
    const { code, stderr, milliseconds } = await interrupted({
      args: ['dataset', 'make', '--input', file('many.smi'), '--out', file('made'), '--mode', 'mmff', '--quiet'],
      when: () => sizeOf('made/made.sdf.gz') > 0,
      signal: 'SIGTERM',
    });
    expect([code, stderr]).toEqual([
      130,
      expect.stringMatching(/interrupted; \d+ of 500 molecules are made in .*made, and the same command goes on/),
    ]);
    expect(milliseconds).toBeLessThan(2500);
  });

  it.each([
    ['as it waits for the reader of its output', undefined, 2500],
    ['at once, where a second one follows', 200, 1300],
  ])('ends generate %s', async (_, again, atMost) => {
    const start = performance.now();
    const { code, stderr, milliseconds } = await interrupted({
      args: ['generate', '--smiles', 'CCO', '-n', '1', '--out', file('fifo.sdf')],
      // Beyond the start of its worker it waits for a reader, in a call that nothing but a kill ends.
      when: () => performance.now() - start > 6000,
      ...(again !== undefined && { again }),
    });
    expect([code, stderr]).toEqual([130, expect.stringMatching(/interrupted; nothing was written/)]);
    expect(milliseconds).toBeLessThan(atMost);
  });
});
