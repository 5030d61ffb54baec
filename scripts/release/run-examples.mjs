/**
 * Runs the examples as a stranger would have them: copied to an empty folder, with molflow and what it needs in
 * node_modules. Needs dist/ built, Chromium (CHROMIUM names another), and a Python with RDKit and NumPy.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import { pythonWith } from '../../dist/python/programs.node.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const execute = promisify(execFile);
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

const folder = await mkdtemp(join(tmpdir(), 'molflow-examples-'));
const at = (...parts) => join(folder, ...parts);
const run = async (command, args, cwd) => {
  try {
    return (await execute(command, args, { cwd, maxBuffer: 64e6 })).stdout;
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')}\n${error.stdout}${error.stderr}`, { cause: error });
  }
};
const passed = (what) => process.stdout.write(`ok    ${what}\n`);

const steps = { node, python, 'vite-worker': viteWorker, 'plain-page': plainPage };
try {
  const given = (await readdir(join(root, 'examples'))).filter((name) => name !== 'README.md').sort();
  assert.deepEqual(given, Object.keys(steps).sort(), 'every folder of examples/ is run');
  await cp(join(root, 'examples'), folder, { recursive: true });
  await linkPackages();
  for (const [name, step] of Object.entries(steps)) passed(`examples/${name}: ${await step()}`);
} catch (error) {
  process.stderr.write(`FAIL  ${error.message}\n`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** node_modules of the repository, with molflow itself among them. */
async function linkPackages() {
  await mkdir(at('node_modules'));
  for (const name of await readdir(join(root, 'node_modules')))
    if (!name.startsWith('.') && name !== 'molflow')
      await symlink(join(root, 'node_modules', name), at('node_modules', name));
  await symlink(root, at('node_modules', 'molflow'));
}

async function node() {
  const said = await run('node', ['conformers.mjs', 'CC(=O)Oc1ccccc1C(=O)O', 'aspirin.sdf'], at('node'));
  assert.match(said, /5 of 5 conformers from \d+ draws by molflow-base/);
  assert.equal((await readFile(at('node', 'aspirin.sdf'), 'utf8')).split('$$$$').length - 1, 5);
  return '5 conformers of aspirin';
}

async function python() {
  const interpreter = pythonWith('numpy', 'rdkit');
  assert.ok(interpreter, 'no Python with RDKit and NumPy (Debian: apt-get install python3-rdkit python3-numpy)');
  const model = at('node_modules', 'molflow', 'models', 'molflow-base.safetensors');
  const said = await run(interpreter, ['read_molflow.py', at('node', 'aspirin.sdf'), model], at('python'));
  assert.match(said, /^5 conformers of CC\(=O\)Oc1ccccc1C\(=O\)O$/m);
  return said.trim().split('\n').at(-1);
}

async function viteWorker() {
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  await run('node', [vite, 'build', '--logLevel', 'error'], at('vite-worker'));
  return inPage(at('vite-worker', 'dist'), '/index.html', (page) => page.click('button'));
}

async function plainPage() {
  await cp(at('plain-page', 'index.html'), at('index.html'));
  return inPage(folder, '/index.html', () => undefined);
}

/** What the page says once it has made its two conformers. */
async function inPage(served, path, act) {
  const server = createServer((request, response) => {
    const file = join(served, normalize(new URL(request.url, 'http://localhost').pathname));
    if (!existsSync(file)) return void response.writeHead(404).end();
    response.writeHead(200, { 'Content-Type': TYPES[extname(file)] ?? 'application/octet-stream' });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const executablePath = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
    (file) => file && existsSync(file),
  );
  assert.ok(executablePath, 'no Chromium (Debian: apt-get install chromium)');
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    const problems = [];
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`http://127.0.0.1:${server.address().port}${path}`);
    await act(page);
    await page
      .waitForFunction(() => document.querySelector('pre').textContent.split('$$$$').length === 3, undefined, {
        timeout: 60_000,
      })
      .catch(async () => {
        throw new Error(`the page says: ${await page.textContent('[role=status]')} ${problems.join(' ')}`);
      });
    return await page.textContent('[role=status]');
  } finally {
    await browser.close();
    server.close();
  }
}
