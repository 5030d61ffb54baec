/**
 * Writes dist/browser.js, the library's browser half. Other packages stay imports for the user's bundler, but RDKit's
 * loader goes in: it asks for node:fs and node:crypto behind a test for Node, which esbuild and webpack do not see through.
 */
import { build } from 'esbuild';

/** @type {import('esbuild').Plugin} */
const rdkitWithoutNode = {
  name: 'rdkit-without-node',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^[^./]/ }, ({ path, importer, kind }) => {
      if (kind === 'entry-point' || path === '@rdkit/rdkit') return undefined;
      if (/@rdkit[\\/]rdkit[\\/]/.test(importer)) return { path, namespace: 'absent' };
      return { path, external: true };
    });
    onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: 'export {};' }));
  },
};

await build({
  entryPoints: ['src/index.browser.ts'],
  outfile: 'dist/browser.js',
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: 'es2022',
  plugins: [rdkitWithoutNode],
  logLevel: 'warning',
});
