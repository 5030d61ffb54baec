/** The viewer in pages of others: its static folder under a path, the element, an exported page in a sandbox. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exportedPage } from '../../src/cli/view/page.js';
import { frameAncestors } from '../../src/cli/view/policy.js';
import { startViewerServer } from '../../src/cli/view/server.js';
import { writeStaticViewer } from '../../src/cli/view/static.js';
import type { MolflowViewer } from '../../src/index.viewer.js';
import { viewerFolder } from './built-viewer.js';
import { chromiumPath } from './chromium.js';
import { ensembleSdf } from './noisy-trajectory.js';
import { LIMITS, records, shows, useViewer } from './page.js';

vi.setConfig(LIMITS);

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** As strict as a page can be that has the element. */
const POLICY = "default-src 'none'; script-src 'self'; frame-src 'self'; connect-src 'self'";

describe.skipIf(chromiumPath === undefined)('in a page of someone else', () => {
  const { newContext } = useViewer();
  let folder: string;
  let server: Server;
  let site: string;
  const asked: string[] = [];
  /** Whether the server answers. */
  let online = true;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'molflow-site-'));
    await writeStaticViewer({ folder: viewerFolder, to: join(folder, 'viewer'), quality: 1 });
    const sdf = ensembleSdf({ name: 'propanol', smiles: 'CCCO', conformers: 2 });
    await writeFile(join(folder, 'propanol.sdf'), sdf);
    await writeFile(
      join(folder, 'index.html'),
      `<!doctype html><html lang="en"><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${POLICY}"><title>Elsewhere</title>
      <script type="module" src="viewer/molflow-viewer.js"></script>
      <molflow-viewer src="propanol.sdf" draw-style="sphere" aria-label="Conformers of propanol"></molflow-viewer></html>`,
    );
    const page = await exportedPage({ folder: viewerFolder, files: [join(folder, 'propanol.sdf')] });
    const escaped = page.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    await writeFile(
      join(folder, 'notebook.html'),
      `<!doctype html><html lang="en"><meta charset="utf-8"><title>Notebook</title><iframe sandbox="allow-scripts" srcdoc="${escaped}"></iframe></html>`,
    );
    // As GitHub Pages serves a repository: under a path, without headers of its own.
    server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '', 'http://site');
      if (!online) return void request.socket.destroy();
      // The browser itself asks for it.
      if (pathname === '/favicon.ico') return void response.writeHead(204).end();
      asked.push(pathname);
      readFile(join(folder, pathname.replace(/^\/user\/repo\//, '').replace(/^$|\/$/, '$&index.html'))).then(
        (content) => response.writeHead(200, { 'content-type': TYPES[extname(pathname)] ?? 'text/html' }).end(content),
        () => response.writeHead(404).end(),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    site = `http://127.0.0.1:${(server.address() as AddressInfo).port}/user/repo/`;
  });
  afterAll(async () => {
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true, force: true });
  });

  it('is an element that shows a file or makes a molecule, and tells the page', async () => {
    const page = await (await newContext({ viewport: { width: 600, height: 460 }, reducedMotion: 'reduce' })).newPage();
    const complaints: string[] = [];
    page.on('console', (entry) => entry.type() === 'error' && complaints.push(entry.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.addInitScript(() => {
      const told: unknown[] = [];
      Object.assign(window, { told });
      for (const name of ['ready', 'shown', 'problem'])
        document.addEventListener(name, (event) => told.push([name, (event as CustomEvent).detail]));
    });
    await page.goto(site);
    const told = (): Promise<unknown[]> => page.evaluate(() => (window as unknown as { told: unknown[] }).told);
    const viewer = page.locator('molflow-viewer');
    const frame = page.frameLocator('molflow-viewer iframe');
    await shows(told).toEqual([
      ['ready', null],
      ['shown', { name: 'propanol', atoms: 12, conformers: 2, conformer: 0 }],
    ]);
    expect(await viewer.locator('iframe').getAttribute('title')).toBe('Conformers of propanol');
    expect(await frame.locator('#style-sphere').isChecked()).toBe(true);
    // The molecule alone, as large as its place.
    const seen = (): Promise<string[]> =>
      frame
        .locator('body')
        .evaluate(() =>
          ['header', '#caption', '#canvas', '#transport', 'aside'].filter((part) =>
            document.querySelector(part)?.checkVisibility(),
          ),
        );
    expect(await seen()).toEqual(['#canvas']);
    const [place, canvas] = await Promise.all([viewer.boundingBox(), frame.locator('#canvas').boundingBox()]);
    expect(canvas).toEqual(place);
    await viewer.evaluate((element: MolflowViewer) => (element.controls = 'playback'));
    await shows(seen).toEqual(['#caption', '#canvas', '#transport']);
    await viewer.evaluate((element) => element.setAttribute('controls', ''));
    await shows(seen).toEqual(['header', '#caption', '#canvas', '#transport', 'aside']);

    await viewer.evaluate((element: MolflowViewer) => {
      element.src = null;
      element.smiles = 'CCO';
      element.count = 1;
      element.setAttribute('quality', 'fast');
    });
    await shows(async () => (await told()).at(-1)).toEqual([
      'shown',
      { name: 'CCO', atoms: 9, conformers: 1, conformer: 0 },
    ]);
    const made = await records(await viewer.evaluate((element: MolflowViewer) => element.sdf()));
    expect(made.map(({ structure }) => structure.atoms.length)).toEqual([9]);
    expect(complaints).toEqual([]);

    await viewer.evaluate((element: MolflowViewer) => (element.src = 'missing.sdf'));
    await shows(async () => (await told()).at(-1)).toEqual([
      'problem',
      `${site}missing.sdf could not be loaded: the server answered 404.`,
    ]);
    await viewer.evaluate((element: MolflowViewer) => element.open('broken.sdf', 'nothing\n'));
    await shows(async () => (await told()).at(-1)).toEqual(['problem', expect.stringMatching(/^broken\.sdf/)]);
    expect(asked.filter((path) => !path.startsWith('/user/repo/'))).toEqual([]);
  });

  it('fetches its large files compressed, and works without a network from the second time on', async () => {
    const context = await newContext({ reducedMotion: 'reduce' });
    const page = await context.newPage();
    const before = asked.length;
    await page.goto(`${site}viewer/`);
    await shows(() => page.locator('#run').getAttribute('title')).toMatch(/^molflow-base, /);
    const large = asked.slice(before).flatMap((path) => /assets\/(.+\.(?:wasm|safetensors|br))$/.exec(path)?.[1] ?? []);
    expect(large.sort()).toEqual([
      'RDKit_minimal.wasm.br',
      'molflow-base.safetensors.split.br',
      'ort-wasm-simd-threaded.wasm.br',
    ]);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
    });
    online = false;
    try {
      const again = await context.newPage();
      await again.goto(`${site}viewer/?smiles=CCO&count=1&quality=fast`);
      await shows(() => again.locator('#facts').innerText()).toMatch(/^C₂H₆O/);
      await shows(() => again.locator('#conformers-panel tbody').innerText()).toMatch(/0\.00/);
    } finally {
      online = true;
    }
  });

  it('is an exported page in a sandbox, which says nothing to the page around it', async () => {
    const page = await (await newContext({ reducedMotion: 'reduce' })).newPage();
    const complaints: string[] = [];
    page.on('console', (entry) => entry.type() === 'error' && complaints.push(entry.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${site}notebook.html`);
    const frame = page.frameLocator('iframe');
    await shows(() => frame.locator('#name').textContent()).toBe('propanol');
    // RDKit and the analysis run in their worker.
    await shows(() => frame.locator('#conformers-panel tbody').innerText()).toMatch(/\d\.\d\d/);
    await shows(() => frame.locator('#conformers-panel tbody').innerText()).not.toContain('…');
    const heard = await page.evaluate(async () => {
      const messages: unknown[] = [];
      addEventListener('message', ({ data }) => messages.push(data));
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => messages.push(data);
      const { contentWindow } = document.querySelector('iframe') as HTMLIFrameElement;
      contentWindow?.postMessage({ molflow: 'hello' }, '*');
      contentWindow?.postMessage({ molflow: 'sdf' }, '*', [port2]);
      await new Promise((resolve) => setTimeout(resolve, 300));
      return messages;
    });
    expect(heard).toEqual([]);

    // A running “molflow view” that lets this page in.
    const { origin } = new URL(site);
    const running = await startViewerServer({ folder: viewerFolder, ancestors: frameAncestors(origin) });
    try {
      await page.evaluate((address) => {
        const frame = document.createElement('iframe');
        frame.src = address;
        frame.id = 'running';
        document.body.append(frame);
      }, running.address);
      await shows(() => page.frameLocator('#running').locator('html').getAttribute('data-ready')).toBe('true');
    } finally {
      await running.close();
    }
    expect(complaints).toEqual([]);
  });
});
