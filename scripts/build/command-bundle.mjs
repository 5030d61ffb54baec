/**
 * Writes the command again as a few files in dist/command: each of its three processes then reads some 20 files instead
 * of 300, and of TensorFlow.js the operations alone that the network has. dist/cli/main.js and dist/cli/worker/worker.js
 * lead there; nothing else of dist/ is touched.
 */
import { chmod, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../', import.meta.url));
const folder = path.join(root, 'dist', 'command');

/** What is used of packages that are no ES modules, by Node's own loader for such: an import would search them for names. */
const REQUIRED = { '@rdkit/rdkit': 'default', 'onnxruntime-node': '{ InferenceSession, Tensor, env }' };

/** What stays a package: what finds files beside its own, is native, may be absent, or is small. */
const PACKAGES = [
  ...Object.keys(REQUIRED),
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-backend-wasm',
  'openchemlib',
  'commander',
  'cli-progress',
  'csv-parse',
  'hyparquet-writer',
  'munkres',
  'node-fetch',
];

/** Modules find files beside their own place in dist/, where they no longer run. @type {import('esbuild').Plugin} */
const ownPlaces = {
  name: 'own-places',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path: file }) => {
      const text = await readFile(file, 'utf8');
      if (!file.startsWith(path.join(root, 'src')) || !text.includes('import.meta.url')) return undefined;
      const module = path.relative(path.join(root, 'src'), file).replaceAll('\\', '/').replace(/\.ts$/, '.js');
      const place = `new URL(${JSON.stringify(`../${module}`)}, import.meta.url).href`;
      return { contents: text.replaceAll('import.meta.url', place), loader: 'ts' };
    });
  },
};

/** @type {import('esbuild').Plugin} */
const required = {
  name: 'required',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /./ }, ({ path: name, namespace }) =>
      name in REQUIRED && namespace !== 'required' ? { path: name, namespace: 'required' } : undefined,
    );
    onLoad({ filter: /./, namespace: 'required' }, ({ path: name }) => ({
      contents: `${REQUIRED[name] === 'default' ? 'export default' : `export const ${REQUIRED[name]} =`} require('${name}');`,
    }));
  },
};

await rm(folder, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/cli/main.ts', worker: 'src/cli/worker/worker.ts' },
  outdir: folder,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // Packages' own ES modules, of which unused parts are left out.
  mainFields: ['module', 'main'],
  external: PACKAGES,
  plugins: [ownPlaces, required],
  // Packages that are no ES modules ask for Node's.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  },
  legalComments: 'linked',
  logLevel: 'warning',
});
await writeFile(
  path.join(root, 'dist/cli/main.js'),
  "#!/usr/bin/env node\n/** The molflow command. */\nimport '../command/main.js';\n",
);
await writeFile(
  path.join(root, 'dist/cli/worker/worker.js'),
  "/** The worker process of the command. */\nimport '../../command/worker.js';\n",
);
await chmod(path.join(root, 'dist/cli/main.js'), 0o755);
