/** What MOL2 and PDB are to the page: molecules to make more conformers of, and references; atoms linked between 2D and 3D. */
import { expect, it, describe, vi } from 'vitest';
import { elementSymbol } from '../../src/chem/elements.js';
import { mol2Record } from '../../src/chem/io/write-mol2.js';
import type { Structure } from '../../src/chem/structure.js';
import { chromiumPath } from './chromium.js';
import { conformersOf, ensembleSdf } from './noisy-trajectory.js';
import { LIMITS, message, note, pixels, settled, shows, useViewer } from './page.js';

vi.setConfig(LIMITS);

const PENTANOL = 'CCCCCO';
const structures = conformersOf(PENTANOL, 3);

/** As a crystal structure has it: heavy atoms alone, in another order, no bonds; water and a chain beside it. */
function crystal({ atoms, coordinates }: Structure): string {
  const heavy = atoms.flatMap(({ element }, i) => (element > 1 ? [i] : [])).reverse();
  const line = (kind: string, serial: number, name: string, residue: string, x: readonly number[], symbol: string) =>
    `${kind.padEnd(6)}${String(serial).padStart(5)}  ${name.padEnd(3)} ${residue} A   1    ${x.map((value) => value.toFixed(3).padStart(8)).join('')}  1.00 10.00          ${symbol.padStart(2)}`;
  return [
    line('ATOM', 1, 'CA', 'ALA', [30, 0, 0], 'C'),
    ...heavy.map((atom, i) =>
      line(
        'HETATM',
        i + 2,
        `X${i}`,
        'PNL',
        [0, 1, 2].map((axis) => coordinates![3 * atom + axis]),
        elementSymbol(atoms[atom].element),
      ),
    ),
    line('HETATM', 90, 'O', 'HOH', [60, 0, 0], 'O'),
    '',
  ].join('\n');
}

describe.skipIf(chromiumPath === undefined)('other formats', () => {
  const { share } = useViewer();
  const shared = share({
    files: { 'pentanol.sdf': ensembleSdf({ name: 'pentanol', smiles: PENTANOL, conformers: 3 }) },
    references: { '1abc.pdb': crystal(structures[2]) },
  });

  it('compares with the ligand of a PDB file, by all atoms or by some', async () => {
    const { page, complaints } = shared();
    const toReference = page.locator('#conformers-panel tbody tr > :nth-child(5)');
    await shows(() => toReference.allInnerTexts()).toEqual([
      expect.stringMatching(/^\d\.\d\d$/),
      expect.stringMatching(/^\d\.\d\d$/),
      '0.00',
    ]);
    const whole = (await toReference.allInnerTexts()).map(Number);
    expect(Math.min(...whole.slice(0, 2))).toBeGreaterThan(0.05);
    await page.click('#reference-nearest');
    await shows(() => page.locator('#conformer-2').getAttribute('aria-pressed')).toBe('true');

    // By three carbons, which all conformers have alike.
    await page.fill('#superpose-by', '[CH3]CC');
    await page.keyboard.press('Enter');
    await shows(() => note(page)).toBe('Superposed by 3 atoms.');
    await shows(async () => Math.max(...(await toReference.allInnerTexts()).map(Number))).toBeLessThan(0.05);
    await page.fill('#superpose-by', '[Br]');
    await page.keyboard.press('Enter');
    await shows(() => message(page)).toMatch(/SMARTS “\[Br\]” does not occur/);
    await page.fill('#superpose-by', '');
    await page.keyboard.press('Enter');
    await shows(async () => (await toReference.allInnerTexts()).map(Number)).toEqual(whole);
    expect(complaints).toEqual([]);
  });

  it('links the atoms of the drawing and of the picture, by pointer and by click', async () => {
    const { page } = shared();
    const circle = page.locator('#depiction-atoms [data-atom="5"]');
    await circle.waitFor({ state: 'attached' });
    const before = (await settled(page)).red.count;
    await circle.hover();
    await shows(async () => (await pixels(page)).red.count).not.toBe(before);
    await circle.click();
    await page.mouse.move(5, 5);
    await shows(() => circle.getAttribute('class')).toBe('chosen');
    // The oxygen of the picture is that of the drawing.
    const { red } = await settled(page);
    await page.mouse.move(red.x, red.y);
    await shows(() => circle.getAttribute('class')).toMatch(/pointed/);
    await page.mouse.move(5, 5);
    await circle.click();
    await page.mouse.move(5, 5);
    await shows(() => circle.getAttribute('class')).toBe('');
  });

  it('makes conformers of a MOL2, and says what a PDB lacks for that', async () => {
    const { page, complaints } = shared();
    const open = (name: string, text: string): Promise<void> =>
      page.setInputFiles('#files', { name, mimeType: 'text/plain', buffer: Buffer.from(text) });
    await open('lone.pdb', crystal(structures[0]));
    await shows(() => page.locator('#reading').innerText()).toMatch(/does not say the orders of its bonds/);
    expect(await page.locator('#facts').innerText()).toMatch(/^C₅O · 6 atoms · 1 conformer$/);
    await shows(() => note(page)).toMatch(/^Of lone\.pdb PNL A 1 can be seen/);
    const [structure] = structures;
    await open('own.mol2', mol2Record({ molecule: structure, coordinates: structure.coordinates!, title: 'own' }));
    await shows(() => page.locator('#name').innerText()).toBe('own');
    await page.fill('#count', '1');
    await page.click('#generate-from');
    await shows(() => page.locator('#facts').innerText()).toMatch(/^C₅H₁₂O · 18 atoms · 1 conformer .* gas phase$/);
    expect(complaints).toEqual([]);
  });
});
