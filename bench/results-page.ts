/** The results pages as Markdown, from the results that were saved and the weights that ship. */
import type { ModelSampling, Provenance } from '../src/cli/evaluate/provenance.js';
import type { Evaluation } from '../src/evaluation/evaluation.js';
import type { Experiment } from './experiment.js';
import type { MeanAndMedian } from '../src/evaluation/summary.js';
import { PUBLISHED_DRUGS, PUBLISHED_QM9, type PublishedRow } from './published.js';

interface Measured extends Provenance {
  readonly command: string;
  /** Commit and date of a result that was saved without provenance; its weights are those of that commit. */
  readonly committed?: string;
}

export interface SavedEvaluation extends Measured {
  readonly reference: string;
  readonly results: readonly Omit<Evaluation, 'scores'>[];
}

export interface SavedSpeed extends Measured {
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

/** Means over `seeds`, by bench/refine.ts. */
export interface SavedRefinement extends Measured {
  readonly reference: string;
  /** Å, of the coverage; 0.75 where it is not told. */
  readonly delta?: number;
  readonly seeds: readonly number[];
  readonly refinement: readonly {
    readonly name: string;
    /** The model that made the row. */
    readonly model?: string;
    /** Å. */
    readonly amrRecall: number;
    readonly amrPrecision: number;
    /** Percent. */
    readonly covRecall?: number;
    /** Processor time, relative to MMFF94's. */
    readonly time?: number;
  }[];
}

/** Conformers that pass checks, by bench/posebusters.ts. */
export interface SavedChecks extends Measured {
  readonly reference: string;
  readonly molecules: number;
  readonly checks: readonly {
    readonly name: string;
    readonly conformers: number;
    /** Percent. */
    readonly all: number;
    readonly each: Readonly<Record<string, number>>;
  }[];
}

/** What becomes of the molecules of each class, by bench/classes.ts. */
export interface SavedClasses extends Measured {
  readonly classes: readonly {
    readonly name: string;
    /** Whether the molecules themselves are trained on, since nothing is like them. */
    readonly trained: boolean;
    readonly molecules: number;
    /** Molecules that got a conformer. */
    readonly delivered: number;
    /** Per cent of first draws that passed all checks, mean over molecules. */
    readonly rightAtFirst: number | null;
    /** GFN2-xTB energy above the minimum that a conformer relaxes into, kcal/mol. */
    readonly strain: {
      readonly conformers: number;
      readonly failed: number;
      readonly median: number | null;
      readonly p90: number | null;
    };
    /** Molecules without a conformer, by what was wrong with most of their draws, or with the input. */
    readonly refused: Readonly<Record<string, number>>;
  }[];
}

export type Saved = SavedEvaluation | SavedSpeed | SavedRefinement | SavedChecks | SavedClasses;

export interface ResultsOptions {
  /** By the name of their file. */
  readonly saved: ReadonlyMap<string, Saved>;
  readonly experiments: readonly Experiment[];
  /** The models that ship, by name. */
  readonly shipped: Readonly<Record<string, ShippedModel>>;
}

export interface ShippedModel {
  /** Their `weightsHash`. */
  readonly weights: string;
  readonly sampling: ModelSampling;
}

/** Markdown of docs/results.md, one table a question, and of docs/results-all.md, every saved table. */
export interface ResultsPages {
  readonly page: string;
  readonly all: string;
}

/** The result that accuracy-plot.ts draws. */
export const PLOTTED = 'steps-drugs-val.json';

const MARK = ' †';

/**
 * A model's row counts as current where its weights are those that ship, and its sampler settings, where it tells them;
 * a row of former ones is marked.
 * @throws Error where a result does not say with which weights it was measured.
 */
export function resultsPages({ saved, experiments, shipped }: ResultsOptions): ResultsPages {
  for (const [file, { weights }] of saved)
    // A file of before provenance may lack them.
    if ((weights as Provenance['weights'] | undefined) === undefined)
      throw new Error(
        `${file} does not say with which weights it was measured; measure it again with this version, which saves them`,
      );
  const isFormer = (one: Measured): boolean =>
    Object.keys(one.weights).some((name) => ['weights', 'settings'].includes(differs(one, name, shipped) ?? ''));
  const mark = (measured: Measured): string => (isFormer(measured) ? MARK : '');
  const evaluations = [...saved.values()].filter((one): one is SavedEvaluation => 'results' in one);
  const speeds = [...saved.values()].filter((one): one is SavedSpeed => 'rows' in one);
  const plotted = saved.get(PLOTTED) as SavedEvaluation | undefined;
  const refinements = [...saved.values()].filter((one): one is SavedRefinement => 'refinement' in one);
  const checked = [...saved.values()].filter((one): one is SavedChecks => 'checks' in one);
  const classified = [...saved.values()].filter((one): one is SavedClasses => 'classes' in one);
  const ofFile = (reference: string): SavedEvaluation[] =>
    evaluations.filter((one) => one.reference === reference && one !== plotted);

  /** Rows of shipped models and peers on all molecules of a file. */
  const nearness = (reference: string, delta: number): string[] => {
    const files = ofFile(reference);
    const all = Math.max(...files.map(({ results }) => results[0].summary.molecules));
    const rows = files
      .toSorted((a, b) => rank(a) - rank(b))
      .filter((one) => !isFormer(one) && Object.keys(one.weights).every((name) => name in shipped))
      .flatMap((one) => one.results.map((result) => ({ command: one.command, result })))
      .filter(({ result }) => result.summary.molecules === all && !result.source.includes('MMFF94s'));
    return [
      ...markdown(
        ['', 'COV-R, %', 'AMR-R, Å', 'COV-P, %', 'AMR-P, Å', 'stereo right, %'],
        rows.map(({ result: { source, summary: s } }) => {
          const covered = s.coverage.find((entry) => entry.delta === delta);
          return [
            nameOf(source),
            percent(covered?.recall),
            pair(s.amrRecall),
            percent(covered?.precision),
            pair(s.amrPrecision),
            fixed(s.stereoRight === undefined ? undefined : 100 * s.stereoRight, 2),
          ];
        }),
      ),
      '',
      commands(rows.map(({ command }) => command)),
    ];
  };

  const bioactive = evaluations.filter((one) => isBioactive(one));
  const ligands = Math.max(...bioactive.map(({ results }) => results[0].summary.molecules));
  const bound = bioactive.filter((one) => one.results[0].summary.molecules === ligands && !isFormer(one));
  const strained = evaluations.filter(({ results }) => results.some(({ strain }) => strain));
  const ships = Object.entries(shipped).map(([name, { weights }]) => `${name} \`${weights}\``);

  const page = [
    '# Results',
    '',
    'How good the models that ship are, beside other programs: a table for each question. [results-all.md](results-all.md) holds every saved table, [experiments.md](experiments.md) what was tried on the way. Both results pages are written by `npm run bench -- results` from the files in `bench/results/`.',
    '',
    '## Definitions',
    '',
    '- **RMSD**: over heavy atoms, after superposition, the least over all automorphisms, without reflection, in Å. It agrees with RDKit’s `GetBestRMS` to 0.001 Å, which a test checks on stored values.',
    '- For a molecule with L reference conformers K = 2L are generated. **AMR-R** (recall): mean distance from a reference to the nearest generated conformer. **AMR-P** (precision): mean distance from a generated conformer to the nearest reference. Å, mean/median over molecules, where there are several seeds of each molecule’s mean over them; ± is half of the mean’s 95 % confidence interval over molecules (1.96 standard errors). Small is good.',
    '- **COV-R**, **COV-P**: per cent of the references (of the generated conformers) with a partner nearer than δ.',
    '- Every draw of a model counts as it is. Nothing is drawn again, pruned or relaxed.',
    '- Terms are defined in the [glossary](glossary.md), samplers in [model.md](model.md). The reference files lie in `molecules/validation` ([origin](../molecules/README.md)).',
    `- Weights that ship, by hash: ${ships.join(', ')}. A row marked † was measured with former weights of that model; such rows stand only where there is nothing newer. \`--sampler spread\` in older commands is mode selection (\`modes\`).`,
    '',
    '## How near are conformers of small molecules?',
    '',
    '171 molecules of QM9 (up to 9 heavy atoms), 1 207 GFN2-xTB minima, δ 0.5 Å.',
    '',
    ...nearness('qm9-val.sdf.gz', 0.5),
    '',
    '## How near are conformers of drug-like molecules?',
    '',
    '40 molecules (at least 12 heavy atoms), 817 GFN2-xTB minima, δ 0.75 Å. Where the command names no seeds it is one; seeds differ by some .02 Å ([model card](../models/molflow-base.md)).',
    '',
    ...nearness('drugs-val.sdf.gz', 0.75),
    '',
    '## Is the shape in the protein crystal among them?',
    '',
    `Per cent of ${ligands} ligands whose crystal shape lies within δ of the nearest of 50 conformers.`,
    '',
    ...bioactiveTable(bound, () => ''),
    '',
    commands(bound.map(({ command }) => command)),
    '',
    '## Does `molflow refine` improve conformers of another program?',
    '',
    `ETKDGv3’s conformers of \`drugs-val\`, refined (\`clean\` is the default strength); means over embeddings, so compare rows of the same seeds. Time is processor time relative to MMFF94’s.`,
    '',
    ...markdown(
      ['', 'AMR-R, Å', 'AMR-P, Å', 'COV-R at 0.75 Å, %', 'time', 'embeddings'],
      refinements
        .sort((a, b) => Number(isFormer(a)) - Number(isFormer(b)))
        .flatMap((one) =>
          one.refinement.map((row) => [
            `${row.name}${row.model ? mark(one) : ''}`,
            fixed(row.amrRecall, 3),
            fixed(row.amrPrecision, 3),
            fixed(row.covRecall, 1),
            fixed(row.time, 2),
            `seeds ${one.seeds.join(', ')}`,
          ]),
        ),
    ),
    '',
    commands(refinements.map(({ command }) => command)),
    '',
    '## Are conformers plausible?',
    '',
    'Per cent of conformers, as they come, that pass the checks of PoseBusters without a protein (Buttenschoen, Morris & Deane, Chem. Sci. 2024, 15, 3130, Table 4).',
    '',
    ...checked.flatMap((one) => [
      ...markdown(
        [
          `${one.reference.replace('.sdf.gz', '')}, ${one.molecules} molecules`,
          'conformers',
          'all',
          ...Object.keys(one.checks[0].each),
        ],
        one.checks.map(({ name, conformers, all, each }) => [
          `${name}${name in one.weights ? mark(one) : ''}`,
          String(conformers),
          fixed(all, 1),
          ...Object.values(each).map((percent) => fixed(percent, 1)),
        ]),
      ),
      '',
    ]),
    commands(checked.map(({ command }) => command)),
    '',
    ...(classified.length > 0
      ? [
          '## Which unusual molecules are made?',
          '',
          'Molecules of each class in `molecules/validation/classes.smi`, five conformers asked of each: per cent that get at least one, per cent of first draws that pass all checks of stereo and geometry, GFN2-xTB energy above the minimum that a delivered conformer relaxes into (kcal/mol), and what was wrong with most draws of the molecules that get none. * These molecules are trained on: nothing is like them.',
          '',
          ...classified.flatMap((one) => [
            ...markdown(
              [
                'class',
                'molecules',
                'delivered, %',
                'right at first, %',
                'strain: median',
                '90th percentile',
                'refused',
              ],
              one.classes.map(({ name, trained, molecules, delivered, rightAtFirst, strain, refused }) => [
                `${name}${trained ? ' *' : ''}${mark(one)}`,
                String(molecules),
                fixed((100 * delivered) / molecules, 0),
                fixed(rightAtFirst, 0),
                fixed(strain.median, 1),
                fixed(strain.p90, 1),
                Object.entries(refused)
                  .map(([reason, count]) => `${reason} ${count}`)
                  .join(', '),
              ]),
            ),
            '',
          ]),
          commands(classified.map(({ command }) => command)),
          '',
        ]
      : []),
    '## How strained are finished conformers?',
    '',
    'MMFF94s energy above the minimum that a conformer relaxes into, kcal/mol, median and 90th percentile, of four conformers a molecule. The references are minima of GFN2-xTB, not of MMFF94s, so theirs is not 0.',
    '',
    ...markdown(
      ['', 'median', '90th percentile', 'references: median', '90th percentile'],
      strained.flatMap((one) =>
        one.results
          .filter(({ strain, source }) => strain && !source.includes('MMFF94s'))
          .map(({ source, strain }) => [
            `${nameOf(source)}, ${one.reference.replace('.sdf.gz', '')}${mark(one)}`,
            fixed(strain?.generated.median, 2),
            fixed(strain?.generated.p90, 2),
            fixed(strain?.references.median, 2),
            fixed(strain?.references.p90, 2),
          ]),
      ),
    ),
    '',
    commands(strained.map(({ command }) => command)),
    '',
    '## How fast is it?',
    '',
    ...(plotted
      ? [
          `![Accuracy against processor time: molflow as a curve over the evaluations of its network, other programs as points](accuracy.svg)`,
          '',
          `${plotted.reference}, one thread${mark(plotted)}; numbers are evaluations of the network for a skeleton. ${commands([plotted.command])}`,
          '',
        ]
      : []),
    'Milliseconds of processor time a conformer, one thread, after the first call (which loads and compiles, and takes one to fifteen seconds). Where the command says `--distinct`, of each conformer that lies at least so far, in Å, from those before: molflow’s as delivered, checked and pruned, the others’ as they come. OpenChemLib’s later calls profit from its cache of rigid fragments.',
    '',
    ...speedTable(speeds, mark),
    '',
    ...speeds.map(
      ({ command, processor, cores, node }) => `\`${command}\`; ${processor}, ${cores} cores, Node ${node}.`,
    ),
    '',
    '## What do others report?',
    '',
    'On GEOM itself, whose ensembles come from CREST. Ours were started by ETKDG, which favours RDKit in recall (compare its rows), so only figures from the same file compare.',
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

  const all = [
    '# All saved results',
    '',
    'Every file of `bench/results/` as a table, with its command; written by `npm run bench -- results`. [results.md](results.md) has the definitions and the tables that matter.',
    '',
    'The conventions are those of results.md. `spread` in older commands is mode selection. Rows “+ MMFF94s” relax every conformer of the row above. Strain is the median MMFF94s energy above the minimum that a conformer relaxes into, kcal/mol; “hydrogens alone” is what goes when hydrogens relax and heavy atoms stay. A model’s time includes compiling its graph. Compare processor time: other programs ran beside some measurements (`qm9-val.json`, `drugs-val.json`, `relaxed-*.json`, `bioactive.json`). Milliseconds in `bioactive-250.json` and `compare.json` are of when a program was compiled for each size of molecule, several times as much as now.',
    '',
    ...[...saved].flatMap(([file, one]) => {
      const tables =
        'results' in one
          ? isBioactive(one)
            ? bioactiveTable([one], mark)
            : ensembleTables(one)
          : 'rows' in one
            ? speedRows(one)
            : [];
      return tables.length === 0 ? [] : [`## ${file}`, '', ...about(one, shipped), '', ...tables, ''];
    }),
    ...experimentSection(experiments),
  ].join('\n');
  return { page, all };
}

const isBioactive = ({ reference }: SavedEvaluation): boolean => reference.startsWith('bioactive');

/** What of a model is no longer as it ships; undefined where nothing is, as far as the result tells. */
function differs(
  { weights, sampling }: Provenance,
  name: string,
  shipped: ResultsOptions['shipped'],
): 'everything' | 'weights' | 'settings' | undefined {
  const now = Object.entries(shipped).find(([other]) => other === name)?.[1];
  if (!now) return 'everything';
  if (weights[name] !== now.weights) return 'weights';
  const then = sampling?.[name];
  return then && JSON.stringify(then) !== JSON.stringify(now.sampling) ? 'settings' : undefined;
}

const STATES = {
  everything: 'not shipped',
  weights: '**former weights** †',
  settings: '**former sampler settings** †',
  none: 'as shipped',
};

/** What a result was measured on and with, in a paragraph. */
function about(one: Saved, shipped: ResultsOptions['shipped']): string[] {
  const state = (name: string): string => STATES[differs(one, name, shipped) ?? 'none'];
  const weights = Object.entries(one.weights).map(([name, hash]) => `${name} \`${hash}\` (${state(name)})`);
  return [
    [
      ...('results' in one
        ? [
            `${one.reference}: ${one.results[0].summary.molecules} molecules, ${one.results[0].summary.references} references.`,
          ]
        : 'rows' in one
          ? [`${one.processor}, ${one.cores} cores, Node ${one.node}.`]
          : []),
      `\`${one.command}\``,
    ].join(' '),
    '',
    [
      `molflow ${one.version}`,
      ...(weights.length > 0 ? [`weights ${weights.join(', ')}`] : ['no model']),
      ...(one.committed ? [`saved with commit ${one.committed}`] : []),
    ].join('; ') + '.',
  ];
}

/** The default model first, peers last. */
const rank = ({ weights }: Measured): number =>
  'molflow-base' in weights ? 0 : Object.keys(weights).length > 0 ? 1 : 2;

/** The name that a reader knows. Mode selection, in older files `spread`, is the default sampler, as is none at all. */
export function nameOf(source: string): string {
  return source
    .replace(', spread', ', default sampler')
    .replace(', modes', ', default sampler')
    .replace(', stochastic', ', independent draws (stochastic)')
    .replace(', euler', ', ODE (euler)')
    .replace('etkdg+mmff94', 'ETKDGv3 + MMFF94')
    .replace('etkdg', 'ETKDGv3')
    .replace('openchemlib', 'OpenChemLib')
    .replace('openbabel', 'Open Babel (by the clock)');
}

const commands = (all: readonly string[]): string => `${[...new Set(all)].map((one) => `\`${one}\``).join('; ')}.`;

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

/** Of a percentage. */
const percent = (value: MeanAndMedian | undefined): string =>
  `${fixed(value?.mean, 1)}${value?.margin === undefined ? '' : ` ± ${fixed(value.margin, 1)}`}`;
const pair = ({ mean, median, margin }: MeanAndMedian): string =>
  `${fixed(mean, 3)}${margin === undefined ? '' : ` ± ${fixed(margin, 3)}`} / ${fixed(median, 3)}`;

function ensembleTables({ reference, results }: SavedEvaluation): string[] {
  const first = results[0].summary;
  const usual = reference.includes('qm9') ? 0.5 : 0.75;
  const delta = first.coverage.some((entry) => entry.delta === usual) ? usual : first.coverage[0].delta;
  const tight = first.coverage.find((entry) => entry.delta === delta / 2 || entry.delta === 0.25)?.delta ?? delta;
  return [
    ...markdown(
      [
        '',
        `COV-R at ${delta} Å`,
        `COV-R at ${tight} Å`,
        'AMR-R',
        `COV-P at ${delta} Å`,
        'AMR-P',
        'stereo right, %',
        'failed',
        'conformers a reference',
        'ms a conformer',
        'processor ms',
      ],
      results.map(({ source, summary: s, cost }) => {
        const covered = (d: number) => s.coverage.find((entry) => entry.delta === d);
        return [
          source,
          fixed(covered(delta)?.recall.mean, 1),
          fixed(covered(tight)?.recall.mean, 1),
          pair(s.amrRecall),
          fixed(covered(delta)?.precision.mean, 1),
          pair(s.amrPrecision),
          fixed(s.stereoRight === undefined ? undefined : 100 * s.stereoRight, 2),
          String(s.failed),
          fixed(s.generated / s.references / (s.seeds ?? 1), 2),
          fixed(cost?.msPerConformer, 1),
          fixed(cost?.cpuMsPerConformer, 1),
        ];
      }),
    ),
    '',
    'Physical quality: mean errors against the nearest reference conformer; W is the Wasserstein distance between distributions.',
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
  ];
}

function bioactiveTable(files: readonly SavedEvaluation[], mark: (one: Measured) => string): string[] {
  return markdown(
    [
      '',
      ...files[0].results[0].summary.coverage.map(({ delta }) => `${delta} Å`),
      'mean nearest, Å',
      'median',
      'conformers a ligand',
      'failed',
    ],
    files.flatMap((one) =>
      one.results.map(({ source, summary: s }) => [
        `${nameOf(source)}${mark(one)}`,
        ...s.coverage.map(({ recall }) => fixed(recall.mean, 1)),
        fixed(s.amrRecall.mean, 3),
        fixed(s.amrRecall.median, 3),
        fixed(s.generated / s.references, 1),
        String(s.failed),
      ]),
    ),
  );
}

/** Molecules down, programs across. */
function speedTable(speeds: readonly SavedSpeed[], mark: (one: Measured) => string): string[] {
  const cells = speeds.flatMap((one) =>
    one.rows.map((row) => {
      const model = Object.keys(one.weights)[0] ?? 'molflow';
      const own = row.program.startsWith('molflow');
      return {
        molecule: `${row.molecule}${row.heavyAtoms === undefined ? '' : `, ${row.heavyAtoms} heavy atoms`}`,
        program: own ? `${row.program.replace('molflow', model)}${mark(one)}` : nameOf(row.program),
        // By the clock where processor time is not known.
        ms: row.cpuMs ?? row.ms,
        run: one.command,
      };
    }),
  );
  const molecules = [...new Set(cells.map(({ molecule }) => molecule))];
  return speeds.flatMap(({ command }, k) => {
    const here = cells.filter(({ run }) => run === command);
    const programs = [...new Set(here.map(({ program }) => program))];
    return [
      ...(k > 0 ? [''] : []),
      ...markdown(
        ['', ...programs],
        molecules
          .filter((molecule) => here.some((cell) => cell.molecule === molecule))
          .map((molecule) => [
            molecule,
            ...programs.map((program) =>
              fixed(here.find((cell) => cell.molecule === molecule && cell.program === program)?.ms, 1),
            ),
          ]),
      ),
    ];
  });
}

function speedRows({ rows }: SavedSpeed): string[] {
  return markdown(
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
  );
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

function publishedTable(rows: readonly PublishedRow[]): string[] {
  return markdown(
    ['model', 'parameters, steps', 'COV-R', 'AMR-R', 'COV-P', 'AMR-P'],
    rows.map((row) => [row.model, row.size, row.covRecall, row.amrRecall, row.covPrecision, row.amrPrecision]),
  );
}
