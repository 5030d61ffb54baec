/** Bundles a bench of this folder and runs it: `node bench/run.mjs speed --model models/x.safetensors`. */
import { build } from 'esbuild';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const [name, ...args] = process.argv.slice(2);
if (!name) {
  console.error('usage: node bench/run.mjs NAME [options]; NAME is a file of bench/ without .ts');
  process.exit(2);
}
const root = fileURLToPath(new URL('..', import.meta.url));
// As deep in the tree as src/python, so that programs and models are found from here too.
const outfile = path.join(root, 'runs', 'bench', `${name}.mjs`);
await build({
  entryPoints: [path.join(root, 'bench', `${name}.ts`)],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'error',
});
process.argv = [process.argv[0], outfile, ...args];
await import(pathToFileURL(outfile).href);
