/** Runs over libraries, of the built command: shards and their merge give the bytes of one run, and every molecule is accounted for. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'csv-parse/sync';
import { shardOf } from '../../src/cli/shard.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'molflow-library-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const bytes = (name: string) => readFileSync(path.join(folder, name));

function molflow(...args: string[]): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) =>
    execFile(process.execPath, [MAIN, ...args], { cwd: folder }, (error, _, stderr) =>
      resolve({ code: error ? ((error.code as number | undefined) ?? -1) : 0, stderr }),
    ),
  );
}

const generate = (name: string, ...more: string[]) =>
  molflow(
    ...['generate', '--input', 'library.csv', '--fast', '-n', '2', '--quiet', '--out', `${name}.sdf.gz`],
    ...['--status', `${name}.status.csv`, '--failed', `${name}.failed.csv`, ...more],
  );
/** Of a table, without the seconds that each took. */
const rows = (name: string) =>
  parse<Record<string, string>>(bytes(name), { columns: true }).map((row) =>
    Object.fromEntries(Object.entries(row).filter(([column]) => !/seconds/i.test(column))),
  );

describe('a library', { timeout: 240_000 }, () => {
  beforeAll(async () => {
    writeFileSync(
      path.join(folder, 'library.csv'),
      'smiles,name,activity\nCCCO,propanol,1\nC1CC,"not, closed",2\nCCN,ethylamine,3\nC1CC,again,4\nc1ccccc1,benzene,5\n',
    );
    expect((await generate('whole')).code).toBe(3);
  });

  it('has a row for each molecule in its table of states', () => {
    expect(rows('whole.status.csv')).toMatchObject([
      { molecule: '1', id: 'propanol', key: 'CCCO,propanol,1', status: 'done', asked: '2', delivered: '2' },
      { id: 'not, closed', status: 'failed', reason: expect.stringMatching(/unclosed ring/), delivered: '0' },
      { id: 'ethylamine', status: 'done' },
      { status: 'failed' },
      { id: 'benzene', status: 'done', reason: expect.stringMatching(/within 0.1 Å/), delivered: '1' },
    ]);
  });

  it('made in shards, one ended by its time and resumed, is merged to the bytes of one run', async () => {
    const ended = await generate('b', '--shard', '2/2', '--walltime', '0.2');
    expect([ended.code, ended.stderr]).toEqual([75, expect.stringMatching(/time of --walltime is over/)]);
    // Both of its molecules fail, which is no failure of the task.
    expect((await generate('b', '--shard', '2/2', '--resume', '--allow-failures')).code).toBe(0);
    const alone = await molflow('merge', 'b.sdf.gz', '--out', 'joined.sdf');
    expect([alone.code, alone.stderr]).toEqual([1, expect.stringMatching(/of 2 shards one is missing: 1/)]);
    expect((await generate('a', '--shard', '1/2')).code).toBe(0);
    const joined = await molflow(
      ...['merge', 'b.sdf.gz', 'a.sdf.gz', '--out', 'joined.sdf.gz'],
      ...['--status', 'joined.status.csv', '--failed', 'joined.failed.csv'],
    );
    expect(joined).toEqual({
      code: 0,
      stderr: expect.stringMatching(/5 molecules of 2 shards, 4 conformers, 2 failed/),
    });
    expect(bytes('joined.sdf.gz').equals(bytes('whole.sdf.gz'))).toBe(true);
    for (const table of ['status.csv', 'failed.csv']) expect(rows(`joined.${table}`)).toEqual(rows(`whole.${table}`));

    const part = bytes('a.sdf.gz');
    part[part.length - 20]++;
    writeFileSync(path.join(folder, 'a.sdf.gz'), part);
    const changed = await molflow('merge', 'a.sdf.gz', 'b.sdf.gz', '--out', 'joined.sdf.gz');
    expect([changed.code, changed.stderr]).toEqual([1, expect.stringMatching(/a\.sdf\.gz is not what the journal/)]);
    expect(bytes('joined.sdf.gz').equals(bytes('whole.sdf.gz'))).toBe(true);
  });
});

it.each<[string, Record<string, string>, object]>([
  ['3/10', {}, { number: 3, count: 10 }],
  [
    'auto',
    { SLURM_ARRAY_TASK_ID: '4', SLURM_ARRAY_TASK_MIN: '0', SLURM_ARRAY_TASK_MAX: '9', SLURM_ARRAY_TASK_COUNT: '10' },
    { number: 5, count: 10 },
  ],
  [
    'auto/10',
    { SLURM_ARRAY_TASK_ID: '4', SLURM_ARRAY_TASK_MIN: '4', SLURM_ARRAY_TASK_MAX: '4', SLURM_ARRAY_TASK_COUNT: '1' },
    { number: 4, count: 10 },
  ],
  ['auto/10', { JOB_COMPLETION_INDEX: '0' }, { number: 1, count: 10 }],
  ['auto', { AWS_BATCH_JOB_ARRAY_INDEX: '7', AWS_BATCH_JOB_ARRAY_SIZE: '8' }, { number: 8, count: 8 }],
])('--shard %s with %j', (text, env, shard) => {
  expect(shardOf(text, env)).toEqual(shard);
});

it.each<[string, Record<string, string>, RegExp]>([
  ['0/3', {}, /from 1 to 3/],
  ['auto', {}, /none is set/],
  ['auto', { JOB_COMPLETION_INDEX: '0' }, /how many/],
  // Two tasks of an array that are run again must not take themselves for the whole.
  [
    'auto',
    { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_MIN: '3', SLURM_ARRAY_TASK_MAX: '7', SLURM_ARRAY_TASK_COUNT: '2' },
    /auto\/10/,
  ],
])('--shard %s with %j is refused', (text, env, message) => {
  expect(() => shardOf(text, env)).toThrow(message);
});
