/**
 * What becomes of unusual molecules: of each class of molecules/validation/classes.smi, and of the molecules without
 * analogues in molecules/training/unique.smi, which are trained on, how many get a conformer, how many first draws pass all
 * checks, why the others get none, and how far conformers lie above the GFN2-xTB minimum that they relax into.
 *
 *   npm run bench -- classes [--model molflow-base] [--class cage,allene] [--each 1000] [--count 5] [--seconds 20]
 *     [--strain 12] [--strain-atoms 80] [--seed 1] [--list] [--save bench/results/classes.json]
 *
 * A molecule is done as `molflow generate -n 5 --time-limit 20` does it, in one thread: seconds are of processor time.
 * GFN2 strain is of the first conformer of so many molecules a class at most, of so many atoms at most; needs xtb. --list
 * prints every molecule.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readMoleculeFile } from '../src/chem/io/read-file.node.js';
import { MoleculeError } from '../src/chem/molecule-error.js';
import { parseSmiles } from '../src/chem/parse.js';
import { provenanceOf } from '../src/cli/evaluate/provenance.js';
import { mean, quantile } from '../src/evaluation/statistics.js';
import { hasXtb, relaxWithXtb } from '../src/evaluation/xtb.node.js';
import type { Fault, GenerationEvent, RefusedEvent } from '../src/generation/events.js';
import { generateConformers } from '../src/generation/generate.js';
import { openGenerator } from '../src/generation/open-generator.node.js';
import type { SavedClasses } from './results-page.js';

const FILES = [
  { file: 'molecules/validation/classes.smi', trained: false },
  { file: 'molecules/training/unique.smi', trained: true },
];

const { values } = parseArgs({
  options: {
    model: { type: 'string', default: 'molflow-base' },
    class: { type: 'string' },
    each: { type: 'string', default: '1000' },
    count: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '20' },
    strain: { type: 'string', default: '12' },
    'strain-atoms': { type: 'string', default: '80' },
    seed: { type: 'string', default: '1' },
    list: { type: 'boolean' },
    save: { type: 'string' },
  },
});
const [each, count, seed] = [Number(values.each), Number(values.count), Number(values.seed)];
const [timeLimit, mostStrained, mostAtoms] = [
  Number(values.seconds),
  Number(values.strain),
  Number(values['strain-atoms']),
];
const wanted = values.class?.split(',');
if (mostStrained > 0 && !hasXtb())
  throw new Error('xtb is not on the PATH (Debian: apt-get install xtb); or --strain 0');

interface Entry {
  readonly smiles: string;
  readonly title: string;
}
/** By class. */
const classes = new Map<string, { readonly trained: boolean; readonly entries: Entry[] }>();
for (const { file, trained } of FILES)
  for await (const record of await readMoleculeFile(file)) {
    const [title, name] = record.kind === 'smiles' ? (record.name ?? '').split(' ') : [];
    if (record.kind !== 'smiles' || name === undefined)
      throw new Error(
        `${file}, line ${record.kind === 'error' ? record.error.place.line : record.place.line}: expected a SMILES, a title and a class`,
      );
    if (wanted && !wanted.includes(name)) continue;
    const one = classes.get(name) ?? { trained, entries: [] };
    classes.set(name, one);
    if (one.entries.length < each) one.entries.push({ smiles: record.smiles, title });
  }

const generator = await openGenerator({ model: values.model });

interface Outcome {
  readonly delivered: boolean;
  /** Share of first draws that passed all checks; undefined where nothing was drawn. */
  readonly right?: number | undefined;
  /** Why there is no conformer. */
  readonly reason?: string | undefined;
  /** kcal/mol above the minimum beside it; 'failed' where xtb does not get there. */
  readonly strain?: number | 'failed' | undefined;
}

