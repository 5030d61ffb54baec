/** The viewer in real headless Chromium: what a user sees and does. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readSdf, type SdfRecord } from '../../src/chem/io/sdf.js';
import { exportedPage } from '../../src/cli/view/page.js';
import { startViewerServer, type ViewerServer } from '../../src/cli/view/server.js';
import { angle, dihedral, distance } from '../../src/geometry/internal-coordinates.js';
import { buildViewer, viewerFolder } from './built-viewer.js';
import { chromiumPath, softwareGl } from './chromium.js';
import { conformersOf, ensembleSdf, trajectorySdf } from './noisy-trajectory.js';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

/** A busy machine may be thirty times slower than an idle one. */
const PATIENCE = { timeout: 120_000 };

const ASPIRIN = 'CC(=O)Oc1ccccc1C(=O)O';
/** One atom each of elements with colours of their own, so that a click can find them. */
const COLOURFUL = 'NCC(=O)CF';

describe.skipIf(chromiumPath === undefined)('the viewer', () => {
  let browser: Browser;
  let folder: string;
  const open: { context?: BrowserContext; server?: ViewerServer }[] = [];

  beforeAll(async () => {
    await buildViewer();
    folder = await mkdtemp(join(tmpdir(), 'molflow-viewer-'));
    browser = await chromium.launch({ executablePath: chromiumPath!, args: softwareGl });
  });
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
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
    width = 1280,
    height = 800,
    dark = false,
    still = true,
  }: {
    files?: Record<string, string>;
    references?: Record<string, string>;
    query?: string;
    width?: number;
    height?: number;
    dark?: boolean;
    still?: boolean;
  }): Promise<{ page: Page; server: ViewerServer; complaints: string[] }> {
    const write = async (all: Record<string, string>): Promise<string[]> =>
      Promise.all(
        Object.entries(all).map(async ([name, text]) => {
          const path = join(folder, name);
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
      colorScheme: dark ? 'dark' : 'light',
      reducedMotion: still ? 'reduce' : 'no-preference',
      acceptDownloads: true,
    });
    open.push({ context, server });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    const complaints: string[] = [];
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type()) && !/GPU stall|GL Driver/.test(message.text()))
        complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(new URL(server.address).origin) && !/^(blob|data):/.test(request.url()))
        complaints.push(`request to ${request.url()}`);
    });
    await page.goto(server.address + query);
    await page.waitForSelector('html[data-ready]');
    return { page, server, complaints };
  }

  /** How many pixels of the canvas have each colour of the light theme's atoms, and their middles on the page. */
  function pixels(
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
  async function settled(page: Page): ReturnType<typeof pixels> {
    for (let before = await pixels(page); ;) {
      const now = await pixels(page);
      if (now.any.count > 0 && now.any.count === before.any.count) return now;
      before = now;
    }
  }

  /** What a page shows follows a key or a click with the next frame of the screen: it is waited for. */
  const shows = <T>(read: () => T): ReturnType<typeof expect.poll<T>> => expect.poll(read, PATIENCE);
  const coloured = (page: Page, colour: keyof Awaited<ReturnType<typeof pixels>>) => async (): Promise<number> =>
    (await pixels(page))[colour].count;

  const clock = (page: Page): Promise<string> => page.locator('#clock').innerText();
  const message = (page: Page): Promise<string> => page.locator('.message.problem p').last().innerText();

  async function records(text: string): Promise<SdfRecord[]> {
    const found: SdfRecord[] = [];
    for await (const record of readSdf([text])) found.push(record);
    return found;
  }

  async function download(page: Page, button: string): Promise<Buffer> {
    await page.click('#export summary');
    const [event] = await Promise.all([page.waitForEvent('download', { timeout: 120_000 }), page.click(button)]);
    return readFile(await event.path());
  }

  it('shows a trajectory: the skeleton first, its hydrogens after, bonds all the way', async () => {
    const { page, complaints } = await view({
      files: { 'aspirin.sdf': trajectorySdf({ name: 'aspirin', smiles: ASPIRIN }) },
    });
    await shows(() => page.locator('#name').innerText()).toBe('aspirin');
    await shows(() => page.locator('#facts').innerText()).toBe('C₉H₈O₄ · 21 atoms · 3 conformers · 60 frames');
    await shows(() => clock(page)).toBe('t = 0.00 · skeleton');
    const noise = await settled(page);
    expect(noise.red.count).toBeGreaterThan(100);
    expect(noise.grey.count).toBeGreaterThan(1000);

    await page.keyboard.press('End');
    await shows(() => clock(page)).toBe('t = 1.00 · hydrogens');
    await shows(coloured(page, 'white')).toBeGreaterThan(500);
    const made = await settled(page);
    // What is white before is the gloss of the heavy atoms.
    expect(noise.white.count).toBeLessThan(0.2 * made.white.count);
    expect(made.red.count).toBeGreaterThan(500);

    await page.keyboard.press('h');
    await shows(coloured(page, 'white')).toBeLessThan(0.2 * made.white.count);
    await shows(() => page.locator('#check-hydrogens').isChecked()).toBe(false);
    expect(complaints).toEqual([]);
  });

  it('plays, pauses, steps, loops and slides, by button, slider and key', async () => {
    const { page, complaints } = await view({
      files: { 'ethanol.sdf': trajectorySdf({ name: 'ethanol', smiles: 'CCO', conformers: 1, frames: 10 }) },
      still: false,
    });
    const time = (): Promise<number> => page.locator('#time').inputValue().then(Number);
    // Without a wish for stillness it plays by itself.
    await shows(time).toBeGreaterThan(0.05);
    await page.click('#play');
    const paused = await time();
    await page.waitForTimeout(400);
    expect(await time()).toBe(paused);

    await page.focus('#canvas');
    await page.keyboard.press('Home');
    await shows(() => time()).toBe(0);
    await page.keyboard.press('.');
    await page.keyboard.press('.');
    await shows(() => clock(page)).toBe('t = 0.20 · skeleton');
    await page.click('#back');
    await shows(() => clock(page)).toBe('t = 0.10 · skeleton');
    await page.focus('#time');
    await page.keyboard.press('ArrowRight');
    await shows(() => page.locator('#time').getAttribute('aria-valuetext')).toBe('t = 0.20 · skeleton');
    await page.locator('#time').fill('1.62');
    await shows(() => clock(page)).toBe('t = 0.50 · hydrogens');

    await page.selectOption('#speed', '4');
    await page.click('#loop');
    await page.click('#play');
    await shows(() => page.locator('#play').getAttribute('aria-label')).toBe('Play');
    await shows(() => clock(page)).toBe('t = 1.00 · hydrogens');
    expect(complaints).toEqual([]);
  });

  it('draws every style, overlaid and side by side, in both themes', async () => {
    const { page, complaints } = await view({
      files: {
        'threonine.sdf': ensembleSdf({ name: 'L-threonine', smiles: 'C[C@@H](O)[C@H](N)C(=O)O', conformers: 4 }),
      },
    });
    const ball = (await settled(page)).any.count;
    await page.locator('label[for=style-stick]').click();
    await shows(coloured(page, 'any')).toBeLessThan(ball / 1.3);
    await page.locator('label[for=style-sphere]').click();
    await shows(coloured(page, 'any')).toBeGreaterThan(2 * ball);
    const sphere = (await settled(page)).any.count;
    await page.locator('label[for=style-surface]').click();
    await shows(coloured(page, 'any')).not.toBe(sphere);
    expect((await settled(page)).any.count).toBeGreaterThan(2 * ball);
    await page.keyboard.press('1');
    await shows(coloured(page, 'any')).toBe(ball);
    await page.locator('label[for=arrangement-overlay]').click();
    await shows(coloured(page, 'any')).toBeGreaterThan(1.1 * ball);
    await page.locator('label[for=arrangement-grid]').click();
    await shows(() => page.locator('#canvas').getAttribute('aria-label')).toContain('4 conformers side by side');
    await page.click('#theme');
    await page.click('#theme');
    await shows(() => page.evaluate(() => document.documentElement.dataset['theme'])).toBe('dark');
    await shows(coloured(page, 'any')).toBeGreaterThan(1000);
    expect(complaints).toEqual([]);
  });

  it('lists conformers with energy, RMSD and stereo, and follows the choice', async () => {
    const smiles = 'C[C@@H](O)[C@H](N)C(=O)O';
    const right = ensembleSdf({ name: 'threonine', smiles, conformers: 3 });
    const wrong = ensembleSdf({ name: 'threonine', smiles: 'C[C@H](O)[C@H](N)C(=O)O', conformers: 1 });
    const { page, complaints } = await view({
      files: { 'threonine.sdf': right + wrong },
      references: { 'reference.sdf': right },
    });
    const cells = (row: number): Promise<string[]> =>
      page.locator(`#conformers-panel tbody tr:nth-child(${row}) td`).allInnerTexts();
    await shows(async () => (await cells(4))[5] ?? '').toMatch(/≠ 1/);
    for (const row of [1, 2, 3, 4]) {
      await shows(async () => (await cells(row))[2] ?? '').toMatch(/^\d+\.\d\d$/);
      await shows(async () => (await cells(row))[4] ?? '').toMatch(/^\d+\.\d\d$/);
    }
    const energies = await Promise.all([1, 2, 3, 4].map(async (row) => Number((await cells(row))[2])));
    expect(Math.min(...energies)).toBe(0);
    expect(energies.every((energy) => energy >= 0 && energy < 60)).toBe(true);
    // Every right conformer is one of the references.
    for (const row of [1, 2, 3]) expect(Number((await cells(row))[4])).toBeLessThan(0.01);
    expect(Number((await cells(4))[4])).toBeGreaterThan(0.1);
    await page.click('#sort-energy');
    await shows(() => Promise.all([1, 2, 3, 4].map(async (row) => Number((await cells(row))[2])))).toEqual(
      [...energies].sort((a, b) => a - b),
    );
    await page.click('#conformer-2');
    await shows(() => page.locator('#canvas').getAttribute('aria-label')).toContain('conformer 3 of 4');
    expect(complaints).toEqual([]);
  });

  it('plots along the flow, tied to the slider', async () => {
    const { page, complaints } = await view({
      files: {
        'aspirin.sdf': trajectorySdf({ name: 'aspirin', smiles: ASPIRIN, conformers: 1 }).replace(
          '>  <FLOW_TIME>',
          '>  <SPEED>\n87.25\n\n>  <FLOW_TIME>',
        ),
      },
    });
    const now = (plot: string): Promise<string> => page.locator(`#plot-${plot} .now`).innerText();
    await shows(() => page.locator('#plot-energy canvas').count()).toBe(1);
    await shows(() => now('rmsd').then(Number.parseFloat)).toBeGreaterThan(0.5);
    // The speed that the sampler recorded; without one, that between frames, here a straight line's.
    await shows(() => now('speed')).toBe('87.3 Å per t');
    await page.keyboard.press('.');
    await shows(() => now('speed').then(Number.parseFloat)).toBeLessThan(20);
    await page.keyboard.press('End');
    await shows(() => now('rmsd')).toBe('0 Å');
    await shows(() => now('energy')).toBe('0 kcal/mol');
    await page.keyboard.press('Home');
    const box = (await page.locator('#plot-rmsd .u-over').boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.25, box.y + 20);
    const length = Number(await page.locator('#time').getAttribute('max'));
    await shows(() => page.locator('#time').inputValue().then(Number)).toBeCloseTo(0.25 * length, 1);
    expect(complaints).toEqual([]);
  });

  it('measures what is clicked: distance, angle and torsion', async () => {
    const sdf = ensembleSdf({ name: 'colourful', smiles: COLOURFUL, conformers: 1 });
    const { structure } = (await records(sdf))[0];
    const x = structure.coordinates!;
    const [n, o, f] = [7, 8, 9].map((element) => structure.atoms.findIndex((atom) => atom.element === element)) as [
      number,
      number,
      number,
    ];
    const { page, complaints } = await view({ files: { 'colourful.sdf': sdf } });
    await page.locator('label[for=style-sphere]').click();
    await page.keyboard.press('h');
    await page.keyboard.press('m');
    await shows(() => page.locator('#check-hydrogens').isChecked()).toBe(false);
    const { blue, red, green } = await settled(page);
    for (const spot of [blue, red, green]) expect(spot.count).toBeGreaterThan(100);
    const entries = page.locator('#measure-list li strong');
    await page.mouse.click(blue.x, blue.y);
    await page.mouse.click(red.x, red.y);
    await page.keyboard.press('Enter');
    await shows(() => entries.allInnerTexts()).toEqual([`${distance(x, n, o).toFixed(3)} Å`]);
    await page.mouse.click(blue.x, blue.y);
    await page.mouse.click(red.x, red.y);
    await page.mouse.click(green.x, green.y);
    await page.keyboard.press('Enter');
    const degrees = (radians: number): string => `${((radians * 180) / Math.PI).toFixed(1)}°`;
    await shows(() => entries.allInnerTexts()).toContain(degrees(angle(x, n, o, f)));
    await page.fill('#measure-atoms', '1 2 3 4');
    await page.keyboard.press('Enter');
    await shows(() => entries.allInnerTexts()).toContain(degrees(dihedral(x, 0, 1, 2, 3)));
    await page.fill('#measure-atoms', '1 99');
    await page.keyboard.press('Enter');
    await shows(() => message(page)).toMatch(/atoms 1 to/);
    expect(complaints).toEqual([]);
  });

  it('does by key what its help lists', async () => {
    const { page, complaints } = await view({
      files: { 'ethanol.sdf': trajectorySdf({ name: 'propanol', smiles: 'CCCO', conformers: 3, frames: 4 }) },
    });
    const checked = (id: string) => () => page.locator(`#${id}`).isChecked();
    // From the start on: the browser takes a moment until it hands file choosers over.
    const choosers: boolean[] = [];
    page.on('filechooser', (chooser) => choosers.push(chooser.isMultiple()));
    await page.keyboard.press(']');
    await shows(() => page.locator('#speed').inputValue()).toBe('2');
    await page.keyboard.press('[');
    await page.keyboard.press('[');
    await shows(() => page.locator('#speed').inputValue()).toBe('0.5');
    await page.keyboard.press('l');
    await shows(() => page.locator('#loop').getAttribute('aria-pressed')).toBe('false');
    await page.keyboard.press(' ');
    await shows(() => page.locator('#play').getAttribute('aria-label')).toBe('Pause');
    await page.keyboard.press('k');
    await shows(() => page.locator('#play').getAttribute('aria-label')).toBe('Play');
    for (const [key, label] of [
      ['n', 'conformer 2 of 3'],
      ['p', 'conformer 1 of 3'],
      ['p', 'conformer 3 of 3'],
    ] as const) {
      await page.keyboard.press(key);
      await shows(() => page.locator('#canvas').getAttribute('aria-label')).toContain(label);
    }
    for (const [key, id] of [
      ['2', 'style-stick'],
      ['3', 'style-sphere'],
      ['4', 'style-surface'],
      ['1', 'style-ball'],
      ['a', 'arrangement-overlay'],
      ['a', 'arrangement-grid'],
      ['c', 'colour-conformer'],
      ['t', 'labels-element'],
      ['t', 'labels-number'],
    ] as const) {
      await page.keyboard.press(key);
      await shows(checked(id)).toBe(true);
    }
    for (const [key, id] of [
      ['h', 'check-hydrogens'],
      ['s', 'check-stereo'],
    ] as const) {
      await page.keyboard.press(key);
      await shows(checked(id)).toBe(false);
    }
    await page.keyboard.press('m');
    await page.locator('#measure-hint').waitFor({ state: 'visible' });
    await page.keyboard.press('o');
    await shows(() => choosers).toEqual([true]);
    await page.keyboard.press('?');
    await page.locator('#keys').waitFor({ state: 'visible' });
    await page.keyboard.press('Escape');
    await page.locator('#keys').waitFor({ state: 'hidden' });
    expect(complaints).toEqual([]);
  });

  it('marks R and S, E and Z on the atoms, as read from their coordinates', async () => {
    for (const [smiles, marks] of [
      ['C[C@H](Cl)/C=C/C', /(R|S) E/],
      ['C[C@H](Cl)/C=C\\C', /(R|S) Z/],
    ] as const) {
      const { page, complaints } = await view({
        files: { 'chloropentene.sdf': ensembleSdf({ name: 'chloropentene', smiles, conformers: 1 }) },
      });
      await shows(() => page.locator('#conformers-panel tbody td:last-child').innerText()).toMatch(marks);
      await shows(coloured(page, 'purple')).toBeGreaterThan(100);
      await page.keyboard.press('s');
      await shows(coloured(page, 'purple')).toBe(0);
      expect(complaints).toEqual([]);
    }
  });

  it('leaves WebGPU alone where the processor plays the graphics card', async () => {
    const software = await chromium.launch({
      executablePath: chromiumPath!,
      args: [...softwareGl, '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    });
    const server = await startViewerServer({ folder: viewerFolder });
    try {
      const page = await software.newPage();
      const fetched: string[] = [];
      page.on('request', (request) => fetched.push(new URL(request.url()).pathname));
      await page.goto(server.address);
      expect(
        await page.evaluate(
          async () =>
            (await (
              navigator as unknown as { gpu?: { requestAdapter(): Promise<object | null> } }
            ).gpu?.requestAdapter()) != null,
        ),
      ).toBe(true);
      await shows(() => page.locator('#run').getAttribute('title')).toMatch(/onnxruntime-web on WebAssembly$/);
      expect(fetched.filter((path) => path.includes('asyncify'))).toEqual([]);
    } finally {
      await software.close();
      await server.close();
    }
  });

  it('exports the conformers, a picture, an animation and a link that brings the view back', async () => {
    const { page, complaints } = await view({
      files: { 'propanol.sdf': trajectorySdf({ name: 'propanol', smiles: 'CCCO', conformers: 2, frames: 4 }) },
    });
    await page.locator('label[for=arrangement-overlay]').click();
    const sdf = await records((await download(page, '#export-sdf')).toString());
    expect(sdf).toHaveLength(2);
    const [original] = conformersOf('CCCO', 2);
    for (const [i, j] of [
      [0, 1],
      [1, 2],
      [0, 5],
    ] as const) {
      expect(distance(sdf[0].structure.coordinates!, i, j)).toBeCloseTo(distance(original.coordinates!, i, j), 3);
    }
    const trajectory = await records((await download(page, '#export-trajectory')).toString());
    expect(trajectory).toHaveLength(16);
    expect(trajectory[1].fields.get('FLOW_TIME')).toBe('0.25');

    const png = await download(page, '#export-png');
    expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    expect(png.readUInt32BE(16)).toBeGreaterThan(300);
    expect(png.length).toBeGreaterThan(5000);

    await page.selectOption('#speed', '4');
    const video = await download(page, '#export-video');
    expect([...video.subarray(0, 4)]).toEqual([0x1a, 0x45, 0xdf, 0xa3]);
    expect(video.length).toBeGreaterThan(10_000);

    await page.locator('label[for=style-stick]').click();
    await page.locator('#time').fill('0.5');
    await page.click('#export summary');
    await page.click('#export-link');
    await shows(() => page.url()).toContain('#');
    const copy = await page.context().newPage();
    await copy.goto(page.url());
    await copy.waitForSelector('html[data-ready]');
    await shows(() => clock(copy)).toBe('t = 0.50 · skeleton');
    await shows(() => copy.locator('#style-stick').isChecked()).toBe(true);
    await shows(() => copy.locator('#arrangement-overlay').isChecked()).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('makes conformers of a SMILES or a name in the page itself, and says what is wrong with a SMILES', async () => {
    const { page, complaints } = await view({});
    // A page without a file begins with a molecule of its own.
    await shows(() => page.locator('#name').innerText()).toBe('aspirin');
    // The name stands before the next frame of the screen is drawn.
    await shows(coloured(page, 'grey')).toBeGreaterThan(500);

    await page.fill('#smiles', 'C[C@@H](O)[C@H](N)C(=O)O');
    await page.fill('#count', '3');
    await page.keyboard.press('Enter');
    await shows(() => page.locator('.message.note').last().innerText()).toMatch(
      /^3 conformers in .* stereo and geometry verified/,
    );
    await shows(() => page.locator('#facts').innerText()).toMatch(/^C₄H₉NO₃ · 17 atoms · 3 conformers · \d+ frames$/);
    const stereo = page.locator('#conformers-panel tbody td:last-child');
    await shows(() => stereo.allInnerTexts()).toEqual(Array(3).fill(expect.stringMatching(/^✓ R S/)));
    const sdf = await records((await download(page, '#export-sdf')).toString());
    expect(sdf[0].fields.get('SMILES')).toBe('C[C@@H](O)[C@H](N)C(=O)O');
    // A C–C bond of the made molecule is as long as one.
    expect(distance(sdf[0].structure.coordinates!, 0, 1)).toBeGreaterThan(1.4);
    expect(distance(sdf[0].structure.coordinates!, 0, 1)).toBeLessThan(1.65);

    await page.click('#export summary');
    await page.click('#export-link');
    await shows(() => page.url()).toContain('#');
    const copy = await page.context().newPage();
    await copy.goto(page.url());
    await shows(() => copy.locator('#facts').innerText()).toContain('C₄H₉NO₃ · 17 atoms · 3 conformers');
    await copy.close();

    await page.fill('#smiles', 'Caffeine');
    await page.fill('#count', '1');
    await page.click('#run');
    await shows(() => page.locator('#facts').innerText()).toContain('C₈H₁₀N₄O₂');
    for (const [smiles, expected] of [
      ['C1CC', /not a valid SMILES/],
      ['CCO.[Na+]', /fragments/],
      ['C'.repeat(500), /at most 400/],
      ['cafeine', /did you mean caffeine/],
      ['', /Type a SMILES/],
    ] as const) {
      await page.fill('#smiles', smiles);
      await page.click('#run');
      await shows(() => message(page)).toMatch(expected);
    }
    await shows(() => page.locator('#facts').innerText()).toContain('C₈H₁₀N₄O₂');
    expect(complaints).toEqual([]);
  });

  it('opens files dropped on it, and puts a small one into the link', async () => {
    const { page, complaints } = await view({});
    await page.evaluate(
      (text) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], 'ethanol.sdf'));
        for (const type of ['dragenter', 'drop'])
          document.body.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
      },
      ensembleSdf({ name: 'dropped', smiles: 'CCO', conformers: 1 }),
    );
    await shows(() => page.locator('#name').innerText()).toBe('dropped');
    await page.click('#export summary');
    await page.click('#export-link');
    await shows(() => page.url()).toContain('#z');
    const copy = await page.context().newPage();
    await copy.goto(page.url());
    await shows(() => copy.locator('#name').innerText()).toBe('dropped');
    expect(complaints).toEqual([]);
  });

  it('says what is wrong with bad files and keeps what was open', async () => {
    const { page } = await view({
      files: { 'ethanol.sdf': ensembleSdf({ name: 'ethanol', smiles: 'CCO', conformers: 1 }) },
    });
    const changing =
      trajectorySdf({ name: 'x', smiles: 'CCO', conformers: 1, frames: 2 }).split('$$$$\n').slice(0, 2).join('$$$$\n') +
      '$$$$\n' +
      trajectorySdf({ name: 'x', smiles: 'CCCO', conformers: 1, frames: 2 }).split('$$$$\n')[2] +
      '$$$$\n';
    for (const [name, content, expected] of [
      ['words.sdf', 'This is no molecule.\n', /words\.sdf/],
      ['large.xyz', `10000\n\n${'C 0 0 0\n'.repeat(10000)}`, /10,000 atoms; the viewer draws molecules of up to 2,000/],
      ['changing.sdf', changing, /record 3 has 12 atoms where the frame before it has 9/],
      ['broken.sdf.gz', '\u001f\u008b broken', /broken\.sdf\.gz cannot be read/],
    ] as const) {
      await page.setInputFiles('#files', { name, mimeType: 'text/plain', buffer: Buffer.from(content, 'latin1') });
      await shows(() => message(page)).toMatch(expected);
    }
    await shows(() => page.locator('#name').innerText()).toBe('ethanol');
    await shows(coloured(page, 'red')).toBeGreaterThan(100);
  });

  it('shows names and fields of a file as text, whatever they hold', async () => {
    const evil = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>';
    const sdf = ensembleSdf({ name: evil, smiles: 'CCO', conformers: 2 }).replaceAll(
      '$$$$',
      `>  <SMILES>\n${evil}\n\n$$$$$$$$`,
    );
    const { page, complaints } = await view({
      files: { 'evil.sdf': sdf },
      query: `#${encodeURIComponent(JSON.stringify({ state: { style: evil } }))}`,
    });
    await shows(() => page.locator('#name').innerText()).toBe(evil);
    await page.waitForTimeout(500);
    expect(await page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined();
    expect(await page.locator('main img, main script').count()).toBe(0);
    // Its policy alone would stop an inline script too.
    const blocked = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.hacked = 2';
      document.body.append(script);
      return (window as { hacked?: number }).hacked;
    });
    expect(blocked).toBeUndefined();
    expect(complaints.filter((text) => !/inline script/.test(text))).toEqual([]);
  });

  it('stays usable without WebGL, and says so', async () => {
    const blind = await chromium.launch({ executablePath: chromiumPath!, args: ['--no-sandbox', '--disable-3d-apis'] });
    const server = await startViewerServer({ folder: viewerFolder, files: [] });
    try {
      const page = await blind.newPage();
      await page.goto(server.address);
      await page.setInputFiles('#files', {
        name: 'a.sdf',
        mimeType: 'text/plain',
        buffer: Buffer.from(ensembleSdf({ name: 'ethanol', smiles: 'CCO', conformers: 1 })),
      });
      await shows(() => message(page)).toMatch(/no WebGL/);
      await shows(() => page.locator('#conformers-panel tbody tr').count()).toBe(1);
    } finally {
      await blind.close();
      await server.close();
    }
  });

  it('has a name on every control, no sideways scrolling on a phone, and readable contrast', async () => {
    for (const dark of [false, true]) {
      const { page } = await view({
        files: { 'aspirin.sdf': trajectorySdf({ name: 'aspirin', smiles: ASPIRIN, conformers: 2, frames: 4 }) },
        width: 360,
        height: 740,
        dark,
      });
      await shows(() => page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
      const nameless = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('button, input, select, summary')]
          .filter((control) => control.getAttribute('aria-hidden') !== 'true')
          .filter(
            (control) =>
              !(
                control.getAttribute('aria-label') ??
                (control as HTMLInputElement).labels?.[0]?.textContent ??
                control.textContent
              )?.trim(),
          )
          .map((control) => control.outerHTML),
      );
      expect(nameless).toEqual([]);
      const ratios = await page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        const luminance = (name: string): number => {
          const hex = style.getPropertyValue(name).trim().slice(1);
          const [r, g, b] = [0, 2, 4]
            .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
            .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        return (
          [
            ['--ink', '--page'],
            ['--ink', '--panel'],
            ['--ink', '--canvas'],
            ['--soft', '--page'],
            ['--soft', '--panel'],
            ['--soft', '--canvas'],
            ['--accent-ink', '--accent'],
            ['--accent', '--panel'],
            ['--problem', '--panel'],
            ['--ink', '--accent-soft'],
          ] as const
        ).map(([text, ground]) => {
          const [a, b] = [luminance(text), luminance(ground)].sort((x, y) => y - x) as [number, number];
          return [`${text} on ${ground}`, (a + 0.05) / (b + 0.05)] as const;
        });
      });
      for (const [pair, ratio] of ratios) expect(ratio, pair).toBeGreaterThan(4.5);
    }
  });

  it('writes one page that plays from disk without a network', async () => {
    const file = join(folder, 'aspirin.sdf');
    await writeFile(file, trajectorySdf({ name: 'aspirin <b>', smiles: ASPIRIN, conformers: 2, frames: 6 }));
    const target = join(folder, 'page.html');
    await writeFile(target, await exportedPage({ folder: viewerFolder, files: [file] }));
    const context = await browser.newContext({
      offline: true,
      reducedMotion: 'reduce',
      viewport: { width: 1280, height: 800 },
    });
    open.push({ context });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on('console', (entry) => entry.type() === 'error' && complaints.push(entry.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on(
      'request',
      (request) =>
        !/^(blob|data):/.test(request.url()) && request.url() !== `file://${target}` && complaints.push(request.url()),
    );
    await page.goto(`file://${target}`);
    await page.waitForSelector('html[data-ready]');
    await shows(() => page.locator('#name').innerText()).toBe('aspirin <b>');
    await page.keyboard.press('End');
    await shows(coloured(page, 'red')).toBeGreaterThan(300);
    // The analysis worker and RDKit run from inside the page too.
    await shows(() => page.locator('#conformers-panel tbody tr:first-child td:nth-child(3)').innerText()).toMatch(
      /^\d+\.\d\d$/,
    );
    await shows(() => page.locator('#conformers-panel tbody tr:first-child td:last-child').innerText()).not.toContain(
      '…',
    );
    expect(complaints).toEqual([]);
  });
});

