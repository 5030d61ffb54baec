/** Molecules that crash, hang or fill the process that works on them: they fail in words, and those around them are delivered. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { MAIN, molflow, RAW_ERROR, testFolder, titlesOf } from './command.js';

const { file, remove } = testFolder();
afterAll(remove);

/** Carbons of a polyhedron, each with a mark of stereo. */
const marked = (smiles: string) => smiles.replaceAll('C', '[C@H]');

/** A square lattice of n × n carbons, row by row as a snake. */
function lattice(n: number): string {
  const free = Array.from({ length: 98 }, (_, i) => i + 1);
  const open = new Map<string, number>();
  const label = (k: number) => (k < 10 ? String(k) : `%${k}`);
  let text = '';
  for (let i = 0; i < n; i++)
    for (let step = 0; step < n; step++) {
      const j = i % 2 === 0 ? step : n - 1 - step;
      text += 'C';
      const above = open.get(`${i - 1} ${j}`);
      if (above !== undefined) {
        text += label(above);
        free.unshift(above);
      }
      if (i + 1 < n && step < n - 1) {
        const k = free.shift()!;
        open.set(`${i} ${j}`, k);
        text += label(k);
      }
    }
  return text;
}

const HEXAPRISMANE = 'C12C3C4C5C6C1C7C2C3C4C5C67';
const PENTAPRISMANE = 'C12C3C4C5C1C6C2C3C4C56';
const DODECAHEDRANE = 'C12C3C4C5C1C6C7C2C8C3C9C4C1C5C6C2C7C8C9C12';

describe('between two good molecules', () => {
  it('those that cannot be done fail in words, all in one batch', async () => {
    const bad: readonly (readonly [string, string])[] = [
      ['dummies', '*'.repeat(650)],
      ['more-dummies', `C${'*'.repeat(900)}C`],
      ['deuterium', `[2H]C([2H])([2H])${'C([2H])([2H])'.repeat(240)}[2H]`],
      ['tritium', `[3H]C([3H])([3H])${'C([3H])([3H])'.repeat(180)}[3H]`],
      ['long', 'C'.repeat(400)],
      ['longer', 'CO'.repeat(2000)],
      ['branched', `${'C('.repeat(1000)}C${')'.repeat(1000)}`],
      ['fragments', Array.from({ length: 700 }, () => 'C').join('.')],
    ];
    const lines = bad.map(([name, smiles]) => `${smiles} ${name}\n`).join('');
    const input = file('bad.smi', `CCO before\n${lines}CCN after\n`);
    const out = file('bad.sdf');
    const { code, text } = await molflow(['generate', '--input', input, '-n', '1', '--quiet', '--out', out]);
    expect(code).toBe(3);
    expect(titlesOf(out)).toEqual(['before', 'after']);
    expect(text).not.toMatch(RAW_ERROR);
    for (const [name] of bad) expect(text).toContain(name);
    expect(text).toMatch(/650 heavy atoms; at most 400/);
    expect(text).toMatch(/1202 atoms; at most/);
  });

  it.each([
    ['hexaprismane', marked(HEXAPRISMANE)],
    ['pentaprismane', marked(PENTAPRISMANE)],
    ['dodecahedrane', marked(DODECAHEDRANE)],
    ['lattice', lattice(14)],
    ['smaller-lattice', lattice(11)],
  ])('%s keeps the time limit', async (name, smiles) => {
    const input = file(`${name}.smi`, `CCO before\n${smiles} ${name}\nCCN after\n`);
    const out = file(`${name}.sdf`);
    const run = await molflow(['generate', '--input', input, '-n', '2', '--time-limit', '4', '--json', '--out', out]);
    const titles = titlesOf(out);
    expect(titles).toContain('before');
    expect(titles).toContain('after');
    expect(run.text).not.toMatch(RAW_ERROR);
    // Four seconds and their threefold on a busy machine, beside the starts.
    expect(run.seconds).toBeLessThan(30);
    if (!titles.includes(name)) expect(run.text).toMatch(/the time limit of 4 s was reached/);
  });
});

