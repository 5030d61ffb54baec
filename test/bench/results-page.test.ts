/** The results pages: a row counts as a shipped model's only where it was measured with the weights that ship. */
import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { accuracyPlot } from '../../bench/accuracy-plot.js';
import { readResults } from '../../bench/read-results.js';
import { nameOf, resultsPages, type Saved, type SavedEvaluation } from '../../bench/results-page.js';
import { weightsHash } from '../../src/cli/evaluate/provenance.js';

const row = (page: string, start: string): string | undefined =>
  page.split('\n').find((line) => line.startsWith(start));

test('the committed pages are what the command writes from the saved results and the weights that ship', async () => {
  const { page, all } = resultsPages(await readResults());
  expect(await readFile('docs/results.md', 'utf8'), 'run npm run bench -- results').toBe(page);
  expect(await readFile('docs/results-all.md', 'utf8'), 'run npm run bench -- results').toBe(all);
});

test('a result of former weights leaves the tables of the shipped model, or is marked; one that does not tell is refused', async () => {
  const read = await readResults();
  // As where the weights that ship are those of the latest results.
  const latest = read.saved.get('qm9-val.json')!.weights['molflow-base'];
  const base = { ...read.shipped['molflow-base'], weights: latest };
  const options = { ...read, shipped: { ...read.shipped, 'molflow-base': base } };
  const shipped = { ...options.shipped, 'molflow-base': { ...base, weights: '0123456789abcdef' } };
  const retrained = { ...options, shipped };
  const { page, all } = resultsPages(retrained);
  expect(row(resultsPages(options).page, '| molflow-base, default sampler |')).toBeDefined();
  expect(row(page, '| molflow-base, default sampler |')).toBeUndefined();
  expect(row(page, '| ETKDGv3 |')).toBeDefined();
  expect(row(page, '| + molflow refine --strength reshape †')).toBeDefined();
  expect(all).toContain(`molflow-base \`${base.weights}\` (**former weights** †)`);

  // The same weights, sampled in another way.
  const measured = { ...options.saved.get('qm9-val.json')!, sampling: { 'molflow-base': base.sampling } };
  const resampled = { ...measured, sampling: { 'molflow-base': { ...base.sampling, skeleton: null } } };
  const pageOf = (one: Saved) => resultsPages({ ...options, saved: new Map(options.saved).set('qm9-val.json', one) });
  expect(pageOf(measured)).toEqual(resultsPages(options));
  expect(pageOf(resampled).page).not.toBe(pageOf(measured).page);
  expect(pageOf(resampled).all).toContain('(**former sampler settings** †)');

  const { weights: _, ...silent } = options.saved.get('qm9-val.json') as SavedEvaluation;
  const saved = new Map(options.saved).set('qm9-val.json', silent as Saved);
  expect(() => resultsPages({ ...options, saved })).toThrow(/qm9-val\.json does not say with which weights/);
});

test('the plot of accuracy against time names every program and every number of steps', async () => {
  const saved = (await readResults()).saved.get('peers-drugs-val.json') as SavedEvaluation;
  const [etkdg] = saved.results;
  const steps = [3, 17].map((n) => ({
    ...etkdg,
    source: `molflow-base, modes, ${n} steps`,
    variant: { family: 'molflow-base, modes', steps: n },
  }));
  const svg = await accuracyPlot({ ...saved, results: [...steps, ...saved.results] }, nameOf);
  for (const label of ['molflow-base, default sampler', '3', '17', 'ETKDGv3', 'ETKDGv3 + MMFF94', 'OpenChemLib'])
    expect(svg.match(new RegExp(`>${label.replace('+', '\\+')}<`, 'g'))?.length, label).toBe(2);
});

test('the hash of weights is of the tensors alone', () => {
  const tensors = Buffer.from('sixteen bytes of');
  const file = (header: string, data = tensors): Uint8Array => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(header.length));
    return Buffer.concat([length, Buffer.from(header), data]);
  };
  const hash = weightsHash(file('{"a":1}'));
  expect(hash).toBe(createHash('sha256').update(tensors).digest('hex').slice(0, 16));
  expect(weightsHash(file('{"other":"settings"}'))).toBe(hash);
  expect(weightsHash(file('{"a":1}', Buffer.from('sixteen bytes oF')))).not.toBe(hash);
});
