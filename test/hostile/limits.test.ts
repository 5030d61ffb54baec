/** The built command holds its limits: of time, of size, and when it is told to end. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { MAIN, molflow, RAW_ERROR, testFolder, titlesOf } from './command.js';

const { file, remove } = testFolder();
afterAll(remove);

it('what is too large, or hangs, fails in words; the molecules around it are the same as without it, in their order', async () => {
  // Stereo of a cage with marks on all centres takes minutes to perceive.
  const prismane = '[C@H]12[C@H]3[C@H]4[C@H]5[C@H]6[C@H]1[C@H]7[C@H]2[C@H]3[C@H]4[C@H]5[C@H]67';
  const good = ['CCO a', 'CCN b', 'CC=O c', 'COC d'];
  const [bad, clean] = [file('bad.sdf'), file('clean.sdf')];
  const input = file(
    'bad.smi',
    [
      good[0],
      `${'*'.repeat(700)} dummies`,
      good[1],
      `${prismane} cage`,
      good[2],
      `${'C'.repeat(260)} long`,
      good[3],
      '',
    ].join('\n'),
  );
  const flags = ['-n', '1', '--fast', '--quiet', '--time-limit', '3'];
  const run = await molflow(['generate', '--input', input, ...flags, '--jobs', '2', '--out', bad]);
  expect(run.code).toBe(3);
  expect(run.text).not.toMatch(RAW_ERROR);
  expect(run.text).toMatch(/dummies.* 700 heavy atoms; at most 400/);
  expect(run.text).toMatch(/long.* 782 atoms; at most 700/);
  expect(run.text).toMatch(/cage: .*time limit of 3 s was reached/);
  await molflow(['generate', '--input', file('good.smi', `${good.join('\n')}\n`), ...flags, '--out', clean]);
  expect(titlesOf(bad)).toEqual(['a', 'b', 'c', 'd']);
  expect(readFileSync(bad, 'utf8')).toBe(readFileSync(clean, 'utf8'));
});

it('a molecule cut short delivers what it has, and says so', async () => {
  const out = file('short.sdf');
  const flags = ['-n', '200', '--time-limit', '3', '--json', '--out', out];
  const { code, text } = await molflow(['generate', '--smiles', 'CCCCCCCCCCCCCCCCCCCC', ...flags]);
  expect(code).toBe(0);
  const { asked, delivered, reason, cutShort } = JSON.parse(text) as Record<string, unknown>;
  expect({ asked, cutShort }).toEqual({ asked: 200, cutShort: true });
  expect(delivered).toBe(titlesOf(out).length);
  expect(delivered).toBeLessThan(200);
  expect(reason).toMatch(/the time limit of 3 s was reached after \d+ draws/);
  expect(readFileSync(out, 'utf8')).toMatch(/<MOLFLOW_TIME_LIMIT>.*\nthe time limit of 3 s was reached/);
});

it('a signal ends it while it waits for input that does not come', async () => {
  const out = file('pipe.sdf');
  const child = spawn(process.execPath, [
    MAIN,
    'generate',
    '--input',
    '-',
    '-n',
    '1',
    '--fast',
    '--json',
    '--out',
    out,
  ]);
  const delivered = new Promise((resolve) => child.stderr.once('data', resolve));
  child.stdin.write('CCO a\n');
  await delivered;
  const start = performance.now();
  const ended = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGINT');
  expect(await ended).toBe(130);
  expect(performance.now() - start).toBeLessThan(2500);
});
