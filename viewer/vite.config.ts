/** Builds the viewer: the static folder dist/viewer, and with `--mode page` the template of the exported page. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { defineConfig, type Plugin } from 'vite';
import { DEFAULT_MODEL } from '../src/network/load-model.node.js';
import { contentPolicy } from '../src/cli/view/policy.js';

const require = createRequire(import.meta.url);
const FAST_MODEL = 'molflow-fast';
const here = fileURLToPath(new URL('.', import.meta.url));

/**
 * The loaders of RDKit and of onnxruntime's WebGPU build make their bindings with `new Function`, which the page's
 * policy forbids. Emscripten has the same bindings as closures (its DYNAMIC_EXECUTION=0); this puts them in. Fails the
 * build where a loader has changed.
 */
function withoutEval(): Plugin {
  const dynamic = 'return new Function(args1,invokerFnBody)';
  const closure = `return (...captured)=>{
    var [,,invoker,fn,runDestructors,fromRetWire,toClassParamWire]=captured;
    var rest=captured.slice(7);
    var [save,restore]=useStackFrame?rest.splice(0,2):[];
    var toWire=rest.slice(0,argCount);
    var free=rest.slice(argCount);
    return function(...args){
      var destructors=needsDestructorStack?[]:null;
      var wired=[];
      var sp=save?save():0;
      var rv;
      try{
        if(isClassMethodFunc)wired.push(toClassParamWire(destructors,this));
        for(var i=0;i<argCount;++i)wired.push(toWire[i](destructors,args[i]));
        rv=invoker(fn,...wired);
      }finally{if(restore)restore(sp)}
      if(needsDestructorStack)runDestructors(destructors);
      else{
        var next=0;
        for(var i=isClassMethodFunc?1:2;i<argTypes.length;++i)
          if(argTypes[i].destructorFunction!==null)free[next++](wired[isClassMethodFunc?i-1:i-2]);
      }
      if(returns)return fromRetWire(rv);
    };
  }`;
  // The same for calls from C++ into JavaScript; the text of the function tells which kind of call it makes.
  const dynamicCall = /new Function\(Object\.keys\((\w+)\),(\w+)\)\(\.\.\.Object\.values\(\1\)\)/g;
  const closureCall = `((captured,text)=>{
    var readers=[];
    while(captured["argFromPtr"+readers.length])readers.push(captured["argFromPtr"+readers.length]);
    var {toValue,getStringOrSymbol,toReturnWire,emval_returnValue}=captured;
    return function(handle,methodName,destructorsRef,at){
      var values=readers.map((read,i)=>read(at+8*i));
      var ret=text.includes("new (toValue(handle))")?new(toValue(handle))(...values)
        :text.includes("toValue(handle)[")?toValue(handle)[getStringOrSymbol(methodName)](...values)
        :text.includes("toValue(handle)")?toValue(handle)(...values):values.at(-1);
      if(toReturnWire)return emval_returnValue(toReturnWire,destructorsRef,ret);
    };
  })`;
  return {
    name: 'without-eval',
    enforce: 'pre',
    transform(code, id) {
      const rdkit = /@rdkit\/rdkit\/dist\/RDKit_minimal\.js$/.test(id);
      if (!rdkit && !/onnxruntime-web\/dist\/.*\.mjs$/.test(id)) return undefined;
      const patched = code
        .replace(dynamic, () => closure)
        .replace(dynamicCall, (_, captured, text) => `${closureCall}(${captured},${text})`);
      if (patched.includes('new Function') || (rdkit && patched === code)) {
        this.error(`${id} makes its bindings in another way than this plugin knows: see withoutEval.`);
      }
      return patched === code ? undefined : { code: patched, map: null };
    },
  };
}

/** The part of OpenChemLib's resources that MMFF94 needs: 0.15 of 1.35 MB. */
function mmff94Parameters(): Plugin {
  const id = 'virtual:mmff94-parameters';
  return {
    name: 'mmff94-parameters',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load(loaded) {
      if (loaded !== `\0${id}`) return undefined;
      const path = require.resolve('openchemlib').replace(/[^/]+$/, 'resources.json');
      const all = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
      const kept = Object.fromEntries(Object.entries(all).filter(([name]) => name.includes('/mmff94/')));
      return `export default ${JSON.stringify(kept)};`;
    },
    // Else Vite would bundle the whole file for OpenChemLib's own loader, which is not used.
    transform: (code, module) =>
      /openchemlib\/dist\/openchemlib\.js$/.test(module)
        ? { code: code.replace(/new URL\("resources\.json",\s*import\.meta\.url\)\.href/, "''"), map: null }
        : undefined,
  };
}

