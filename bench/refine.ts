/**
 * Refinement against MMFF94, on the same ETKDGv3 conformers, in one run: distances to the references, and milliseconds of
 * processor time a conformer, measured in turns. Each molecule is refined twice; the second time counts, when its
 * programs are compiled.
 *
 *   npm run bench -- refine --reference refs.sdf.gz [--model molflow-base] [--max 1000] [--settings clean,0.4:9]
 *     [--delta 0.75] [--seeds 7,8,9] [--save bench/results/refine.json]
 *
 * A seed is that of the embedding and of refinement's noise: each is a measurement of its own, and means over them are
 * saved. A setting is STRENGTH:STEPS, or STRENGTH alone; or openchemlib, whose MMFF94s is what JavaScript has without
 * molflow. Needs RDKit for Python.
 */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { openText } from '../src/chem/io/open.node.js';
import { readSdf } from '../src/chem/io/sdf.js';
import { createForceField } from '../src/chem/mmff94.js';
import { loadRDKit } from '../src/chem/rdkit.js';
import { provenanceOf } from '../src/cli/evaluate/provenance.js';
import { openEngine } from '../src/engine/open.node.js';
import { gatherConformers, type ConformerSet } from '../src/evaluation/conformer-sets.js';
import { evaluateConformers } from '../src/evaluation/evaluation.js';
import { etkdg, etkdgMmff } from '../src/evaluation/peers/rdkit.node.js';
import { prepareReference } from '../src/evaluation/score-molecule.js';
import { mean } from '../src/evaluation/statistics.js';
import { createGenerator } from '../src/generation/generator.js';
import type { RefineOptions } from '../src/generation/refine.js';
import { prepareStructure, refinePrepared } from '../src/generation/refine-structures.js';
import { readModel } from '../src/network/model.js';
import { modelFile } from '../src/network/load-model.node.js';
import type { SavedRefinement } from './results-page.js';

