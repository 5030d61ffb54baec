/** The built `molflow evaluate` as a process, on shuffled ETKDG conformers of the shipped ensembles. */
import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import type { Summary } from '../../src/evaluation/summary.js';

const at = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));
const MAIN = at('../../dist/cli/main.js');
const REFERENCE = at('../../molecules/reference/qm9-ensembles.sdf.gz');
const GENERATED = at('fixtures/etkdg-shuffled.sdf.gz');
const folder = mkdtempSync(path.join(tmpdir(), 'molflow-evaluate-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An empty PATH hides xtb, Python and Open Babel. */
function molflow(args: readonly string[], { PATH = process.env['PATH'] }: { PATH?: string | undefined } = {}) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) =>
    execFile(
      process.execPath,
      [MAIN, 'evaluate', ...args],
      { env: { ...process.env, PATH }, maxBuffer: 2 ** 26 },
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    ),
  );
}

test('scores a file: JSON, a row a molecule, a page that loads nothing from elsewhere, without what is not installed', async () => {
  const [csv, page] = [path.join(folder, 'rows.csv'), path.join(folder, 'report.html')];
  const args = [
    '--reference',
    REFERENCE,
    '--generated',
    GENERATED,
    '--max',
    '5',
    '--delta',
    '0.25,0.5',
    '--json',
    '--per-molecule',
    csv,
    '--report',
    page,
    ...['--peers', 'openbabel', '--xtb'],
  ];
  const { code, stdout, stderr } = await molflow(args, { PATH: '' });
  expect(code).toBe(0);
  // What is not installed is skipped with a line, and the rest goes on.
  expect(stderr).toMatch(/skipped: GFN2-xTB energies; xtb is not on the PATH/);
  expect(stderr).toMatch(/skipped: openbabel; Open Babel is not installed/);
  const { command, weights, results } = JSON.parse(stdout) as {
    command: string;
    weights: object;
    results: { summary: Summary }[];
  };
  expect(weights).toEqual({});
  expect(command).toContain('molflow evaluate --reference qm9-ensembles.sdf.gz');
  expect(results).toHaveLength(1);
  const { summary } = results[0];
  expect(summary).toMatchObject({ molecules: 5, failed: 0, generated: 15 });
  expect(summary.coverage.map(({ delta }) => delta)).toEqual([0.25, 0.5]);
  const [head, ...rows] = readFileSync(csv, 'utf8').trim().split('\n');
  expect(rows).toHaveLength(5);
  const column = head.split(',').indexOf('AMR-R');
  const mean = rows.reduce((sum, row) => sum + Number(row.split(',')[column]), 0) / 5;
  expect(summary.amrRecall.mean).toBeCloseTo(mean, 9);
  expect(readFileSync(page, 'utf8')).not.toMatch(/<(script|link|img)[^>]*(src|href)=/);
}, 120_000);

test('sets models, samplers and numbers of steps side by side', async () => {
  const page = path.join(folder, 'steps.html');
  const model = at('../../models/molflow-fast.safetensors');
  const run = path.join(folder, 'another', 'model.safetensors');
  mkdirSync(path.dirname(run));
  copyFileSync(model, run);
  const { code, stdout } = await molflow([
    '--reference',
    REFERENCE,
    '--model',
    model,
    '--model',
    run,
    '--steps',
    '1,4',
    '--sampler',
    'euler,ancestral',
    '--max',
    '1',
    '--count',
    '2',
    '--report',
    page,
  ]);
  expect(code).toBe(0);
  const rows = stdout
    .slice(stdout.indexOf('AMR-R / AMR-P, Å'))
    .trim()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
  expect(rows[0]).toEqual(['AMR-R / AMR-P, Å', '1 step', '4 steps']);
  expect(rows.slice(1).map(([name]) => name)).toEqual(
    ['molflow-fast.safetensors', 'another'].flatMap((name) => [`${name}, euler`, `${name}, ancestral`]),
  );
  // One step has no step but the last to add noise in, and the same weights give the same conformers.
  expect(rows[1][1]).toBe(rows[2][1]);
  expect(rows[1].slice(1)).toEqual(rows[3].slice(1));
  expect(readFileSync(page, 'utf8')).toMatch(/AMR-R by steps/);
}, 120_000);

test.each([
  [
    ['--reference', REFERENCE, '--model', 'molflow-base', '--sampler', 'ddim'],
    /'ddim' is not one of modes, stochastic, ancestral, euler/,
  ],
  [['--reference', REFERENCE], /nothing to score; give --generated, --model or --peers/],
  [['--reference', path.join(folder, 'none.sdf'), '--generated', GENERATED], /none\.sdf: there is no such file/],
  [['--reference', REFERENCE, '--peers', 'corina'], /'corina' is not one of etkdg/],
  [['--reference', REFERENCE, '--generated', GENERATED, '--delta', 'half'], /expected distances in Å/],
  [
    ['--reference', path.join(folder, 'none.sdf'), '--generated', GENERATED, '--save', folder],
    /it is a folder; name a file in it/,
  ],
  [
    [
      '--reference',
      path.join(folder, 'none.sdf'),
      '--generated',
      GENERATED,
      '--save',
      path.join(folder, 'no/out.json'),
    ],
    /is no folder that may be written to/,
  ],
])(
  'says what is wrong: %j',
  async (args, message) => {
    const { code, stderr } = await molflow(args);
    expect(code).toBeGreaterThan(0);
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n +at /);
  },
  60_000,
);
