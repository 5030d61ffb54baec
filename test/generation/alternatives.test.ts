/** What users ask for beside the default: stereoisomers, a core that is held, superposition, hydrogen rotamers. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refuseOtherSmarts } from '../../src/chem/common-atoms.js';
import { parseSmiles } from '../../src/chem/parse.js';
import type { Structure } from '../../src/chem/structure.js';
import { collectEvents } from '../../src/generation/finish.js';
import { generateConformers, type GenerateOptions } from '../../src/generation/generate.js';
import type { Generator } from '../../src/generation/generator.js';
import { comparedHydrogens, rmsdWithHydrogens } from '../../src/generation/hydrogen-rmsd.js';
import { openGenerator } from '../../src/generation/open-generator.node.js';
import { conformerSdf } from '../../src/generation/records.js';
import { rowsOf } from '../../src/geometry/move-onto.js';
import { bestRmsd, rmsd } from '../../src/geometry/rmsd.js';

let generator: Generator;
beforeAll(async () => {
  generator = await openGenerator();
});
afterAll(() => generator.dispose());
const make = (smiles: string, options: GenerateOptions) =>
  generateConformers(generator, parseSmiles(generator.rdkit, smiles, { name: 'x' }), options);
const heavy = (smiles: string) => parseSmiles(generator.rdkit, smiles).skeletonCount;

describe('stereoisomers', () => {
  it('each have conformers, names and energies of their own, as if it were asked for alone', async () => {
    const collector = collectEvents();
    const options = { count: 2, energies: true, seed: 4 };
    const result = await make('CC(O)C(F)C(C)O', { ...options, enumerateStereo: true, observe: collector.observe });
    expect(result.isomers!.map(({ molecule: { name } }) => name)).toEqual(['x_1', 'x_2', 'x_3', 'x_4']);
    for (const { molecule, conformers, report } of result.isomers!) {
      expect([report.asked, conformers.length]).toEqual([2, 2]);
      expect(Math.min(...conformers.map(({ relativeEnergy }) => relativeEnergy!))).toBe(0);
      for (const { assigned } of conformers) expect(assigned).toBe(molecule.smiles);
    }
    const { asked, delivered, drawn, dropped, surplus } = result.report;
    expect([asked, delivered]).toEqual([8, 8]);
    const { stereo, geometry, duplicate, energy } = dropped;
    expect(drawn).toBe(delivered + stereo + geometry + duplicate + energy + surplus);
    // The events tell all of it, and one isomer comes out the same without the others.
    expect(collector.finish()).toEqual(result);
    const alone = await generateConformers(generator, result.isomers![2].molecule, options);
    expect(alone.conformers).toEqual(result.isomers![2].conformers);
    expect(conformerSdf(result).match(/^x_[1-4]$/gm)).toHaveLength(8);
    expect(conformerSdf(result).match(/<MOLFLOW_STEREOISOMER>/g)).toHaveLength(8);
  });

  it('are both forms of a group of relative stereo', async () => {
    const { isomers, report } = await make('C[C@H](F)[C@H](Cl)Br |&1:1,3|', { count: 1, enumerateStereo: true });
    expect(isomers!.map(({ conformers: [{ assigned }] }) => assigned)).toEqual([
      'C[C@H](F)[C@H](Cl)Br',
      'C[C@@H](F)[C@@H](Cl)Br',
    ]);
    expect(report.warnings.join()).not.toMatch(/AND group/);
  });

  it('are refused in strict mode, and energies are not compared across those that come unasked', async () => {
    await expect(make('CC(O)F', { strictStereo: true })).rejects.toThrow(/atom 2 \(C\)/);
    await expect(make('CC(O)F', { strictStereo: true, enumerateStereo: 4 })).rejects.toThrow(/one of them/);
    const { conformers } = await make('CC1CCC(C(C)C)CC1', { count: 6, energyWindow: 3 });
    const isomers = new Set(conformers.map(({ assigned }) => assigned));
    expect(isomers.size).toBe(2);
    for (const isomer of isomers) {
      const own = conformers.filter(({ assigned }) => assigned === isomer);
      const lowest = Math.min(...own.map(({ energy }) => energy!));
      for (const { energy, relativeEnergy } of own) expect(relativeEnergy).toBeCloseTo(energy! - lowest, 9);
      for (const { relativeEnergy } of own) expect(relativeEnergy).toBeLessThanOrEqual(3);
    }
  });
});

describe('superposition', () => {
  it('onto the first conformer leaves the RMSD that the record tells', async () => {
    const { conformers, molecule } = await make('CCCCC(=O)NC', { count: 5, align: true });
    const plain = await make('CCCCC(=O)NC', { count: 5 });
    const n = molecule.skeletonCount;
    for (const [i, { coordinates, rmsdToFirst }] of conformers.entries()) {
      expect(rmsd(conformers[0].coordinates, coordinates, n)).toBeCloseTo(rmsdToFirst, 4);
      // The shape is what it was.
      expect(bestRmsd(plain.conformers[i].coordinates, coordinates, [[...Array(n).keys()]]).rmsd).toBeLessThan(1e-4);
    }
  });

  it('onto a reference takes the largest part in common', async () => {
    const reference = await make('O=C(O)c1ccc(Cl)cc1', { count: 1 });
    const structure = structureOf(reference.molecule, reference.conformers[0].coordinates);
    const { conformers, report } = await make('CNC(=O)c1ccc(CC)cc1', { count: 2, alignTo: structure });
    expect(report.warnings.join()).toMatch(/Laid onto 8 atoms of the reference/);
    // C=O and the ring, which both have: their atoms in the two SMILES.
    const [mine, theirs] = [
      [2, 3, 4, 5, 6, 7, 10, 11],
      [1, 0, 3, 4, 5, 6, 8, 9],
    ];
    for (const { coordinates, rmsdToReference } of conformers) {
      expect(rmsdToReference).toBeLessThan(0.6);
      const least = Math.min(
        ...[theirs, [1, 0, 3, 9, 8, 6, 5, 4]].map((order) =>
          rmsd(rowsOf(coordinates, mine), rowsOf(structure.coordinates!, order), 8),
        ),
      );
      expect(least).toBeCloseTo(rmsdToReference!, 3);
    }
    await expect(make('CC', { alignTo: structure })).rejects.toThrow(/fewer than 3 atoms in common/);
  });
});

describe('a core', () => {
  it('comes out as it was given, in its place, and the rest of the molecule sound around it', async () => {
    const series = await make('c1ccc(cc1)C1CCNCC1', { count: 1 });
    const structure = structureOf(
      series.molecule,
      series.conformers[0].coordinates.map((x, i) => x + 10 * (i % 3)),
    );
    const smiles = 'COc1ccc(cc1)C1CCN(CC1)C(=O)CC';
    const { conformers, molecule, report } = await make(smiles, { count: 3, core: { structure } });
    expect(conformers).toHaveLength(3);
    expect(report.dropped.geometry / report.drawn).toBeLessThan(0.2);
    const given = rowsOf(structure.coordinates!, [...Array(heavy('c1ccc(cc1)C1CCNCC1')).keys()]);
    for (const { coordinates, rmsdToReference } of conformers) {
      expect(rmsdToReference).toBeLessThan(1e-4);
      // Every point of the core has an atom on it.
      for (let k = 0; k < given.length; k += 3) {
        const nearest = Math.min(
          ...Array.from({ length: molecule.skeletonCount }, (_, i) =>
            Math.hypot(...[0, 1, 2].map((axis) => coordinates[3 * i + axis] - given[k + axis])),
          ),
        );
        expect(nearest).toBeLessThan(1e-3);
      }
    }
    const ring = await make(smiles, { count: 2, core: { structure, smarts: 'C1CCNCC1' } });
    for (const { rmsdToReference } of ring.conformers) expect(rmsdToReference).toBeLessThan(1e-4);
    // openchemlib's force field holds no atom.
    await expect(make(smiles, { core: { structure }, optimize: 'mmff94' })).rejects.toThrow(/core cannot be held/);
  });

  it('is refused where it does not occur or has the opposite hand, with what to do', async () => {
    const series = await make('C[C@H](F)Cl', { count: 1 });
    const structure = structureOf(series.molecule, series.conformers[0].coordinates);
    await expect(make('CCO', { core: { structure } })).rejects.toThrow(/do not all occur in x.*SMARTS/);
    await expect(make('CCO', { core: { structure, smarts: 'CF' } })).rejects.toThrow(/does not occur in x/);
    expect(() => refuseOtherSmarts(generator.rdkit, structure, 'C(')).toThrow(/"C\(" is no SMARTS that RDKit can read/);
    expect(() => refuseOtherSmarts(generator.rdkit, structure, 'CI')).toThrow(/"CI" does not occur in "core"/);
    expect(() => refuseOtherSmarts(generator.rdkit, structure, 'CF')).not.toThrow();
    await expect(make('CC[C@H](F)Cl', { count: 1, core: { structure } })).resolves.toBeDefined();
    await expect(make('CC[C@@H](F)Cl', { core: { structure } })).rejects.toThrow(/opposite stereo.*the hand of atom 3/);
    await expect(make('CC(F)Cl', { core: { structure }, sampler: 'euler' })).rejects.toThrow(/'stochastic'/);
  });
});

describe('hydrogen rotamers', () => {
  it('are told apart by the atoms asked for', async () => {
    const [byHeavy, byPolar] = await Promise.all(
      (['heavy', 'polar'] as const).map((rmsdAtoms) => make('Oc1ccccc1F', { count: 6, rmsdAtoms })),
    );
    expect(byHeavy.conformers).toHaveLength(1);
    // The hydrogen points to the fluorine or away from it.
    expect(byPolar.conformers.length).toBeGreaterThan(1);
  });

  it('have the RMSD of the best arrangement of their hydrogens', async () => {
    const { molecule, conformers } = await make('CCO', { count: 4, plain: true });
    const hydrogens = comparedHydrogens(molecule, 'all');
    const permutations = [[0, 1, 2]];
    const [a, b] = conformers.map(({ coordinates }) => coordinates);
    // Written out: three hydrogens of the methyl, two of the methylene.
    const all = permutationsOf([3, 4, 5]).flatMap((p) => permutationsOf([6, 7]).map((q) => [0, 1, 2, ...p, ...q, 8]));
    expect(rmsdWithHydrogens(a, b, { permutations, hydrogens })).toBeCloseTo(bestRmsd(a, b, all).rmsd, 5);
    // Relabelled and turned around it is the same conformer.
    const other = rowsOf(a, [0, 1, 2, 4, 5, 3, 7, 6, 8]).map((x, i) => (i % 3 === 2 ? x + 5 : x));
    expect(rmsdWithHydrogens(a, other, { permutations, hydrogens })).toBeLessThan(1e-4);
  });
});

function permutationsOf(list: readonly number[]): number[][] {
  if (list.length < 2) return [[...list]];
  return list.flatMap((first) => permutationsOf(list.filter((x) => x !== first)).map((rest) => [first, ...rest]));
}

function structureOf(
  { atoms, bonds }: Awaited<ReturnType<typeof make>>['molecule'],
  coordinates: Float32Array,
): Structure {
  return { name: 'core', atoms, bonds, coordinates, dimension: 3 };
}
