/**
 * Writes the skeleton stage whose weights lie between those of two models of one network, where the second was trained on
 * from the first: less sure of its own data than the second (Wortsman et al. 2022, arXiv:2109.01903).
 *   node scripts/release/average-models.mjs FIRST.safetensors SECOND.safetensors SHARE_OF_SECOND OUT.safetensors
 * Path, sampler and all else are the second's. Needs `npm run build`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { readPartialModel, writeModel } from '../../dist/network/model.js';

const [firstFile, secondFile, given, out] = process.argv.slice(2);
const share = Number(given);
if (!out || !(share >= 0 && share <= 1))
  throw new Error('usage: average-models.mjs FIRST SECOND SHARE_OF_SECOND OUT, the share from 0 to 1');
const [first, second] = await Promise.all(
  [firstFile, secondFile].map(async (file) => readPartialModel(await readFile(file), file).skeleton),
);
if (!first || !second) throw new Error(`${first ? secondFile : firstFile} has no skeleton stage`);
const weights = Object.fromEntries(
  Object.entries(second.weights).map(([name, values]) => {
    const other = first.weights[name];
    if (other?.length !== values.length)
      throw new Error(`${firstFile} has another network than ${secondFile}: they differ in ${name}`);
    return [name, values.map((v, i) => (1 - share) * other[i] + share * v)];
  }),
);
await writeFile(out, writeModel({ name: 'average', skeleton: { ...second, weights } }));
