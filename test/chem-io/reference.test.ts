import { describe, expect, it, vi } from 'vitest';
import { openText } from '../../src/chem/io/open.node.js';
import { readSdf } from '../../src/chem/io/sdf.js';
import { moleculeFromStructure, parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

describe.each([
  ['qm9-ensembles', 12, 101],
  ['drug-ensembles', 2, 40],
])('molecules/reference/%s.sdf.gz', (name, moleculeCount, conformerCount) => {
  it('holds conformers whose coordinates have the stereo of their SMILES, lowest energy first', async () => {
    const rdkit = await loadRDKit();
    const path = `molecules/reference/${name}.sdf.gz`;
    const energies = new Map<string, number[]>();
    for await (const { structure, fields } of readSdf(await openText(path), { file: path })) {
      expect(structure.dimension).toBe(3);
      const wanted = parseSmiles(rdkit, fields.get('SMILES')!).smiles;
      expect(moleculeFromStructure(rdkit, structure).molecule.smiles, structure.name).toBe(wanted);
      const earlier = energies.get(structure.name) ?? [];
      energies.set(structure.name, [...earlier, Number(fields.get('RELATIVE_ENERGY_KCAL_MOL'))]);
    }
    expect(energies.size).toBe(moleculeCount);
    expect([...energies.values()].flat()).toHaveLength(conformerCount);
    for (const [title, list] of energies) {
      expect(list, title).toEqual([...list].sort((a, b) => a - b));
      expect(list[0], title).toBe(0);
      expect(list.at(-1), title).toBeLessThanOrEqual(6);
    }
  });
});
