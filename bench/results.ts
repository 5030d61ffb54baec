/**
 * Writes docs/results.md of what the commands saved in bench/results/.
 *
 *   npm run bench -- results
 *
 * `molflow evaluate … --save bench/results/NAME.json` and `npm run bench -- speed … --out bench/results/speed*.json` make the
 * files; every one of them becomes a table with the command that gave it.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Evaluation } from '../src/evaluation/evaluation.js';
import { jsonLines, type Experiment } from './experiment.js';
import { PUBLISHED_DRUGS, PUBLISHED_QM9, type PublishedRow } from './published.js';

type Saved = {
  readonly command: string;
  readonly reference: string;
  readonly results: readonly Omit<Evaluation, 'scores'>[];
};
interface Speed {
  readonly command: string;
  readonly processor: string;
  readonly cores: number;
  readonly node: string;
  readonly rows: readonly {
    readonly program: string;
    readonly molecule: string;
    /** Of one molecule; the molecules of a file differ. */
    readonly heavyAtoms?: number;
    readonly threads: number;
    readonly made: number;
    readonly ms: number;
    readonly cpuMs: number | null;
    readonly first?: number;
    readonly peakMemory?: number;
  }[];
}

const FOLDER = path.join('bench', 'results');
const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.json')).sort();
const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(path.join(FOLDER, name), 'utf8'));
const saved: Saved[] = [];
const speeds: Speed[] = [];
for (const name of files) {
  const content = (await read(name)) as Saved | Speed;
  if ('results' in content) saved.push(content);
  else speeds.push(content);
}
const experiments = jsonLines<Experiment>(path.join(FOLDER, 'experiments.jsonl'));
const isBioactive = ({ reference }: Saved): boolean => reference.startsWith('bioactive');
const page = [
  '# Results',
  '',
  'This page is written by `npm run bench -- results` of the files in `bench/results/`, which the commands below it saved. A figure without a command is not ours. The figures of molflow-base in `bioactive-250.json` are of the model before 2026-11-27, of 8 layers; `relaxed-*.json` are of the weights before the last stage; `nfe-qm9-val.json` and the speeds are of weights before the trainings of 2026-11-28 and 29, of the same network, all its layers at every step. Milliseconds in `bioactive-250.json` and `compare.json` are of when a program was compiled for each size of molecule, several times as much as now; those of molflow-base in `qm9-val.json`, `drugs-val.json`, `relaxed-*.json` and `bioactive.json` were taken beside other programs.',
  '',
  'RMSD is over heavy atoms, over all automorphisms, proper rotations only; it agrees with RDKit’s `GetBestRMS` to 0.001 Å, which a test holds on stored values. COV in %, AMR in Å (mean / median over molecules). Twice as many conformers as references unless the command says otherwise; every draw of a model counts as it is: nothing is drawn again, pruned or relaxed. Up to twelve heavy atoms the sampler `spread`, the default, chooses conformers among six noises for each by the shapes they lead to (26 steps unless the row says otherwise); `stochastic` and the ODE solvers draw independently. Where other programs ran beside, the clock tells little: compare processor time. A model’s time includes compiling its graph; `npm run bench -- speed` tells it apart. Rows “+ MMFF94s” relax every conformer of the row above with the project’s own MMFF94s step. Strain is the median MMFF94s energy above the minimum that a conformer falls into, kcal/mol; “hydrogens alone” is what goes when they relax and the heavy atoms stay.',
  '',
  ...saved.filter((one) => !isBioactive(one)).flatMap(ensembleSection),
  ...saved.filter(isBioactive).flatMap(bioactiveSection),
  ...speeds.flatMap(speedSection),
  ...experimentSection(experiments),
  '## Published figures, on GEOM itself',
  '',
  'Other references, so another column: GEOM’s ensembles come from CREST, ours were seeded by ETKDG, which favours RDKit in recall (compare its rows). Only figures from the same file compare.',
  '',
  '### GEOM-QM9, δ 0.5 Å',
  '',
  ...publishedTable(PUBLISHED_QM9),
  '',
  '### GEOM-DRUGS, δ 0.75 Å',
  '',
  ...publishedTable(PUBLISHED_DRUGS),
  '',
].join('\n');
await writeFile(path.join('docs', 'results.md'), page);
console.log(`docs/results.md: ${saved.length} evaluations, ${speeds.length} timings`);

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ];
}

