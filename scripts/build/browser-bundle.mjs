/**
 * Writes the library's browser half twice. In dist/browser.js other packages stay imports for the user's bundler, but
 * RDKit's loader goes in: it asks for node:fs and node:crypto behind a test for Node, which esbuild and webpack do not see
 * through. dist/browser-standalone.js holds all that it needs but the wasm files, for pages without a bundler.
 */
import { build } from 'esbuild';

/** @returns {import('esbuild').Plugin} */
const rdkitLoader = ({ others }) => ({
  name: 'rdkit-loader',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point' || path === '@rdkit/rdkit') return undefined;
      if (/@rdkit[\\/]rdkit[\\/]/.test(importer)) return { path, namespace: 'absent' };
      return others === 'imports' ? { path, external: true } : undefined;
    });
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'export {};' }));
  },
});

/** @type {import('esbuild').BuildOptions} */
const shared = {
  entryPoints: ['src/index.browser.ts'],
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  logLevel: 'warning',
};

await build({ ...shared, outfile: 'dist/browser.js', plugins: [rdkitLoader({ others: 'imports' })] });
await build({
  ...shared,
  outfile: 'dist/browser-standalone.js',
  minify: true,
  plugins: [rdkitLoader({ others: 'bundled' })],
});
