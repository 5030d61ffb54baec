/**
 * Measures the built viewer in Chromium: `npm run build && node viewer/measure.mjs`. Prints what is fetched before the page
 * can be used and in all, when it can be used, and how long after the click a drug of 35 heavy atoms has its first conformer.
 * `view` serves files as they are, for nothing travels; compressed sizes are what a web server would send.
 */
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { startViewerServer } from '../dist/cli/view/server.js';

/** Silodosin. */
const DRUG = 'C[C@H](Cc1cc2c(c(c1)C(=O)N)N(CCCO)CC2)NCCOc1ccccc1OCC(F)(F)F';

const server = await startViewerServer({ folder: fileURLToPath(new URL('../dist/viewer', import.meta.url)) });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--disable-gpu-compositing'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' });
page.setDefaultTimeout(600_000);
const fetched = [];
page.on('response', (response) => fetched.push(response));
await page.addInitScript(() => {
  new MutationObserver(() => {
    if (document.documentElement?.dataset.ready) window.usefulAt ??= performance.now();
  }).observe(document, { attributes: true, subtree: true });
});

const brotli = (bytes) =>
  brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 } });

async function sizes(responses) {
  const sum = { files: 0, plain: 0, gzip: 0, brotli: 0 };
  const seen = new Set();
  for (const response of responses) {
    if (seen.has(response.url()) || !response.url().startsWith('http')) continue;
    seen.add(response.url());
    const bytes = await response.body();
    sum.files += 1;
    sum.plain += bytes.length;
    sum.gzip += gzipSync(bytes).length;
    sum.brotli += brotli(bytes).length;
  }
  const mb = (bytes) => `${(bytes / 1e6).toFixed(2)} MB`;
  return `${sum.files} files, ${mb(sum.plain)}; gzip ${mb(sum.gzip)}, brotli ${mb(sum.brotli)}`;
}

try {
  await page.goto(server.address);
  await page.waitForFunction(() => window.usefulAt !== undefined);
  const usefulAt = await page.evaluate(() => window.usefulAt);
  // What the page itself asked for; its worker reads RDKit, the engine and the model meanwhile.
  const before = fetched.filter((response) => /\/$|index-.*\.(js|css)$|\.svg$/.test(new URL(response.url()).pathname));
  console.log(`Page can be used after ${(usefulAt / 1000).toFixed(2)} s`);
  await page.waitForFunction(() => document.querySelector('#run').title !== '');
  console.log(`Model ready after ${((await page.evaluate(() => performance.now())) / 1000).toFixed(2)} s`);
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
  await page.waitForFunction(() => !document.querySelector('#conformers-panel tbody')?.textContent.includes('…'));
  console.log(`Fetched before use: ${await sizes(before)}`);
  console.log(`Fetched in all: ${await sizes(fetched)}`);
} finally {
  await browser.close();
  await server.close();
}
