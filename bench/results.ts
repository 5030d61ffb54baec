/**
 * Writes docs/results.md and docs/results-all.md from the files in bench/results/.
 *
 *   npm run bench -- results
 *
 * `molflow evaluate … --save FILE`, `npm run bench -- refine … --save FILE` and `npm run bench -- speed … --out FILE` make
 * the files. Each holds its command, the version of molflow and a hash of the weights; where these are not the weights
 * that ship, its rows are marked.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readResults } from './read-results.js';
import { accuracyPlot } from './accuracy-plot.js';
import { nameOf, PLOTTED, resultsPages, type SavedEvaluation } from './results-page.js';

const options = await readResults();
const { page, all } = resultsPages(options);
await writeFile(path.join('docs', 'results.md'), page);
await writeFile(path.join('docs', 'results-all.md'), all);
const plotted = options.saved.get(PLOTTED);
if (plotted) await writeFile(path.join('docs', 'accuracy.svg'), await accuracyPlot(plotted as SavedEvaluation, nameOf));
console.log(`docs/results.md, docs/results-all.md: ${options.saved.size} saved results`);
