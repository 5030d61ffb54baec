/**
 * Writes a shipped checkpoint from training runs, in half precision.
 *   node scripts/release/ship-model.mjs NAME SKELETON.safetensors HYDROGENS.safetensors [HYDROGEN_STEPS [EARLY_EXIT [LARGE.safetensors ABOVE]]]
 * Files may be the same; '-' stands for what is left as it is. LARGE is a model of the same network whose weights are for
 * molecules of more than ABOVE skeleton atoms. HYDROGEN_STEPS become the model's own default, EARLY_EXIT the layer at which skeletons may
 * leave the network: `npm run bench -- exits` measures which will do. Needs `npm run build`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { readPartialModel, writeModel } from '../../dist/network/model.js';
import { hydrogenSampling, skeletonSampling } from '../../dist/network/sampling.js';

const [name, skeletonFile, hydrogensFile, ...more] = process.argv.slice(2);
const [hydrogenSteps, earlyExit, largeFile, above] = more.map((word) => (word === '-' ? undefined : word));
if (!hydrogensFile)
  throw new Error(
    'usage: ship-model.mjs NAME SKELETON.safetensors HYDROGENS.safetensors [HYDROGEN_STEPS [EARLY_EXIT [LARGE.safetensors ABOVE]]]',
  );
const { skeleton } = readPartialModel(await readFile(skeletonFile), skeletonFile);
const { hydrogens } = readPartialModel(await readFile(hydrogensFile), hydrogensFile);
if (!skeleton || !hydrogens) throw new Error(`${skeleton ? hydrogensFile : skeletonFile} lacks its stage`);
const large = largeFile && readPartialModel(await readFile(largeFile), largeFile).skeleton;
if (largeFile && !(large && Number(above) > 0))
  throw new Error(`${largeFile} lacks its skeleton stage, or ABOVE is no number`);
if (large && JSON.stringify(large.network) !== JSON.stringify(skeleton.network))
  throw new Error(`${largeFile} has another network than ${skeletonFile}`);
const usual = hydrogenSampling(hydrogens);
const sampling = hydrogenSteps === undefined ? usual : { ...usual, steps: Number(hydrogenSteps) };
const exit = earlyExit === undefined ? {} : { earlyExit: Number(earlyExit) };
const bytes = writeModel(
  {
    name,
    skeleton: {
      sampling: skeletonSampling(skeleton),
      ...skeleton,
      ...exit,
      ...(large && { large: { above: Number(above), weights: large.weights } }),
    },
    hydrogens: { ...hydrogens, sampling },
  },
  { half: true },
);
await writeFile(new URL(`../../models/${name}.safetensors`, import.meta.url), bytes);
process.stdout.write(`models/${name}.safetensors: ${(bytes.length / 2 ** 20).toFixed(2)} MiB\n`);
