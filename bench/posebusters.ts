/**
 * Per cent of conformers that pass each of PoseBusters' checks without a protein (posebusters.py), as they come: molflow's
 * beside ETKDGv3's, without and with MMFF94, and the references themselves.
 *
 *   npm run bench -- posebusters --reference refs.sdf.gz [--model molflow-base] [--count 10] [--max 1000] [--seed 7]
 *     [--save bench/results/posebusters.json]
 *
 * Needs RDKit for Python.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { openText } from '../src/chem/io/open.node.js';
import { readSdf } from '../src/chem/io/sdf.js';
import { sdfRecord } from '../src/chem/io/write-sdf.js';
import { loadRDKit } from '../src/chem/rdkit.js';
import { provenanceOf } from '../src/cli/evaluate/provenance.js';
import { gatherConformers } from '../src/evaluation/conformer-sets.js';
import { prepareReference } from '../src/evaluation/score-molecule.js';
import { generateConformers } from '../src/generation/generate.js';
import { openGenerator } from '../src/generation/open-generator.node.js';
import { inScratchFolder, startProgram } from '../src/python/other-programs.node.js';
import { pythonProgram, pythonWith } from '../src/python/programs.node.js';
import type { SavedChecks } from './results-page.js';

const { values } = parseArgs({
  options: {
    reference: { type: 'string' },
    model: { type: 'string', default: 'molflow-base' },
    count: { type: 'string', default: '10' },
    max: { type: 'string', default: '1000' },
    seed: { type: 'string', default: '7' },
    save: { type: 'string' },
  },
});
const { reference, model } = values;
if (!reference) throw new Error('give --reference, an SD file of conformers');
const python = pythonWith('rdkit');
if (!python) throw new Error('RDKit for Python is not installed (Debian: apt-get install python3-rdkit)');
const [count, seed] = [Number(values.count), Number(values.seed)];
// Bundled into runs/bench.
const checks = fileURLToPath(new URL('../../bench/posebusters.py', import.meta.url));

const rdkit = await loadRDKit();
const sets = await gatherConformers(readSdf(await openText(reference), { file: reference }), {
  max: Number(values.max),
});
const references = [...sets.values()].map((one) => prepareReference(rdkit, one));
const generator = await openGenerator({ model });

type Row = SavedChecks['checks'][number];
const rows: Row[] = [];
await inScratchFolder(async (folder) => {
  const molecules = path.join(folder, 'molecules.json');
  const asked = references.map(({ title, molecule: { smiles } }) => ({ title, smiles, count }));
  await writeFile(molecules, JSON.stringify(asked));

  let [text, own] = ['', ''];
  for (const { title, molecule, conformers } of references) {
    for (const coordinates of conformers.slice(0, count)) own += sdfRecord({ molecule, coordinates, title });
    for (const { coordinates } of (await generateConformers(generator, molecule, { count, seed })).conformers)
      text += sdfRecord({ molecule, coordinates, title });
  }
  await writeFile(path.join(folder, 'molflow.sdf'), text);
  await writeFile(path.join(folder, 'references.sdf'), own);
  for (const [name, ...flags] of [['etkdg'], ['etkdg-mmff', '--mmff']])
    await linesOf(pythonProgram('baseline-rdkit.py'), [
      ...['embed', molecules, path.join(folder, `${name}.sdf`)],
      ...['--seed', String(seed), ...flags],
    ]);

  for (const [file, name] of [
    ['molflow', path.basename(model, '.safetensors')],
    ['etkdg', 'ETKDGv3'],
    ['etkdg-mmff', 'ETKDGv3 + MMFF94'],
    ['references', 'references'],
  ]) {
    const lines = await linesOf(checks, [molecules, path.join(folder, `${file}.sdf`)]);
    const found = lines.map((line) => JSON.parse(line) as Record<string, boolean | string>);
    const names = Object.keys(found[0]).filter((check) => check !== 'title');
    const percent = (passes: (one: Record<string, boolean | string>) => boolean): number =>
      Number(((100 * found.filter(passes).length) / found.length).toFixed(2));
    const row: Row = {
      name,
      conformers: found.length,
      all: percent((one) => names.every((check) => one[check] === true)),
      each: Object.fromEntries(names.map((check) => [check, percent((one) => one[check] === true)])),
    };
    rows.push(row);
    process.stdout.write(`${name}: ${row.conformers} conformers, all ${row.all} %, ${JSON.stringify(row.each)}\n`);
  }
});
await generator.dispose();
if (values.save) {
  const words = process.argv.slice(2).map((word) => path.basename(word));
  const saved: SavedChecks = {
    command: `npm run bench -- posebusters ${words.join(' ')}`,
    ...(await provenanceOf({ [path.basename(model, '.safetensors')]: model })),
    reference: path.basename(reference),
    molecules: references.length,
    checks: rows,
  };
  await writeFile(values.save, `${JSON.stringify(saved, null, 1)}\n`);
}

/** What a Python program prints. @throws Error where it fails, with what it said last */
async function linesOf(program: string, args: readonly string[]): Promise<string[]> {
  const { child, ended } = startProgram(python!, [program, ...args]);
  let problem = '';
  child.stderr.on('data', (said: Buffer) => (problem += said.toString()));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) lines.push(line);
  if ((await ended) !== 0) throw new Error(`${program} failed: ${problem.trim().slice(-500)}`);
  return lines;
}
