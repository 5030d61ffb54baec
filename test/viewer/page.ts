/** A page of the viewer in headless Chromium, and what the tests read from it. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { readSdf, type SdfRecord } from '../../src/chem/io/sdf.js';
import { startViewerServer, type ViewerServer } from '../../src/cli/view/server.js';
import { buildViewer, viewerFolder } from './built-viewer.js';
import { chromiumPath, softwareGl } from './chromium.js';

/** For what waits until the page shows it: a busy machine may be thirty times slower than an idle one. */
const PATIENCE = { timeout: 120_000, interval: 40 };
export const LIMITS = { testTimeout: 600_000, hookTimeout: 600_000 };

export const ASPIRIN = 'CC(=O)Oc1ccccc1C(=O)O';

export interface ViewOptions {
  readonly files?: Record<string, string>;
  readonly references?: Record<string, string>;
  readonly query?: string;
  readonly width?: number;
  readonly height?: number;
  /** Whether the browser has WebGL for it. */
  readonly webgl?: boolean;
}

export interface View {
  readonly page: Page;
  readonly complaints: string[];
  /** Addresses that the page has asked for. */
  readonly fetched: string[];
}

/** One browser for all files of a worker, whose modules stay loaded; playwright ends it with the process. */
let launched: Promise<Browser> | undefined;
async function theBrowser(): Promise<Browser> {
  if (!(await launched)?.isConnected()) launched = chromium.launch({ executablePath: chromiumPath!, args: softwareGl });
  return launched!;
}

/** Pages in a browser. */
export function useViewer(): {
  /** A page that closes with its test. */
  view(options: ViewOptions): Promise<View>;
  /** One for the tests of a file that leave it as they found it: loading a page takes seconds of a processor. */
  share(options: ViewOptions): () => View;
  newContext(options: Parameters<Browser['newContext']>[0]): Promise<BrowserContext>;
  /** Where a test may write. */
  folder(): string;
} {
  let browser: Browser;
  let folder: string | undefined;
  const open: { context?: BrowserContext; server?: ViewerServer }[] = [];

  beforeAll(async () => {
    await buildViewer();
    folder = await mkdtemp(join(tmpdir(), 'molflow-viewer-'));
    browser = await theBrowser();
  });
  afterAll(async () => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const { context, server } of open.splice(0)) {
      await context?.close();
      await server?.close();
    }
  });

  /** A page with files open; whatever goes wrong in it, or leaves this machine, fails the test. */
  async function view({
    files = {},
    references = {},
    query = '',
    // Just wide enough for panels beside the picture: software draws every pixel.
    width = 900,
    height = 620,
    webgl = true,
  }: ViewOptions): Promise<View> {
    const write = async (all: Record<string, string>): Promise<string[]> =>
      Promise.all(
        Object.entries(all).map(async ([name, text]) => {
          const path = join(folder!, name);
          await writeFile(path, text);
          return path;
        }),
      );
    const server = await startViewerServer({
      folder: viewerFolder,
      files: await write(files),
      references: await write(references),
    });
    const context = await browser.newContext({
      viewport: { width, height },
      colorScheme: 'light',
      reducedMotion: 'reduce',
      acceptDownloads: true,
    });
    open.push({ context, server });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    const complaints: string[] = [];
    const fetched: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !/GPU stall|GL Driver/.test(message.text()))
        complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      fetched.push(request.url());
      if (!request.url().startsWith(new URL(server.address).origin) && !/^(blob|data):/.test(request.url()))
        complaints.push(`request to ${request.url()}`);
    });
    await page.addInitScript(() => {
      const told: string[] = [];
      Object.assign(window, { told });
      new MutationObserver(() => performance.mark('ready')).observe(document, {
        subtree: true,
        attributeFilter: ['data-ready'],
      });
      new MutationObserver((changes) => {
        for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes]))
          if (node instanceof HTMLElement && node.matches('.message.note'))
            told.push(node.querySelector('p')?.textContent ?? '');
      }).observe(document, { childList: true, subtree: true });
    });
    if (!webgl)
      await page.addInitScript(() => {
        const { getContext } = HTMLCanvasElement.prototype as unknown as { getContext(...all: unknown[]): unknown };
        Object.assign(HTMLCanvasElement.prototype, {
          getContext(this: HTMLCanvasElement, kind: string, ...more: unknown[]) {
            return kind.startsWith('webgl') ? null : getContext.call(this, kind, ...more);
          },
        });
      });
    await page.goto(server.address + query);
    await page.waitForSelector('html[data-ready]');
    return { page, complaints, fetched };
  }

  function share(options: ViewOptions): () => View {
    let shared: View;
    let held: typeof open;
    beforeAll(async () => {
      shared = await view(options);
      held = open.splice(0);
    });
    afterAll(async () => {
      for (const { context, server } of held ?? []) {
        await context?.close();
        await server?.close();
      }
    });
    return () => shared;
  }

  return {
    view,
    share,
    folder: () => folder!,
    async newContext(options) {
      const context = await browser.newContext(options);
      open.push({ context });
      return context;
    },
  };
}

