/** The viewer in real headless Chromium: files and SMILES that are given to it, good and bad. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it, vi } from 'vitest';
import { exportedPage } from '../../src/cli/view/page.js';
import { conformerFields } from '../../src/generation/records.js';
import { generate } from '../../src/generation/one-call.node.js';
import { rmsdAligned } from '../../src/geometry/rmsd.js';
import { distance } from '../../src/geometry/internal-coordinates.js';
import { readFragment } from '../../viewer/src/link.js';
import { viewerFolder } from './built-viewer.js';
import { chromiumPath } from './chromium.js';
import { ensembleSdf, trajectorySdf } from './noisy-trajectory.js';
import { ASPIRIN, LIMITS, coloured, download, message, note, openFile, records, shows, useViewer } from './page.js';

vi.setConfig(LIMITS);

/** Pastes text into the page, outside of its fields. */
function paste(page: Page, text: string): Promise<void> {
  return page.evaluate((text) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', text);
    document.body.dispatchEvent(new ClipboardEvent('paste', { bubbles: true, cancelable: true, clipboardData }));
  }, text);
}

describe.skipIf(chromiumPath === undefined)('what is given to the viewer', () => {
  const { share, newContext, folder } = useViewer();
  const shared = share({});

  it('makes conformers of a SMILES or a name in the page itself, and says what is wrong with a SMILES', async () => {
    const { page, complaints } = shared();
    // A page without a file says what it is, and waits.
    await shows(() => page.locator('#empty').innerText()).toContain('makes its 3D conformers');
    // It can be used before its worker is begun, which reads megabytes.
    const worker = (): Promise<number | undefined> =>
      page.evaluate(() => {
        const [begun] = performance.getEntriesByType('resource').filter(({ name }) => /worker/.test(name));
        const [ready] = performance.getEntriesByName('ready');
        return begun && ready && begun.startTime - ready.startTime;
      });
    await shows(worker).toBeGreaterThan(0);
    // One conformer is enough of it.
    expect(await page.locator('#count').inputValue()).toBe('4');
    await page.fill('#count', '1');
    await page.click('#example');
    await shows(() => page.locator('#name').innerText()).toBe('aspirin');
    // The name stands before the next frame of the screen is drawn.
    await shows(coloured(page, 'grey')).toBeGreaterThan(500);

    await page.fill('#smiles', 'C[C@@H](O)[C@H](N)C(=O)O');
    await page.fill('#count', '2');
    await page.keyboard.press('Enter');
    await shows(() => note(page)).toMatch(/^2 conformers in .* stereo and geometry verified/);
    await shows(() => page.locator('#facts').innerText()).toMatch(
      /^C₄H₉NO₃ · 17 atoms · 2 conformers · \d+ frames · gas phase$/,
    );
    const stereo = page.locator('#conformers-panel tbody td:last-child');
    await shows(() => stereo.allInnerTexts()).toEqual(Array(2).fill(expect.stringMatching(/^✓ R S/)));
    // The drawing is one that the page's policy lets through.
    const drawing = page.locator('#depiction');
    await shows(() => drawing.getAttribute('alt')).toMatch(/: C\[C@@H\]\(O\)\[C@H\]\(N\)C\(=O\)O$/);
    await shows(() => drawing.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(100);
    const sdf = await records((await download(page, '#export-sdf')).toString());
    expect(sdf[0].fields.get('MOLFLOW_SMILES')).toBe('C[C@@H](O)[C@H](N)C(=O)O');
    // What the library makes of it in Node, and so the command (same-records.test.ts), laid onto what the page shows.
    const made = await generate('C[C@@H](O)[C@H](N)C(=O)O', { count: 2, seed: 1 });
    expect(sdf.length).toBeGreaterThan(0);
    for (const { fields, structure } of sdf) {
      const conformer = made.conformers[Number(fields.get('MOLFLOW_CONFORMER')) - 1];
      for (const [name, value] of conformerFields(made, conformer)) expect(fields.get(name)).toBe(String(value));
      expect(rmsdAligned(structure.coordinates!, conformer.coordinates, 17)).toBeLessThan(1e-3);
    }
    // A C–C bond of the made molecule is as long as one.
    expect(distance(sdf[0].structure.coordinates!, 0, 1)).toBeGreaterThan(1.4);
    expect(distance(sdf[0].structure.coordinates!, 0, 1)).toBeLessThan(1.65);

    await page.click('#export summary');
    await page.click('#export-link');
    await shows(async () => (await readFragment(new URL(page.url()).hash)).camera).toHaveLength(8);
    // A page that begins with such a link makes them again: faults.test.ts reloads one.
    expect((await readFragment(new URL(page.url()).hash)).smiles).toMatchObject({
      text: 'C[C@@H](O)[C@H](N)C(=O)O',
      count: 2,
      seed: 1,
    });

    await page.fill('#smiles', 'CC(F)O');
    await page.fill('#count', '1');
    await page.click('#options summary');
    await page.check('#enumerate-stereo');
    await page.click('#run');
    await shows(() => note(page)).toMatch(/^2 conformers of 2 stereoisomers in /);
    const isomers = page.locator('#conformers-panel tbody tr > :nth-child(3)');
    await shows(() => isomers.allInnerTexts()).toEqual(['1', '2']);

    // Relaxed in the page is relaxed as by the library: its worker reads MMFF94's parameters under the page's policy.
    await page.fill('#smiles', 'CCCO propanol');
    await page.fill('#count', '3');
    await page.click('#options summary');
    await page.uncheck('#enumerate-stereo');
    await page.selectOption('#optimize', 'mmff94s');
    await page.fill('#energy-window', '3');
    await page.keyboard.press('Enter');
    await shows(() => page.locator('#name').innerText()).toBe('propanol');
    const relaxed = await generate('CCCO', { count: 3, seed: 1, optimize: 'mmff94s', energyWindow: 3 });
    const saved = await records((await download(page, '#export-sdf')).toString());
    expect(saved).toHaveLength(relaxed.conformers.length);
    for (const [k, { structure, fields }] of saved.entries()) {
      const { coordinates } = relaxed.conformers[k];
      for (const [name, value] of conformerFields(relaxed, relaxed.conformers[k]))
        expect(fields.get(name)).toBe(String(value));
      expect(rmsdAligned(structure.coordinates!, coordinates, 12)).toBeLessThan(1e-3);
    }
    await page.click('#options summary');
    await page.selectOption('#optimize', 'none');
    await page.fill('#energy-window', '');
    await page.fill('#count', '1');

    await page.fill('#smiles', 'Acetone');
    await page.click('#run');
    await shows(() => page.locator('#facts').innerText()).toContain('C₃H₆O');

    // A list is made one after another; what cannot be made stays in it.
    await paste(page, 'C methane\nC1CC broken\nO water\n');
    await page.click('#make-all');
    await shows(() => page.locator('#waiting-list li').allInnerTexts()).toEqual([
      expect.stringMatching(/^broken\s+not made\s+Generate$/),
    ]);
    await shows(() => page.locator('#molecule option').allInnerTexts()).toEqual(
      expect.arrayContaining([expect.stringMatching(/ methane$/), expect.stringMatching(/ water$/)]),
    );
    await page.click('#clear-waiting');
    await page.locator('#waiting-panel').waitFor({ state: 'hidden' });
    // Of text that is dropped, too.
    await page.evaluate(() => {
      const dataTransfer = new DataTransfer();
      dataTransfer.setData('text/plain', 'CC');
      document.body.dispatchEvent(new DragEvent('drop', { bubbles: true, cancelable: true, dataTransfer }));
    });
    await shows(() => page.locator('#facts').innerText()).toContain('C₂H₆');
    for (const [smiles, expected] of [
      ['C1CC', /not a valid SMILES/],
      ['CCO.[Na+]', /fragments/],
      ['C'.repeat(500), /at most 400/],
      ['cafeine', /did you mean caffeine/],
      ['InChI=1S/CH4/h1H4', /reads no InChI/],
      ['', /Type a SMILES/],
    ] as const) {
      await page.fill('#smiles', smiles);
      await page.click('#run');
      await shows(() => message(page)).toMatch(expected);
    }
    await shows(() => page.locator('#facts').innerText()).toContain('C₂H₆');
    expect(complaints).toEqual([]);
  });

  it('leaves WebGPU alone where the processor plays the graphics card', async () => {
    const { page, fetched } = shared();
    expect(
      await page.evaluate(
        async () =>
          (await (
            navigator as unknown as { gpu?: { requestAdapter(): Promise<object | null> } }
          ).gpu?.requestAdapter()) != null,
      ),
    ).toBe(true);
    await page.focus('#smiles');
    await shows(() => page.locator('#run').getAttribute('title')).toMatch(/onnxruntime-web on WebAssembly$/);
    expect(fetched.filter((address) => address.includes('asyncify'))).toEqual([]);
  });

  it('opens files dropped on it, and puts a small one into the link', async () => {
    const { page, complaints } = shared();
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
    await paste(page, ensembleSdf({ name: 'pasted', smiles: 'CC', conformers: 1 }));
    await shows(() => page.locator('#name').innerText()).toBe('pasted');
    const [dropped] = (await page.locator('#molecule option').allInnerTexts()).filter((text) => /dropped$/.test(text));
    await page.selectOption('#molecule', { label: dropped });
    await shows(() => page.locator('#name').innerText()).toBe('dropped');
    await page.click('#export summary');
    await page.click('#export-link');
    // A page that begins with such a link: panels.test.ts opens one.
    const linked = async () => readFragment(new URL(page.url()).hash);
    await shows(async () => (await linked()).camera).toHaveLength(8);
    expect((await linked()).file?.name).toBe('ethanol.sdf');
    expect(complaints).toEqual([]);
  });

  it('says what is wrong with bad files and keeps what was open', async () => {
    const { page } = shared();
    await openFile(page, { name: 'ethanol', text: ensembleSdf({ name: 'ethanol', smiles: 'CCO', conformers: 1 }) });
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
    const { page, complaints } = shared();
    const before = complaints.length;
    await page.setInputFiles('#files', { name: 'evil.sdf', mimeType: 'text/plain', buffer: Buffer.from(sdf) });
    await shows(() => page.locator('#name').innerText()).toBe(evil);
    await shows(() => page.locator('#conformers-panel tbody').innerText()).not.toContain('…');
    await page.waitForTimeout(500);
    expect(await page.evaluate(() => (window as { hacked?: number }).hacked)).toBeUndefined();
    expect(await page.locator('main img:not(#depiction), main script').count()).toBe(0);
    // Its policy alone would stop an inline script too.
    const blocked = await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'window.hacked = 2';
      document.body.append(script);
      return (window as { hacked?: number }).hacked;
    });
    expect(blocked).toBeUndefined();
    expect(complaints.slice(before).filter((text) => !/inline script/.test(text))).toEqual([]);
  });

  it('writes one page that plays from disk without a network', async () => {
    const file = join(folder(), 'aspirin.sdf');
    await writeFile(file, trajectorySdf({ name: 'aspirin <b>', smiles: ASPIRIN, conformers: 2, frames: 6 }));
    const target = join(folder(), 'page.html');
    await writeFile(target, await exportedPage({ folder: viewerFolder, files: [file] }));
    const context = await newContext({
      offline: true,
      reducedMotion: 'reduce',
      viewport: { width: 900, height: 620 },
    });
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
