/** `molflow view` as users start it: the built command, as a process of its own. */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { buildViewer } from './built-viewer.js';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 600_000 });

const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
let folder: string;

beforeAll(async () => {
  await buildViewer();
  folder = await mkdtemp(join(tmpdir(), 'molflow-view-'));
  await writeFile(
    join(folder, 'methane.xyz'),
    '5\nmethane\nC 0 0 0\nH .63 .63 .63\nH -.63 -.63 .63\nH -.63 .63 -.63\nH .63 -.63 -.63\n',
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('prints the address, serves the file and stops on Ctrl-C', async () => {
  const child = spawn(process.execPath, [command, 'view', join(folder, 'methane.xyz')]);
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let text = '';
      child.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const found = /http:\/\/127\.0\.0\.1:\d+\/\S*/.exec(text);
        if (found) resolve(found[0]);
      });
      child.on('exit', (code) => reject(new Error(`ended with code ${code}: ${text}`)));
    });
    const page = await fetch(address);
    expect(await page.text()).toContain('<title>molflow viewer</title>');
    const file = new URL(address).searchParams.get('open')!;
    expect(await (await fetch(new URL(file, address))).text()).toMatch(/^5\nmethane\n/);
    child.kill('SIGINT');
    expect(await ended).toBe(130);
  } finally {
    child.kill('SIGKILL');
  }
});

it('writes one page with --export', async () => {
  const page = join(folder, 'page.html');
  const { stdout } = await promisify(execFile)(process.execPath, [
    command,
    'view',
    join(folder, 'methane.xyz'),
    '--export',
    page,
  ]);
  expect(stdout).toMatch(/page\.html: \d+\.\d MB/);
  const html = await readFile(page, 'utf8');
  expect(html).toContain('data-kind="file" data-name="methane.xyz"');
  // Nothing in it points to another file.
  expect(html.slice(0, html.indexOf('<script'))).not.toMatch(/(src|href)="(?!#|data:)[^"]/);
});

it('puts nothing into a page that the page could not show', async () => {
  const files = {
    'protein.pdb': 'ATOM      1  N   MET A   1      38.428  13.104   6.364  1.00 54.69           N\nEND\n',
    'words.xyz': 'no number\n',
    'empty.sdf': '',
  };
  for (const [name, text] of Object.entries(files)) {
    await writeFile(join(folder, name), text);
    const page = join(folder, `${name}.html`);
    const failed: unknown = await promisify(execFile)(process.execPath, [
      command,
      'view',
      join(folder, name),
      '--export',
      page,
    ]).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 1, stderr: expect.stringContaining(name) as string });
    await expect(readFile(page)).rejects.toThrow('ENOENT');
  }
});

it.each([
  [['view', 'missing.sdf'], 1, /missing\.sdf cannot be opened: there is no such file/],
  [['view', '--export', 'x.html'], 1, /--export needs at least one file/],
  [['view', '--port', 'many'], 2, /Expected a port from 0 to 65535/],
])('says what is wrong with %j', async (words, code, message) => {
  const failed: unknown = await promisify(execFile)(process.execPath, [command, ...words]).catch(
    (error: unknown) => error,
  );
  expect(failed).toMatchObject({ code });
  expect((failed as { stderr: string }).stderr).toMatch(message);
});