const { values } = parseArgs({
  options: {
    reference: { type: 'string' },
    model: { type: 'string', default: 'molflow-base' },
    max: { type: 'string', default: '1000' },
    settings: { type: 'string', default: 'clean' },
    delta: { type: 'string', default: '0.75' },
    seeds: { type: 'string', default: '7' },
    save: { type: 'string' },
  },
});
const { reference } = values;
if (!reference) throw new Error('give --reference, an SD file of conformers');
const rdkit = await loadRDKit();
const sets = await gatherConformers(readSdf(await openText(reference), { file: reference }), {
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
  /** Of processor time. */
  seconds: number;
  /** Conformers that refinement gave back as they came. */
  left?: number;
}

type Row = SavedRefinement['refinement'][number];

const seeds = values.seeds.split(',').map(Number);
const delta = Number(values.delta);
const settings = values.settings.split(',');
const runs: Row[][] = [];
for (const seed of seeds) runs.push(await measure(seed));
const means = runs[0].map((row, k): Row => {
  const meanOf = (of: (row: Row) => number): number => Number(mean(runs.map((run) => of(run[k]))).toFixed(3));
  return {
    ...row,
    amrRecall: meanOf(({ amrRecall }) => amrRecall),
    amrPrecision: meanOf(({ amrPrecision }) => amrPrecision),
    covRecall: meanOf(({ covRecall = NaN }) => covRecall),
    ...(row.time !== undefined && { time: meanOf(({ time = NaN }) => time) }),
  };
});
if (seeds.length > 1) {
  process.stdout.write(`means over seeds ${seeds.join(', ')}\n`);
  means.forEach(print);
}
if (values.save) {
  const words = process.argv.slice(2).map((word) => path.basename(word));
  const saved: SavedRefinement = {
    command: `npm run bench -- refine ${words.join(' ')}`,
    ...(await provenanceOf({ [path.basename(values.model, '.safetensors')]: values.model })),
    reference: path.basename(reference),
    delta,
    seeds,
    refinement: means,
  };
  await writeFile(values.save, `${JSON.stringify(saved, null, 1)}\n`);
}
await generator.dispose();

async function measure(seed: number): Promise<Row[]> {
  const side = (name: string): Side => ({ name, conformers: new Map(), seconds: 0 });
  const [embedded, relaxed] = [side('ETKDGv3 as it comes'), side('+ MMFF94 (RDKit, native)')];
  const refined = settings
    .filter((setting) => setting !== 'openchemlib')
    .map((setting) => ({
      ...side(`+ molflow refine --strength ${setting.replace(':', ' --steps ')}`),
      left: 0,
      options: optionsOf(setting, seed),
    }));
  let made = 0;
  for (let at = 0; at < references.length; at += TURN) {
    const molecules = references
      .slice(at, at + TURN)
      .map(({ title, molecule, conformers }) => ({ title, smiles: molecule.smiles, count: 2 * conformers.length }));
    const given = await etkdg.generate({ molecules, seed });
    const minima = await etkdgMmff.generate({ molecules, seed });
    made += given.made;
    embedded.seconds += given.cpuSeconds;
    relaxed.seconds += minima.relaxSeconds ?? NaN;
    for (const [title, sets] of given.conformers) embedded.conformers.set(title, sets);
    for (const [title, sets] of minima.conformers) relaxed.conformers.set(title, sets);
    for (const one of refined)
      for (const [title, sets] of given.conformers) one.conformers.set(title, await refine(sets, one));
  }

  process.stdout.write(`seed ${seed}, ${references.length} molecules, ${made} conformers\n`);
  const score = async (one: Side, relax?: Parameters<typeof evaluateConformers>[0]['relax']): Promise<Row> => {
    const { name, conformers, left } = one;
    const { summary } = await evaluateConformers({
      rdkit,
      source: name,
      references,
      runs: [{ seed, conformers }],
      thresholds: [delta],
      relax,
    });
    const { amrRecall, amrPrecision, coverage } = summary;
    const row: Row = {
      name,
      ...(left !== undefined && { model: values.model }),
      amrRecall: amrRecall.mean,
      amrPrecision: amrPrecision.mean,
      covRecall: coverage[0].recall.mean,
      ...(one !== embedded && { time: one.seconds / relaxed.seconds }),
    };
    print(row);
    process.stdout.write(
      `    COV-P ${coverage[0].precision.mean.toFixed(1)} %, ${((1e3 * one.seconds) / made).toFixed(1)} ms of processor time a conformer${left === undefined ? '' : `, ${left} left as they came`}\n`,
    );
    return row;
  };
  const rows: Row[] = [];
  for (const one of [embedded, relaxed, ...refined]) rows.push(await score(one));
  if (settings.includes('openchemlib')) {
    const one = { ...side('+ MMFF94s (OpenChemLib)'), conformers: embedded.conformers };
    const relaxing: Parameters<typeof evaluateConformers>[0]['relax'] = async ({ molecule }) => {
      const field = await createForceField(molecule);
      return (conformer) => {
        const before = process.cpuUsage();
        const { coordinates } = field.relax(conformer);
        one.seconds += secondsSince(before);
        return coordinates;
      };
    };
    rows.push(await score(one, relaxing));
  }
  return rows;
}

function print({ name, amrRecall, amrPrecision, covRecall = NaN, time }: Row): void {
  process.stdout.write(
    `${name.padEnd(44)} AMR-R ${amrRecall.toFixed(3)} AMR-P ${amrPrecision.toFixed(3)} Å  COV-R ${covRecall.toFixed(1)} %` +
      `${time === undefined ? '' : `  ${time.toFixed(2)} of MMFF94's processor time`}\n`,
  );
}

function optionsOf(setting: string, seed: number): RefineOptions {
  const [strength, steps] = setting.split(':') as [string, string?];
  return {
    strength: (Number.isNaN(Number(strength)) ? strength : Number(strength)) as RefineOptions['strength'],
    seed,
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
