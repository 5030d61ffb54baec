import { describe, expect, it, vi } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { failureReason, loadRDKit, withMol } from '../../src/chem/rdkit.js';
import { verifyStereo } from '../../src/chem/stereo.js';

const rdkit = await loadRDKit();

describe('loadRDKit', () => {
  it('starts one module, however often it is called', async () => {
    expect(await loadRDKit()).toBe(rdkit);
    expect(rdkit.version()).toMatch(/^20\d\d\./);
  });
});

describe('perception', () => {
  it('invents no stereo where there are five or six alike', () => {
    for (const smiles of ['FS(F)(F)(F)(F)F', 'FP(F)(F)(F)F', 'F[P-](F)(F)(F)(F)F']) {
      const molecule = parseSmiles(rdkit, smiles);
      const ligands = [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [-1, 0, 0],
        [0, -1, 0],
        [0, 0, -1],
      ].slice(0, molecule.atoms.length - 1);
      const coordinates = Float32Array.from([...ligands[0], 0, 0, 0, ...ligands.slice(1).flat()].map((x) => 1.56 * x));
      expect(verifyStereo(rdkit, molecule, coordinates).assigned).toBe(smiles);
    }
  });
});

describe('withMol', () => {
  it('frees the molecule when the callback returns and when it throws', () => {
    const real = rdkit.get_mol;
    const freed: string[] = [];
    const spy = vi.spyOn(rdkit, 'get_mol').mockImplementation((input, details) => {
      const mol = real.call(rdkit, input, details);
      const free = mol?.delete.bind(mol);
      if (mol && free)
        mol.delete = () => {
          freed.push(input);
          free();
        };
      return mol;
    });
    try {
      expect(withMol(rdkit, 'CCO', (mol) => mol?.get_smiles())).toBe('CCO');
      expect(() =>
        withMol(rdkit, 'CCN', () => {
          throw new Error('from the callback');
        }),
      ).toThrow('from the callback');
      expect(freed).toEqual(['CCO', 'CCN']);
    } finally {
      spy.mockRestore();
    }
  });

  it('gives null for what RDKit cannot read, with the reason of this failure alone', () => {
    withMol(rdkit, 'C1CC', (mol) => expect(mol).toBeNull());
    expect(failureReason(rdkit)).toMatch(/unclosed ring/);
    withMol(rdkit, 'C=C(C)(C)C', (mol) => expect(mol).toBeNull());
    expect(failureReason(rdkit)).toMatch(/^Explicit valence for atom # 1 C, 5/);
    withMol(rdkit, 'CC', (mol) => expect(mol).not.toBeNull());
    expect(failureReason(rdkit)).toBe('');
  });
});
