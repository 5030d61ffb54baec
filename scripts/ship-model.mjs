/**
 * Writes a shipped checkpoint from training runs, in half precision.
 *   node scripts/ship-model.mjs NAME SKELETON.safetensors HYDROGENS.safetensors
 * Both files may be the same. Needs `npm run build`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { readPartialModel, writeModel } from '../dist/network/model.js';

const [name, skeletonFile, hydrogensFile] = process.argv.slice(2);
if (!hydrogensFile) throw new Error('usage: ship-model.mjs NAME SKELETON.safetensors HYDROGENS.safetensors');
const { skeleton } = readPartialModel(await readFile(skeletonFile), skeletonFile);
const { hydrogens } = readPartialModel(await readFile(hydrogensFile), hydrogensFile);
if (!skeleton || !hydrogens) throw new Error(`${skeleton ? hydrogensFile : skeletonFile} lacks its stage`);
const bytes = writeModel({ name, skeleton, hydrogens }, { half: true });
await writeFile(new URL(`../models/${name}.safetensors`, import.meta.url), bytes);
process.stdout.write(`models/${name}.safetensors: ${(bytes.length / 2 ** 20).toFixed(2)} MiB\n`);
