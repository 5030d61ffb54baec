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

await report('ETKDGv3', embedded.conformers, { seconds: () => embedded.cpuSeconds });
await report('+ MMFF94', relaxed.conformers, { seconds: () => relaxed.cpuSeconds - embedded.cpuSeconds });
for (const setting of values.settings.split(',')) {
  if (setting === 'openchemlib') {
    let seconds = 0;
    const relax: Report['relax'] = async ({ molecule }) => {
      const field = await createForceField(molecule);
      return (conformer) => {
        const before = process.cpuUsage();
        const { coordinates } = field.relax(conformer);
        seconds += secondsSince(before);
        return coordinates;
      };
    };
    await report(setting, embedded.conformers, { seconds: () => seconds, relax });
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
      seconds += secondsSince(before);
      left += made.filter(({ kept }) => kept).length;
      own.push({ ...rest, structure: made[0]!.structure, conformers: made.map((one) => one.structure.coordinates) });
    }
    refined.set(title, own);
  }
  await report(`refine ${setting}`, refined, { seconds: () => seconds, remark: `, ${left} left as they came` });
}
await generator.dispose();

function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

interface Report {
  /** Of processor for all conformers; asked once they are relaxed. */
  readonly seconds: () => number;
  readonly relax?: Parameters<typeof evaluateConformers>[0]['relax'];
  readonly remark?: string;
}

async function report(name: string, conformers: ReadonlyMap<string, readonly ConformerSet[]>, { seconds, relax, remark = '' }: Report): Promise<void> {
  const { summary } = await evaluateConformers({ rdkit, source: name, references, conformers, thresholds: [Number(values.delta)], relax });
  const { amrRecall, amrPrecision, coverage: [at], generated } = summary;
  process.stdout.write(
    `${name.padEnd(16)} AMR-R ${amrRecall.mean.toFixed(3)} AMR-P ${amrPrecision.mean.toFixed(3)} Å  COV-R ${at!.recall.mean.toFixed(1)} COV-P ${at!.precision.mean.toFixed(1)} %` +
      `  ${((1e3 * seconds()) / embedded.made).toFixed(1)} ms a conformer  ${generated} conformers${remark}\n`,
  );
}
