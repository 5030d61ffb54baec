/**
 * Writes a shipped checkpoint from training runs, in half precision.
 *   node scripts/release/ship-model.mjs NAME SKELETON.safetensors HYDROGENS.safetensors [HYDROGEN_STEPS [EARLY_EXIT [RADIUS MOST MOST_HYDROGENS]]]
 * Both files may be the same. The sampling of the skeleton is its own, else that of the model which ships under this name,
 * since a training run knows none. HYDROGEN_STEPS become the model's own default, EARLY_EXIT the layer at which skeletons may
 * leave the network: `npm run bench -- exits` measures which will do. RADIUS in Å and MOST are the crowding of the
 * skeleton and of all atoms (src/network/crowding.ts). Needs `npm run build`.
 */
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { readPartialModel, writeModel } from '../../dist/network/model.js';
import { hydrogenSampling, skeletonSampling } from '../../dist/network/sampling.js';

const [name, skeletonFile, hydrogensFile, hydrogenSteps, earlyExit, radius, most, mostHydrogens] =
  process.argv.slice(2);
if (!hydrogensFile)
  throw new Error(
    'usage: ship-model.mjs NAME SKELETON.safetensors HYDROGENS.safetensors [HYDROGEN_STEPS [EARLY_EXIT [RADIUS MOST MOST_HYDROGENS]]]',
  );
const { skeleton } = readPartialModel(await readFile(skeletonFile), skeletonFile);
const { hydrogens } = readPartialModel(await readFile(hydrogensFile), hydrogensFile);
if (!skeleton || !hydrogens) throw new Error(`${skeleton ? hydrogensFile : skeletonFile} lacks its stage`);
const target = new URL(`../../models/${name}.safetensors`, import.meta.url);
const shipped = existsSync(target) ? readPartialModel(await readFile(target), name) : {};
const usual = hydrogenSampling(hydrogens);
const sampling = hydrogenSteps === undefined ? usual : { ...usual, steps: Number(hydrogenSteps) };
const exit = earlyExit === undefined ? {} : { earlyExit: Number(earlyExit) };
const crowding = (atoms) => (atoms === undefined ? {} : { crowding: { radius: Number(radius), most: Number(atoms) } });
const bytes = writeModel(
  {
    name,
    skeleton: {
      sampling: shipped.skeleton?.sampling ?? skeletonSampling(skeleton),
      ...skeleton,
      ...exit,
      ...crowding(most),
    },
    hydrogens: { ...hydrogens, sampling, ...crowding(mostHydrogens) },
  },
  { half: true },
);
await writeFile(target, bytes);
process.stdout.write(`models/${name}.safetensors: ${(bytes.length / 2 ** 20).toFixed(2)} MiB\n`);
