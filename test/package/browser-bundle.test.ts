/** The browser half, as a user's bundler meets it: no Node module, no native add-on, nothing of the command. */
import { build, type Metafile } from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';

describe.each(['molflow', 'molflow/browser'])('a browser bundle of %s', (entry) => {
  let bundle: { readonly code: string; readonly metafile: Metafile };

  // With platform "browser", esbuild takes the browser condition of exports and fails on what only Node has.
  beforeAll(async () => {
    const { outputFiles, metafile } = await build({
      stdin: { contents: `export * from '${entry}'`, resolveDir: import.meta.dirname },
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      metafile: true,
      logLevel: 'silent',
    });
    bundle = { code: outputFiles[0].text, metafile };
  });

  it('is whole, with no import left', () => {
    const outputs = Object.values(bundle.metafile.outputs);
    expect(outputs.flatMap(({ imports }) => imports)).toEqual([]);
    expect(outputs.flatMap(({ exports }) => exports)).toEqual(
      expect.arrayContaining(['openGenerator', 'generateConformers']),
    );
  });

  it('asks for no Node module while it loads or later', () => {
    expect(bundle.code).not.toMatch(
      /\b(require|import)\s*\(\s*["'](node:|fs["']|crypto["']|path["']|worker_threads["'])/,
    );
  });

  it('holds no part that belongs to Node', () => {
    const inputs = Object.keys(bundle.metafile.inputs);
    expect(
      inputs.filter((path) =>
        /onnxruntime-node|tfjs-node|commander|cli-progress|dist\/(cli|training|dataset)\/|\.node\.js$/.test(path),
      ),
    ).toEqual([]);
  });
});