/** Opens a file in the page, and waits for its molecule. */
export async function openFile(page: Page, { name, text }: { name: string; text: string }): Promise<void> {
  await page.setInputFiles('#files', { name: `${name}.sdf`, mimeType: 'text/plain', buffer: Buffer.from(text) });
  await shows(() => page.locator('#name').innerText()).toBe(name);
}

/** How many pixels of the canvas have each colour of the light theme's atoms, and their middles on the page. */
export function pixels(
  page: Page,
): Promise<
  Record<'red' | 'blue' | 'green' | 'purple' | 'white' | 'grey' | 'any', { count: number; x: number; y: number }>
> {
  return page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const canvas = document.querySelector('#canvas canvas') as HTMLCanvasElement;
    const copy = document.createElement('canvas');
    copy.width = canvas.width;
    copy.height = canvas.height;
    const context = copy.getContext('2d') as CanvasRenderingContext2D;
    context.drawImage(canvas, 0, 0);
    const { data } = context.getImageData(0, 0, copy.width, copy.height);
    const background = [data[0], data[1], data[2]];
    const sums = Object.fromEntries(
      ['red', 'blue', 'green', 'purple', 'white', 'grey', 'any'].map((name) => [name, { count: 0, x: 0, y: 0 }]),
    );
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b] = [data[i], data[i + 1], data[i + 2]];
      if (Math.abs(r - background[0]) + Math.abs(g - background[1]) + Math.abs(b - background[2]) < 12) continue;
      const names = ['any'];
      if (r > 90 && r > 2.2 * g && r > 2.2 * b) names.push('red');
      else if (b > 90 && b > 1.6 * g && b > 2 * r) names.push('blue');
      else if (b > 150 && r > 70 && g < 100 && b > 1.5 * r) names.push('purple');
      else if (g > 70 && g > 1.5 * b && g > 1.3 * r) names.push('green');
      else if (Math.min(r, g, b) > 225 && Math.max(r, g, b) - Math.min(r, g, b) < 6) names.push('white');
      else if (Math.max(r, g, b) < 150 && Math.max(r, g, b) - Math.min(r, g, b) < 30) names.push('grey');
      for (const name of names) {
        const sum = sums[name];
        sum.count += 1;
        sum.x += (i / 4) % copy.width;
        sum.y += Math.floor(i / 4 / copy.width);
      }
    }
    const box = canvas.getBoundingClientRect();
    for (const sum of Object.values(sums)) {
      sum.x = box.left + ((sum.x / Math.max(1, sum.count)) * box.width) / copy.width;
      sum.y = box.top + ((sum.y / Math.max(1, sum.count)) * box.height) / copy.height;
    }
    return sums as never;
  });
}

/** The same once the picture stands still: two readings agree. */
export async function settled(page: Page): ReturnType<typeof pixels> {
  for (let before = await pixels(page); ;) {
    const now = await pixels(page);
    if (now.any.count > 0 && now.any.count === before.any.count) return now;
    before = now;
  }
}

/** The colour behind the molecules: red, green, blue. */
export function ground(page: Page): Promise<readonly [number, number, number]> {
  return page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const copy = document.createElement('canvas');
    [copy.width, copy.height] = [1, 1];
    const context = copy.getContext('2d') as CanvasRenderingContext2D;
    context.drawImage(document.querySelector('#canvas canvas') as HTMLCanvasElement, 0, 0);
    const [r = 0, g = 0, b = 0] = context.getImageData(0, 0, 1, 1).data;
    return [r, g, b] as const;
  });
}

/** What a page shows follows a key or a click with the next frame of the screen: it is waited for. */
export const shows = <T>(read: () => T): ReturnType<typeof expect.poll<T>> => expect.poll(read, PATIENCE);
export const coloured = (page: Page, colour: keyof Awaited<ReturnType<typeof pixels>>) => async (): Promise<number> =>
  (await pixels(page))[colour].count;

export const clock = (page: Page): Promise<string> => page.locator('#clock').innerText();
/** The latest note, which may have vanished: it stays for six seconds, and a busy machine is slower. */
export const note = (page: Page): Promise<string> =>
  page.evaluate(() => (window as unknown as { told: string[] }).told.at(-1) ?? '');
export const message = (page: Page): Promise<string> => page.locator('.message.problem p').first().innerText();

export async function records(text: string): Promise<SdfRecord[]> {
  const found: SdfRecord[] = [];
  for await (const record of readSdf([text])) found.push(record);
  return found;
}

export async function download(page: Page, button: string): Promise<Buffer> {
  await page.click('#export summary');
  const [event] = await Promise.all([page.waitForEvent('download', { timeout: 120_000 }), page.click(button)]);
  return readFile(await event.path());
}
