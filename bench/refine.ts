/**
 * Refinement against MMFF94, on the same ETKDGv3 conformers, in one run: distances to the references and milliseconds of
 * processor a conformer, measured in turns. Each molecule is refined twice and the second time counts, when its programs
 * are compiled.
 *
 *   npm run bench -- refine --reference refs.sdf.gz [--model molflow-base] [--max 1000] [--settings 0.6:6,0.4:9] [--delta 0.75] [--seed 7]
 *
 * The seed is that of the embedding and of refinement's noise: each seed is a measurement of its own.
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
import { modelFile } from '../src/network/load-model.node.js';

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
const sets = await gatherConformers(readSdf(await openText(values.reference), { file: values.reference }), {
  max: Number(values.max),
});
const references = [...sets.values()].map((one) => prepareReference(rdkit, one));
const file = modelFile(values.model);
const generator = createGenerator({ rdkit, model: readModel(await readFile(file), file), engine: await openEngine() });

/** Molecules between turns: every side works on these before the next ones, so that a noisy machine is noisy for all. */
const TURN = 4;

interface Side {
  readonly name: string;
  readonly conformers: Map<string, readonly ConformerSet[]>;
  /** Of processor. */
  seconds: number;
  left?: number;
}
const side = (name: string): Side => ({ name, conformers: new Map(), seconds: 0 });
const [embedded, relaxed] = [side('ETKDGv3'), side('+ MMFF94')];
const settings = values.settings.split(',');
const refined = settings
  .filter((setting) => setting !== 'openchemlib')
  .map((setting) => ({ ...side(`refine ${setting}`), left: 0, options: optionsOf(setting) }));
let made = 0;

for (let at = 0; at < references.length; at += TURN) {
  const molecules = references
    .slice(at, at + TURN)
    .map(({ title, molecule, conformers }) => ({ title, smiles: molecule.smiles, count: 2 * conformers.length }));
  const request = { molecules, seed: Number(values.seed) };
  const given = await etkdg.generate(request);
  const minima = await etkdgMmff.generate(request);
  made += given.made;
  embedded.seconds += given.cpuSeconds;
  relaxed.seconds += minima.relaxSeconds ?? NaN;
  for (const [title, sets] of given.conformers) embedded.conformers.set(title, sets);
  for (const [title, sets] of minima.conformers) relaxed.conformers.set(title, sets);
  for (const one of refined)
    for (const [title, sets] of given.conformers) one.conformers.set(title, await refine(sets, one));
}

await report(embedded);
await report(relaxed);
for (const one of refined) await report(one);
if (settings.includes('openchemlib')) {
  const one = { ...side('+ MMFF94s (openchemlib)'), conformers: embedded.conformers };
  await report(one, async ({ molecule }) => {
    const field = await createForceField(molecule);
    return (conformer) => {
      const before = process.cpuUsage();
      const { coordinates } = field.relax(conformer);
      one.seconds += secondsSince(before);
      return coordinates;
    };
  });
}
await generator.dispose();

function optionsOf(setting: string): RefineOptions {
  const [strength, steps] = setting.split(':') as [string, string?];
  return {
    strength: (Number.isNaN(Number(strength)) ? strength : Number(strength)) as RefineOptions['strength'],
    seed: Number(values.seed),
    ...(steps && { steps: Number(steps) }),
  };
}

async function refine(
  sets: readonly ConformerSet[],
  one: Side & { left: number; readonly options: RefineOptions },
): Promise<ConformerSet[]> {
  const results: ConformerSet[] = [];
  for (const { conformers, structure, ...rest } of sets) {
    const prepared = conformers.map((coordinates, index) =>
      prepareStructure(generator, { ...structure, coordinates, dimension: 3 }, index),
    );
    const graphs = [...new Set(prepared.map(({ graph }) => graph))];
    const run = async () => {
      const all = [];
      for (const graph of graphs)
        all.push(
          ...(await refinePrepared(
            generator,
            prepared.filter((each) => each.graph === graph),
            one.options,
          )),
        );
      return all;
    };
    await run();
    const before = process.cpuUsage();
    const all = await run();
    one.seconds += secondsSince(before);
    one.left += all.filter(({ kept }) => kept).length;
    results.push({ ...rest, structure: all[0].structure, conformers: all.map((each) => each.structure.coordinates) });
  }
  return results;
}

function secondsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

async function report(one: Side, relax?: Parameters<typeof evaluateConformers>[0]['relax']): Promise<void> {
  const { name, conformers, left } = one;
  const { summary } = await evaluateConformers({
    rdkit,
    source: name,
    references,
    conformers,
    thresholds: [Number(values.delta)],
    relax,
  });
  const {
    amrRecall,
    amrPrecision,
    coverage: [at],
    generated,
  } = summary;
  process.stdout.write(
    `${name.padEnd(24)} AMR-R ${amrRecall.mean.toFixed(3)} AMR-P ${amrPrecision.mean.toFixed(3)} Å  COV-R ${at.recall.mean.toFixed(1)} COV-P ${at.precision.mean.toFixed(1)} %` +
      `  ${((1e3 * one.seconds) / made).toFixed(1)} ms a conformer, ${(one.seconds / relaxed.seconds).toFixed(2)} of MMFF94  ${generated} conformers${left === undefined ? '' : `, ${left} left as they came`}\n`,
  );
}
