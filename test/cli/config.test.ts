/** Flags from presets and configuration files, of the built command: what they come to, and what is refused by name. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { PRESETS } from '../../src/cli/presets.js';

const MAIN = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(path.join(tmpdir(), 'molflow-config-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const print = (...args: string[]): Promise<{ code: number; config: Record<string, unknown>; stderr: string }> =>
  new Promise((resolve) =>
    execFile(process.execPath, [MAIN, 'config', 'print', ...args], { cwd: folder }, (error, out, stderr) =>
      resolve({
        code: error ? ((error.code as number | undefined) ?? -1) : 0,
        config: JSON.parse(out || '{}') as Record<string, unknown>,
        stderr,
      }),
    ),
  );

it('the command line goes before the file, the file before the preset, and what is printed is a file again', async () => {
  writeFileSync(
    path.join(folder, 'mine.json'),
    JSON.stringify({ preset: 'docking', 'num-confs': 20, smiles: ['C', 'CC'], 'no-clobber': true, quiet: true }),
  );
  const { config } = await print('--config', 'mine.json', '--rmsd', '0.3');
  expect(config).toMatchObject({
    ...PRESETS.docking,
    'num-confs': 20,
    rmsd: 0.3,
    smiles: ['C', 'CC'],
    'no-clobber': true,
    quiet: true,
    seed: 1,
  });
  writeFileSync(path.join(folder, 'printed.json'), JSON.stringify(config));
  expect((await print('--config', 'printed.json')).config).toEqual(config);
  // Flags with or without a value, and a flag that is off, are printed as they are read.
  writeFileSync(
    path.join(folder, 'either.json'),
    JSON.stringify({ 'enumerate-stereo': true, fast: false, model: 'molflow-base', walltime: '1:00:00' }),
  );
  const either = (await print('--config', 'either.json')).config;
  expect(either).toMatchObject({ 'enumerate-stereo': true, model: 'molflow-base', walltime: 3600 });
  writeFileSync(path.join(folder, 'again.json'), JSON.stringify(either));
  expect((await print('--config', 'again.json')).config).toEqual(either);
  expect((await print('--config', 'again.json', '--enumerate-stereo', '5')).config['enumerate-stereo']).toBe(5);
  // What is asked for by name goes before the part of a preset that it conflicts with.
  const { thorough: _, ...others } = PRESETS.pharmacophore;
  const fast = (await print('--preset', 'pharmacophore', '--fast')).config;
  expect(fast).toMatchObject({ ...others, fast: true });
  expect(fast).not.toHaveProperty('thorough');
});

it.each([
  [{ 'num-conf': 5, fsat: true }, /num-conf: there is no such flag\n {2}fsat: there is no such flag/],
  [{ 'num-confs': 0 }, /num-confs: expected a whole number, 1 or more/],
  [{ fast: 'yes' }, /fast: expected true or false/],
  [{ optimize: 'uff' }, /optimize: Allowed choices are none, mmff94/],
  [[], /expected an object/],
  [{ fast: true, model: 'molflow-base' }, /cannot be used with/],
])('%j is refused', async (json, message) => {
  writeFileSync(path.join(folder, 'bad.json'), JSON.stringify(json));
  const { code, stderr } = await print('--config', 'bad.json');
  expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
});
