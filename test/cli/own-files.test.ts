/** One file a molecule, of the built command: whole files under names that no kill, shard or other run changes. */
import { spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { MAIN, molflow, testFolder } from '../hostile/command.js';

const { file: at, remove } = testFolder();
afterAll(remove);
const folder = at('');
const text = (name: string) => readFileSync(at(name), 'utf8');

const args = (...more: string[]) => ['generate', '--input', 'in.smi', '--fast', '-n', '1', '--quiet', ...more];
const generate = (...more: string[]) => molflow(args(...more), { cwd: folder });
/** Files of molecules with what they hold. */
const filesOf = (name: string) =>
  Object.fromEntries(
    readdirSync(at(name))
      // A kill may leave the hidden file from which a lock is made.
      .filter((file) => !file.endsWith('.csv') && !/^\..*\.lock\./.test(file))
      .sort()
      .map((file) => [file, text(`${name}/${file}`)]),
  );
const listOf = (name: string) => text(name).trimEnd().split('\n').slice(1);

describe('molflow generate --out-dir', { timeout: 240_000 }, () => {
  it('in shards of one folder, one of them killed and resumed, gives the files of one run', async () => {
    writeFileSync(at('in.smi'), 'CCCO a\nCCCN b/c\nC1CC a\nCCOC A\nCCC d\nCCCC a\nCCF\nCCCl b/c\n');
    expect((await generate('--out-dir', 'whole')).code).toBe(3);
    const whole = filesOf('whole');
    expect(Object.keys(whole)).toEqual(['A-4.sdf', 'CCF.sdf', 'a-6.sdf', 'a.sdf', 'b_c-8.sdf', 'b_c.sdf', 'd.sdf']);
    expect(whole['a-6.sdf']).toMatch(/^a\n[^]*<MOLFLOW_SMILES>\nCCCC\n/);
    expect(listOf('whole/molflow-files.csv').slice(0, 3)).toEqual(['a.sdf,1,a,1', 'b_c.sdf,2,b/c,1', 'A-4.sdf,4,A,1']);

    const part = ['--out-dir', 'parts', '--jobs', '1', '--status', 'parts.csv', '--shard'];
    const journal = at('parts/molflow-files-2-of-2.csv.journal');
    const child = spawn(process.execPath, [MAIN, ...args(...part, '2/2')], { cwd: folder, stdio: 'ignore' });
    const finished = () => (existsSync(journal) ? readFileSync(journal, 'utf8').split('\n').length - 3 : 0);
    while (finished() < 1 && child.exitCode === null) await sleep(2);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    expect([child.signalCode, existsSync(at('parts/b_c-8.sdf'))]).toEqual(['SIGKILL', false]);
    const again = await generate(...part, '2/2');
    expect([again.code, again.text]).toEqual([1, expect.stringMatching(/--resume goes on with it/)]);
    // As if the kill had come between the last file and its line in the journal.
    copyFileSync(at('whole/b_c-8.sdf'), at('parts/b_c-8.sdf'));
    writeFileSync(at('parts/b_c-8.sdf.part'), 'half');
    writeFileSync(at('parts/b_c-8.sdf.lock'), JSON.stringify({ pid: child.pid, host: hostname(), began: 'before' }));
    expect((await generate(...part, '2/2', '--resume', '--no-clobber')).code).toBe(0);
    expect((await generate(...part.map((one) => (one === 'parts.csv' ? 'parts1.csv' : one)), '1/2')).code).toBe(3);
    expect(filesOf('parts')).toEqual(whole);
    expect([1, 2].flatMap((n) => listOf(`parts/molflow-files-${n}-of-2.csv`)).sort()).toEqual(
      listOf('whole/molflow-files.csv').sort(),
    );
    expect(listOf('parts.csv').map((row) => row.split(',')[0])).toEqual(['2', '4', '6', '8']);
  });

  it('takes the place of no input, and with --no-clobber of no file', async () => {
    writeFileSync(at('in.smi'), 'CCCO a\nCCCN in\n');
    mkdirSync(at('mine'));
    writeFileSync(at('mine/in.sdf'), 'mine');
    const kept = await generate('--out-dir', 'mine', '--no-clobber');
    expect([kept.code, kept.text]).toEqual([
      1,
      expect.stringMatching(
        /mine\/in\.sdf: it exists, and --no-clobber keeps it.*made is in mine, and --resume goes on/,
      ),
    ]);
    expect([text('mine/in.sdf'), existsSync(at('mine/a.sdf'))]).toEqual(['mine', true]);
    rmSync(at('mine/a.sdf'));
    const gone = await generate('--out-dir', 'mine', '--resume');
    expect([gone.code, gone.text]).toEqual([1, expect.stringMatching(/mine\/a\.sdf was made .* and is gone/)]);
    const before = text('in.smi');
    const input = await generate('--out', '{name}.smi', '--out-format', 'xyz');
    expect([input.code, input.text]).toEqual([1, expect.stringMatching(/in\.smi: it is the file of --input/)]);
    expect([text('in.smi'), text('a.smi').split('\n')[0]]).toEqual([before, '12']);
  });
});
