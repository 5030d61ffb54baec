/** The viewer in real headless Chromium: panels, keys and what can be saved. */
import axeCore from 'axe-core';
// Comes with 3Dmol, which makes animated pictures with it.
import UPNG from 'upng-js';
import { describe, expect, it, vi } from 'vitest';
import { createForceField } from '../../src/chem/mmff94.js';
import { molblock } from '../../src/chem/molblock.js';
import { moleculeFromStructure } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import type { Structure } from '../../src/chem/structure.js';
import { dihedral, distance } from '../../src/geometry/internal-coordinates.js';
import { rowsOf } from '../../src/geometry/move-onto.js';
import { rmsdAligned } from '../../src/geometry/rmsd.js';
import { massOf, radiusOfGyration } from '../../viewer/src/analysis/gyration.js';
import { readFragment } from '../../viewer/src/link.js';
import { chromiumPath } from './chromium.js';
import { conformersOf, ensembleSdf, trajectorySdf } from './noisy-trajectory.js';
import { ASPIRIN, LIMITS, clock, download, message, openFile, records, shows, useViewer } from './page.js';

vi.setConfig(LIMITS);

function pixelsOf(png: Buffer): { width: number; height: number; data: Uint8Array } {
  const image = UPNG.decode(png);
  return { width: image.width, height: image.height, data: new Uint8Array(UPNG.toRGBA8(image)[0]) };
}

/** Of each frame of a GIF, by its graphic control extension. */
function delaysOf(gif: Buffer): number[] {
  const found: number[] = [];
  for (let at = gif.indexOf('\x21\xf9\x04', 0, 'latin1'); at >= 0; at = gif.indexOf('\x21\xf9\x04', at + 8, 'latin1'))
    if (gif[at + 7] === 0) found.push(gif.readUInt16LE(at + 4));
  return found;
}

function reversed({ atoms, bonds, coordinates, ...rest }: Structure): Structure {
  const last = atoms.length - 1;
  return {
    ...rest,
    atoms: atoms.toReversed(),
    bonds: bonds.map(({ a, b, order }) => ({ a: last - a, b: last - b, order })),
    coordinates: rowsOf(
      coordinates!,
      atoms.map((_, atom) => last - atom),
    ),
  };
}

/** MMFF94 energies above the lowest, kcal/mol. */
async function energiesAbove(structures: readonly Structure[]): Promise<number[]> {
  const rdkit = await loadRDKit();
  const energies: number[] = [];
  for (const structure of structures) {
    const { molecule, order } = moleculeFromStructure(rdkit, structure);
    const field = await createForceField(molecule, { variant: 'MMFF94' });
    energies.push(field.energy(rowsOf(structure.coordinates!, [...order])));
  }
  return energies.map((energy) => energy - Math.min(...energies));
}

