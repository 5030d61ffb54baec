/**
 * Packs the package as it would be published, lints it, and uses it as a stranger would: installed in an empty folder,
 * its command run, its types compiled, its browser half bundled. Needs the npm registry, and dist/ built.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const MOST_BYTES = 20e6;
const SMILES = 'CC(=O)Oc1ccccc1C(=O)O';
const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = (name) => join(root, 'node_modules', '.bin', name);
const execute = promisify(execFile);

const folder = await mkdtemp(join(tmpdir(), 'molflow-package-'));
const run = async (command, args, cwd = folder) => {
  try {
    return (await execute(command, args, { cwd, maxBuffer: 64e6 })).stdout;
  } catch (error) {
    throw new Error(`${command} ${args.join(' ')}\n${error.stdout}${error.stderr}`);
  }
};
const passed = (what) => process.stdout.write(`ok    ${what}\n`);

try {
  // dist/ is there already: the build scripts need not run again.
  const [packed] = [
    JSON.parse(await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root)),
  ].flat();
  const tarball = join(folder, packed.filename);
  assert.ok(packed.size < MOST_BYTES, `the tarball has ${packed.size} bytes; at most ${MOST_BYTES} are allowed`);
  const paths = packed.files.map(({ path }) => path);
  for (const needed of [
    'LICENSE',
    'README.md',
    'dist/cli/main.js',
    'dist/index.js',
    'dist/index.d.ts',
    'dist/browser.js',
    'dist/viewer/index.html',
    'dist/viewer/molflow-viewer.js',
    'molecules/molecules.json',
  ])
    assert.ok(paths.includes(needed), `${needed} is not in the tarball`);
  assert.ok(
    paths.some((path) => path.startsWith('models/') && path.endsWith('.safetensors')),
    'no model is in the tarball',
  );
  passed(`tarball of ${(packed.size / 1e6).toFixed(1)} MB, ${packed.entryCount} files`);

  await run(bin('publint'), [tarball, '--strict']);
  passed('publint');
  await run(bin('attw'), [tarball, '--profile', 'esm-only', '--format', 'ascii']);
  passed('are the types wrong');

  await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }));
  await run('npm', ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', tarball]);
  passed('installs in an empty folder');

  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  assert.equal((await run('npx', ['molflow', '--version'])).trim(), version);
  await run('npx', ['molflow', 'generate', '--smiles', SMILES, '-n', '3', '--quiet', '--out', 'aspirin.sdf']);
  const records = (await readFile(join(folder, 'aspirin.sdf'), 'utf8')).split('$$$$').length - 1;
  assert.ok(records >= 1, 'npx molflow generate wrote no conformer');
  passed(`npx molflow generate writes ${records} conformers`);

  await writeFile(
    join(folder, 'use.ts'),
    [
      `import { generate, type GenerationResult } from 'molflow';`,
      `import { createRandom } from 'molflow/flow';`,
      `const result: GenerationResult = await generate('CCO', { count: 2, seed: 1 });`,
      `const first: Float32Array = result.conformers[0]!.coordinates;`,
      `if (first.length !== 27 || !first.every(Number.isFinite)) throw new Error('ethanol has 9 atoms');`,
      `if (!Number.isFinite(createRandom(1).normal())) throw new Error('molflow/flow draws no number');`,
      `// @ts-expect-error: the types are there, and refuse a count that is no number`,
      `export const wrong = () => generate('CCO', { count: 'two' });`,
    ].join('\n'),
  );
  // Without skipLibCheck: the types of the package, and those of other packages that they reach, must compile.
  const strict = ['--strict', '--target', 'es2022', '--lib', 'es2022,dom'];
  await run(bin('tsc'), ['use.ts', ...strict, '--module', 'nodenext']);
  await run('node', ['use.js']);
  passed('import with types compiles and runs');

  await writeFile(
    join(folder, 'page.ts'),
    `import { openGenerator, generateConformers, parseSmiles } from 'molflow/browser';\nexport { openGenerator, generateConformers, parseSmiles };\n`,
  );
  await run(bin('tsc'), ['page.ts', ...strict, '--module', 'esnext', '--moduleResolution', 'bundler', '--noEmit']);
  await run(bin('esbuild'), [
    'page.ts',
    '--bundle',
    '--platform=browser',
    '--format=esm',
    '--outfile=page.js',
    '--log-level=error',
  ]);
  passed('the browser half compiles and bundles');
} catch (error) {
  process.stderr.write(`FAIL  ${error.message}\n`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
