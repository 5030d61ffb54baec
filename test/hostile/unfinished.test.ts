/** Runs that are killed or interrupted: what they leave is whole, and they go on to what an undisturbed run makes. */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { MAIN, molflow, testFolder } from './command.js';

const { file, remove } = testFolder();
afterAll(remove);
const text = (name: string) => readFileSync(file(name), 'utf8');

describe('one output', { timeout: 240_000 }, () => {
  it('goes on after kill -9 to the bytes of an undisturbed run, and repeats nothing', async () => {
    const smiles = ['CCCCO', 'CCCCN', 'C1CC', 'CC(C)CO', 'CCOCC', 'CCCCCO'];
    writeFileSync(file('six.smi'), smiles.map((one, i) => `${one} m${i}\n`).join(''));
    const args = (name: string) => [
      ...['generate', '--input', file('six.smi'), '-n', '2', '--fast', '--quiet'],
      ...['--out', file(`${name}.sdf`), '--trajectory', file(`${name}.xyz.gz`), '--failed', file(`${name}.smi`)],
    ];
    expect((await molflow(args('whole'))).code).toBe(3);
    const child = spawn(process.execPath, [MAIN, ...args('killed')], { stdio: 'ignore' });
    const finished = () =>
      existsSync(file('killed.sdf.journal')) ? text('killed.sdf.journal').split('\n').length - 3 : 0;
    while (finished() < 2 && child.exitCode === null) await sleep(2);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    expect([existsSync(file('killed.sdf')), child.signalCode]).toEqual([false, 'SIGKILL']);

    const again = await molflow(args('killed'));
    expect([again.code, again.text]).toEqual([1, expect.stringMatching(/killed\.sdf\.part; --resume goes on with it/)]);
    const other = await molflow([...args('killed'), '--resume', '--seed', '2']);
    expect([other.code, other.text]).toEqual([1, expect.stringMatching(/another --seed \(1, now 2\)/)]);
    expect((await molflow([...args('killed'), '--resume'])).code).toBe(3);
    for (const name of ['.sdf', '.xyz.gz'])
      expect(readFileSync(file(`killed${name}`)).equals(readFileSync(file(`whole${name}`)))).toBe(true);
    // But for the seconds that each took.
    expect(text('killed.smi').replace(/[\d.]+ s: /, '')).toBe(text('whole.smi').replace(/[\d.]+ s: /, ''));
    for (const name of ['.part', '.journal', '.lock']) expect(existsSync(file(`killed.sdf${name}`))).toBe(false);
    expect((await molflow([...args('killed'), '--resume'])).code).toBe(0);
    // The list of those that failed is an input, and fails alike.
    const failed = await molflow(['generate', '--fast', '--input', file('whole.smi'), '--out', file('none.sdf')]);
    expect([failed.code, failed.text]).toEqual([1, expect.stringMatching(/line 2, m2.*unclosed ring/)]);

    const refine = ['refine', '--input', file('whole.sdf'), '--out', file('killed.sdf'), '--no-clobber'];
    const refused = await molflow(refine);
    expect([refused.code, refused.text]).toEqual([1, expect.stringMatching(/--no-clobber keeps it/)]);
  });

  it('interrupted, is named as a part file, which holds whole records', async () => {
    writeFileSync(
      file('many.smi'),
      Array.from({ length: 200 }, (_, i) => `CCCC${'C'.repeat(i % 5)}O m${i}\n`).join(''),
    );
    writeFileSync(file('many.sdf'), 'of before');
    const child = spawn(
      process.execPath,
      [MAIN, 'generate', '--input', file('many.smi'), '-n', '1', '--fast', '--quiet', '--out', file('many.sdf')],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    while (!existsSync(file('many.sdf.part')) || text('many.sdf.part') === '') await sleep(5);
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect([code, text('many.sdf')]).toEqual([130, 'of before']);
    expect(stderr).toMatch(
      /interrupted; \d+ molecules? (is|are) written whole; what was made is in .*many\.sdf\.part, and --resume/,
    );
    const made = text('many.sdf.part');
    expect(
      made.endsWith('$$$$\n') &&
        made
          .split('$$$$\n')
          .slice(0, -1)
          .every((record) => record.includes('M  END')),
    ).toBe(true);
    expect(existsSync(file('many.sdf.lock'))).toBe(false);
  });
});

describe('one file a molecule', { timeout: 240_000 }, () => {
  const generate = (...more: string[]) => molflow(args(...more), { cwd: file('') });
  const args = (...more: string[]) => ['generate', '--input', 'in.smi', '--fast', '-n', '1', '--quiet', ...more];
  /** Files of molecules with what they hold. */
  const filesOf = (name: string) =>
    Object.fromEntries(
      readdirSync(file(name))
        // A kill may leave the hidden file from which a lock is made.
        .filter((one) => !one.endsWith('.csv') && !/^\..*\.lock\./.test(one))
        .sort()
        .map((one) => [one, text(`${name}/${one}`)]),
    );
  const listOf = (name: string) => text(name).trimEnd().split('\n').slice(1);

  it('in shards of one folder, one of them killed and resumed, gives the files of one run', async () => {
    writeFileSync(file('in.smi'), 'CCCO a\nCCCN b/c\nC1CC a\nCCOC A\nCCC d\nCCCC a\nCCF\nCCCl b/c\n');
    expect((await generate('--out-dir', 'whole')).code).toBe(3);
    const whole = filesOf('whole');
    expect(Object.keys(whole)).toEqual(['A-4.sdf', 'CCF.sdf', 'a-6.sdf', 'a.sdf', 'b_c-8.sdf', 'b_c.sdf', 'd.sdf']);
    expect(whole['a-6.sdf']).toMatch(/^a\n[^]*<MOLFLOW_SMILES>\nCCCC\n/);
    expect(listOf('whole/molflow-files.csv').slice(0, 3)).toEqual(['a.sdf,1,a,1', 'b_c.sdf,2,b/c,1', 'A-4.sdf,4,A,1']);

    const part = ['--out-dir', 'parts', '--jobs', '1', '--status', 'parts.csv', '--shard'];
    const journal = file('parts/molflow-files-2-of-2.csv.journal');
    const child = spawn(process.execPath, [MAIN, ...args(...part, '2/2')], { cwd: file(''), stdio: 'ignore' });
    const finished = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 3 : 0);
    while (finished() < 1 && child.exitCode === null) await sleep(2);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    expect([child.signalCode, existsSync(file('parts/b_c-8.sdf'))]).toEqual(['SIGKILL', false]);
    const again = await generate(...part, '2/2');
    expect([again.code, again.text]).toEqual([1, expect.stringMatching(/--resume goes on with it/)]);
    // As if the kill had come between the last file and its line in the journal.
    copyFileSync(file('whole/b_c-8.sdf'), file('parts/b_c-8.sdf'));
    writeFileSync(file('parts/b_c-8.sdf.part'), 'half');
    writeFileSync(file('parts/b_c-8.sdf.lock'), JSON.stringify({ pid: child.pid, host: hostname(), began: 'before' }));
    expect((await generate(...part, '2/2', '--resume', '--no-clobber')).code).toBe(0);
    expect((await generate(...part.map((one) => (one === 'parts.csv' ? 'parts1.csv' : one)), '1/2')).code).toBe(3);
    expect(filesOf('parts')).toEqual(whole);
    expect([1, 2].flatMap((n) => listOf(`parts/molflow-files-${n}-of-2.csv`)).sort()).toEqual(
      listOf('whole/molflow-files.csv').sort(),
    );
    expect(listOf('parts.csv').map((row) => row.split(',')[0])).toEqual(['2', '4', '6', '8']);
  });
});
