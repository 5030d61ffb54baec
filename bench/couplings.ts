/**
 * Compares couplings by the lengths and crossings of their paths from noise to conformers. No model is used.
 *
 *   npm run bench -- couplings --data ensembles.sdf.gz [--molecules 100] [--draws 8] [--batches 4] [--prior harmonic]
 *
 * Takes molecules with two conformers or more. Two paths of a molecule cross where they would be shorter together with
 * their ends exchanged and superposed again; `crossing` is the share of such pairs.
 */
import { parseArgs } from 'node:util';
import { loadRDKit } from '../src/chem/rdkit.js';
import { batchSource, type BatchSettings } from '../src/dataset/batches.js';
import type { Ensemble } from '../src/dataset/ensemble.js';
import { readEnsembles } from '../src/dataset/read-ensembles.js';
import { alignedSquaredDistances } from '../src/flow/minibatch-transport.js';
import { createRandom } from '../src/flow/random.js';
import { DEFAULT_WEIGHTS } from '../src/training/config.js';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    molecules: { type: 'string', default: '100' },
    draws: { type: 'string', default: '8' },
    batches: { type: 'string', default: '4' },
    prior: { type: 'string', default: 'harmonic' },
  },
});
if (!values.data) throw new Error('give --data, an SD file of ensembles');
const draws = Number(values.draws);
const ensembles: Ensemble[] = [];
for await (const ensemble of readEnsembles({ rdkit: await loadRDKit(), file: values.data })) {
  if (ensemble.conformers > 1 && ensemble.molecule.skeletonCount > 2) ensembles.push(ensemble);
  if (ensembles.length === Number(values.molecules)) break;
}

process.stdout.write(`${ensembles.length} molecules, ${values.prior} prior, ${draws} draws of each at once\n`);
process.stdout.write('coupling      mean square path, Å² an atom  crossing, %  ms a pair\n');
for (const coupling of ['independent', 'aligned', 'sinkhorn', 'transport'] as const) {
  const settings: BatchSettings = {
    stage: 'skeleton',
    prior: { kind: values.prior === 'gaussian' ? 'gaussian' : 'harmonic', alpha: 1.33, hydrogenScale: 0.6 },
    target: 'data',
    // At t = 0 the state is the noise, and the target the whole path.
    time: { kind: 'steps', steps: 1 },
    path: { kind: 'straight' },
    coupling,
    transport: { draws, regularisation: 0.05 },
    automorphisms: true,
    pairsPerBatch: Infinity,
    mostMolecules: draws,
    mostAtoms: Infinity,
    weights: { ...DEFAULT_WEIGHTS, flexibleSingle: 1, forceField: 1 },
  };
  let [squares, paths, crossing, couples, ms] = [0, 0, 0, 0, 0];
  ensembles.forEach((ensemble, index) => {
    const source = batchSource([ensemble], settings);
    const random = createRandom(1, index);
    // Features and prior are made on first use.
    source.draw(createRandom(2));
    for (let k = 0; k < Number(values.batches); k++) {
      const start = performance.now();
      const { n, size, feeds } = source.draw(random);
      ms += performance.now() - start;
      const part = (name: string, b: number) => feeds[name].slice(b * n * 3, (b + 1) * n * 3);
      const noises = Array.from({ length: size }, (_, b) => part('x', b));
      const ends = noises.map((x0, b) => part('target', b).map((v, i) => v + x0[i]));
      const turned = alignedSquaredDistances(noises, ends, ensemble.automorphisms);
      for (let i = 0; i < size; i++) {
        const own = part('target', i).reduce((sum, v) => sum + v * v, 0);
        squares += own / n;
        paths++;
        for (let j = 0; j < i; j++) {
          const other = part('target', j).reduce((sum, v) => sum + v * v, 0);
          couples++;
          if (turned[i * size + j] + turned[j * size + i] < own + other - 1e-4) crossing++;
        }
      }
    }
  });
  process.stdout.write(
    `${coupling.padEnd(12)}  ${(squares / paths).toFixed(3).padStart(28)}  ${((100 * crossing) / couples).toFixed(1).padStart(11)}  ${(ms / paths).toFixed(3).padStart(9)}\n`,
  );
}
