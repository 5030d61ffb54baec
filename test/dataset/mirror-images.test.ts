/** Mirror images in ensembles: butane, whose gauche forms are each other's and whose anti form is its own. */
import { beforeAll, describe, expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit, type RDKitModule } from '../../src/chem/rdkit.js';
import { mirrorImages } from '../../src/dataset/mirror-images.js';

let rdkit: RDKitModule;
beforeAll(async () => {
  rdkit = await loadRDKit();
});

/** Bonds of 1.53 Å and right angles, turned by `dihedral` degrees about the middle one; what hydrogens do plays no part. */
function chain(atoms: number, dihedral: number): Float32Array {
  const turn = (dihedral * Math.PI) / 180;
  const coordinates = new Float32Array(3 * atoms);
  coordinates.set([1.53, 0, 0, 0, 0, 0, 0, 0, 1.53, 1.53 * Math.cos(turn), 1.53 * Math.sin(turn), 1.53]);
  return coordinates;
}

function counted(smiles: string, dihedrals: readonly number[]) {
  const molecule = parseSmiles(rdkit, smiles);
  const coordinates = Float32Array.from(dihedrals.flatMap((angle) => [...chain(molecule.atoms.length, angle)]));
  return mirrorImages(rdkit, { molecule, conformers: dihedrals.length, coordinates });
}

describe('mirror images', () => {
  it('are missed where one gauche form stands alone, and found where both or the anti form do', () => {
    expect(counted('CCCC', [60])).toEqual({ conformers: 1, present: 0 });
    expect(counted('CCCC', [60, -60])).toEqual({ conformers: 2, present: 2 });
    expect(counted('CCCC', [180])).toEqual({ conformers: 1, present: 1 });
    expect(counted('CCCC', [180, 60])).toEqual({ conformers: 2, present: 1 });
  });

  it('are not asked of a molecule that has a hand', () => {
    expect(counted('C[C@H](F)Cl', [60])).toEqual({ conformers: 0, present: 0 });
  });
});