function fixed(value: number | null | undefined, digits: number): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits);
}

function ensembleSection({ command, reference, results }: Saved): string[] {
  const first = results[0].summary;
  const usual = reference.includes('qm9') ? 0.5 : 0.75;
  const delta = first.coverage.some((entry) => entry.delta === usual) ? usual : first.coverage[0].delta;
  const tight = first.coverage.find((entry) => entry.delta === delta / 2 || entry.delta === 0.25)?.delta ?? delta;
  return [
    `## ${reference}, ${first.molecules} molecules`,
    '',
    `${first.references} reference conformers, δ ${delta} Å. \`${command}\``,
    '',
    ...markdown(
      [
        '',
        'COV-R',
        `COV-R at ${tight} Å`,
        'AMR-R',
        'COV-P',
        'AMR-P',
        'stereo right, %',
        'failed',
        'conformers a reference',
        'ms a conformer',
        'processor ms',
      ],
      results.map(({ source, summary: s, cost }) => {
        const at = (d: number) => s.coverage.find((entry) => entry.delta === d);
        return [
          source,
          fixed(at(delta)?.recall.mean, 1),
          fixed(at(tight)?.recall.mean, 1),
          `${fixed(s.amrRecall.mean, 3)} / ${fixed(s.amrRecall.median, 3)}`,
          fixed(at(delta)?.precision.mean, 1),
          `${fixed(s.amrPrecision.mean, 3)} / ${fixed(s.amrPrecision.median, 3)}`,
          fixed(s.stereoRight === undefined ? undefined : 100 * s.stereoRight, 2),
          String(s.failed),
          fixed(s.generated / s.references, 2),
          fixed(cost?.msPerConformer, 1),
          fixed(cost?.cpuMsPerConformer, 1),
        ];
      }),
    ),
    '',
    'Physical quality: mean errors are against the nearest reference conformer, W is the Wasserstein distance between distributions.',
    '',
    ...markdown(
      [
        '',
        'bonds, Å',
        'W',
        'angles, °',
        'W',
        'torsions, °',
        'W',
        'clashes, %',
        'broken bonds, %',
        'bent rings, %',
        'strain',
        '90th percentile',
        'hydrogens alone',
        'GFN2 above minimum',
        'moved, Å',
      ],
      results.map(({ source, physical: p, strain, hydrogens, xtb }) => [
        source,
        fixed(p.bonds.meanAbsolute, 4),
        fixed(p.bonds.wasserstein, 4),
        fixed(p.angles.meanAbsolute, 2),
        fixed(p.angles.wasserstein, 2),
        fixed(p.torsions.meanAbsolute, 1),
        fixed(p.torsions.wasserstein, 1),
        fixed(p.generated.clash, 2),
        fixed(p.generated.bond, 2),
        fixed(p.generated.planarity, 2),
        fixed(strain?.generated.median, 2),
        fixed(strain?.generated.p90, 2),
        fixed(hydrogens?.median, 2),
        fixed(xtb?.medianAbove, 2),
        fixed(xtb?.medianMoved, 3),
      ]),
    ),
    '',
  ];
}

