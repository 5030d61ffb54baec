/** A run that is cut off at any byte goes on to the same files as one that was not. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { openRunOutputs } from '../../src/files/run-outputs.js';

const folder = mkdtempSync(path.join(tmpdir(), 'molflow-run-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let number = 0;
let at: (name: string) => string;
beforeEach(() => {
  const own = path.join(folder, String(number++));
  mkdirSync(own);
  at = (name) => path.join(own, name);
});

const MOLECULES = 12;
const records = (k: number) => `molecule ${k}\n`.repeat(1 + (k % 4));

/** Makes every molecule that is not made yet, or stops before one, leaving what a kill would leave. */
async function run({ resume = false, force = false, stopAt = Infinity, seed = '1', ending = '.sdf' } = {}) {
  const outputs = await openRunOutputs({
    outputs: { out: at(`o${ending}`), failed: at('failed.smi') },
    replaced: ['failed'],
    settings: { '--seed': seed },
    resume,
    force,
  });
  const made: number[] = [];
  if (outputs.complete) return { made, complete: true };
  for (let k = 0; k < MOLECULES; k++) {
    if (outputs.find(k, `key ${k}`)) continue;
    if (k === stopAt) {
      await outputs.files.get('out')!.write(`half of ${k}`);
      await outputs.close();
      return { made, part: outputs.left()?.place };
    }
    if (k % 5 === 3) await outputs.files.get('failed')!.write(`bad ${k}\n`);
    else await outputs.files.get('out')!.write(records(k));
    await outputs.add({ index: k, key: `key ${k}`, outcome: k % 5 === 3 ? 'failed' : 'done', conformers: 1 });
    made.push(k);
  }
  await outputs.finish();
  await outputs.close();
  return { made, complete: false };
}

it.each(['.sdf', '.sdf.gz'])('goes on after an end at any molecule, and repeats none (%s)', async (ending) => {
  await run({ ending });
  const whole = [`o${ending}`, 'failed.smi'].map((name) => readFileSync(at(name)));
  for (const stopAt of [0, 1, 4, 11]) {
    rmSync(at(`o${ending}`));
    const { part, made } = await run({ ending, stopAt });
    expect([part, made.length]).toEqual([stopAt === 0 ? undefined : at(`o${ending}.part`), stopAt]);
    const rest = await run({ ending, resume: true });
    expect(rest.made).toEqual(Array.from({ length: MOLECULES - stopAt }, (_, i) => stopAt + i));
    expect([`o${ending}`, 'failed.smi'].map((name) => readFileSync(at(name)))).toEqual(whole);
    expect(['.part', '.journal', '.lock'].filter((end) => existsSync(at(`o${ending}${end}`)))).toEqual([]);
  }
});

it('goes on from files that are cut or spoilt anywhere, as by a power cut', { timeout: 60_000 }, async () => {
  await run();
  const whole = ['o.sdf', 'failed.smi'].map((name) => readFileSync(at(name), 'utf8'));
  rmSync(at('o.sdf'));
  await run({ stopAt: 10 });
  const left = ['o.sdf.part', 'o.sdf.journal', 'failed.smi.part'] as const;
  const before = left.map((name) => readFileSync(at(name)));
  // The first two lines of the journal are on the disk before anything else is written.
  const header = before[1].toString().split('\n', 2).join('\n').length + 1;
  const cuts = left.map((name, i) =>
    fc.record({ name: fc.constant(name), to: fc.integer({ min: i === 1 ? header : 0, max: before[i].length }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(...cuts), fc.boolean(), async ({ name, to }, zeros) => {
      rmSync(at('o.sdf'), { force: true });
      left.forEach((each, i) => writeFileSync(at(each), before[i]));
      truncateSync(at(name), to);
      // A file system may also have kept the length and lost the bytes.
      if (zeros) truncateSync(at(name), before[left.indexOf(name)].length);
      await run({ resume: true });
      expect(['o.sdf', 'failed.smi'].map((each) => readFileSync(at(each), 'utf8'))).toEqual(whole);
    }),
    { numRuns: 60, seed: 7 },
  );
});

it('begins without a journal, ends at once on a finished output, and finishes what lacked its name alone', async () => {
  expect((await run({ resume: true })).made).toHaveLength(MOLECULES);
  expect(await run({ resume: true })).toEqual({ made: [], complete: true });
  const whole = readFileSync(at('o.sdf'), 'utf8');
  writeFileSync(at('o.sdf.part'), whole);
  writeFileSync(at('o.sdf'), 'of before');
  writeFileSync(at('o.sdf.journal'), '# molflow journal 1 {}\n# complete\n');
  expect((await run({ resume: true })).complete).toBe(true);
  expect([readFileSync(at('o.sdf'), 'utf8'), existsSync(at('o.sdf.journal'))]).toEqual([whole, false]);
});

it('does not mix runs of other settings or inputs', async () => {
  await run({ stopAt: 5 });
  await expect(run({ resume: true, seed: '2' })).rejects.toThrow(/another --seed \(1, now 2\)/);
  await expect(run()).rejects.toThrow(/--resume goes on with it, --force begins anew/);
  const outputs = await openRunOutputs({
    outputs: { out: at('o.sdf'), failed: at('failed.smi') },
    settings: { '--seed': '1' },
    resume: true,
  });
  expect(() => outputs.find(2, 'CCO')).toThrow(/another input: molecule 3 was key 2 and is CCO/);
  await outputs.close();
  expect((await run({ force: true, seed: '2' })).made).toHaveLength(MOLECULES);
});
