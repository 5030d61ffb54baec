/** The Python worker of dataset make ends when it is told to, whatever it is doing. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { startWorker } from '../../src/dataset/make/worker.js';
import { pythonWith } from '../../src/python/programs.node.js';

const folder = mkdtempSync(path.join(tmpdir(), 'molflow-worker-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const python = pythonWith('rdkit');
const octadecane = { smiles: 'C'.repeat(18), title: 'octadecane', seed: 1 };

/** What ended the process, and how many milliseconds after it was told to. */
async function stopped(worker: ReturnType<typeof startWorker>): Promise<{ reason: string; took: number }> {
  const answer = worker.make(octadecane).then(
    ({ reason = 'it made them' }) => reason,
    (error: Error) => error.message,
  );
  await sleep(1000);
  const start = performance.now();
  worker.stop();
  return { reason: await answer, took: performance.now() - start };
}

it.skipIf(process.platform === 'win32').each([
  ['misses the signal while it waits for a line', 'read first; read second; exit 7', /status 7/],
  ['answers to nothing', 'while :; do sleep 0.1; done', /SIGKILL/],
])('one that %s', async (_, script, expected) => {
  const deaf = path.join(folder, 'deaf');
  writeFileSync(deaf, `#!/bin/sh\ntrap '' TERM\n${script}\n`);
  chmodSync(deaf, 0o755);
  const { reason, took } = await stopped(startWorker({ python: deaf, mode: 'mmff' }));
  expect(reason).toMatch(expected);
  expect(took).toBeLessThan(30_000);
});

it.skipIf(!python)('one in the middle of a molecule, by itself', async () => {
  const worker = startWorker({ python: python!, mode: 'reference' });
  await worker.make({ smiles: 'C', title: 'methane', seed: 1 });
  // Its 150 conformers take minutes.
  expect((await stopped(worker)).reason).toMatch(/status 1/);
});