describe.skipIf(chromiumPath === undefined)('the panels', () => {
  const { share } = useViewer();
  const threonine = 'C[C@@H](O)[C@H](N)C(=O)O';
  const right = ensembleSdf({ name: 'threonine', smiles: threonine, conformers: 3 });
  // Another molecule by its stereo, which the SMILES of its record leaves open: right, but not like the others.
  const wrong = ensembleSdf({ name: 'threonine', smiles: 'C[C@H](O)[C@H](N)C(=O)O', conformers: 1 }).replace(
    '$$$$',
    '>  <MOLFLOW_SMILES>\nCC(O)C(N)C(=O)O\n\n$$$$$$$$',
  );
  const shared = share({ files: { 'threonine.sdf': right + wrong }, references: { 'reference.sdf': right } });

  it('lists conformers with energy, RMSD and stereo, and follows the choice', async () => {
    const { page, complaints } = shared();
    const cells = (row: number): Promise<string[]> =>
      page.locator(`#conformers-panel tbody tr:nth-child(${row}) > *`).allInnerTexts();
    await shows(async () => (await cells(4))[5] ?? '').toMatch(/^✓ ≠ 1/);
    for (const row of [1, 2, 3, 4]) {
      await shows(async () => (await cells(row))[2] ?? '').toMatch(/^\d+\.\d\d$/);
      await shows(async () => (await cells(row))[4] ?? '').toMatch(/^\d+\.\d\d$/);
    }
    const energies = await Promise.all([1, 2, 3, 4].map(async (row) => Number((await cells(row))[2])));
    const own = await energiesAbove(conformersOf(threonine, 3));
    energies.slice(0, 3).forEach((energy, k) => expect(Math.abs(energy - own[k])).toBeLessThan(0.01));
    expect(energies[3]).toBe(0);
    // Every right conformer is one of the references.
    for (const row of [1, 2, 3]) expect(Number((await cells(row))[4])).toBeLessThan(0.01);
    expect(Number((await cells(4))[4])).toBeGreaterThan(0.1);
    await page.click('#sort-energy');
    await shows(() => Promise.all([1, 2, 3, 4].map(async (row) => Number((await cells(row))[2])))).toEqual(
      [...energies].sort((a, b) => a - b),
    );
    await page.click('#conformer-2');
    await shows(() => page.locator('#canvas').getAttribute('aria-label')).toContain('conformer 3 of 4');
    await page.click('#sort-index');
    expect(complaints).toEqual([]);
  });

  it('plots along the flow, tied to the slider', async () => {
    const { page, complaints } = shared();
    await openFile(page, {
      name: 'aspirin',
      text: trajectorySdf({ name: 'aspirin', smiles: ASPIRIN, conformers: 1 }).replace(
        '>  <FLOW_TIME>',
        '>  <SPEED>\n87.25\n\n>  <FLOW_TIME>',
      ),
    });
    const now = (plot: string): Promise<string> => page.locator(`#plot-${plot} .now`).innerText();
    await shows(() => page.locator('#plot-energy canvas').count()).toBe(1);
    // At rest the line stands where the clock stands: at the end.
    const lineAt = (): Promise<number> =>
      page
        .locator('#plot-rmsd')
        .evaluate(
          (plot) =>
            Number.parseFloat((plot.querySelector('.now-line') as HTMLElement).style.left) /
            (plot.querySelector('.u-over') as HTMLElement).clientWidth,
        );
    await shows(lineAt).toBeCloseTo(1, 1);
    await page.keyboard.press('Home');
    await shows(lineAt).toBeCloseTo(0, 1);
    await shows(() => now('rmsd').then(Number.parseFloat)).toBeGreaterThan(0.5);
    // The speed that the sampler recorded; without one, that between frames, here a straight line's.
    await shows(() => now('speed')).toBe('87.3 Å per t');
    await page.keyboard.press('.');
    await shows(() => now('speed').then(Number.parseFloat)).toBeLessThan(20);
    await page.keyboard.press('End');
    await shows(() => now('rmsd')).toBe('0 Å');
    await shows(() => now('energy')).toBe('0 kcal/mol');
    await page.keyboard.press('Home');
    await page.locator('#plot-rmsd').scrollIntoViewIfNeeded();
    const box = (await page.locator('#plot-rmsd .u-over').boundingBox())!;
    await page.mouse.click(box.x + box.width * 0.25, box.y + 20);
    const length = Number(await page.locator('#time').getAttribute('max'));
    await shows(() => page.locator('#time').inputValue().then(Number)).toBeCloseTo(0.25 * length, 1);
    expect(complaints).toEqual([]);
  });

  it('shows the ensemble, and chooses and ticks by its charts, by pointer and by key', async () => {
    const { page, complaints } = shared();
    // Hydrogens first, so that heavy atoms are not the first of the file.
    const structures = conformersOf('CCCCCO', 12).map(reversed);
    const n = structures.length;
    const text = structures
      .map((structure) => molblock({ molecule: structure, coordinates: structure.coordinates, title: 'pentanol' }))
      .join('$$$$\n');
    await openFile(page, { name: 'pentanol', text: `${text}$$$$\n` });
    const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
    const numbers = async (chart: string, pattern: RegExp): Promise<number[]> =>
      (
        await page
          .locator(`${chart} [data-bin]`)
          .evaluateAll((marks) => marks.map((mark) => mark.getAttribute('aria-label') ?? ''))
      ).map((label) => Number(pattern.exec(label)?.[1]));
    const counts = (chart: string): Promise<number[]> => numbers(chart, /: (\d+) conformer/);
    const chosen = (): Promise<string[]> => page.locator('#conformers-panel tr.active > *').allInnerTexts();
    const ticked = (): Promise<number> => page.locator('#conformers-panel tbody input:checked').count();

    const bars = page.locator('#energy-histogram [data-bin]');
    await shows(async () => sum(await counts('#energy-histogram'))).toBe(n);
    const inBar = await counts('#energy-histogram');
    expect(inBar.length).toBeGreaterThan(2);
    const heavy = structures[0].atoms.flatMap(({ element }, atom) => (element > 1 ? [atom] : []));
    const own = (conformer: number): Float32Array => rowsOf(structures[conformer].coordinates!, heavy);
    const toFirst = await page.locator('#conformers-panel tbody td:nth-child(4)').allInnerTexts();
    toFirst.forEach((rmsd, k) => expect(Number(rmsd)).toBeCloseTo(rmsdAligned(own(k), own(0), heavy.length), 1));
    // Of every bar: what of these values lies in it, and the Boltzmann weight of its conformers, kT at 298.15 K.
    const within = async (chart: string, values: readonly number[]): Promise<number[][]> => {
      const [from, to] = [await numbers(chart, /([\d.]+) to/), await numbers(chart, /to ([\d.]+)/)];
      return from.map((low, bar) => values.flatMap((value, k) => (value >= low && value < to[bar] ? [k] : [])));
    };
    const energies = await energiesAbove(structures);
    const weights = energies.map((energy) => Math.exp(-energy / (1.987204e-3 * 298.15)));
    const weighed = await numbers('#energy-histogram', /weight ([\d.]+) %/);
    (await within('#energy-histogram', energies)).forEach((members, bar) => {
      expect(members).toHaveLength(inBar[bar]);
      const share = (100 * sum(members.map((k) => weights[k]))) / sum(weights);
      expect(Math.abs(weighed[bar] - share)).toBeLessThan(0.1);
    });
    await shows(async () => sum(await counts('#gyration-histogram'))).toBe(n);
    const masses = structures[0].atoms.map(massOf);
    const radii = structures.map(({ coordinates }) => radiusOfGyration(coordinates!, masses));
    const sizes = (await within('#gyration-histogram', radii)).map(({ length }) => length);
    expect(await counts('#gyration-histogram')).toEqual(sizes);
    const lower = (await numbers('#energy-histogram', /^([\d.]+) to/)).at(-1);
    await bars.last().click();
    await shows(async () => Number((await chosen())[2])).toBeGreaterThanOrEqual(lower!);
    await bars.first().click();
    await shows(async () => (await chosen())[2]).toBe('0.00');
    const middle = async (bar: number): Promise<[number, number]> => {
      const box = (await bars.nth(bar).boundingBox())!;
      return [box.x + box.width / 2, box.y + box.height / 2];
    };
    await page.mouse.move(...(await middle(0)));
    await page.mouse.down();
    await page.mouse.move(...(await middle(1)));
    await page.mouse.up();
    await shows(ticked).toBe(inBar[0] + inBar[1]);
    await bars.first().focus();
    await page.keyboard.press('Shift+Enter');
    await shows(ticked).toBe(inBar[0]);
    await page.keyboard.press('Shift+ArrowRight');
    await page.keyboard.press('Shift+ArrowRight');
    await shows(ticked).toBe(sum(inBar.slice(0, 3)));
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await shows(() => bars.nth(1).getAttribute('aria-pressed')).toBe('true');
    await page.click('#ensemble-tick-all');
    await shows(() => page.locator('#ensemble-ticked').innerText()).toBe(`${n} of ${n} ticked`);

    await page.click('label[for=ensemble-clusters]');
    const clusters = async (): Promise<number[]> =>
      (await page.locator('#ensemble-panel tbody td:nth-child(3)').allInnerTexts()).map(Number);
    await page.fill('#cut-off', '9');
    await shows(clusters).toEqual([n]);
    await page.fill('#cut-off', '0');
    await shows(clusters).toEqual(structures.map(() => 1));
    await page.fill('#cut-off', '0.6');
    await shows(async () => sum(await clusters())).toBe(n);
    await shows(async () => (await clusters()).length).toBeLessThan(n);
    const [largest = 0] = await clusters();
    await page.uncheck('#tick-cluster-0');
    await shows(ticked).toBe(n - largest);
    await page.focus('#rmsd-matrix');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const cell = await page.locator('#rmsd-matrix-cell').innerText();
    const [row = 0, column = 0, rmsd] = [...cell.matchAll(/\d+(?:\.\d+)?/g)].map(([number]) => Number(number));
    expect(rmsd).toBeCloseTo(rmsdAligned(own(row - 1), own(column - 1), heavy.length), 1);
    await page.keyboard.press('Enter');
    await shows(async () => Number((await chosen())[1])).toBe(row);

    await page.click('label[for=ensemble-torsions]');
    await shows(() => page.locator('.rose').count()).toBe(3);
    const name = await page.locator('.rose button').first().innerText();
    const atoms = name.split('–').map((atom) => Number(atom.slice(1)) - 1) as [number, number, number, number];
    expect(sum(await counts('.rose:first-child'))).toBe(n);
    await page.locator('.rose:first-child [data-bin]').first().focus();
    await page.keyboard.press('Enter');
    const sector = page.locator('.rose:first-child [data-bin]').first();
    await shows(() => sector.getAttribute('aria-pressed')).toBe('true');
    const angle = Number.parseFloat((await sector.getAttribute('aria-label'))!);
    await page.click('label[for=ensemble-table]');
    const cells = (): Promise<string[]> => page.locator('.ensemble-table tr.active > *').allInnerTexts();
    await shows(async () => (await cells())[5]).toBe('0.00');
    const [label, , , , , , torsion] = await cells();
    const exact = (dihedral(structures[Number(label) - 1].coordinates!, ...atoms) * 180) / Math.PI;
    expect(Math.abs(Number(torsion) - exact)).toBeLessThan(0.6);
    expect(Math.cos(((exact - angle) * Math.PI) / 180)).toBeGreaterThan(Math.cos((7.6 * Math.PI) / 180));
    await page.click('label[for=ensemble-distributions]');
    expect(complaints).toEqual([]);
  });

  it('does by key what its help lists', async () => {
    const { page, complaints } = shared();
    await openFile(page, {
      name: 'propanol',
      text: trajectorySdf({ name: 'propanol', smiles: 'CCCO', conformers: 3, frames: 4 }),
    });
    const checked = (id: string) => () => page.locator(`#${id}`).isChecked();
    // From the start on: the browser takes a moment until it hands file choosers over.
    const choosers: boolean[] = [];
    page.on('filechooser', (chooser) => choosers.push(chooser.isMultiple()));
    // The space bar belongs to a control that has the focus.
    await page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await page.keyboard.press(']');
    await shows(() => page.locator('#speed').inputValue()).toBe('2');
    await page.keyboard.press('[');
    await page.keyboard.press('[');
    await shows(() => page.locator('#speed').inputValue()).toBe('0.5');
    await page.keyboard.press('l');
    await shows(() => page.locator('#loop').getAttribute('aria-pressed')).toBe('true');
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
    // Keys of one character can be turned off; the others stay.
    await page.keyboard.press('?');
    await page.uncheck('#character-keys');
    await page.keyboard.press('Escape');
    await page.locator('#keys').waitFor({ state: 'hidden' });
    await page.keyboard.press('2');
    await page.keyboard.press('Home');
    await shows(() => clock(page)).toMatch(/^t = 0\.00/);
    expect(await page.locator('#style-ball').isChecked()).toBe(true);
    await page.click('#help');
    await page.check('#character-keys');
    await page.keyboard.press('Escape');
    expect(complaints).toEqual([]);
  });

  it('exports the conformers, a picture, an animation and a link that brings the view back', async () => {
    const { page, complaints } = shared();
    await openFile(page, {
      name: 'two of propanol',
      text: trajectorySdf({ name: 'two of propanol', smiles: 'CCCO', conformers: 2, frames: 4 }),
    });
    // Its panel may be folded.
    await page.locator('#arrangement-overlay').evaluate((choice: HTMLInputElement) => choice.click());
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
    expect(trajectory[1].fields.get('MOLFLOW_FLOW_TIME')).toBe('0.25');

    const png = await download(page, '#export-png');
    expect([...png.subarray(0, 8)]).toEqual([137, 80, 78, 71, 13, 10, 26, 10]);
    // Twice as fine as the page, though the processor that draws here shows it coarser.
    const width = (): Promise<number> =>
      page.locator('#canvas canvas').evaluate((canvas: HTMLCanvasElement) => canvas.width);
    const shown = (await page.locator('#canvas').boundingBox())!.width;
    expect(Math.abs(png.readUInt32BE(16) - 2 * shown)).toBeLessThan(3);
    expect(Math.abs((await width()) - shown)).toBeLessThan(2);
    expect(png.length).toBeGreaterThan(5000);

    // Laid on the ground, the molecule without ground is the picture with it.
    const { width: wide, height: high, data: opaque } = pixelsOf(png);
    await page.click('#export summary');
    await page.check('#png-transparent');
    await page.click('#export summary');
    const { data: clear } = pixelsOf(await download(page, '#export-png'));
    expect(clear).toHaveLength(4 * wide * high);
    const behind = opaque.slice(0, 3);
    let [empty, apart] = [0, 0];
    for (let i = 0; i < clear.length; i += 4) {
      const share = clear[i + 3] / 255;
      empty += Number(share === 0);
      for (const k of [0, 1, 2])
        apart += Number(Math.abs(share * clear[i + k] + (1 - share) * behind[k] - opaque[i + k]) > 16);
    }
    expect(empty / (wide * high)).toBeGreaterThan(0.5);
    // 3Dmol smooths edges by their contrast with the ground.
    expect(apart / (wide * high)).toBeLessThan(0.001);

    await page.selectOption('#speed', '4');
    // Software encodes every pixel.
    await page.setViewportSize({ width: 320, height: 256 });
    const video = await download(page, '#export-video');
    const gif = await download(page, '#export-gif');
    await page.setViewportSize({ width: 900, height: 620 });
    expect(gif.subarray(0, 6).toString()).toBe('GIF89a');
    // Twenty frames a second, each with its delay in hundredths of a second.
    expect(delaysOf(gif)).toEqual(Array(Math.round((20 * 2.12) / 1.2) + 20).fill(5));
    expect([...video.subarray(0, 4)]).toEqual([0x1a, 0x45, 0xdf, 0xa3]);
    expect(video.length).toBeGreaterThan(10_000);
    // 2.12 of flow time at four times 0.3 a second, and a second of rest: however long this machine took to draw it.
    const at = video.indexOf(Buffer.from([0x44, 0x89, 0x88]));
    expect(video.readDoubleBE(at + 3)).toBeCloseTo((1000 * 2.12) / 1.2 + 1000, -2);

    await page.keyboard.press('3');
    const keys = page.locator('#character-keys');
    await keys.evaluate((box: HTMLInputElement) => box.click());
    await page.locator('#time').fill('0.5');
    await page.click('#export summary');
    await page.click('#export-link');
    // The address that is kept at all times has no camera.
    await shows(async () => (await readFragment(new URL(page.url()).hash)).camera).toHaveLength(8);
    const copy = await page.context().newPage();
    await copy.goto(page.url());
    await copy.waitForSelector('html[data-ready]');
    await shows(() => copy.locator('#name').innerText()).toBe('two of propanol');
    await shows(() => clock(copy)).toBe('t = 0.50 · skeleton');
    await shows(() => copy.locator('#style-sphere').isChecked()).toBe(true);
    await shows(() => copy.locator('#arrangement-overlay').isChecked()).toBe(true);
    // A choice for all pages, which the link does not hold.
    expect(await copy.locator('#character-keys').isChecked()).toBe(false);
    // A page behind another one is slowed down by the browser.
    await copy.close();
    await keys.evaluate((box: HTMLInputElement) => box.click());
    expect(complaints).toEqual([]);
  });

  it('meets WCAG 2.2 AA by axe in either theme, with every menu and the dialog open', async () => {
    const { page } = shared();
    await openFile(page, {
      name: 'two of threonine',
      text: trajectorySdf({ name: 'two of threonine', smiles: 'C[C@@H](O)[C@H](N)C(=O)O', conformers: 2, frames: 4 }),
    });
    await page.evaluate(axeCore.source);
    const all = { type: 'tag', values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'] };
    // A theme has colours of its own, and nothing else.
    const rules = { light: all, dark: { type: 'rule', values: ['color-contrast'] } };
    const axe = (
      parts: readonly string[],
      theme: keyof typeof rules,
    ): Promise<{ violations: string[]; passes: string[] }> =>
      page.evaluate(
        async ([include, runOnly]) => {
          const { run } = (
            window as unknown as { axe: { run: (...all: unknown[]) => Promise<Record<string, Rule[]>> } }
          ).axe;
          type Rule = { id: string; nodes: { html: string; failureSummary: string }[] };
          const { violations, passes } = await run({ include }, { runOnly });
          return {
            violations: violations.map(
              ({ id, nodes }) =>
                `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join('\n')}`,
            ),
            passes: passes.map(({ id }) => id),
          };
        },
        [parts, rules[theme]] as const,
      );
    await page.locator('#view-panel').evaluate((panel: HTMLDetailsElement) => (panel.open = true));
    if (!(await page.locator('#measure-hint').isVisible())) await page.keyboard.press('m');
    await page.fill('#measure-atoms', 'none');
    await page.keyboard.press('Enter');
    await page.locator('.message.problem').first().waitFor();
    for (const theme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme: theme });
      await shows(() => page.locator('html').getAttribute('data-theme')).toBe(theme);
      await shows(() => page.locator('#conformers-panel tbody').innerText()).not.toContain('…');
      const { violations, passes } = await axe(['html'], theme);
      expect(violations, theme).toEqual([]);
      const passed = ['color-contrast', ...(theme === 'light' ? ['target-size', 'label', 'button-name'] : [])];
      expect(passes).toEqual(expect.arrayContaining(passed));
      for (const menu of ['#options', '#export']) {
        await page.click(`${menu} summary`);
        expect((await axe([menu], theme)).violations, `${theme}, ${menu}`).toEqual([]);
      }
      await page.click('#help');
      expect((await axe(['#keys'], theme)).violations, `${theme}, #keys`).toEqual([]);
      await page.keyboard.press('Escape');
      await page.click('#draw');
      await page.locator('#sketch-generate:enabled').waitFor();
      expect((await axe(['#sketcher'], theme)).violations, `${theme}, #sketcher`).toEqual([]);
      await page.keyboard.press('Escape');
      // Edges of controls, which axe does not look at.
      const edges = await page.evaluate(() => {
        const style = getComputedStyle(document.documentElement);
        const luminance = (name: string): number => {
          const hex = style.getPropertyValue(name).trim().slice(1);
          const [r, g, b] = [0, 2, 4]
            .map((at) => parseInt(hex.slice(at, at + 2), 16) / 255)
            .map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)) as [number, number, number];
          return 0.2126 * r + 0.7152 * g + 0.0722 * b;
        };
        return ['--panel', '--field'].map((ground) => {
          const [a, b] = [luminance('--edge'), luminance(ground)].sort((x, y) => y - x) as [number, number];
          return (a + 0.05) / (b + 0.05);
        });
      });
      expect(Math.min(...edges), `${theme}: edges of controls`).toBeGreaterThan(3);
    }
    // The row of the conformer that is shown is told by more than its colour.
    const row = page.locator('#conformers-panel tr[aria-current=true]');
    expect(await row.locator('th[scope=row]').innerText()).toBe('1');
    expect(await page.locator('#conformers-panel caption').textContent()).toBe('Conformers of two of threonine');
  });

  it.each([
    ['a phone', 360, 740],
    ['a phone on its side', 740, 360],
    ['a small screen at 200 %', 640, 400],
    ['a small screen at 400 %', 320, 256],
  ])('fits on %s: nothing lies on the molecule or beyond the edge', async (_screen, width, height) => {
    const { page } = shared();
    await page.setViewportSize({ width, height });
    await page.keyboard.press('Escape');
    await page.locator('#stage').evaluate((stage) => stage.scrollIntoView());
    const misplaced = (): Promise<string[]> =>
      page.evaluate(() => {
        const canvas = (document.querySelector('#canvas') as HTMLElement).getBoundingClientRect();
        return [...document.querySelectorAll<HTMLElement>('button, input, select, summary, #clock')]
          .filter((control) => control.checkVisibility() && !control.matches('.unseen, .segments input, .message *'))
          .filter((control) => {
            const { left, right, top, bottom } = control.getBoundingClientRect();
            const beyond = left < 0 || (right > innerWidth && !control.closest('.table-wrap'));
            return (
              beyond ||
              (left < canvas.right && right > canvas.left && top < canvas.bottom - 1 && bottom > canvas.top + 1)
            );
          })
          .map(({ id, outerHTML }) => id || outerHTML);
      });
    await shows(misplaced).toEqual([]);
    const box = async (id: string): Promise<{ height: number; bottom: number }> =>
      page.locator(id).evaluate((element) => element.getBoundingClientRect().toJSON() as never);
    expect((await box('#canvas')).height).toBeGreaterThan(150);
    // The molecule and what plays it are seen together.
    if (height > 300) expect((await box('#transport')).bottom).toBeLessThanOrEqual(height + 1);
    await page.setViewportSize({ width: 900, height: 620 });
  });

  it('leaves a SMILES room and the caption in sight, in windows of every width and with many messages', async () => {
    const { page } = shared();
    for (const unknown of ['unobtainiol', 'kryptonitane', 'adamantiumol', 'vibraniumene'].map(
      (name) => `${name} one`,
    )) {
      await page.fill('#smiles', unknown);
      await page.click('#run');
      await shows(() => message(page)).toContain(unknown);
    }
    const menus = (open: boolean): Promise<void> =>
      page.evaluate((open) => {
        for (const menu of document.querySelectorAll<HTMLDetailsElement>('details.menu')) menu.open = open;
      }, open);
    const wrong = (): Promise<string[]> =>
      page.evaluate(() => {
        const box = (id: string): DOMRect => document.getElementById(id)!.getBoundingClientRect();
        const beyond = [...document.querySelectorAll('header :is(button, input, select, summary)')].filter(
          (control) => {
            const { left, right } = control.getBoundingClientRect();
            return control.checkVisibility() && !control.matches('.unseen') && (left < 0 || right > innerWidth);
          },
        );
        const [caption, messages] = [box('caption'), box('messages')];
        return [
          ...(box('smiles').width < 110 ? ['the SMILES has no room'] : []),
          ...beyond.map(({ id, outerHTML }) => id || outerHTML),
          ...(messages.top < caption.bottom || messages.bottom > innerHeight ? ['messages'] : []),
        ];
      });
    await menus(true);
    await page.evaluate(() => scrollTo(0, 0));
    for (let width = 320; width < 1300; width += 60) {
      const height = width < 600 ? 740 : width % 120 < 60 ? 400 : 620;
      await page.setViewportSize({ width, height });
      await shows(async () => (await wrong()).map((what) => `${width} × ${height}: ${what}`)).toEqual([]);
    }
    await menus(false);
    await page.evaluate(() =>
      document.querySelectorAll<HTMLElement>('.message .icon').forEach((close) => close.click()),
    );
    await page.setViewportSize({ width: 900, height: 620 });
  });
});
