/** molflow reflow: pairs of noise and conformers made by a model's own flow, for rectified flow and distillation. */
import { Command, Option } from 'commander';
import { loadRDKit } from '../chem/rdkit.js';
import { batchSource } from '../dataset/batches.js';
import { appendPacked, packEnsembles, readPacked, resumePacked } from '../dataset/pack.js';
import { openEngine } from '../engine/open.node.js';
import { createRandom } from '../flow/random.js';
import { solverNames, type SolverName } from '../flow/solvers/by-name.js';
import { flowPairs } from '../generation/flow-pairs.js';
import { loadModel } from '../network/load-model.node.js';
import { createPredictor } from '../network/predictor.js';
import { DEFAULT_WEIGHTS } from '../training/config.js';
import { numberFrom, wholeFrom } from './arguments.js';
import { interruption, keeps } from './interrupt.js';
import { printNote } from './print.js';
import { noteSlowEngine } from './slow-engine.js';

interface ReflowFlags {
  readonly model?: string;
  readonly data: string[];
  readonly out: string;
  readonly pairs: number;
  readonly sampler: SolverName;
  readonly steps: number;
  readonly settle?: number;
  readonly seed: number;
  readonly minutes?: number;
  readonly threads: number;
  readonly cache: string;
  readonly quiet?: boolean;
}

/** Pairs made of a molecule each time it is drawn, as one batch. */
const PAIRS_AT_ONCE = 16;
const REPORT_MS = 10_000;

const HELP = `
Give the pairs to molflow train as --data, with a configuration whose coupling is 'paired', such as configs/fast.json.
The same command resumes an interrupted run. To use several cores, run several processes, each with its own --seed and
--out, and give all files to molflow train.`;

export function reflowCommand(): Command {
  return new Command('reflow')
    .description('make pairs of noise and conformers by the flow of a model, for rectified flow and distillation')
    .option('--model <name or file>', 'a shipped model or a .safetensors file')
    .requiredOption('--data <file...>', 'the training data, whose molecules are drawn: SD files as for molflow train')
    .requiredOption('--out <file>', 'packed file of pairs, conventionally .molflow; an existing file is continued')
    .option(
      '--pairs <n>',
      'pairs in the finished file; up to 15 more, since all pairs of a molecule are kept together',
      wholeFrom(1),
      200_000,
    )
    .addOption(new Option('--sampler <name>', 'solver of the ODE').choices([...solverNames]).default('euler'))
    .option('--steps <n>', 'steps of the solver', wholeFrom(1), 20)
    .option(
      '--settle <t>',
      'drop the remaining noise from this flow time on, for more precise conformers (with euler)',
      numberFrom(0, 1),
    )
    .option('--seed <n>', 'the same seed, model and data give the same pairs', wholeFrom(0), 1)
    .option('--minutes <n>', 'end after this time with the pairs made so far', numberFrom(0))
    .option('--threads <n>', 'threads of the engine; several processes use cores better', wholeFrom(1), 1)
    .option('--cache <folder>', 'folder of the packed data sets', 'runs/cache')
    .option('--quiet', 'no progress')
    .addHelpText('after', HELP)
    .action(run);
}

async function run({
  model,
  data,
  out,
  pairs,
  sampler,
  steps,
  settle,
  seed,
  minutes = Infinity,
  threads,
  cache,
  quiet,
}: ReflowFlags): Promise<void> {
  const say = quiet ? () => {} : printNote;
  const { skeleton: stage } = await loadModel(model);
  const packed = await packEnsembles({ rdkit: await loadRDKit(), files: data, cache });
  const source = batchSource(await readPacked(packed), {
    stage: 'skeleton',
    prior: stage.prior,
    target: stage.target,
    time: { kind: 'uniform' },
    path: { kind: 'straight' },
    coupling: 'independent',
    transport: { draws: 1, regularisation: 1 },
    automorphisms: false,
    pairsPerBatch: 4800,
    mostMolecules: 64,
    mostAtoms: 60,
    weights: DEFAULT_WEIGHTS,
  });
  const before = await resumePacked(out);
  let made = before.reduce((sum, { conformers }) => sum + conformers, 0);
  if (made > 0) say(`${out} holds ${made} pairs; going on`);

  const kept = () => `${out} holds ${made} pairs, and the same command goes on`;
  keeps(kept);
  noteSlowEngine();
  const predictor = createPredictor({ engine: await openEngine({ threads }), stage });
  const start = performance.now();
  const stopped = () => interruption.aborted || performance.now() - start >= minutes * 60_000;
  const first = made;
  let [reported, wrong] = [start, 0];
  try {
    // Each chunk holds one ensemble and has a random stream of its own, so a resumed run makes what it would have made.
    for (let chunk = before.length; made < pairs && !stopped(); chunk++) {
      const random = createRandom(seed, 2, chunk);
      for (let attempt = 0; !stopped(); attempt++) {
        const { noise: _, ...ensemble } = source.drawEnsemble(random);
        const { molecule } = ensemble;
        const batches = predictor.batches(molecule.skeletonCount, PAIRS_AT_ONCE);
        const count = Math.max(...batches.map(({ from, to }) => to - from));
        const draws = Array.from({ length: count }, (_, i) => ({ conformer: chunk * PAIRS_AT_ONCE + i, attempt }));
        const {
          count: conformers,
          noise,
          skeletons,
        } = await flowPairs({ molecule, predictor, seed, draws, solver: sampler, steps, settle });
        wrong += count - conformers;
        if (conformers === 0) continue;
        await appendPacked(out, [{ ...ensemble, forceField: false, conformers, coordinates: skeletons, noise }]);
        made += conformers;
        // The next chunk may leave no time to say it.
        keeps(kept);
        break;
      }
      if (performance.now() - reported > REPORT_MS) {
        reported = performance.now();
        const rate = (made - first) / ((reported - start) / 1000);
        say(
          `${made} of ${pairs} pairs  ${rate.toFixed(0)} a second  ${((pairs - made) / rate / 60).toFixed(0)} min left`,
        );
      }
    }
  } finally {
    await predictor.dispose();
  }
  if (interruption.aborted) return;
  say(`${out}: ${made} pairs; ${wrong} ends had the wrong stereo and are left out`);
}
