/** The Python worker of dataset make, where ensembles begin at conformers that it is given. */
import { afterAll, describe, expect, it } from 'vitest';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { makeEnsembles } from '../../src/dataset/make/make-ensembles.js';
import { startWorker, type Answer } from '../../src/dataset/make/worker.js';
import { hasXtb } from '../../src/evaluation/xtb.node.js';
import { pythonWith } from '../../src/python/programs.node.js';

const python = pythonWith('rdkit');
const folder = mkdtempSync(path.join(tmpdir(), 'molflow-starts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** (R)-1-chloro-1-fluoroethane with the atoms in another order than its SMILES has them. */
const CHLOROFLUOROETHANE = `start
  by hand           3D

  8  7  0  0  0  0  0  0  0  0999 V2000
   -1.2600   -0.8200   -0.2400 F   0  0
    1.4800   -0.8600    0.0900 Cl  0  0
    0.0100    0.0400   -0.3200 C   0  0
    0.0000    1.2000    0.6500 C   0  0
    0.0600    0.3900   -1.3500 H   0  0
    0.9000    1.8000    0.5500 H   0  0
   -0.8700    1.8200    0.4400 H   0  0
   -0.0600    0.8200    1.6700 H   0  0
  1  3  1  0
  2  3  1  0
  3  4  1  0
  3  5  1  0
  4  6  1  0
  4  7  1  0
  4  8  1  0
M  END
$$$$
`;

async function answer(mode: 'mmff' | 'pair' | 'drug', request: { smiles: string; starts?: string }): Promise<Answer> {
  const worker = startWorker({ python: python!, mode });
  try {
    return await worker.make({ title: 'one', seed: 1, ...request });
  } finally {
    worker.stop();
  }
}
const field = (records: string, name: string): string[] =>
  [...records.matchAll(new RegExp(`<${name}>\n(.*)\n`, 'g'))].map(([, value]) => value);

describe.skipIf(!python)('ensembles from given conformers', { timeout: 120_000 }, () => {
  it('take the hand that the SMILES leaves open from the conformer, and refuse one of the other hand', async () => {
    const open = await answer('mmff', { smiles: 'CC(F)Cl', starts: CHLOROFLUOROETHANE });
    const [hand] = field(open.records ?? '', 'SMILES');
    expect(['C[C@@H](F)Cl', 'C[C@H](F)Cl']).toContain(hand);
    const other = hand.includes('@@') ? hand.replace('@@', '@') : hand.replace('@', '@@');
    expect((await answer('mmff', { smiles: hand, starts: CHLOROFLUOROETHANE })).conformers).toBe(1);
    const refused = await answer('mmff', { smiles: other, starts: CHLOROFLUOROETHANE });
    expect(refused.reason).toMatch(/no start has the molecule's bonds and stereo/);
  });

  it.skipIf(!hasXtb())(
    'mode pair: one minimum in the gas phase and one in water, each with both energies',
    async () => {
      const { records = '' } = await answer('pair', { smiles: 'NC=O' });
      expect(field(records, 'PHASE')).toEqual(['gas', 'water']);
      const gas = field(records, 'GFN2_ENERGY_HARTREE').map(Number);
      const water = field(records, 'GFN2_ALPB_WATER_ENERGY_HARTREE').map(Number);
      // Each minimum is the lower one in its own phase, and water lowers both.
      expect(gas[0]).toBeLessThanOrEqual(gas[1] + 1e-7);
      expect(water[1]).toBeLessThanOrEqual(water[0] + 1e-7);
      expect(water[0]).toBeLessThan(gas[0]);
    },
  );

  it.skipIf(!hasXtb())('have elements that ETKDG has and MMFF94s lacks', async () => {
    const { records = '' } = await answer('drug', { smiles: 'C[Se]C' });
    const [, x, y, z] = /^\s+(\S+)\s+(\S+)\s+(\S+) Se/m.exec(records)!.map(Number);
    const carbons = [...records.matchAll(/^\s+(\S+)\s+(\S+)\s+(\S+) C /gm)].map((match) => match.slice(1).map(Number));
    // C–Se is 1.943 Å by microwaves (Beecher, J. Mol. Spectrosc. 21, 414, 1966); GFN2-xTB's is within 0.05.
    for (const [a, b, c] of carbons) expect(Math.abs(Math.hypot(a - x, b - y, c - z) - 1.943)).toBeLessThan(0.05);
  });
});

it.skipIf(process.platform === 'win32')(
  'conformers to start from are asked for where the process has none',
  async () => {
    // Answers as python/make-ensembles.py does.
    const fake = path.join(folder, 'python');
    const found = JSON.stringify({ conformers: 1, records: 'ethane\n$$$$\n' });
    const none = JSON.stringify({ reason: 'no start', wants: 3 });
    writeFileSync(
      fake,
      `#!/bin/sh\nwhile read -r line; do case $line in *'"starts":"SDF"'*) printf '%s\\n' '${found}';; *) printf '%s\\n' '${none}';; esac; done\n`,
    );
    chmodSync(fake, 0o755);
    writeFileSync(path.join(folder, 'list.smi'), 'CC ethane\nC methane\n');
    const asked: [string, number][] = [];
    const starts = {
      name: 'these',
      make: ({ title }: { readonly title: string }, count: number) => {
        asked.push([title, count]);
        return Promise.resolve(title === 'ethane' ? 'SDF' : '');
      },
    };
    const options = {
      rdkit: await loadRDKit(),
      python: fake,
      input: path.join(folder, 'list.smi'),
      mode: 'drug' as const,
      folder: path.join(folder, 'made'),
    };
    const { molecules, leftOut } = await makeEnsembles({ ...options, starts });
    expect(asked).toEqual([
      ['ethane', 3],
      ['methane', 3],
    ]);
    expect([molecules, [...leftOut]]).toEqual([1, [['no start', 1]]]);
    await expect(makeEnsembles(options)).rejects.toThrow(/another source of further starting conformers/);
  },
);