async function outcomeOf({ smiles, title }: Entry, withStrain: boolean): Promise<Outcome> {
  const [checked, refused]: [number[], RefusedEvent[]] = [[], []];
  let first = 0;
  const observe = (event: GenerationEvent): void => {
    if (event.kind === 'refused') refused.push(event);
    if ((event.kind === 'checked' || event.kind === 'refused') && event.retry === 0) first++;
    if (event.kind === 'checked') checked.push(event.retry);
  };
  try {
    const molecule = parseSmiles(generator.rdkit, smiles, { name: title });
    const started = process.cpuUsage();
    const shouldStop = (): boolean => {
      const { user, system } = process.cpuUsage(started);
      return user + system > 1e6 * timeLimit;
    };
    const { conformers, report } = await generateConformers(generator, molecule, { count, seed, shouldStop, observe });
    const right = first === 0 ? undefined : checked.filter((retry) => retry === 0).length / first;
    const [one] = conformers;
    if (!one) return { delivered: false, right, reason: mostOften(refused) ?? report.reason ?? 'nothing drawn' };
    if (!withStrain || molecule.atoms.length > mostAtoms) return { delivered: true, right };
    const relaxed = await relaxWithXtb(molecule, one.coordinates);
    return { delivered: true, right, strain: relaxed?.above ?? 'failed' };
  } catch (error) {
    if (error instanceof MoleculeError) return { delivered: false, reason: `input: ${error.code}` };
    throw error;
  }
}

/** What most draws were refused for: 'bond-length', 'stereo of a centre'. */
function mostOften(refused: readonly RefusedEvent[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { faults } of refused)
    for (const kind of new Set(faults.map(({ kind }) => STEREO[kind] ?? kind)))
      counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a)[0]?.[0];
}

const STEREO: Readonly<Partial<Record<Fault['kind'], string>>> = {
  centre: 'stereo of a centre',
  axis: 'stereo of an axis',
  'double-bond': 'stereo of a double bond',
  'other-stereo': 'a hand or a side that was not asked for',
};

const rows: SavedClasses['classes'][number][] = [];
for (const [name, { trained, entries }] of classes) {
  const outcomes: Outcome[] = [];
  let strained = 0;
  for (const entry of entries) {
    const started = performance.now();
    const outcome = await outcomeOf(entry, strained < mostStrained);
    if (outcome.strain !== undefined) strained++;
    outcomes.push(outcome);
    if (values.list)
      process.stdout.write(
        `  ${entry.title} ${((performance.now() - started) / 1000).toFixed(1)} s ${JSON.stringify(outcome)} ${entry.smiles}\n`,
      );
  }
  const strains = outcomes.flatMap(({ strain }) => (typeof strain === 'number' ? [strain] : []));
  const reasons = new Map<string, number>();
  for (const { reason } of outcomes) if (reason) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
  const rounded = (value: number): number | null => (Number.isFinite(value) ? Number(value.toFixed(2)) : null);
  const row: SavedClasses['classes'][number] = {
    name,
    trained,
    molecules: outcomes.length,
    delivered: outcomes.filter(({ delivered }) => delivered).length,
    rightAtFirst: rounded(100 * mean(outcomes.flatMap(({ right }) => (right === undefined ? [] : [right])))),
    strain: {
      conformers: strains.length,
      failed: outcomes.filter(({ strain }) => strain === 'failed').length,
      median: rounded(quantile(strains, 0.5)),
      p90: rounded(quantile(strains, 0.9)),
    },
    refused: Object.fromEntries([...reasons].sort(([, a], [, b]) => b - a)),
  };
  rows.push(row);
  process.stdout.write(`${JSON.stringify(row)}\n`);
}
await generator.dispose();

if (values.save) {
  const words = process.argv.slice(2).map((word) => path.basename(word));
  const saved: SavedClasses = {
    command: ['npm run bench -- classes', ...words].join(' '),
    ...(await provenanceOf({ [path.basename(values.model, '.safetensors')]: values.model })),
    classes: rows,
  };
  await writeFile(values.save, `${JSON.stringify(saved, null, 1)}\n`);
}
