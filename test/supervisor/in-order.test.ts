/** Results come in the order of the items, each as soon as it may, whatever finishes first. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { inOrder } from '../../src/supervisor/in-order.js';

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function* from<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) yield await Promise.resolve(item);
}

it('keeps the order and works on no more at a time than it may', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 4 }),
      async (delays, ahead) => {
        let [open, most] = [0, 0];
        const results: number[] = [];
        const work = async (index: number) => {
          most = Math.max(most, ++open);
          await pause(delays[index]);
          open--;
          return index;
        };
        for await (const result of inOrder(from(delays.map((_, i) => i)), work, { ahead })) results.push(result);
        expect(results).toEqual(delays.map((_, i) => i));
        expect(most).toBeLessThanOrEqual(ahead);
      },
    ),
    { numRuns: 20 },
  );
});

it('gives a result while the next item never comes, and ends when told to', async () => {
  async function* silent(): AsyncGenerator<number> {
    yield 1;
    await new Promise(() => {});
  }
  const abort = new AbortController();
  const results: number[] = [];
  for await (const result of inOrder(silent(), (item) => Promise.resolve(item), { ahead: 2, signal: abort.signal })) {
    results.push(result);
    setTimeout(() => abort.abort(), 10);
  }
  expect(results).toEqual([1]);
});

it('throws what the work throws, after the results before it', async () => {
  const results: number[] = [];
  const run = async () => {
    const work = (item: number) => (item === 2 ? Promise.reject(new Error('two')) : Promise.resolve(item));
    for await (const result of inOrder(from([0, 1, 2, 3]), work, { ahead: 4 })) results.push(result);
  };
  await expect(run()).rejects.toThrow('two');
  expect(results).toEqual([0, 1]);
});

it('keeps no result of before in memory, though it waits for an abort that never comes', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const abort = new AbortController();
  const results: WeakRef<object>[] = [];
  for await (const result of inOrder(from(Array.from({ length: 50 })), () => Promise.resolve({ x: 1 }), {
    ahead: 4,
    signal: abort.signal,
  }))
    results.push(new WeakRef(result));
  await pause(1);
  collect();
  expect(results.filter((result) => result.deref()).length).toBeLessThan(10);
});
