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

async function made(query, { dark = false, width = 1280, height = 800 } = {}) {
  const page = await browser.newPage({
    viewport: { width, height },
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
  });
  // As fine as a graphics card draws.
  await page.addInitScript(() => Object.defineProperty(window, 'devicePixelRatio', { value: 2 }));
  page.setDefaultTimeout(180_000);
  await page.goto(`${server.address}?${new URLSearchParams(query)}`);
  await page.waitForSelector('.message.note');
  await page.waitForFunction(() => !document.querySelector('#conformers-panel tbody')?.textContent.includes('…'));
  for (const close of await page.locator('.message button').all()) await close.click();
  return page;
}

try {
  const overlay = await made({ smiles: 'ibuprofen', count: 6 });
  await overlay.keyboard.press('End');
  for (const key of ['a', 'c', '2']) await overlay.keyboard.press(key);
  await overlay.waitForTimeout(1000);
  await overlay.screenshot({ path: `${images}overlay.png` });
  await overlay.close();

  const flow = await made({ smiles: 'caffeine', count: 4 }, { dark: true });
  await flow.waitForSelector('#plot-energy canvas');
  await flow.locator('#plots-panel').scrollIntoViewIfNeeded();
  await flow.evaluate(() => document.querySelector('#plots-panel').scrollIntoView());
  await flow.locator('#time').fill('0.55');
  await flow.waitForTimeout(1000);
  await flow.screenshot({ path: `${images}flow.png` });
  await flow.close();

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
