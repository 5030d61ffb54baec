/**
 * Compares samplers of the skeleton stage on one model: each as NAME:STEPS[:FROM[:POWER[:SCALE[:AHEAD[:WHOLE]]]]],
 * fresh noise of that size from that time on, times 1 − (1 − s)^POWER, and but for the last WHOLE steps, where that is
 * given, the network's early exit; or spread:STEPS as it comes, or as
 * spread:STEPS:NOISES:EACH:TIME:REST:SCALE:WIDTH:ENOUGH[:AHEAD] has it.
 * Every draw counts; twice as many as references.
 *
 *   npm run bench -- samplers --reference refs.sdf.gz [--model molflow-base] [--max 80] [--delta 0.5]
 *     [--samplers spread:20,stochastic:20:0.6,stochastic:20:0.4,euler:20]
 */
import { parseArgs } from 'node:util';
import { automorphisms } from '../src/chem/automorphisms.js';
import type { Molecule } from '../src/chem/molecule.js';
import { loadRDKit } from '../src/chem/rdkit.js';
import type { Ensemble } from '../src/dataset/ensemble.js';
import { readEnsembles } from '../src/dataset/read-ensembles.js';
import { openEngine } from '../src/engine/open.node.js';
import { coverage, matchEnsembles } from '../src/evaluation/ensemble-match.js';
import { mean, median } from '../src/evaluation/statistics.js';
import { comparedPermutations } from '../src/generation/diverse.js';
import { chosenSampler, sampleSkeletons, type SamplerSettings } from '../src/generation/skeleton-stage.js';
import { createSpread } from '../src/generation/spread.js';
import { createPredictor } from '../src/network/predictor.js';
import { stereoAutomorphisms } from '../src/network/stereo-automorphisms.js';
import { skeletonOf } from './model-file.js';

const { values } = parseArgs({
  options: {
    reference: { type: 'string' },
    model: { type: 'string', default: 'molflow-base' },
    samplers: { type: 'string', default: 'spread:20,stochastic:20:0.6,stochastic:20:0.4,euler:20' },
    max: { type: 'string', default: '80' },
    delta: { type: 'string', default: '0.5' },
    seed: { type: 'string', default: '7' },
  },
});
if (!values.reference) throw new Error('give --reference, an SD file of conformers');
const { file, stage } = await skeletonOf(values.model);
const rdkit = await loadRDKit();
const predictor = createPredictor({ engine: await openEngine(), stage });
const ensembles: Ensemble[] = [];
for await (const ensemble of readEnsembles({ rdkit, file: values.reference })) {
  ensembles.push(ensemble);
  if (ensembles.length === Number(values.max)) break;
}

function settingsOf(text: string, molecule: Molecule): SamplerSettings {
  const [sampler, steps, from = '0', power = '1', size = '1', before = '0', wholeSteps] = text.split(':');
  if (sampler === 'spread') {
    const usual = chosenSampler(molecule, { sampler, steps: Number(steps) });
    const [noises, each, time, rest, scale, width, enough, ahead = 0] = text.split(':').slice(2).map(Number);
    if (enough === undefined || molecule.skeletonCount < 4) return usual;
    return {
      ...usual,
      ahead,
      noise: { share: 1, from: time + 0.01, scale },
      spread: { noises, steps: each, time, rest, width, enough },
    };
  }
  return {
    sampler,
    steps: Number(steps),
    noise: { share: sampler === 'ancestral' ? 'ancestral' : 1, from: Number(from), scale: Number(size) },
    ahead: Number(before),
    spacing: { kind: 'power', power: Number(power) },
    ...(wholeSteps && { wholeSteps: Number(wholeSteps) }),
  };
}

async function drawn({ molecule, conformers }: Ensemble, settings: SamplerSettings): Promise<Float32Array[]> {
  const size = 3 * molecule.skeletonCount;
  const most = predictor.batchLimit(molecule.skeletonCount);
  const made: Float32Array[] = [];
  const common = {
    molecule,
    predictor,
    seed: Number(values.seed),
    automorphisms: stereoAutomorphisms(rdkit, molecule),
  };
  const { spread, noise } = settings;
  const choose =
    spread && createSpread({ ...common, spread, noise, permutations: comparedPermutations(rdkit, molecule) });
  while (made.length < 2 * conformers) {
    const plain = Array.from({ length: Math.min(most, 2 * conformers - made.length) }, (_, k) => ({
      conformer: made.length + k,
      attempt: 0,
    }));
    const draws = (await choose?.(plain.map(({ conformer }) => conformer)))?.map(({ draw }) => draw) ?? plain;
    const x = await sampleSkeletons({ ...common, draws, settings });
    draws.forEach((_, k) => made.push(x.slice(k * size, (k + 1) * size)));
  }
  return made;
}

process.stdout.write(`${file}, ${ensembles.length} molecules, δ ${values.delta} Å: mean / median AMR, Å; COV, %\n`);
for (const text of values.samplers.split(',')) {
  const [recall, precision]: Float64Array[][] = [[], []];
  for (const ensemble of ensembles) {
    const { molecule, conformers, coordinates } = ensemble;
    const [all, heavy] = [3 * molecule.atoms.length, 3 * molecule.skeletonCount];
    const references = Array.from({ length: conformers }, (_, k) => coordinates.slice(k * all, k * all + heavy));
    const { permutations } = automorphisms(rdkit, molecule);
    const match = matchEnsembles({
      references,
      generated: await drawn(ensemble, settingsOf(text, molecule)),
      permutations,
    });
    recall.push(match.recall);
    precision.push(match.precision);
  }
  const row = (distances: readonly Float64Array[]) => {
    const amr = distances.map(mean);
    const within = (delta: number) => (100 * mean(distances.map((d) => coverage(d, delta)))).toFixed(1);
    return `${mean(amr).toFixed(3)} / ${median(amr).toFixed(3)}  ${within(Number(values.delta))} %  within 0.1 Å ${within(0.1)} %`;
  };
  process.stdout.write(`${text.padEnd(24)} recall ${row(recall)}   precision ${row(precision)}\n`);
}
await predictor.dispose();
