/** The viewer in real headless Chromium: what users found wrong with it, each as it should be. */
import { describe, expect, it, vi } from 'vitest';
import { elementSymbol } from '../../src/chem/elements.js';
import { molblock } from '../../src/chem/molblock.js';
import { readFragment } from '../../viewer/src/link.js';
import { chromiumPath } from './chromium.js';
import { conformersOf, ensembleSdf } from './noisy-trajectory.js';
import { clock, coloured, download, LIMITS, message, note, openFile, records, shows, useViewer } from './page.js';

vi.setConfig(LIMITS);

/** More than an overlay draws. */
const MANY = 36;

describe.skipIf(chromiumPath === undefined)('the viewer', () => {
  const { share } = useViewer();
  // The model of two steps: how a run begins and ends is the same.
  const running = share({ query: '?smiles=C&count=1&quality=fast&seed=7' });

  it('ends every run with what is finished, and says how it stands', async () => {
    const { page, complaints } = running();
    const facts = (): Promise<string> => page.locator('#facts').innerText();
    const generate = async (text: string, count: number): Promise<void> => {
      await page.fill('#smiles', text);
      await page.fill('#count', String(count));
    };
    // A run that is over before its first picture is at rest at its end, with its hydrogens.
    await shows(facts).toContain('CH₄ · 5 atoms · 1 conformer');
    await shows(() => clock(page)).toMatch(/^t = 1\.00 · hydrogens$|^one frame$/);
    await shows(coloured(page, 'white')).toBeGreaterThan(500);

    // So it is behind another tab, where nothing is drawn until one comes back to it.
    await page.evaluate(() => {
      const own = requestAnimationFrame.bind(window);
      const waiting: FrameRequestCallback[] = [];
      window.requestAnimationFrame = (callback) => waiting.push(callback);
      Object.assign(window, {
        comeBack() {
          window.requestAnimationFrame = own;
          waiting.forEach((callback) => own(callback));
        },
      });
    });
    await generate('O', 1);
    await page.click('#run');
    await shows(facts).toContain('H₂O · 3 atoms · 1 conformer');
    await page.evaluate(() => (window as unknown as { comeBack(): void }).comeBack());
    await shows(() => clock(page)).toMatch(/^t = 1\.00|^one frame$/);
    await shows(coloured(page, 'red')).toBeGreaterThan(100);

    // A double click asks once; all are ticked, however many were there with the first picture.
    await generate('CCCCCO', 8);
    await page.dblclick('#run');
    await shows(() => note(page)).toMatch(/^8 conformers/);
    await shows(() => page.locator('#conformers-panel tbody input:checked').count()).toBe(8);
    // The seed that was asked for is seen.
    expect(await page.locator('#seed').inputValue()).toBe('7');
    await shows(() => page.locator('#molecule option').allInnerTexts()).toEqual(['1. C', '2. O', '3. CCCCCO']);

    // A file that is opened in a run's first moments is what is looked at; the run goes on behind it. Molecules of such a
    // size come a few at a time, so that little is made, and to be analysed, before a run is ended.
    const state = (): Promise<string> => page.locator('#run-text').innerText();
    await generate('CCCCCCCCCCCCCN', 300);
    await page.click('#run');
    await openFile(page, { name: 'opened', text: ensembleSdf({ name: 'opened', smiles: 'CCO', conformers: 2 }) });
    await shows(state).toMatch(/^[1-9]\d* of 300/);
    await page.keyboard.press('Escape');
    await shows(() => note(page)).toMatch(/^CCCCCCCCCCCCCN: \d+ conformers?/);
    expect(await page.locator('#name').innerText()).toBe('opened');
    await page.selectOption('#molecule', { label: '5. CCCCCCCCCCCCCN' });
    await shows(facts).toContain('C₁₃H₂₉N · 43 atoms');

    // One that another replaces comes to its end, too; Escape keeps what is finished.
    await generate('CCCCCCCCCCCCCO', 300);
    await page.click('#run');
    await shows(state).toMatch(/^\d+ of 300/);
    // Who asks for less motion is shown what is finished; others see it form.
    const name = (): Promise<string> => page.locator('#name').innerText();
    expect(await name()).toBe('CCCCCCCCCCCCCN');
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await shows(name).toBe('CCCCCCCCCCCCCO');
    // So many shapes that they are never all made before the key is pressed.
    await generate('CCCCCCCCCCCCCCN', 300);
    await page.click('#run');
    await shows(state).toMatch(/^[1-9]\d* of 300/);
    await page.focus('#canvas');
    await page.keyboard.press('Escape');
    await page.locator('#run-state').waitFor({ state: 'hidden' });
    await shows(facts).toMatch(/^C₁₄H₃₁N · 46 atoms · \d+ conformers?/);
    await shows(() => note(page)).toMatch(/asked for: stopped after/);
    for (const option of await page.locator('#molecule option').all()) {
      await page.selectOption('#molecule', await option.getAttribute('value'));
      await shows(() => page.locator('#conformers-panel tbody tr').count()).toBeGreaterThan(0);
    }

    // What is wrong is said of what was typed, with a button for what can be done.
    await generate('unobtainiol', 2);
    await page.click('#run');
    await shows(() => message(page)).toMatch(/“unobtainiol” is not among the \d+ names/);
    await generate('CCO.[Na+]', 2);
    await page.click('#run');
    await page.click('.message .action');
    await shows(facts).toContain('C₂H₆O · 9 atoms');
    // A reload brings back what is there, not what the page began with, and so does its link.
    const address = async () => readFragment(new URL(page.url()).hash);
    const asked = { text: 'CCO.[Na+]', count: 2, seed: 7, quality: 'fast', largestFragment: true };
    await shows(async () => (await address()).smiles).toMatchObject(asked);
    expect((await address()).camera).toBeUndefined();
    await page.click('#export summary');
    await page.click('#export-link');
    await shows(async () => (await address()).camera).toHaveLength(8);
    expect((await address()).smiles).toMatchObject(asked);
    await page.reload();
    await shows(facts).toContain('C₂H₆O · 9 atoms');

    // At 200 % zoom of a small screen the molecule is still seen.
    await page.setViewportSize({ width: 640, height: 400 });
    await shows(async () => (await page.locator('#canvas').boundingBox())!.height).toBeGreaterThan(225);
    await page.setViewportSize({ width: 900, height: 620 });
    expect(complaints).toEqual([]);
  });

  it('names a drawing, computes nothing of it that it has not, and generates from it', async () => {
    const [molecule] = conformersOf('CCO', 1);
    const drawing = {
      ...molecule,
      atoms: molecule.atoms.slice(0, 3),
      bonds: molecule.bonds.filter(({ a, b }) => a < 3 && b < 3),
    };
    const flat = Float32Array.from([0, 0, 0, 1.2, 0.7, 0, 2.4, 0, 0]);
    const sdf = `${molblock({ molecule: drawing, coordinates: flat, title: 'drawn', dimension: 2 })}$$$$\n`;
    const { page } = running();
    await openFile(page, { name: 'drawn', text: sdf });
    await shows(() => page.locator('#facts').innerText()).toContain('C₂H₆O');
    expect(await page.locator('#conformers-panel tbody').innerText()).not.toContain('…');
    await page.fill('#count', '1');
    await page.click('#generate-from');
    await shows(() => page.locator('#facts').innerText()).toContain('C₂H₆O · 9 atoms · 1 conformer');
    await shows(() => page.locator('#name').innerText()).toBe('drawn');
  });

  it('keeps every conformer of a file, compares it with its own reference alone, and is used by keys', async () => {
    const shapes = conformersOf('CCCO', 2);
    const many = Array.from({ length: MANY }, (_, k) => {
      const molecule = shapes[k % shapes.length];
      return `${molblock({ molecule, coordinates: molecule.coordinates, title: `x ${k}` })}$$$$\n`;
    }).join('');
    const { page, complaints } = running();
    await openFile(page, { name: 'x', text: many });
    await shows(() => page.locator('#facts').innerText()).toContain(`${MANY} conformers`);

    // Whatever is drawn, all are saved, or all that are ticked, and where they lay in the file.
    const saved = await records((await download(page, '#export-sdf')).toString());
    expect(saved).toHaveLength(MANY);
    saved[1].structure.coordinates!.forEach((value, k) => expect(value).toBeCloseTo(shapes[1].coordinates![k], 3));
    await page.locator('label[for=arrangement-overlay]').click();
    // Its rows are changed where they stand, not made anew with each tick and choice.
    await shows(() => page.locator('#conformers-panel tbody').innerText()).not.toContain('…');
    await page.locator('tr:has(#tick-0)').evaluate((row) => (row.dataset['kept'] = 'yes'));
    await page.uncheck('#tick-0');
    await page.click('#conformer-2');
    await shows(() => page.locator('tr.active').innerText()).toMatch(/^\s*3\b/);
    expect(await page.locator('tr[data-kept] #tick-0:not(:checked)').count()).toBe(1);
    expect(await records((await download(page, '#export-ticked')).toString())).toHaveLength(MANY - 1);
    expect(await records((await download(page, '#export-sdf')).toString())).toHaveLength(MANY);

    // A press on the molecule closes the menu.
    await page.click('#export summary');
    await page.mouse.click(200, 300);
    await shows(() => page.locator('#export').getAttribute('open')).toBeNull();

    // N goes down the table as it is sorted, and an arrow says how.
    await page.click('#sort-index');
    await shows(() => page.locator('#sort-index').innerText()).toContain('▼');
    await page.click('#conformer-20');
    await page.keyboard.press('n');
    await shows(() => page.locator('tr.active').innerText()).toMatch(/\b20\b/);

    // What the clock shows is not read out with every frame, and the canvas shows when it has the focus.
    expect(
      await page.locator('#clock').evaluate((clock) => clock.closest('output, [role=status], [aria-live]')),
    ).toBeNull();
    const box = (await page.locator('#canvas').boundingBox())!;
    const edge = { x: box.x + 40, y: box.y + box.height - 6, width: 60, height: 6 };
    const before = await page.screenshot({ clip: edge });
    await page.keyboard.press('Tab');
    await page.focus('#canvas');
    await shows(async () => (await page.screenshot({ clip: edge })).equals(before)).toBe(false);

    // A reference of another molecule is refused; one of the same is drawn, and can be removed.
    const reference = async (smiles: string): Promise<void> =>
      page.setInputFiles('#conformers-panel input[type=file]', {
        name: `${smiles}.sdf`,
        mimeType: 'text/plain',
        buffer: Buffer.from(ensembleSdf({ name: smiles, smiles, conformers: 1 })),
      });
    await reference('CCOC');
    await shows(() => message(page)).toMatch(/CCOC\.sdf is another molecule than x/);
    expect(await page.locator('#reference-remove').count()).toBe(0);
    await reference('CCCO');
    await shows(() => page.locator('#reference-row').innerText()).toContain('CCCO.sdf');
    await shows(() => page.locator('#sort-toReference').count()).toBe(1);
    const drawn = await coloured(page, 'any')();
    await page.uncheck('#reference-drawn');
    await shows(coloured(page, 'any')).not.toBe(drawn);
    await page.click('#reference-remove');
    await shows(() => page.locator('#sort-toReference').count()).toBe(0);

    expect(complaints).toEqual([]);
  });

  it('opens an XYZ of two conformers as two, and no trajectory', async () => {
    const shapes = conformersOf('CCCO', 2);
    const frames = shapes.map(({ atoms, coordinates: c }) => {
      const rows = atoms.map(({ element }, i) => [elementSymbol(element), ...c!.slice(3 * i, 3 * i + 3)].join(' '));
      return `${[atoms.length, 'propanol', ...rows].join('\n')}\n`;
    });
    const { page } = running();
    await page.setInputFiles('#files', {
      name: 'two.xyz',
      mimeType: 'text/plain',
      buffer: Buffer.from(frames.join('')),
    });
    await shows(() => page.locator('#facts').innerText()).toContain('2 conformers');
  });
});