/** The checkpoints that the page generates with: those of `models/`, or the one of MOLFLOW_MODEL for trying another. */
function shippedModels(): Plugin {
  const id = 'virtual:shipped-models';
  return {
    name: 'shipped-models',
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    load(loaded) {
      if (loaded !== `\0${id}`) return undefined;
      const folder = fileURLToPath(new URL('../models', import.meta.url));
      const shipped = (model: string): string | undefined => {
        const file = `${folder}/${model}.safetensors`;
        return existsSync(file) ? file : undefined;
      };
      const own = process.env['MOLFLOW_MODEL'];
      const line = (name: string, file: string | undefined): string =>
        file === undefined
          ? `export const ${name} = undefined;`
          : `export { default as ${name} } from ${JSON.stringify(`${file}?url`)};`;
      return [
        line('base', own ?? shipped(DEFAULT_MODEL)),
        line('fast', own === undefined ? shipped(FAST_MODEL) : undefined),
      ].join('\n');
    },
  };
}

/** Writes the policy into the page; the development server goes without, for it works by inline scripts. */
function contentSecurityPolicy(): Plugin {
  return {
    name: 'content-security-policy',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        {
          tag: 'meta',
          injectTo: 'head-prepend',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: contentPolicy() },
        },
      ],
    },
  };
}

/** Scripts beside the page: the element that shows it in others, which is `molflow/viewer` of the package too, and its service worker. */
function besideThePage(): Plugin {
  const scripts = { 'molflow-viewer.js': '../src/index.viewer.ts', 'offline.js': 'src/offline/worker.ts' };
  return {
    name: 'beside-the-page',
    apply: 'build',
    async generateBundle() {
      for (const [fileName, source] of Object.entries(scripts)) {
        const { outputFiles } = await build({
          entryPoints: [fileURLToPath(new URL(source, import.meta.url))],
          bundle: true,
          write: false,
          format: 'esm',
          target: 'es2022',
        });
        for (const { text } of outputFiles) this.emitFile({ type: 'asset', fileName, source: text });
      }
    },
  };
}

/** Puts script, style and RDKit into one HTML file, with the policy naming the script by its hash. */
function onePage(): Plugin {
  return {
    name: 'one-page',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const output = Object.values(bundle);
      const text = (end: string): string =>
        output
          .filter(({ fileName }) => fileName.endsWith(end))
          .map((file) => (file.type === 'chunk' ? file.code : String(file.source)))
          .join('\n');
      const html = text('.html');
      // “</script” inside the code would end the element.
      const script = text('.js').replaceAll('</script', '<\\/script');
      const style = text('.css');
      const hash = (content: string): string => `'sha256-${createHash('sha256').update(content).digest('base64')}'`;
      const meta = contentPolicy({ scripts: hash(script), styles: hash(style), self: '' });
      const page = html
        .replace(/<script type="module"[^>]*><\/script>/, '')
        .replace(/<link rel="icon"[^>]*>/, '')
        .replace(/<link rel="stylesheet"[^>]*>/, () => `<style>${style}</style>`)
        .replace('<head>', () => `<head>\n    <meta http-equiv="Content-Security-Policy" content="${meta}">`)
        .replace('</body>', () => `<!--molflow-data-->\n<script type="module">${script}</script>\n</body>`);
      for (const name of Object.keys(bundle)) delete bundle[name];
      this.emitFile({ type: 'asset', fileName: 'page.html', source: page });
    },
  };
}

/** Large files keep their names: `molflow view` takes those that the package has elsewhere from there. */
const assetFileNames = ({ names }: { names: string[] }): string =>
  /\.(wasm|safetensors)$/.test(names[0] ?? '') ? 'assets/[name][extname]' : 'assets/[name]-[hash][extname]';

export default defineConfig(({ mode }) => {
  const page = mode === 'page';
  const shared = (): Plugin[] => [withoutEval(), mmff94Parameters()];
  return {
    root: here,
    base: './',
    resolve: {
      alias: [
        { find: /^3dmol$/, replacement: '3dmol/build/3Dmol.es6-min.js' },
        ...(page ? [{ find: './start-worker.js', replacement: `${here}src/analysis/start-worker.page.ts` }] : []),
        ...(page ? [{ find: './start-generator.js', replacement: `${here}src/generate/start-generator.page.ts` }] : []),
        ...(page ? [{ find: './load-editor.js', replacement: `${here}src/sketch/load-editor.page.ts` }] : []),
      ],
    },
    plugins: [...shared(), shippedModels(), ...(page ? [onePage()] : [contentSecurityPolicy(), besideThePage()])],
    worker: {
      // A page opened from disk has no origin, and Chromium loads no module worker for such.
      format: page ? 'iife' : 'es',
      plugins: shared,
      rollupOptions: { output: page ? { inlineDynamicImports: true } : { assetFileNames } },
    },
    build: {
      outDir: '../dist/viewer',
      emptyOutDir: !page,
      target: 'es2022',
      chunkSizeWarningLimit: 2500,
      modulePreload: { polyfill: false },
      // One page holds what others load when it is asked for, too.
      rollupOptions: { output: { assetFileNames, inlineDynamicImports: page } },
      ...(page && { assetsInlineLimit: (file: string) => !file.endsWith('.wasm'), cssCodeSplit: false }),
    },
    server: { host: '127.0.0.1', fs: { allow: ['..'] } },
  };
});
