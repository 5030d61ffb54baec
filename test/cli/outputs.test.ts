/** What the built command leaves behind: whole files, part files that a run goes on from, and the records that failed. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { printable, printableJson } from '../../src/files/printable.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'molflow-outputs-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string) => path.join(folder, name);
const text = (name: string) => readFileSync(file(name), 'utf8');

function molflow(...args: string[]): Promise<{ code: number; stderr: string }> {
  return new Promise((resolve) =>
    execFile(process.execPath, [MAIN, ...args], (error, _, stderr) =>
      resolve({ code: error ? ((error.code as number | undefined) ?? -1) : 0, stderr }),
    ),
  );
}
describe('molflow generate', { timeout: 240_000 }, () => {
  it('go on after kill -9 to the bytes of an undisturbed run, and repeat nothing', async () => {
    const smiles = ['CCCCO', 'CCCCN', 'C1CC', 'CC(C)CO', 'CCOCC', 'CCCCCO'];
    writeFileSync(file('six.smi'), smiles.map((one, i) => `${one} m${i}\n`).join(''));
    const args = (name: string) => [
      ...['generate', '--input', file('six.smi'), '-n', '2', '--fast', '--quiet'],
      ...['--out', file(`${name}.sdf`), '--trajectory', file(`${name}.xyz.gz`), '--failed', file(`${name}.smi`)],
    ];
    expect((await molflow(...args('whole'))).code).toBe(3);
    const child = spawn(process.execPath, [MAIN, ...args('killed')], { stdio: 'ignore' });
    const finished = () =>
      existsSync(file('killed.sdf.journal')) ? text('killed.sdf.journal').split('\n').length - 3 : 0;
    while (finished() < 2 && child.exitCode === null) await sleep(2);
    child.kill('SIGKILL');
    await new Promise((resolve) => child.once('close', resolve));
    expect([existsSync(file('killed.sdf')), child.signalCode]).toEqual([false, 'SIGKILL']);

    const again = await molflow(...args('killed'));
    expect([again.code, again.stderr]).toEqual([
      1,
      expect.stringMatching(/killed\.sdf\.part; --resume goes on with it/),
    ]);
    const other = await molflow(...args('killed'), '--resume', '--seed', '2');
    expect([other.code, other.stderr]).toEqual([1, expect.stringMatching(/another --seed \(1, now 2\)/)]);
    expect((await molflow(...args('killed'), '--resume')).code).toBe(3);
    for (const name of ['.sdf', '.xyz.gz'])
      expect(readFileSync(file(`killed${name}`)).equals(readFileSync(file(`whole${name}`)))).toBe(true);
    // But for the seconds that each took.
    expect(text('killed.smi').replace(/[\d.]+ s: /, '')).toBe(text('whole.smi').replace(/[\d.]+ s: /, ''));
    for (const name of ['.part', '.journal', '.lock']) expect(existsSync(file(`killed.sdf${name}`))).toBe(false);
    expect((await molflow(...args('killed'), '--resume')).code).toBe(0);
    // The list of those that failed is an input, and fails alike.
    const failed = await molflow('generate', '--fast', '--input', file('whole.smi'), '--out', file('none.sdf'));
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringMatching(/line 2, m2.*unclosed ring/)]);

    const refine = ['refine', '--input', file('whole.sdf'), '--out', file('killed.sdf'), '--no-clobber'];
    const refused = await molflow(...refine);
    expect([refused.code, refused.stderr]).toEqual([1, expect.stringMatching(/--no-clobber keeps it/)]);
  });

  it('interrupted, name the part file, which holds whole records', async () => {
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

it('a file beside a standard output that nobody reads any more keeps the name of an unfinished one', async () => {
  writeFileSync(file('unread.smi'), Array.from({ length: 40 }, (_, i) => `CCCC${'C'.repeat(i % 5)}O m${i}\n`).join(''));
  const child = spawn(
    process.execPath,
    [
      ...[MAIN, 'generate', '--input', file('unread.smi'), '-n', '1', '--fast', '--quiet'],
      ...['--trajectory', file('unread.xyz')],
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  child.stdout.once('data', () => child.stdout.destroy());
  expect(await new Promise((resolve) => child.once('close', resolve))).toBe(1);
  expect(stderr).toMatch(/nobody reads the output any more; what was made is in .*unread\.xyz\.part\n$/);
  expect([existsSync(file('unread.xyz')), existsSync(file('unread.xyz.part'))]).toEqual([false, true]);
}, 60_000);

it.skipIf(!existsSync('/usr/bin/script'))(
  'a title is no command to the terminal that records are printed on',
  async () => {
    writeFileSync(file('evil.smi'), 'O wa\x1b[2Jter\n');
    const command = [process.execPath, MAIN, 'generate', '--input', file('evil.smi'), '-n', '1', '--fast', '--quiet'];
    const shown = await new Promise<string>((resolve) =>
      execFile('script', ['-qec', command.map((word) => `'${word}'`).join(' '), '/dev/null'], (_, stdout) =>
        resolve(stdout),
      ),
    );
    expect(shown).toContain('wa\\x1b[2Jter');
    expect(shown).toMatch(/M {2}END/);
  },
);

it('what is printed is no command to the terminal', () => {
  expect(printable('\x1b[2J\x9b31m\u202eevil\u0000 Åκ\n\tok')).toBe('\\x1b[2J\\x9b31m\\u202eevil\\x00 Åκ\n\tok');
  const value = { 'na\x9bme': '\x1b\x85\u2066' };
  expect(printableJson(value)).toBe('{"na\\u009bme":"\\u001b\\u0085\\u2066"}');
  expect(JSON.parse(printableJson(value))).toEqual(value);
});
