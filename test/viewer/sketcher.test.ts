/** The viewer's sketcher in real headless Chromium, under the page's own policy. */
import { describe, expect, it, vi } from 'vitest';
import { readFragment } from '../../viewer/src/link.js';
import { chromiumPath } from './chromium.js';
import { LIMITS, note, shows, useViewer } from './page.js';

vi.setConfig(LIMITS);

const ALANINE = 'C[C@H](N)C(=O)O';

describe.skipIf(chromiumPath === undefined)('the sketcher', () => {
  const { view } = useViewer();

  it('begins with what is typed or shown, keeps wedges, draws by clicks, and generates', async () => {
    const { page, complaints, fetched } = await view({});
    const drawn = (): Promise<string> => page.locator('#sketch-state').innerText();
    /** A tool of the editor's bar, which has two columns. */
    const tool = (row: number, column: 0 | 1): Promise<void> =>
      page
        .locator('#sketch canvas')
        .first()
        .click({ position: { x: 11 + 21 * column, y: 11 + 21 * row } });
    /** A point of the drawing, from its middle. */
    const at = async (dx: number, dy: number): Promise<void> => {
      const canvas = page.locator('#sketch canvas').last();
      const box = (await canvas.boundingBox())!;
      await canvas.click({ position: { x: box.width / 2 + dx, y: box.height / 2 + dy } });
    };

    await page.fill('#smiles', ALANINE);
    await page.fill('#count', '1');
    expect(fetched.filter((address) => address.includes('openchemlib'))).toEqual([]);
    await page.click('#draw');
    await shows(drawn).toBe(ALANINE);
    // The other hand: a wedge up where it was down, at the bond to the methyl group.
    await tool(6, 0);
    await at(-25, 0);
    await shows(drawn).toBe('C[C@@H](N)C(=O)O');
    await page.click('#sketch-generate');
    await shows(() => note(page)).toMatch(/^1 conformer/);
    await shows(() => page.locator('#conformers-panel tbody td').last().innerText()).toMatch(/^✓ R/);
    expect((await readFragment(new URL(page.url()).hash)).smiles?.text).toBe('C[C@@H](N)C(=O)O');

    // A ring of benzene by one click; Escape leaves what is shown, and the drawing as it is.
    await page.focus('#canvas');
    await page.keyboard.press('d');
    await shows(drawn).toBe('C[C@@H](N)C(=O)O');
    await page.click('#sketch-clear');
    await shows(drawn).toBe('Nothing is drawn yet.');
    expect(await page.locator('#sketch-generate').isDisabled()).toBe(true);
    await tool(9, 1);
    await at(0, 0);
    await shows(drawn).toBe('c1ccccc1');
    await page.keyboard.press('Escape');
    await page.locator('#sketcher').waitFor({ state: 'hidden' });
    await page.click('#draw');
    await shows(drawn).toBe('c1ccccc1');
    await page.keyboard.press('Escape');

    // What cannot be drawn is said, and the paper is empty.
    await page.fill('#smiles', 'C1CC');
    await page.click('#draw');
    await shows(drawn).toContain('“C1CC” is no SMILES');
    await page.click('#sketch-close');
    expect(complaints).toEqual([]);
  });
});
