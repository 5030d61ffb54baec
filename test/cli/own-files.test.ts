/** One file a molecule, of the built command: it takes the place of nothing else (kills and shards: test/hostile/unfinished.test.ts). */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { molflow, testFolder } from '../hostile/command.js';

const { file: at, remove } = testFolder();
afterAll(remove);
const folder = at('');
const text = (name: string) => readFileSync(at(name), 'utf8');

const args = (...more: string[]) => ['generate', '--input', 'in.smi', '--fast', '-n', '1', '--quiet', ...more];
const generate = (...more: string[]) => molflow(args(...more), { cwd: folder });
describe('molflow generate --out-dir', { timeout: 240_000 }, () => {
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
