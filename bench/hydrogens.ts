/**
 * Measures the hydrogen stage alone: the model sets hydrogens on the skeletons of reference conformers. The figure is the
 * MMFF94s energy above that of the reference conformer.
 *
 *   npm run bench -- hydrogens --reference refs.sdf.gz [--model molflow-base] [--steps 6,3] [--max 80]
 */
import { parseArgs } from 'node:util';
import { createForceField, MMFF94Error } from '../src/chem/mmff94.js';
import { loadRDKit } from '../src/chem/rdkit.js';
import { readEnsembles } from '../src/dataset/read-ensembles.js';
import { openEngine } from '../src/engine/open.node.js';
import { createGenerator } from '../src/generation/generator.js';
import { placeHydrogens } from '../src/generation/hydrogen-stage.js';
import { prepareMolecule } from '../src/generation/prepare.js';
import { loadModel } from '../src/network/load-model.node.js';

const { values } = parseArgs({
  options: {
    reference: { type: 'string' },
    model: { type: 'string', default: 'molflow-base' },
    steps: { type: 'string', default: '6' },
    max: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '7' },
  },
});
if (!values.reference) throw new Error('give --reference, an SD file of conformers');
const rdkit = await loadRDKit();
const model = await loadModel(values.model);
const generator = createGenerator({ rdkit, model, engine: await openEngine() });

for (const steps of values.steps.split(',').map(Number)) {
  const above: number[] = [];
  let [molecules, milliseconds, conformers] = [0, 0, 0];
  for await (const { molecule, coordinates, conformers: count } of readEnsembles({ rdkit, file: values.reference })) {
    if (++molecules > Number(values.max)) break;
    let field;
    try {
      field = await createForceField(molecule);
    } catch (error) {
      if (error instanceof MMFF94Error) continue;
      throw error;
    }
    const prepared = prepareMolecule(generator, molecule);
    const size = molecule.atoms.length * 3;
    const heavy = molecule.skeletonCount * 3;
    for (let k = 0; k < count; k++) {
      const reference = coordinates.slice(k * size, (k + 1) * size);
      const start = performance.now();
      const made = await placeHydrogens({
        prepared,
        predictor: generator.hydrogens,
        skeletons: reference.slice(0, heavy),
        seed: Number(values.seed),
        draws: [{ conformer: k, attempt: 0 }],
        steps,
      });
      milliseconds += performance.now() - start;
      conformers++;
      above.push(field.energy(made) - field.energy(reference));
    }
  }
  above.sort((a, b) => a - b);
  const at = (share: number) => above[Math.min(above.length - 1, Math.floor(share * above.length))].toFixed(2);
  process.stdout.write(
    `${model.name}, ${steps} steps, ${above.length} reference skeletons: MMFF94s above the reference ${at(0.5)} kcal/mol (median), ${at(0.9)} (90th percentile); ${(milliseconds / conformers).toFixed(2)} ms a conformer, one at a time\n`,
  );
}
await generator.dispose();
