/** A pool of worker processes: limits are held from outside, what breaks them is replaced, what follows is untouched. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createWorkerPool, type WorkerPool } from '../../src/supervisor/pool.node.js';

interface Event {
  readonly pid: number;
  readonly x: Float32Array;
}

const entry = new URL('./worker.mjs', import.meta.url);
let pool: WorkerPool<string, Event>;
afterEach(() => pool.close());

function open({ workers = 1, seconds = 0, megabytes = 0, wallFactor = 3 } = {}): WorkerPool<string, Event> {
  return (pool = createWorkerPool({ entry, setup: {}, workers, limits: { seconds, megabytes }, wallFactor }));
}

async function run(task: string) {
  const events: Event[] = [];
  let starts = 0;
  const start = performance.now();
  const outcome = await pool.run(task, { onStart: () => starts++, onEvent: (event) => void events.push(event) });
  return { outcome, events, starts, seconds: (performance.now() - start) / 1000 };
}

it('sends typed arrays, and goes on in one process after a task that is at fault', async () => {
  open();
  const first = await run('fault');
  expect(first.outcome).toMatchObject({ kind: 'failed', failure: { message: 'no such element', code: 'element' } });
  expect(first.events[0].x).toEqual(Float32Array.of(1, 2, 3));
  const second = await run('nothing');
  expect(second.outcome.kind).toBe('finished');
  expect(second.events[0].pid).toBe(first.events[0].pid);
});

describe('what brings a worker down is tried in two, then said in words; the next has a fresh one', () => {
  it.each([
    ['die', /ended by itself \(signal SIGSEGV\)/],
    ['wasm', /RDKit's WebAssembly ended outside its memory/],
    ['exception', /exception of its own/],
  ])('%s', async (task, reason) => {
    open();
    const { outcome, starts, events } = await run(task);
    expect(outcome).toMatchObject({ kind: 'crashed', reason: expect.stringMatching(reason) });
    expect(starts).toBe(2);
    expect(events[0].pid).not.toBe(events[1].pid);
    expect((await run('nothing')).outcome.kind).toBe('finished');
  });
});

/** On a busy machine processor time is long in coming: here the backstop waits for it. */
const PATIENT = { seconds: 1, wallFactor: 60 };

it(
  'ends what overruns its processor time within a second, and delivers what was sent',
  { timeout: 90_000 },
  async () => {
    open(PATIENT);
    const { outcome, events, starts } = await run('spin');
    expect(outcome.kind).toBe('overran');
    expect(outcome.seconds).toBeGreaterThan(1);
    expect(outcome.seconds).toBeLessThan(2);
    expect({ starts, events: events.length }).toEqual({ starts: 1, events: 1 });
  },
);

it('leaves the process of a task that looks at its time and ends by itself', { timeout: 90_000 }, async () => {
  open(PATIENT);
  const polite = await run('spin politely');
  expect(polite.outcome.kind).toBe('finished');
  expect((await run('nothing')).events[0].pid).toBe(polite.events[0].pid);
});

it('ends what waits for ever after three times the limit', async () => {
  open({ seconds: 0.5 });
  const { outcome, seconds } = await run('sleep');
  expect(outcome.kind).toBe('overran');
  expect(seconds).toBeGreaterThan(1.4);
});

it('ends what takes more memory than it may', async () => {
  open({ megabytes: 400 });
  const { outcome } = await run('hoard');
  expect(outcome).toMatchObject({ kind: 'crashed', reason: expect.stringMatching(/limit of 400 MB/) });
});

it('works on several at a time, and stops them all at once', async () => {
  open({ workers: 2 });
  const spinning = [run('spin'), run('sleep'), run('nothing')];
  await new Promise((resolve) => setTimeout(resolve, 1500));
  pool.close();
  for (const { outcome } of await Promise.all(spinning)) expect(outcome.kind).toBe('stopped');
});

it('says why a worker cannot be opened', async () => {
  pool = createWorkerPool({ entry, setup: { broken: true }, limits: { seconds: 0, megabytes: 0 } });
  await expect(pool.ready).rejects.toThrow('there is no such model');
  await expect(run('nothing')).rejects.toThrow('there is no such model');
});

it('leaves no process behind when the supervisor is killed', async () => {
  open();
  const folder = mkdtempSync(path.join(tmpdir(), 'molflow-pool-'));
  const [pidFile, script] = ['pid', 'supervisor.mjs'].map((name) => path.join(folder, name));
  writeFileSync(
    script,
    `const { createWorkerPool } = await import('${new URL('../../dist/supervisor/pool.node.js', import.meta.url).href}');
    const pool = createWorkerPool({ entry: new URL('${entry.href}'), setup: { pidFile: '${pidFile}' }, limits: { seconds: 0, megabytes: 0 } });
    await pool.run('spin', { onEvent: () => process.kill(process.pid, 'SIGKILL') });`,
  );
  const supervisor = spawn(process.execPath, [script]);
  await new Promise((resolve) => supervisor.on('exit', resolve));
  expect(existsSync(pidFile)).toBe(true);
  const pid = Number(readFileSync(pidFile, 'utf8'));
  await expect.poll(() => isAlive(pid), { timeout: 5000 }).toBe(false);
  rmSync(folder, { recursive: true });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
