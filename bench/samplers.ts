/**
 * Compares samplers of the skeleton stage on one model. Twice as many conformers are drawn as there are references, and
 * every draw counts.
 *
 *   npm run bench -- samplers --reference refs.sdf.gz [--model molflow-base] [--max 80] [--delta 0.5]
 *     [--samplers modes:20,stochastic:20:0.6,stochastic:20:0.4,euler:20]
 *
 * A sampler is NAME:STEPS[:FROM[:POWER[:TEMPERATURE[:EXTRAPOLATION[:FULL]]]]]: fresh noise from flow time FROM on, its
 * noise temperature, the extrapolation, step times 1 − (1 − s)^POWER, and FULL full-depth steps at the end, those before
 * by the early exit. Mode selection is modes:STEPS, or with all of its settings
 * modes:STEPS:CANDIDATES:SELECTION_STEPS:SELECTION_TIME:FINISH_STEPS:TEMPERATURE:CLUSTER_WIDTH:MIN_CLUSTER_SIZE[:EXTRAPOLATION].
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
import type { SamplerSettings } from '../src/flow/sampler-settings.js';
import { isSolverName } from '../src/flow/solvers/by-name.js';
import { chosenSampler } from '../src/generation/choose-sampler.js';
import { createModeSelection } from '../src/generation/mode-selection.js';
import { prepareMolecule } from '../src/generation/prepare.js';
import { sampleSkeletons } from '../src/generation/skeleton-stage.js';
import { createPredictor } from '../src/network/predictor.js';
import { skeletonOf } from './skeleton-of.js';

const { values } = parseArgs({
  options: {
    reference: { type: 'string' },
    model: { type: 'string', default: 'molflow-base' },
    samplers: { type: 'string', default: 'modes:20,stochastic:20:0.6,stochastic:20:0.4,euler:20' },
    max: { type: 'string', default: '80' },
    delta: { type: 'string', default: '0.5' },
    seed: { type: 'string', default: '7' },
  },
});
if (!values.reference) throw new Error('give --reference, an SD file of conformers');
const stage = await skeletonOf(values.model);
const rdkit = await loadRDKit();
const predictor = createPredictor({ engine: await openEngine(), stage });
const ensembles: Ensemble[] = [];
for await (const ensemble of readEnsembles({ rdkit, file: values.reference })) {
  ensembles.push(ensemble);
  if (ensembles.length === Number(values.max)) break;
}

function settingsOf(text: string, molecule: Molecule): SamplerSettings {
  const [sampler, steps, from = '0', power = '1', temperature = '1', extrapolation = '0', fullDepthSteps] =
    text.split(':');
  if (sampler === 'modes') {
    const usual = chosenSampler(molecule, { sampler, steps: Number(steps) });
    const [
      candidates,
      selectionSteps,
      selectionTime,
      finishSteps,
      temperature,
      clusterWidth,
      minClusterSize,
      modesExtrapolation = 0,
    ] = text.split(':').slice(2).map(Number);
    if (minClusterSize === undefined || molecule.skeletonCount < 4) return usual;
    return {
      kind: 'mode-selection',
      candidates,
      selectionSteps,
      selectionTime,
      finishSteps,
      noise: { freshShare: 1, temperature },
      clusterWidth,
      minClusterSize,
      extrapolation: modesExtrapolation,
    };
  }
  const spacing = { kind: 'power', power: Number(power) } as const;
  if (isSolverName(sampler)) return { kind: 'ode', solver: sampler, steps: Number(steps), spacing };
  return {
    kind: 'stochastic',
    steps: Number(steps),
    noise: {
      freshShare: sampler === 'ancestral' ? 'ancestral' : 1,
      from: Number(from),
      temperature: Number(temperature),
    },
    extrapolation: Number(extrapolation),
    spacing,
    ...(fullDepthSteps && { fullDepthSteps: Number(fullDepthSteps) }),
  };
}

async function drawn({ molecule, conformers }: Ensemble, settings: SamplerSettings): Promise<Float32Array[]> {
  const size = 3 * molecule.skeletonCount;
  const prepared = prepareMolecule({ rdkit, skeleton: predictor }, molecule);
  const common = { prepared, predictor, seed: Number(values.seed) };
  const plain = Array.from({ length: 2 * conformers }, (_, conformer) => ({ conformer, attempt: 0 }));
  const select =
    settings.kind === 'mode-selection' &&
    createModeSelection({ ...common, settings, permutations: prepared.permutations });
  const draws = select ? (await select(plain.map(({ conformer }) => conformer))).map(({ draw }) => draw) : plain;
  const x = await sampleSkeletons({ ...common, draws, settings });
  return draws.map((_, k) => x.slice(k * size, (k + 1) * size));
}

process.stdout.write(
  `${values.model}, ${ensembles.length} molecules, δ ${values.delta} Å: mean / median AMR, Å; COV, %\n`,
);
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