function experimentSection(rows: readonly Experiment[]): string[] {
  const first = rows[0];
  if (!first) return [];
  const trained = `${first.workers === 1 ? 'one worker' : `${first.workers} workers`}, ${first.data.join(', ')}`;
  return [
    '## Experiments at equal compute',
    '',
    `Skeleton stages trained on ${trained} for the minutes of their configuration (configs/experiments/NAME.json), and scored on the first ${first.molecules} molecules of ${first.reference}: stochastic sampler, 20 steps; the ODE by Euler, 20 steps. \`npm run bench -- experiments --data ${first.data.join(' ')} --reference ${first.reference} --configs configs/experiments/*.json\``,
    '',
    ...markdown(
      [
        '',
        'minutes',
        'samples, thousands',
        'AMR-R',
        'AMR-P',
        'COV-R at 0.1, 0.25, 0.5 Å',
        'stereo right, %',
        'AMR-R, 5 steps',
        'processor ms, 5 and 20 steps',
        'ODE AMR-R',
        'ODE AMR-P',
      ],
      rows.map(({ name, minutes, samples, results }) => {
        const of = (sampler: string, steps: number) =>
          results.find(({ variant }) => variant.steps === steps && variant.family.includes(sampler));
        const [short, long, ode] = [of('stochastic', 5), of('stochastic', 20), of('euler', 20)];
        return [
          name,
          fixed(minutes, 1),
          fixed(samples / 1000, 0),
          fixed(long?.summary.amrRecall.mean, 3),
          fixed(long?.summary.amrPrecision.mean, 3),
          (long?.summary.coverage ?? []).map(({ recall }) => fixed(recall.mean, 1)).join(', '),
          fixed(100 * (long?.summary.stereoRight ?? NaN), 2),
          fixed(short?.summary.amrRecall.mean, 3),
          `${fixed(short?.cost.cpuMsPerConformer, 1)}, ${fixed(long?.cost.cpuMsPerConformer, 1)}`,
          fixed(ode?.summary.amrRecall.mean, 3),
          fixed(ode?.summary.amrPrecision.mean, 3),
        ];
      }),
    ),
    '',
  ];
}

function bioactiveSection({ command, results }: Saved): string[] {
  const first = results[0].summary;
  return [
    `## Bioactive shapes, ${first.molecules} ligands`,
    '',
    `Share of ligands whose shape in the protein crystal lies within δ of the nearest conformer, in %. \`${command}\``,
    '',
    ...markdown(
      [
        '',
        ...first.coverage.map(({ delta }) => `${delta} Å`),
        'mean nearest, Å',
        'median',
        'conformers a ligand',
        'failed',
      ],
      results.map(({ source, summary: s }) => [
        source,
        ...s.coverage.map(({ recall }) => fixed(recall.mean, 1)),
        fixed(s.amrRecall.mean, 3),
        fixed(s.amrRecall.median, 3),
        fixed(s.generated / s.references, 1),
        String(s.failed),
      ]),
    ),
    '',
  ];
}

function speedSection({ command, processor, cores, node, rows }: Speed, k: number): string[] {
  return [
    ...(k === 0
      ? [
          '## Speed',
          '',
          '“First call” includes starting, loading and compiling; OpenChemLib’s later calls profit from its cache of the molecule’s rigid fragments.',
          '',
        ]
      : []),
    `\`${command}\`; ${processor}, ${cores} cores, Node ${node}.`,
    '',
    ...markdown(
      [
        'molecule',
        'heavy atoms',
        'program',
        'threads',
        'ms a conformer',
        'processor ms',
        'conformers/s',
        'made',
        'first call, ms',
        'peak memory, MiB',
      ],
      rows.map((row) => [
        row.molecule,
        String(row.heavyAtoms ?? ''),
        row.program,
        String(row.threads),
        fixed(row.ms, 2),
        fixed(row.cpuMs, 2),
        fixed(1000 / row.ms, 1),
        String(row.made),
        fixed(row.first, 0),
        fixed(row.peakMemory === undefined ? undefined : row.peakMemory / 2 ** 20, 0),
      ]),
    ),
    '',
  ];
}

function publishedTable(rows: readonly PublishedRow[]): string[] {
  return markdown(
    ['model', 'parameters, steps', 'COV-R', 'AMR-R', 'COV-P', 'AMR-P'],
    rows.map((row) => [row.model, row.size, row.covRecall, row.amrRecall, row.covPrecision, row.amrPrecision]),
  );
}
