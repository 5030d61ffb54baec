/**
 * SMILES with anything wrong in them: each is delivered or refused in words, and none is lost.
 * More of them, by other seeds: HOSTILE_SMILES=10000 HOSTILE_SEED=5 npm run test:hostile -- smiles
 */
import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { afterAll, expect, it } from 'vitest';
import { createRandom } from '../../src/flow/random.js';
import { readSdf } from '../../src/chem/io/sdf.js';
import { molflow, RAW_ERROR, testFolder } from './command.js';

const { file, remove } = testFolder();
afterAll(remove);
const COUNT = Number(process.env['HOSTILE_SMILES'] ?? 150);
const random = createRandom(Number(process.env['HOSTILE_SEED'] ?? 1932));

const one = <T>(all: readonly T[]): T => all[random.integer(all.length)];
const { molecules } = JSON.parse(readFileSync(new URL('../../molecules/molecules.json', import.meta.url), 'utf8')) as {
  readonly molecules: readonly { readonly smiles: string }[];
};
const SOUND = molecules.map(({ smiles }) => smiles).filter((smiles) => smiles.length < 60);
/** What SMILES are made of, and what they are not. */
const PIECES = [
  ...['C', 'c', 'N', 'n', 'O', 'o', 'S', 's', 'P', 'F', 'Cl', 'Br', 'I', 'B', 'H', '*', 'Si', 'Xx'],
  ...['(', ')', '[', ']', '=', '#', '$', ':', '-', '/', '\\', '.', '~', '1', '2', '%10', '%(100)', '%99', '0'],
  ...['[nH]', '[C@H]', '[C@@H]', '[C@]', '@', '@@', '@SP1', '@OH25', '@TB19', '[N+]', '[O-]', '[C-]', '[CH6]', '[S@+]'],
  ...[
    '[13C]',
    '[999C]',
    '[2H]',
    '[H+]',
    '[H]',
    '[HH]',
    '[C+9]',
    '[N-15]',
    '[U]',
    '[Uuo]',
    '[se]',
    '[C:12]',
    '[C:9999999999]',
  ],
  ...['/C=C/', '/C=C\\', 'C=C=C', 'C#C', 'N=[N+]=[N-]', '[N+](=O)[O-]', 'S(F)(F)(F)(F)F', 'C1CC1', 'c1ccccc1', 'c1cc1'],
  ...[
    '|',
    '|$_AV:x$|',
    '|o1:1,&2:2|',
    '|(0,0,NaN)|',
    '>>',
    '{',
    '}',
    '"',
    "'",
    '\u0000',
    '\u00e9',
    '\u202e',
    '∞',
    '-1',
    '1e9',
  ],
];

function damaged(smiles: string): string {
  let text = smiles;
  for (let times = 1 + random.integer(4); times > 0; times--) {
    const [from, to] = [random.integer(text.length + 1), random.integer(text.length + 1)].sort((a, b) => a - b);
    const [before, inside, after] = [text.slice(0, from), text.slice(from, to), text.slice(to)];
    text = one([
      () => before + one(PIECES) + inside + after,
      () => before + one(PIECES) + after,
      () => before + after,
      () => before + inside.repeat(1 + random.integer(4)) + after,
      () => before + [...inside].reverse().join('') + after,
      () => before + inside + one(SOUND).slice(random.integer(8)) + after,
      () => Array.from({ length: 1 + random.integer(12) }, () => one(PIECES)).join(''),
    ])();
  }
  // A line holds one, and a blank ends it; a line of nothing, or one that begins a comment, is none.
  return text.replace(/\s/g, '').replace(/^#/, 'C#').slice(0, 400) || 'C';
}

it('damaged SMILES are delivered or refused in words, and none is lost', { timeout: 24 * 3600_000 }, async () => {
  // Every tenth is sound, and its name says so.
  const lines = Array.from({ length: COUNT }, (_, i) =>
    i % 10 === 9 ? `CCO sound${i}` : `${damaged(one(SOUND))} m${i}`,
  );
  const input = file('fuzzed.smi', `${lines.join('\n')}\n`);
  const args = ['generate', '--input', input, '-n', '1', '--fast', '--quiet', '--time-limit', '5'];
  const out = file('fuzzed.sdf');
  const { code, text } = await molflow([...args, '--out', out, '--status', file('status.csv')]);
  expect(code).toBe(3);
  expect(text.split('\n').filter((line) => RAW_ERROR.test(line))).toEqual([]);

  const rows = parse<Record<string, string>>(readFileSync(file('status.csv')), { columns: true });
  expect(rows.map(({ molecule }) => Number(molecule))).toEqual(lines.map((_, i) => i + 1));
  for (const { molecule, id, status, reason, delivered } of rows)
    if (id.startsWith('sound')) expect([molecule, status, delivered]).toEqual([molecule, 'done', '1']);
    else if (status !== 'done') {
      expect([molecule, reason]).toEqual([molecule, expect.stringMatching(/\w{3}/)]);
      expect(reason).not.toMatch(RAW_ERROR);
    }
  // None takes more than its time, and the second that it may.
  expect(rows.filter(({ seconds }) => Number(seconds) > 3 * 5 + 1)).toEqual([]);

  let written = 0;
  for await (const { structure } of readSdf([readFileSync(out, 'utf8')])) {
    written++;
    expect([structure.name, structure.coordinates?.every((x) => Number.isFinite(x) && Math.abs(x) < 1000)]).toEqual([
      structure.name,
      true,
    ]);
  }
  expect(written).toBe(rows.reduce((sum, { delivered }) => sum + Number(delivered), 0));
  expect(written).toBeGreaterThan(COUNT / 8);
});
