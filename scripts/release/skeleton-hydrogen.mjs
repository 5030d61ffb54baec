/**
 * Trains the weights that say an atom of the skeleton is a hydrogen, and no other: few molecules have such an atom (H2,
 * deuterium), and a stage whose data lack them forgets it. Molecules without one are not touched.
 *   node scripts/release/skeleton-hydrogen.mjs MODEL.safetensors OUT.safetensors [SECONDS]
 * Data: molecules/training/small-gfn2.sdf.gz and 2 500 of qm9-gfn2.sdf.gz with some hydrogens as deuterium; H2, HD and D2
 * count twenty times. Adam at 0.01 and falling to nothing, the mean of the last two fifths. Needs `npm run build`.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { loadRDKit } from '../../dist/chem/rdkit.js';
import { batchSource } from '../../dist/dataset/batches.js';
import { readEnsembles } from '../../dist/dataset/read-ensembles.js';
import { openOnnxEngine } from '../../dist/engine/onnx.node.js';
import { createRandom } from '../../dist/flow/random.js';
import { parameterShapes } from '../../dist/network/egnn.js';
import { ELEMENTS } from '../../dist/network/features.js';
import { flatten, parameterSlices } from '../../dist/network/flat-parameters.js';
import { readModel, writeModel } from '../../dist/network/model.js';
import { parseTrainingConfig } from '../../dist/training/config.js';
import { stepProgram } from '../../dist/training/step-program.js';

const [source, out, seconds = '75'] = process.argv.slice(2);
if (!out) throw new Error('usage: skeleton-hydrogen.mjs MODEL.safetensors OUT.safetensors [SECONDS]');
const RATE = 0.01;
const model = readModel(await readFile(source), source);
const { network, prior } = model.skeleton;

const FILES = [
  { file: 'molecules/training/small-gfn2.sdf.gz', deuterated: 0.5, times: 6, most: Infinity },
  { file: 'molecules/training/qm9-gfn2.sdf.gz', deuterated: 0.35, times: 1, most: 2500 },
];
const rdkit = await loadRDKit();
const ensembles = [];
for (const { file, deuterated, times, most } of FILES) {
  let found = 0;
  for await (const ensemble of readEnsembles({ rdkit, file, deuterated })) {
    const skeleton = ensemble.molecule.atoms.slice(0, ensemble.molecule.skeletonCount);
    if (!skeleton.some(({ element }) => element === 1)) continue;
    const copies = times * (skeleton.every(({ element }) => element === 1) ? 20 : 1);
    for (let k = 0; k < copies; k++) ensembles.push(ensemble);
    if (++found === most) break;
  }
}

const settings = {
  network,
  prior,
  time: { kind: 'beta', alpha: 1.5, beta: 1 },
  optimiser: { kind: 'adamw', learningRate: RATE },
  minutes: 1,
};
const { skeleton: stage } = parseTrainingConfig(JSON.stringify({ name: 'hydrogen', skeleton: settings }), 'settings');
const batches = batchSource(ensembles, { ...stage, stage: 'skeleton' });
const parameters = parameterSlices(parameterShapes(network));
const weights = flatten(model.skeleton.weights, parameters.slices, parameters.total);
const { offset, shape } = parameters.slices.find(({ name }) => name === 'embed.atoms');
const width = shape[1];
const row = weights.subarray(offset + ELEMENTS.indexOf(1) * width, offset + (ELEMENTS.indexOf(1) + 1) * width);

const engine = await openOnnxEngine({ keepMemory: false });
const programs = new Map();
async function gradientOf({ n, size, feeds }) {
  if (!programs.has(n))
    programs.set(n, await engine.compile(stepProgram(network, parameters, { n, size, hydrogens: false })));
  const { gradient } = await programs.get(n).run({ ...feeds, weights });
  return gradient.subarray(row.byteOffset / 4, row.byteOffset / 4 + width);
}

const [first, second, sum] = [0, 1, 2].map(() => new Float64Array(width));
let summed = 0;
const start = Date.now();
for (let step = 1; ; step++) {
  const progress = (Date.now() - start) / (1000 * Number(seconds));
  if (progress >= 1) break;
  const gradient = await gradientOf(batches.draw(createRandom(1, step)));
  const rate = RATE * (1 - progress);
  for (let k = 0; k < width; k++) {
    first[k] = 0.9 * first[k] + 0.1 * gradient[k];
    second[k] = 0.999 * second[k] + 0.001 * gradient[k] ** 2;
    row[k] -= (rate * first[k]) / (1 - 0.9 ** step) / (Math.sqrt(second[k] / (1 - 0.999 ** step)) + 1e-8);
    if (progress > 0.6) sum[k] += row[k];
  }
  if (progress > 0.6) summed++;
}
if (summed === 0) throw new Error(`${seconds} s were too short for a step in their last part`);
row.set(sum.map((v) => v / summed));
const named = parameters.slices.map(({ name, offset, size }) => [name, weights.slice(offset, offset + size)]);
const trained = { ...model.skeleton, weights: Object.fromEntries(named) };
await writeFile(out, writeModel({ ...model, skeleton: trained }, { half: true }));
