/**
 * Memory over a long run is flat, in the command and in its worker. More lines, or lines of a file:
 * HOSTILE_LINES=100000 HOSTILE_INPUT=qm9.smi npm run test:hostile -- memory
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { MAIN, testFolder } from './command.js';

const { file, remove } = testFolder();
afterAll(remove);
const LINES = Number(process.env['HOSTILE_LINES'] ?? 400);
const INPUT = process.env['HOSTILE_INPUT'];
const EVERY_MS = 500;

/** MB held by a process and all below it, by Linux, that of the command first. */
function residents(pid: number): number[] {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
    return [(pages * 4096) / 2 ** 20, ...children.flatMap(residents)];
  } catch {
    // It has just ended.
    return [];
  }
}

/** Of a straight line through values that are equally far from one another, per value. */
function slope(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const products = values.reduce((sum, value, i) => sum + (i - middle) * (value - mean), 0);
  return products / values.reduce((sum, _, i) => sum + (i - middle) ** 2, 0);
}

it.skipIf(process.platform !== 'linux')(
  'memory stays flat over many molecules',
  { timeout: 24 * 3600_000 },
  async () => {
    const chains = [
      'CCO',
      'CC(C)=O',
      'C1CCNC1',
      'c1ccoc1',
      'CC#N',
      'OCC(O)CO',
      'C1CC1CN',
      'CC(=O)NC',
      'N#CCCO',
      'C[C@H](O)F',
    ];
    const lines =
      INPUT === undefined
        ? Array.from({ length: LINES }, (_, i) => `${chains[i % chains.length]} m${i}`)
        : readFileSync(INPUT, 'utf8').split('\n').slice(0, LINES);
    const input = file('many.smi', `${lines.join('\n')}\n`);
    const args = [
      'generate',
      '--input',
      input,
      '-n',
      '1',
      '--fast',
      '--quiet',
      '--jobs',
      '1',
      '--out',
      file('many.sdf'),
    ];
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: 'ignore' });
    const ended = new Promise((resolve) => child.once('close', resolve));
    const samples: number[][] = [];
    while (child.exitCode === null) {
      const now = residents(child.pid!);
      // Guard, command and worker.
      if (now.length >= 3) samples.push(now);
      await sleep(EVERY_MS);
    }
    // Of a file's lines some may fail.
    expect(INPUT === undefined ? [0] : [0, 3]).toContain(await ended);
    // The first third warms up: caches, and the heap that V8 lets itself have.
    const steady = samples.slice(Math.ceil(samples.length / 3));
    expect(steady.length).toBeGreaterThan(5);
    for (const [process, name] of ['guard', 'command', 'worker'].entries()) {
      const held = steady.map((all) => all[process]);
      const growth = slope(held) * held.length;
      globalThis.process.stderr.write(
        `${name}: ${Math.round(held[0])} to ${Math.round(held.at(-1)!)} MB over ${lines.length} molecules, by a straight line ${growth.toFixed(1)} MB\n`,
      );
      expect(growth).toBeLessThan(60);
    }
  },
);
