/** Hydrogens go with their parents: as a body where the molecule moves as one, and about bonds that turn. */
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { moleculeFromStructure } from '../../src/chem/parse.js';
import { loadRDKit, type RDKitModule } from '../../src/chem/rdkit.js';
import { adjacency } from '../../src/chem/adjacency.js';
import type { Molecule } from '../../src/chem/molecule.js';
import { hydrogenParents } from '../../src/network/priors.js';
import { carryHydrogens } from '../../src/generation/carry-hydrogens.js';
import { rotate } from '../../src/geometry/rotation.js';
import { embed, inOrder } from '../chem/conformers.js';
import { rotationOf } from '../geometry/arbitraries.js';

let rdkit: RDKitModule;
beforeAll(async () => {
  rdkit = await loadRDKit();
});

function conformerOf(smiles: string) {
  const structure = embed(smiles);
  const { molecule, order } = moleculeFromStructure(rdkit, structure);
  return { molecule, x: inOrder(structure.coordinates!, order) };
}

/** The skeleton of `moved`, with hydrogens that are nowhere yet. */
const bare = (moved: Float32Array, skeletonCount: number) => moved.map((v, i) => (i < 3 * skeletonCount ? v : NaN));

const partsOf = (molecule: Molecule) => ({
  hydrogens: hydrogenParents(molecule),
  neighbours: adjacency(molecule.skeletonCount, molecule.bonds),
});

describe('hydrogens carried along', () => {
  it('move with the molecule as a body', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('C[C@@H](O)[C@H](N)C(=O)O', 'C/C=C\\CC(=O)OC', 'C[S@](=O)c1ccccc1', 'C1CCC/C=C/CCC1'),
        fc.integer(),
        fc.tuple(
          fc.float({ min: -9, max: 9, noNaN: true }),
          fc.float({ min: -9, max: 9, noNaN: true }),
          fc.float({ min: -9, max: 9, noNaN: true }),
        ),
        (smiles, seed, way) => {
          const { molecule, x } = conformerOf(smiles);
          const wanted = new Float32Array(x.length);
          rotate(wanted, rotationOf(seed), x, x.length / 3);
          wanted.forEach((v, i) => (wanted[i] = v + way[i % 3]));
          const carried = bare(wanted, molecule.skeletonCount);
          carryHydrogens(partsOf(molecule), x, carried);
          carried.forEach((v, i) => expect(Math.abs(v - wanted[i])).toBeLessThan(1e-3));
        },
      ),
      { numRuns: 40 },
    );
  });

  it('turn with the part of the molecule that they are on', () => {
    const { molecule, x } = conformerOf('C[C@@H](O)[C@H](N)C(=O)O');
    // The bond between the two centres, and all that hangs on its second atom.
    const [a, b] = molecule.centres.map(({ atom }) => atom) as [number, number];
    const part = new Set([b]);
    for (let grown = true; grown;) {
      grown = false;
      for (const bond of molecule.bonds) {
        for (const [p, q] of [
          [bond.a, bond.b],
          [bond.b, bond.a],
        ] as const) {
          if (part.has(p) && q !== a && !part.has(q)) grown = !!part.add(q);
        }
      }
    }
    expect(part.has(a)).toBe(false);
    const axis = [0, 1, 2].map((k) => x[3 * b + k] - x[3 * a + k]);
    const length = Math.hypot(...axis);
    const [ux, uy, uz] = axis.map((v) => v / length) as [number, number, number];
    const [c, s] = [Math.cos(2), Math.sin(2)];
    const wanted = x.slice();
    for (const i of part) {
      const [px, py, pz] = [0, 1, 2].map((k) => x[3 * i + k] - x[3 * b + k]) as [number, number, number];
      const along = (px * ux + py * uy + pz * uz) * (1 - c);
      const turned = [
        c * px + s * (uy * pz - uz * py) + along * ux,
        c * py + s * (uz * px - ux * pz) + along * uy,
        c * pz + s * (ux * py - uy * px) + along * uz,
      ];
      for (let k = 0; k < 3; k++) wanted[3 * i + k] = x[3 * b + k] + turned[k];
    }
    const carried = bare(wanted, molecule.skeletonCount);
    carryHydrogens(partsOf(molecule), x, carried);
    const parentOf = (i: number) =>
      molecule.bonds.flatMap((bond) => (bond.b === i ? [bond.a] : bond.a === i ? [bond.b] : []))[0];
    const off = carried.map((v, i) => Math.abs(v - wanted[i]));
    // Those of the two atoms of the bond itself stand between both parts; all others go exactly with theirs.
    molecule.atoms.forEach((_, i) => {
      const parent = parentOf(i);
      if (i < molecule.skeletonCount || parent === a || parent === b) return;
      expect(Math.max(...off.slice(3 * i, 3 * i + 3))).toBeLessThan(1e-3);
    });
    for (let i = molecule.skeletonCount; i < molecule.atoms.length; i++) {
      const parent = parentOf(i);
      const far = (y: Float32Array) => Math.hypot(...[0, 1, 2].map((k) => y[3 * i + k] - y[3 * parent + k]));
      expect(far(carried)).toBeCloseTo(far(x), 4);
    }
  });
});
