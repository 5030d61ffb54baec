/**
 * Measures the viewer in Chromium: `npm run build && node viewer/measure.mjs`. It writes the static build
 * (`molflow view --static`), which takes a minute, and serves it as GitHub Pages does: text and WebAssembly gzipped, all
 * else as it is. Prints when the page can be used, how long after the click a drug of 35 heavy atoms has its first
 * conformer, the longest tasks of the page while 200 conformers are analysed, and how many bytes have travelled by then.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { generate, conformerSdf } from '../dist/index.js';
import { writeStaticViewer } from '../dist/cli/view/static.js';

/** Silodosin. */
const DRUG = 'C[C@H](Cc1cc2c(c(c1)C(=O)N)N(CCCO)CC2)NCCOc1ccccc1OCC(F)(F)F';
const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};
const PARTS = [
  ['page', /^index[.-]|icon-/],
  ['RDKit', /RDKit/],
  ['runtime', /ort[-.]|decompress-/],
  ['network', /safetensors/],
  ['the worker that makes conformers', /worker-/],
  ['MMFF94', /openchemlib|mmff94/],
];

const folder = await mkdtemp(join(tmpdir(), 'molflow-measure-'));
/** Of each file of the folder, by its path: as it lies there and as it is sent, compressed beforehand as hosts do. */
const served = new Map();
/** By path, in the order of the requests. */
const asked = new Set();
const server = createServer((request, response) => {
  const path = new URL(request.url, 'http://host').pathname.slice(1) || 'index.html';
  const file = served.get(path);
  if (!file) return response.writeHead(404).end();
  asked.add(path);
  response.writeHead(200, {
    'content-type': file.type ?? 'application/octet-stream',
    'cache-control': 'max-age=600',
    ...(file.type && { 'content-encoding': 'gzip' }),
  });
  response.end(file.body);
});

async function compress() {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    const plain = await readFile(file);
    const type = TYPES[extname(file)];
    served.set(relative(folder, file), { type, plain, body: type ? gzipSync(plain) : plain });
  }
}

const brotli = (bytes) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_LGWIN]: 24 } });
/** Bytes of what has been asked for, by path: as they are, as they were sent, and as they would be where text is sent with brotli. */
const sizes = () =>
  [...asked].map((path) => {
    const { type, plain, body } = served.get(path);
    return [path, { plain: plain.length, gzip: body.length, brotli: type ? brotli(plain).length : plain.length }];
  });

const mb = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
const total = (files) => ['plain', 'gzip', 'brotli'].map((by) => files.reduce((sum, [, size]) => sum + size[by], 0));
const inWords = (files) => {
  const [plain, gzip, withBrotli] = total(files);
  return `${files.length} files, ${mb(plain)}; sent ${mb(gzip)} where text is gzipped, ${mb(withBrotli)} with brotli`;
};

/** Milliseconds of the processor, which others that use the machine do not lengthen, of each long task of a page's main thread. */
function longTasks(events) {
  const main = new Set(
    events.flatMap(({ name, args, pid, tid }) =>
      name === 'thread_name' && args.name === 'CrRendererMain' ? [`${pid} ${tid}`] : [],
    ),
  );
  // What a test opens arrives in one long message, which a user's file does not.
  const told = events.flatMap(({ name, args, ts }) =>
    name === 'Receive mojo message' && /DevTools/.test(args.chrome_mojo_event_info?.mojo_interface_tag) ? [ts] : [],
  );
  return events
    .filter(({ ts, dur }) => !told.some((at) => at >= ts && at <= ts + dur))
    .flatMap(({ name, tdur, pid, tid }) =>
      /RunTask/.test(name) && main.has(`${pid} ${tid}`) && tdur > 50_000 ? [tdur / 1000] : [],
    )
    .sort((a, b) => b - a);
}

let browser;
try {
  await writeStaticViewer({ folder: fileURLToPath(new URL('../dist/viewer', import.meta.url)), to: folder });
  await compress();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-gpu-compositing'],
  });
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    // What it fetches for use without a network comes after all of this, and from the browser's own cache.
    serviceWorkers: 'block',
  });
  const page = await context.newPage();
  page.setDefaultTimeout(600_000);
  await page.addInitScript(() => {
    new MutationObserver(() => {
      if (document.documentElement?.dataset.ready) window.usefulAt ??= performance.now();
    }).observe(document, { attributes: true, subtree: true });
  });
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForFunction(() => window.usefulAt !== undefined);
  const usefulAt = await page.evaluate(() => window.usefulAt);
  console.log(`Page can be used after ${(usefulAt / 1000).toFixed(2)} s`);
  await page.waitForFunction(() => document.querySelector('#run').title !== '');
  console.log(`Model ready after ${((await page.evaluate(() => performance.now())) / 1000).toFixed(2)} s`);
  const toGenerate = new Set(asked);
  await page.fill('#smiles', DRUG);
  await page.fill('#count', '1');
  await page.evaluate(() => {
    document.querySelector('#generate').addEventListener('submit', () => (window.clickedAt = performance.now()));
    new MutationObserver(() => {
      if (document.querySelector('#messages .note')) window.madeAt ??= performance.now();
    }).observe(document.querySelector('#messages'), { childList: true });
  });
  await page.click('#run');
  await page.waitForFunction(() => window.madeAt !== undefined);
  const seconds = await page.evaluate(() => (window.madeAt - window.clickedAt) / 1000);
  console.log(`First conformer of 35 heavy atoms ${seconds.toFixed(2)} s after the click`);
  const known = () => !document.querySelector('#conformers-panel tbody')?.textContent.includes('…');
  await page.waitForFunction(known);
  const files = sizes();

  // What the page shows before its script has asked its worker for anything.
  console.log(`Fetched before use: ${inWords(files.filter(([path]) => PARTS[0][1].test(path.split('/').at(-1))))}`);
  console.log(
    `Fetched to make conformers, all of the above with it: ${inWords(files.filter(([path]) => toGenerate.has(path)))}`,
  );
  console.log(`Fetched in all, with MMFF94 and the analysis: ${inWords(files)}`);
  for (const [name, pattern] of PARTS.slice(1))
    console.log(`  ${name}: ${inWords(files.filter(([path]) => pattern.test(path.split('/').at(-1))))}`);

  const made = await generate('CC(C)Cc1ccc(cc1)[C@@H](C)C(=O)NCCCCO', { count: 200, seed: 1, rmsd: 0.05 });
  await browser.startTracing(page, { categories: ['toplevel'] });
  const begun = Date.now();
  await page.setInputFiles('#files', {
    name: 'many.sdf',
    mimeType: 'text/plain',
    buffer: Buffer.from(conformerSdf(made)),
  });
  await page.waitForFunction(
    (n) => document.querySelectorAll('#conformers-panel tbody tr').length === n,
    made.conformers.length,
  );
  await page.waitForFunction(known);
  for (const part of ['clusters', 'torsions', 'table']) {
    await page.locator(`label[for=ensemble-${part}]`).click();
    await page.waitForFunction(() => !document.querySelector('#ensemble-panel')?.innerText.includes('…'));
  }
  const tasks = longTasks(JSON.parse((await browser.stopTracing()).toString()).traceEvents);
  console.log(
    `${made.conformers.length} conformers analysed in ${((Date.now() - begun) / 1000).toFixed(1)} s; tasks of the page that take more than 50 ms of the processor: ${tasks.map((ms) => `${Math.round(ms)} ms`).join(', ') || 'none'}`,
  );
} finally {
  await browser?.close();
  server.close();
  await rm(folder, { recursive: true, force: true });
}
