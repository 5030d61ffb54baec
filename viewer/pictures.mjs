/**
 * Makes the pictures of the README with the built viewer: `npm run build && node viewer/pictures.mjs`.
 * Needs Chromium (/usr/bin/chromium, or CHROMIUM names it).
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
// Comes with 3Dmol, which makes animated pictures with it.
import UPNG from 'upng-js';
import { startViewerServer } from '../dist/cli/view/server.js';

const images = fileURLToPath(new URL('images/', import.meta.url));
const server = await startViewerServer({ folder: fileURLToPath(new URL('../dist/viewer', import.meta.url)) });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader'],
});
await mkdir(images, { recursive: true });

async function opened(query = {}, { width = 1280, height = 800, theme = 'light' } = {}) {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme, reducedMotion: 'reduce' });
  // As fine as a graphics card draws.
  await page.addInitScript(() => Object.defineProperty(window, 'devicePixelRatio', { value: 2 }));
  page.setDefaultTimeout(300_000);
  await page.goto(`${server.address}?${new URLSearchParams(query)}`);
  await page.waitForSelector('html[data-ready]');
  return page;
}

/** A page with a finished run, all of whose numbers are there. */
async function made(query, options) {
  const page = await opened(query, options);
  await page.waitForSelector('.message.note');
  await page.waitForFunction(() => !document.querySelector('#conformers-panel tbody')?.textContent.includes('…'));
  for (const close of await page.locator('.message button').all()) await close.click();
  return page;
}

async function take(page, name) {
  await page.waitForTimeout(1000);
  await page.screenshot({ path: `${images}${name}.png` });
  console.log(`${name}.png`);
}

try {
  const first = await opened();
  await take(first, 'first-visit');
  await first.close();

  const page = await made({ smiles: 'ibuprofen', count: 12 });
  await take(page, 'finished-run');
  for (const key of ['a', 'c']) await page.keyboard.press(key);
  await page.locator('label[for=ensemble-clusters]').click();
  await page.waitForFunction(() => !document.querySelector('#ensemble-panel')?.innerText.includes('…'));
  await page.evaluate(() => document.querySelector('#ensemble-panel').scrollIntoView());
  await take(page, 'ensemble');
  await page.click('#draw');
  await page.waitForSelector('#sketch canvas');
  await page.waitForFunction(() => document.querySelector('#sketch-state').textContent.length > 5);
  await take(page, 'sketcher');
  await page.click('#sketch-close');
  await page.click('#theme');
  await page.click('#theme');
  await page.locator('#time').fill('0.55');
  await page.evaluate(() => document.querySelector('#plots-panel').scrollIntoView());
  await take(page, 'dark');
  await page.close();

  const phone = await made({ smiles: 'caffeine', count: 2 }, { width: 390, height: 844 });
  await take(phone, 'phone');
  await phone.close();

  const film = await made({ smiles: 'aspirin', count: 1 }, { width: 900, height: 560 });
  const frames = [];
  let size = { width: 0, height: 0 };
  const end = Number(await film.locator('#time').getAttribute('max'));
  await film.focus('#canvas');
  for (let k = 0; k <= 44; k++) {
    await film.locator('#time').fill(String(Math.min(1, k / 36) * end));
    await film.focus('#canvas');
    if (k % 2) await film.keyboard.press('ArrowRight');
    await film.waitForTimeout(60);
    const picture = await film.evaluate(async () => {
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const canvas = document.querySelector('#canvas canvas');
      const copy = document.createElement('canvas');
      copy.width = 440;
      copy.height = Math.round((440 * canvas.height) / canvas.width);
      const context = copy.getContext('2d');
      context.imageSmoothingQuality = 'high';
      // The molecule fills the middle; its first noise is wider.
      const [w, h] = [canvas.width * 0.7, canvas.height * 0.7];
      context.drawImage(canvas, (canvas.width - w) / 2, (canvas.height - h) / 2, w, h, 0, 0, copy.width, copy.height);
      return {
        width: copy.width,
        height: copy.height,
        bytes: [...context.getImageData(0, 0, copy.width, copy.height).data],
      };
    });
    size = picture;
    frames.push(Uint8Array.from(picture.bytes).buffer);
  }
  const delays = frames.map((_, k) => (k === frames.length - 1 ? 1800 : 90));
  await writeFile(`${images}aspirin.png`, Buffer.from(UPNG.encode(frames, size.width, size.height, 96, delays)));
} finally {
  await browser.close();
  await server.close();
}
