/**
 * What each preset of molflow generate delivers for ten drugs: conformers, processor time, energies, how far apart shapes are.
 *
 *   npm run bench -- presets [--presets docking,rapid]
 *
 * Prints the table of docs/command.md. Needs dist/ built.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse/sync';
import { openText } from '../src/chem/io/open.node.js';
import { readSdf } from '../src/chem/io/sdf.js';
import { loadRDKit } from '../src/chem/rdkit.js';
import { PRESETS } from '../src/cli/presets.js';
import { gatherConformers } from '../src/evaluation/conformer-sets.js';
import { prepareReference } from '../src/evaluation/score-molecule.js';
import { bestRmsd } from '../src/geometry/rmsd.js';

const DRUGS = [
  ...['aspirin', '(S)-ibuprofen', 'paracetamol', 'caffeine', '(S)-nicotine', 'diazepam', '(S)-warfarin'],
  ...['(S)-naproxen', 'lidocaine', 'sulfamethoxazole'],
];

const { values } = parseArgs({ options: { presets: { type: 'string', default: Object.keys(PRESETS).join(',') } } });
// Bundled into runs/bench.
const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const rdkit = await loadRDKit();
const folder = mkdtempSync(path.join(tmpdir(), 'molflow-presets-'));

interface Row {
  readonly status: string;
  readonly delivered: string;
  readonly seconds: string;
}

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
const range = (numbers: readonly number[]): string => `${Math.min(...numbers)} to ${Math.max(...numbers)}`;

/** Of each molecule the energy of its highest conformer above its lowest, where energies are written. */
async function energyRanges(file: string): Promise<number[]> {
  const highest = new Map<string, number>();
  for await (const { structure, fields } of readSdf(await openText(file))) {
    const energy = fields.get('MOLFLOW_RELATIVE_ENERGY');
    if (energy !== undefined) highest.set(structure.name, Math.max(Number(energy), highest.get(structure.name) ?? 0));
  }
  return [...highest.values()];
}

/** Of each molecule with two conformers or more how far the two are apart that are farthest, Å. */
async function widths(file: string): Promise<number[]> {
  const all: number[] = [];
  for (const sets of (await gatherConformers(readSdf(await openText(file)))).values()) {
    const { conformers, permutations, molecule } = prepareReference(rdkit, sets);
    const skeletons = conformers.map((x) => x.subarray(0, 3 * molecule.skeletonCount));
    const pairs = skeletons.flatMap((a, i) => skeletons.slice(i + 1).map((b) => bestRmsd(a, b, permutations).rmsd));
    if (pairs.length > 0) all.push(Math.max(...pairs));
  }
  return all;
}

console.log(
  '| preset | conformers a molecule | processor seconds a molecule | highest above lowest, kcal/mol | farthest apart, Å |\n|---|---|---|---|---|',
);
for (const preset of values.presets.split(',')) {
  const [file, status] = ['sdf', 'csv'].map((ending) => path.join(folder, `${preset}.${ending}`)) as [string, string];
  const molecules = DRUGS.flatMap((drug) => ['--molecule', drug]);
  const args = ['--preset', preset, '--quiet', '--jobs', '1', '--out', file, '--status', status];
  execFileSync(process.execPath, [main, 'generate', ...molecules, ...args], { stdio: ['ignore', 'ignore', 'inherit'] });
  const rows = parse<Row>(readFileSync(status), { columns: true });
  const delivered = rows.map((row) => Number(row.delivered));
  const seconds = rows.map((row) => Number(row.seconds));
  const cut = rows.filter((row) => row.status !== 'done').length;
  const energies = await energyRanges(file);
  const far = await widths(file);
  const cells = [
    `\`${preset}\``,
    `${mean(delivered).toFixed(0)} (${range(delivered)})${cut > 0 ? `; ${cut} not done` : ''}`,
    `${mean(seconds).toFixed(1)} (${range(seconds.map((s) => Number(s.toFixed(1))))})`,
    energies.length > 0 ? mean(energies).toFixed(1) : 'none written',
    far.length > 0 ? mean(far).toFixed(2) : 'one conformer',
  ];
  console.log(`| ${cells.join(' | ')} |`);
}
rmSync(folder, { recursive: true });