it('a limit holds in relaxation: what is finished is written, and says that it was cut short', async () => {
  const out = file('relaxed.sdf');
  const { code, text } = await molflow([
    'generate',
    '--smiles',
    'C'.repeat(24),
    '-n',
    '40',
    '--optimize',
    'mmff94',
    '--time-limit',
    '8',
    '--out',
    out,
  ]);
  expect(code).toBe(0);
  const titles = titlesOf(out);
  expect(titles.length).toBeGreaterThan(0);
  expect(titles.length).toBeLessThan(40);
  expect(text).toMatch(/the time limit of 8 s was reached/);
});

describe('a signal ends it within two seconds, with whole records', () => {
  it.each([
    ['SIGTERM', 'in relaxation', ['--smiles', 'C'.repeat(30), '-n', '50', '--optimize', 'mmff94']],
    ['SIGINT', 'while it draws', ['--smiles', 'C'.repeat(60), '-n', '200']],
    ['SIGINT', 'in perception', ['--smiles', marked(HEXAPRISMANE), '-n', '2']],
    ['SIGTERM', 'at a silent pipe', ['--input', '-', '-n', '1']],
  ] as const)('%s %s', async (signal, _, args) => {
    const out = file(`${signal}${args.length}${args[1].length}.sdf`);
    const child = spawn(process.execPath, [MAIN, 'generate', ...args, '--quiet', '--out', out], {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.stdin.write('CCO a\n');
    await new Promise((resolve) => setTimeout(resolve, 6000));
    const start = performance.now();
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill(signal);
    expect(await ended).toBe(130);
    expect(performance.now() - start).toBeLessThan(2500);
    titlesOf(out);
  });
});

it('refine: a structure that hangs fails alone, with those around it refined', async () => {
  const good = await molflow(['generate', '--smiles', 'CCCO', '-n', '1', '--quiet']);
  const cage = cageBlock(HEXAPRISMANE);
  writeFileSync(file('mixed.sdf'), `${good.text}${cage}${good.text}`);
  const out = file('refined.sdf');
  const { text } = await molflow(['refine', '--input', file('mixed.sdf'), '--time-limit', '5', '--out', out]);
  expect(text).not.toMatch(RAW_ERROR);
  expect(titlesOf(out).filter((title) => title === 'CCCO')).toHaveLength(2);
});

/** An SD record of a prism of carbons with hydrogens, its 3D coordinates two parallel rings. */
function cageBlock(smiles: string): string {
  const n = smiles.match(/C/g)!.length;
  const half = n / 2;
  const at = (i: number, r: number, h: number) => {
    const angle = (2 * Math.PI * (i % half)) / half;
    const z = i < half ? h : -h;
    return [r * Math.cos(angle), r * Math.sin(angle), z].map((x) => x.toFixed(4).padStart(10)).join('');
  };
  const atoms = [
    ...Array.from({ length: n }, (_, i) => `${at(i, 1.55, 0.78)} C   0  0`),
    ...Array.from({ length: n }, (_, i) => `${at(i, 2.3, 1.5)} H   0  0`),
  ];
  const bonds: [number, number][] = [];
  for (let i = 0; i < half; i++) {
    bonds.push([i, (i + 1) % half], [half + i, half + ((i + 1) % half)], [i, half + i]);
  }
  for (let i = 0; i < n; i++) bonds.push([i, n + i]);
  const pad = (x: number) => String(x).padStart(3);
  return [
    'cage',
    '  test              3D',
    '',
    `${pad(2 * n)}${pad(bonds.length)}  0  0  0  0  0  0  0  0999 V2000`,
    ...atoms,
    ...bonds.map(([a, b]) => `${pad(a + 1)}${pad(b + 1)}  1  0`),
    'M  END',
    '$$$$',
    '',
  ].join('\n');
}
