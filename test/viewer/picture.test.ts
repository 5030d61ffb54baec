/** The viewer in real headless Chromium: the picture and how it moves. */
import { describe, expect, it, vi } from 'vitest';
import { angle, dihedral, distance } from '../../src/geometry/internal-coordinates.js';
import { chromiumPath } from './chromium.js';
import { ensembleSdf, trajectorySdf } from './noisy-trajectory.js';
import {
  ASPIRIN,
  LIMITS,
  clock,
  coloured,
  ground,
  message,
  openFile,
  pixels,
  records,
  settled,
  shows,
  useViewer,
} from './page.js';

vi.setConfig(LIMITS);

/** One atom each of elements with colours of their own, so that a click can find them. */
const COLOURFUL = 'NCC(=O)CF';

describe.skipIf(chromiumPath === undefined)('the picture', () => {
  const { view, share } = useViewer();
  const shared = share({ files: { 'aspirin.sdf': trajectorySdf({ name: 'aspirin', smiles: ASPIRIN }) } });

  it('shows a trajectory: the skeleton first, its hydrogens after, bonds all the way', async () => {
    const { page, complaints, fetched } = shared();
    await shows(() => page.locator('#name').innerText()).toBe('aspirin');
    await shows(() => page.locator('#facts').innerText()).toBe('C₉H₈O₄ · 21 atoms · 3 conformers · 60 frames');
    // It rests on the molecule; the way from noise is there when it is asked for.
    await shows(() => clock(page)).toBe('t = 1.00 · hydrogens');
    await page.keyboard.press('Home');
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
    await page.keyboard.press('h');

    // Who only looks at a file is spared the model.
    expect(fetched.filter((address) => /safetensors|ort-wasm/.test(address))).toEqual([]);
    await page.focus('#smiles');
    await shows(() => page.locator('#run').getAttribute('title')).toMatch(/^molflow-base, /);
    await page.focus('#canvas');
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
    const { page, complaints } = shared();
    await openFile(page, { name: 'colourful', text: sdf });
    await page.keyboard.press('3');
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
    await page.focus('#canvas');
    for (const key of ['m', 'h', '1']) await page.keyboard.press(key);
    await shows(() => page.locator('#check-hydrogens').isChecked()).toBe(true);
    expect(complaints).toEqual([]);
  });

  it('marks R and S, E and Z on the atoms, as read from their coordinates', async () => {
    const sdf = (smiles: string): string => ensembleSdf({ name: smiles, smiles, conformers: 1 });
    const [trans, cis] = ['C[C@H](Cl)/C=C/C', 'C[C@H](Cl)/C=C\\C'] as const;
    const { page, complaints } = shared();
    await openFile(page, { name: trans, text: sdf(trans) });
    const marks = page.locator('#conformers-panel tbody td:last-child');
    await shows(() => marks.innerText()).toMatch(/S E/);
    await shows(coloured(page, 'purple')).toBeGreaterThan(100);
    await page.keyboard.press('s');
    await shows(coloured(page, 'purple')).toBe(0);
    await page.keyboard.press('s');
    await openFile(page, { name: cis, text: sdf(cis) });
    await shows(() => marks.innerText()).toMatch(/S Z/);
    expect(complaints).toEqual([]);
  });

  it('draws every style, overlaid and side by side, on the ground of either theme', async () => {
    const { page, complaints } = shared();
    const text = ensembleSdf({ name: 'L-threonine', smiles: 'C[C@@H](O)[C@H](N)C(=O)O', conformers: 4 });
    await openFile(page, { name: 'L-threonine', text });
    const ball = (await settled(page)).any.count;
    await page.click('#view-panel summary');
    await page.locator('label[for=style-stick]').click();
    await shows(coloured(page, 'any')).toBeLessThan(ball / 1.3);
    await page.locator('label[for=style-sphere]').click();
    await shows(coloured(page, 'any')).toBeGreaterThan(2 * ball);
    const sphere = (await settled(page)).any.count;
    await page.locator('label[for=style-surface]').click();
    // It is computed beside the page, and until then there is none.
    await shows(async () => {
      const { count } = (await pixels(page)).any;
      return count !== sphere && count > 2 * ball;
    }).toBe(true);
    await page.keyboard.press('1');
    // The marks of R and S may shift by a pixel.
    await shows(async () => Math.abs((await pixels(page)).any.count / ball - 1)).toBeLessThan(0.01);
    await page.locator('label[for=arrangement-overlay]').click();
    // Many on one place are sticks without hydrogens, until the user has it otherwise.
    for (const [id, is] of [
      ['style-stick', true],
      ['check-hydrogens', false],
    ] as const)
      await shows(() => page.locator(`#${id}`).isChecked()).toBe(is);
    const sticks = (await settled(page)).any.count;
    await page.keyboard.press('1');
    await page.keyboard.press('h');
    await shows(coloured(page, 'any')).toBeGreaterThan(1.5 * sticks);
    await page.locator('label[for=arrangement-grid]').click();
    await shows(() => page.locator('#canvas').getAttribute('aria-label')).toContain('4 conformers side by side');
    const light = await ground(page);
    expect(Math.min(...light)).toBeGreaterThan(200);
    await page.click('#theme');
    await page.click('#theme');
    await shows(async () => Math.max(...(await ground(page)))).toBeLessThan(60);
    expect(complaints).toEqual([]);
  });

  it('plays, pauses, steps, loops and slides, by button, slider and key', async () => {
    const { page, complaints } = shared();
    // It draws all the time, and software draws every pixel.
    await page.setViewportSize({ width: 900, height: 360 });
    await page.emulateMedia({ reducedMotion: 'no-preference' });
    await openFile(page, {
      name: 'ethanol',
      text: trajectorySdf({ name: 'ethanol', smiles: 'CCO', conformers: 1, frames: 10 }),
    });
    const time = (): Promise<number> => page.locator('#time').inputValue().then(Number);
    await shows(() => clock(page)).toBe('t = 1.00 · hydrogens');
    // Slowly, so that it is not over before it is looked at.
    await page.selectOption('#speed', '0.25');
    await page.click('#watch');
    await shows(time).toBeLessThan(1.5);
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
    await page.click('#play');
    await shows(() => page.locator('#play').getAttribute('aria-label')).toBe('Play');
    await shows(() => clock(page)).toBe('t = 1.00 · hydrogens');
    expect(complaints).toEqual([]);
  });

  it('stays usable without WebGL, and says so', async () => {
    const { page } = await view({ webgl: false });
    await openFile(page, { name: 'ethanol', text: ensembleSdf({ name: 'ethanol', smiles: 'CCO', conformers: 1 }) });
    await shows(() => message(page)).toMatch(/no WebGL/);
    await shows(() => page.locator('#conformers-panel tbody tr').count()).toBe(1);
  });
});
