/**
 * Measures early exits: RMSD in Å between the prediction of an earlier layer and that of the last one, median and largest
 * over the references, for each layer and flow time. The references are noised as in refinement. A model's `earlyExit` is
 * a layer where these distances are small.
 *
 *   npm run bench -- exits --reference refs.sdf.gz [--model molflow-base] [--max 40] [--each 4] [--layers 8,9] [--times 0,0.25,0.5,0.75,0.9]
 */
import { parseArgs } from 'node:util';
import { loadRDKit } from '../src/chem/rdkit.js';
import { readEnsembles } from '../src/dataset/read-ensembles.js';
import { openEngine } from '../src/engine/open.node.js';
import { median } from '../src/evaluation/statistics.js';
import { startingState } from '../src/flow/sampler.js';
import { centre } from '../src/geometry/coordinates.js';
import { rmsdAligned } from '../src/geometry/rmsd.js';
import { graphFeatures } from '../src/network/features.js';
import { createPredictor } from '../src/network/predictor.js';
import { skeletonPrior } from '../src/network/priors.js';
import { skeletonOf } from './skeleton-of.js';

const { values } = parseArgs({
  options: {
    reference: { type: 'string' },
    model: { type: 'string', default: 'molflow-base' },
    max: { type: 'string', default: '40' },
    each: { type: 'string', default: '4' },
    layers: { type: 'string' },
    times: { type: 'string', default: '0,0.25,0.5,0.75,0.9' },
  },
});
if (!values.reference) throw new Error('give --reference, an SD file of conformers');
const stage = await skeletonOf(values.model);
const rdkit = await loadRDKit();
const engine = await openEngine();
const whole = createPredictor({ engine, stage });
const { layers: all } = stage.network;
const layers =
  values.layers?.split(',').map(Number) ??
  Array.from({ length: Math.floor(all / 2) }, (_, k) => Math.ceil(all / 2) + k);
const exits = layers.map((earlyExit) => ({
  earlyExit,
  predictor: createPredictor({ engine, stage: { ...stage, earlyExit } }),
}));
const times = values.times.split(',').map(Number);
const apart = exits.map(() => times.map((): number[] => []));

let molecules = 0;
for await (const { molecule, conformers, coordinates } of readEnsembles({ rdkit, file: values.reference })) {
  if (++molecules > Number(values.max)) break;
  const n = molecule.skeletonCount;
  if (n < 3) continue;
  const graph = graphFeatures(molecule);
  const count = Math.min(conformers, Number(values.each));
  const skeletons = new Float32Array(3 * n * count);
  for (let k = 0; k < count; k++) {
    const skeleton = skeletons.subarray(3 * n * k, 3 * n * (k + 1));
    skeleton.set(coordinates.subarray(3 * molecule.atoms.length * k).subarray(0, 3 * n));
    centre(skeleton, skeleton, n);
  }
  for (const [j, time] of times.entries()) {
    const draws = Array.from({ length: count }, (_, conformer) => ({ conformer, attempt: 0 }));
    const x = startingState({
      prior: skeletonPrior(molecule, stage.prior),
      seed: 7,
      draws,
      start: { kind: 'noised', coordinates: skeletons, time },
    });
    const last = await whole.bind(graph)(x, time);
    for (const [i, { predictor }] of exits.entries()) {
      const early = await predictor.bind(graph, { early: true })(x, time);
      for (let k = 0; k < count; k++)
        apart[i][j].push(
          rmsdAligned(early.subarray(3 * n * k, 3 * n * (k + 1)), last.subarray(3 * n * k, 3 * n * (k + 1)), n),
        );
    }
  }
}
const row = (name: string, cells: readonly string[]) =>
  process.stdout.write(`${name.padEnd(12)} ${cells.map((cell) => cell.padStart(14)).join('')}\n`);
row(
  'layers',
  times.map((time) => `t ${time}`),
);
for (const [i, { earlyExit }] of exits.entries())
  row(
    `${earlyExit} of ${all}`,
    apart[i].map((distances) => `${median(distances).toFixed(3)} / ${Math.max(...distances).toFixed(2)}`),
  );
for (const { predictor } of exits) await predictor.dispose();
await whole.dispose();
