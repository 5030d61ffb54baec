import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { automorphisms } from '../../src/chem/automorphisms.js';
import { parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';

const rdkit = await loadRDKit();
const count = (smiles: string, options = {}): number =>
  automorphisms(rdkit, parseSmiles(rdkit, smiles), options).permutations.length;

describe('automorphisms', () => {
  it.each([
    ['benzene', 'c1ccccc1', 12],
    ['neopentane', 'CC(C)(C)C', 24],
    ['cubane', 'C12C3C4C1C5C2C3C45', 48],
    ['toluene', 'Cc1ccccc1', 2],
    ['ibuprofen', 'CC(C)Cc1ccc(cc1)C(C)C(=O)O', 4],
    ['terphenyl', 'c1ccccc1-c1ccc(cc1)-c1ccccc1', 16],
    ['ethanol', 'CCO', 1],
    ['sulfolane', 'O=S1(=O)CCCC1', 4],
    ['imidazole', 'c1c[nH]cn1', 2],
    ['azide ion', '[N-]=[N+]=[N-]', 2],
    ['water', 'O', 1],
    ['hydrogen', '[H][H]', 2],
    ['one methyl deuterated', 'CC([2H])([2H])[2H]', 6],
  ])('%s', (_, smiles, expected) => {
    expect(count(smiles)).toBe(expected);
  });

  it.each([
    // Numbers of RDKit's GetBestRMS (2022.09) on the molecules without hydrogens: permutations that it can undo.
    ['O=C(O)CCN', 1, 2],
    ['[O-]C(=O)CCN', 1, 2],
    ['C[N+](=O)[O-]', 1, 2],
    ['CC(=O)N', 1, 1],
    ['NC(=[NH2+])CC', 1, 2],
    ['CS(=O)(=O)O', 2, 6],
    ['O=CO', 1, 2],
    ['CC(C)Cc1ccc(cc1)C(C)C(=O)O', 4, 8],
  ])('%s, terminals as they are and alike', (smiles, plain, alike) => {
    expect([count(smiles), count(smiles, { symmetriseTerminals: true })]).toEqual([plain, alike]);
  });

  it('with chirality, keeps what a rigid motion can follow', () => {
    // Meso compounds are symmetric by reflection only, their chiral siblings by rotation.
    expect(count('O[C@H]1CCCC[C@H]1O')).toBe(2);
    expect(count('O[C@H]1CCCC[C@H]1O', { useChirality: true })).toBe(1);
    expect(count('O[C@H]1CCCC[C@@H]1O', { useChirality: true })).toBe(2);
    expect(count('c1c[nH]cn1', { useChirality: true })).toBe(1);
    expect(count('CC(C)=CC=C(C)C', { useChirality: true })).toBe(8);
    expect(count('C/C=C\\C=C/C', { useChirality: true })).toBe(2);
    expect(count('C/C=C/C=C\\C')).toBe(2);
    expect(count('C/C=C/C=C\\C', { useChirality: true })).toBe(1);
  });

  it('are a group of permutations that map bonds onto like bonds', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(
          'c1ccc2ccccc2c1',
          'CC(C)(C)c1ccc(C(=O)[O-])cc1',
          'FC(F)(F)C(F)(F)F',
          'C1CC2CCC1CC2',
          'O=S(=O)(c1ccccc1)c1ccccc1',
        ),
        fc.boolean(),
        (smiles, symmetriseTerminals) => {
          const molecule = parseSmiles(rdkit, smiles);
          const { permutations, complete } = automorphisms(rdkit, molecule, { symmetriseTerminals });
          expect(complete).toBe(true);
          expect([...permutations[0]]).toEqual(
            permutations[0].map((_, i) => i).reduce<number[]>((list, i) => [...list, i], []),
          );
          const all = new Set(permutations.map((p) => p.join()));
          expect(all.size).toBe(permutations.length);
          for (const p of permutations.slice(0, 12)) {
            for (const q of permutations.slice(-12)) expect(all).toContain(p.map((i) => q[i]).join());
            expect([...p].sort((a, b) => a - b)).toEqual([...permutations[0]]);
            for (const { a, b, order, aromatic } of molecule.bonds) {
              if (a >= p.length || b >= p.length) continue;
              expect(molecule.atoms[p[a]].element).toBe(molecule.atoms[a].element);
              const image = molecule.bonds.find(
                (bond) => (bond.a === p[a] && bond.b === p[b]) || (bond.a === p[b] && bond.b === p[a]),
              );
              expect(image?.aromatic).toBe(aromatic);
              if (!aromatic && !symmetriseTerminals) expect(image?.order).toBe(order);
            }
          }
        },
      ),
      { numRuns: 10 },
    );
  });

  it('stops at the cap and says so, the identity kept', () => {
    const molecule = parseSmiles(rdkit, 'FC(F)(F)C(C(F)(F)F)(C(F)(F)F)C(F)(F)F');
    const { permutations, complete } = automorphisms(rdkit, molecule, { maxMatches: 500 });
    expect(complete).toBe(false);
    expect(permutations).toHaveLength(500);
    expect(permutations[0].every((to, from) => to === from)).toBe(true);
    expect(new Set(permutations.map((p) => p.join())).size).toBe(500);
  });
});