describe('the server of molflow view', () => {
  it('serves the files given and nothing else, to this machine alone', async () => {
    await buildViewer();
    const folder = await mkdtemp(join(tmpdir(), 'molflow-server-'));
    const file = join(folder, 'a & b.sdf');
    await writeFile(file, 'content');
    const server = await startViewerServer({ folder: viewerFolder, files: [file] });
    try {
      const { origin } = new URL(server.address);
      const index = await fetch(server.address);
      expect(index.headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval';.*frame-ancestors 'none'$/,
      );
      expect(index.headers.get('x-content-type-options')).toBe('nosniff');
      const given = new URL(server.address).searchParams.get('open')!;
      expect(await (await fetch(`${origin}/${given}`)).text()).toBe('content');
      expect((await fetch(`${origin}/`, { redirect: 'manual' })).headers.get('location')).toContain('open=');
      expect((await fetch(`${origin}/assets/RDKit_minimal.wasm`)).headers.get('content-type')).toBe('application/wasm');
      for (const path of [
        '/..%2f..%2fpackage.json',
        '/%2e%2e/package.json',
        '/files/1/x',
        '/files/0',
        '/nothing',
        '/assets',
        '/%00',
      ]) {
        expect((await fetch(origin + path)).status, path).toBe(404);
      }
      expect((await fetch(`${origin}/%E0%A4%A`)).status).toBe(400);
      expect((await fetch(server.address, { method: 'POST' })).status).toBe(405);
      const { request } = await import('node:http');
      const status = await new Promise<number | undefined>((resolve) => {
        request(origin, { headers: { host: 'evil.example' } }, (response) => resolve(response.statusCode)).end();
      });
      expect(status).toBe(403);
    } finally {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('says what it cannot open', async () => {
    await buildViewer();
    await expect(startViewerServer({ folder: viewerFolder, files: ['/nowhere/x.sdf'] })).rejects.toThrow(
      '/nowhere/x.sdf cannot be opened: there is no such file.',
    );
    await expect(startViewerServer({ folder: '/nowhere' })).rejects.toThrow(/viewer is not built/);
    const first = await startViewerServer({ folder: viewerFolder });
    try {
      await expect(
        startViewerServer({ folder: viewerFolder, port: Number(new URL(first.address).port) }),
      ).rejects.toThrow(/another program uses it/);
    } finally {
      await first.close();
    }
  });
});
