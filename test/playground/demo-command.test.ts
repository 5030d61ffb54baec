/** molflow demo 2d, as commander runs it: the files it leaves, and that they are the same for the same seed. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { demoCommand } from '../../src/cli/demo.js';

const folder = mkdtempSync(path.join(tmpdir(), 'molflow-demo-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function demo(name: string, seed: number): Promise<string> {
  const out = path.join(folder, name, 'page.html');
  const chosen = ['--coupling', 'exact', '--objective', 'none', '--no-reflow', '--steps', '5', '--seed', String(seed)];
  await demoCommand().parseAsync(
    ['2d', '--out', out, '--figures', path.join(folder, name, 'figures'), '--quiet', ...chosen],
    {
      from: 'user',
    },
  );
  return readFileSync(out, 'utf8');
}

it('writes a page and the figures that were asked for, the same for the same seed', async () => {
  const page = await demo('first', 3);
  expect(page).toContain('exact');
  expect(page).not.toContain('Rectified flow');
  expect(readdirSync(path.join(folder, 'first', 'figures')).sort()).toEqual([
    'paths-exact.svg',
    'quality-couplings.svg',
  ]);
  expect(await demo('second', 3)).toBe(page);
  expect(await demo('third', 4)).not.toBe(page);
});
