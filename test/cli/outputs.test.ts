/** What the built command writes for others to read: a file beside an output that nobody reads any more, text on a terminal. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { afterAll, expect, it } from 'vitest';
import { printable, printableJson } from '../../src/files/printable.js';
import { MAIN, testFolder } from '../hostile/command.js';

const { file, remove } = testFolder();
afterAll(remove);

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
});

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
