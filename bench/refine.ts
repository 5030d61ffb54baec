/**
 * Refinement against MMFF94, on the same ETKDGv3 conformers, in one run: distances to the references and milliseconds of
 * processor a conformer. Each molecule is refined twice and the second time counts, when its programs are compiled.
 *
 *   npm run bench -- refine --reference refs.sdf.gz [--model molflow-base] [--max 1000] [--settings 0.6:6,0.4:9] [--delta 0.75]
 *
 * A setting is STRENGTH:STEPS, or STRENGTH alone; or openchemlib, whose MMFF94s is what JavaScript has without molflow.
 * Needs RDKit for Python.
 */
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { openText } from '../src/chem/io/open.node.js';
import { readSdf } from '../src/chem/io/sdf.js';
import { createForceField } from '../src/chem/mmff94.js';
import { loadRDKit } from '../src/chem/rdkit.js';
import { openEngine } from '../src/engine/open.node.js';
import { atomOrder, reorder } from '../src/evaluation/atom-order.js';
import { gatherConformers, type ConformerSet } from '../src/evaluation/conformer-sets.js';
import { evaluateConformers } from '../src/evaluation/evaluation.js';
import { etkdg, etkdgMmff } from '../src/evaluation/peers/rdkit.node.js';
import { prepareReference } from '../src/evaluation/score-molecule.js';
import { createGenerator } from '../src/generation/generator.js';
import type { RefineOptions } from '../src/generation/refine.js';
import { prepareStructure, refinePrepared } from '../src/generation/refine-structures.js';
import { readModel } from '../src/network/model.js';
import { modelFile } from './model-file.js';

const { values } = parseArgs({
  options: {
    reference: { type: 'string' },
    model: { type: 'string', default: 'molflow-base' },
    max: { type: 'string', default: '1000' },
    settings: { type: 'string', default: 'clean' },
    delta: { type: 'string', default: '0.75' },
    seed: { type: 'string', default: '7' },
  },
});
if (!values.reference) throw new Error('give --reference, an SD file of conformers');
const rdkit = await loadRDKit();
const sets = await gatherConformers(readSdf(await openText(values.reference), { file: values.reference }), { max: Number(values.max) });
const references = [...sets.values()].map((one) => prepareReference(rdkit, one));
const file = modelFile(values.model);
const generator = createGenerator({ rdkit, model: readModel(await readFile(file), file), engine: await openEngine() });

const molecules = references.map(({ title, molecule, conformers }) => ({ title, smiles: molecule.smiles, count: 2 * conformers.length }));
const request = { molecules, seed: Number(values.seed) };
const embedded = await etkdg.generate(request);
const relaxed = await etkdgMmff.generate(request);
const perConformer = (seconds: number) => (1e3 * seconds) / embedded.made;

await report('ETKDGv3', embedded.conformers, perConformer(embedded.cpuSeconds));
await report('+ MMFF94', relaxed.conformers, perConformer(relaxed.cpuSeconds - embedded.cpuSeconds));
for (const setting of values.settings.split(',')) {
  if (setting === 'openchemlib') {
    await reportOpenChemLib();
    continue;
  }
  const [strength, steps] = setting.split(':') as [string, string?];
  const options = { strength: (Number.isNaN(Number(strength)) ? strength : Number(strength)) as RefineOptions['strength'], ...(steps && { steps: Number(steps) }) };
  const refined = new Map<string, ConformerSet[]>();
  let [seconds, left] = [0, 0];
  for (const [title, given] of embedded.conformers) {
    const own: ConformerSet[] = [];
    for (const { conformers, structure, ...rest } of given) {
      const prepared = conformers.map((coordinates, index) => prepareStructure(generator, { ...structure, coordinates, dimension: 3 }, index));
      const graphs = [...new Set(prepared.map(({ graph }) => graph))];
      const run = async () => {
        const made = [];
        for (const graph of graphs) made.push(...(await refinePrepared(generator, prepared.filter((one) => one.graph === graph), options)));
        return made;
      };
      await run();
      const before = process.cpuUsage();
      const made = await run();
      const { user, system } = process.cpuUsage(before);
      seconds += (user + system) / 1e6;
      left += made.filter(({ kept }) => kept).length;
      own.push({ ...rest, structure: made[0]!.structure, conformers: made.map((one) => one.structure.coordinates) });
    }
    refined.set(title, own);
  }
  await report(`refine ${setting}`, refined, perConformer(seconds), `, ${left} left as they came`);
}
await generator.dispose();

async function reportOpenChemLib(): Promise<void> {
  const relaxedHere = new Map<string, ConformerSet[]>();
  let seconds = 0;
  for (const { title, molecule } of references) {
    const field = await createForceField(molecule);
    const own = (embedded.conformers.get(title) ?? []).map(({ structure, conformers, ...rest }) => {
      const order = atomOrder(rdkit, molecule, structure)!;
      const given = conformers.map((coordinates) => reorder(coordinates, order));
      const before = process.cpuUsage();
      const made = given.map((coordinates) => field.relax(coordinates).coordinates);
      const { user, system } = process.cpuUsage(before);
      seconds += (user + system) / 1e6;
      return { ...rest, structure: { name: title, atoms: molecule.atoms, bonds: molecule.bonds, coordinates: made[0], dimension: 3 as const }, conformers: made };
    });
    relaxedHere.set(title, own);
  }
  await report('openchemlib', relaxedHere, perConformer(seconds));
}

async function report(name: string, conformers: ReadonlyMap<string, readonly ConformerSet[]>, ms: number, remark = ''): Promise<void> {
  const { summary } = await evaluateConformers({ rdkit, source: name, references, conformers, thresholds: [Number(values.delta)] });
  const { amrRecall, amrPrecision, coverage: [at], generated } = summary;
  process.stdout.write(
    `${name.padEnd(16)} AMR-R ${amrRecall.mean.toFixed(3)} AMR-P ${amrPrecision.mean.toFixed(3)} Å  COV-R ${at!.recall.mean.toFixed(1)} COV-P ${at!.precision.mean.toFixed(1)} %` +
      `  ${ms.toFixed(1)} ms a conformer  ${generated} conformers${remark}\n`,
  );
}
