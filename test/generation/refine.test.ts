/** Refinement: what is kept of a conformer, what gets better, and what happens where nothing can. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkGeometry } from '../../src/chem/geometry-checks.js';
import { readSdf } from '../../src/chem/io/sdf.js';
import { moleculeFromStructure } from '../../src/chem/parse.js';
import type { Structure } from '../../src/chem/structure.js';
import { createRandom } from '../../src/flow/random.js';
import type { Generator } from '../../src/generation/generator.js';
import { refineConformers } from '../../src/generation/refine.js';
import { refineStructures } from '../../src/generation/refine-structures.js';
import { rmsdAligned } from '../../src/geometry/rmsd.js';
import { openGenerator, refine } from '../../src/index.js';
import { embed, inOrder } from '../chem/conformers.js';

let generator: Generator;
const references: Structure[] = [];
beforeAll(async () => {
  generator = await openGenerator();
  const text = gunzipSync(
    readFileSync(new URL('../../molecules/reference/qm9-ensembles.sdf.gz', import.meta.url)),
  ).toString();
  for await (const { structure } of readSdf([text])) references.push(structure);
});
afterAll(() => generator.dispose());

/** The first conformer of some molecules of the reference file. */
const firsts = (count: number) => references.filter(({ name }, i) => name !== references[i - 1]?.name).slice(0, count);
const isHeavy = ({ atoms }: Structure) => atoms.map(({ element }) => element > 1);
/** Coordinates of the heavy atoms in the order of the structure. */
const heavy = (structure: Structure) => {
  const keep = isHeavy(structure);
  return structure.coordinates!.filter((_, k) => keep[Math.floor(k / 3)]);
};
const distance = (a: Structure, b: Structure) => rmsdAligned(heavy(a), heavy(b), heavy(a).length / 3);

function shaken(structure: Structure, amplitude: number, seed: number): Structure {
  const random = createRandom(seed);
  return { ...structure, coordinates: structure.coordinates!.map((x) => x + amplitude * (2 * random.uniform() - 1)) };
}

describe('refine', () => {
  it('brings minima that were shaken by up to 0.1 Å nearer again, atom by atom of the input', async () => {
    const minima = firsts(12);
    const bad = minima.map((structure, i) => shaken(structure, 0.1, i));
    const refined = await refine(bad, { strength: 'polish' });
    const before = minima.map((structure, i) => distance(structure, bad[i]));
    const after = minima.map((structure, i) => distance(structure, refined[i].structure));
    const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
    expect(median(after)).toBeLessThan(0.85 * median(before));
    refined.forEach(({ structure, molecule }, i) => {
      expect(structure.atoms).toEqual(minima[i].atoms);
      expect(structure.bonds).toEqual(minima[i].bonds);
      expect(structure.name).toBe(minima[i].name);
      const { order } = moleculeFromStructure(generator.rdkit, structure);
      expect(checkGeometry(molecule, inOrder(structure.coordinates, order)).problems).toEqual([]);
    });
  });

  it('tells how far it moved, and leaves the conformer where it lay', async () => {
    const away = firsts(5).map((structure) => ({
      ...structure,
      coordinates: structure.coordinates!.map((x, k) => x + [40, -7, 3][k % 3]),
    }));
    for (const [i, { structure, moved }] of (
      await refineStructures(generator, away, { strength: 'clean' })
    ).entries()) {
      expect(moved).toBeCloseTo(distance(away[i], structure), 4);
      const [a, b] = [heavy(away[i]), heavy(structure)];
      const asTheyLie = Math.sqrt(a.reduce((sum, x, k) => sum + (x - b[k]) ** 2, 0) / (a.length / 3));
      expect(asTheyLie).toBeCloseTo(moved, 3);
    }
  });

  it.each([
    'C[C@@H](O)[C@H](N)C(=O)O',
    'O[C@H]1CCCC[C@@H]1O',
    'C/C=C\\CC(=O)OC',
    'c1ccc(/N=N/c2ccccc2)cc1',
    'C[S@](=O)c1ccccc1',
    'C[C@]12CC[C@H]3[C@@H](CCc4cc(O)ccc34)[C@@H]1CC[C@@H]2O',
    'C1CCC/C=C/CCC1',
    '[2H][C@H](O)C',
  ])('keeps the stereo of %s, at any strength, or the conformer as it came', async (smiles) => {
    const given = embed(smiles);
    const wanted = moleculeFromStructure(generator.rdkit, given).molecule.smiles;
    for (const strength of ['polish', 'clean', 'resample'] as const) {
      const [result] = await refineStructures(generator, [given], { strength, seed: 2 });
      expect(result.stereoVerified).toBe(true);
      expect(moleculeFromStructure(generator.rdkit, result.structure).molecule.smiles).toBe(wanted);
      if (result.kept) expect(result.structure.coordinates).toEqual(given.coordinates);
      else expect(result.moved).toBeGreaterThan(0);
    }
  });

  it('depends on seed and number, not on its neighbours', async () => {
    const { molecule, order } = moleculeFromStructure(generator.rdkit, references[0]);
    const given = [0, 1, 2, 3, 4].map((index) => ({
      index,
      coordinates: inOrder(shaken(references[0], 0.1, index).coordinates!, order),
    }));
    const all = await refineConformers(generator, molecule, given, { seed: 5 });
    expect(await refineConformers(generator, molecule, given, { seed: 5 })).toEqual(all);
    const two = await refineConformers(generator, molecule, [given[4], given[1]], { seed: 5 });
    two.forEach(({ coordinates }, i) => {
      const same = all[[4, 1][i]].coordinates;
      coordinates.forEach((x, k) => expect(Math.abs(x - same[k])).toBeLessThan(1e-3));
    });
    const [other] = await refineConformers(generator, molecule, given.slice(4), { seed: 6 });
    expect(rmsdAligned(other.coordinates, all[4].coordinates, molecule.skeletonCount)).toBeGreaterThan(1e-3);
  });

  it('appends the hydrogens that are missing and takes atoms in any order', async () => {
    const [full] = firsts(1);
    const random = createRandom(3);
    const kept = full.atoms.flatMap(({ element }, i) => (element > 1 || i === full.atoms.length - 1 ? [i] : []));
    const shuffled = [...kept].sort(() => random.uniform() - 0.5);
    const bare: Structure = {
      name: 'bare',
      dimension: 3,
      atoms: shuffled.map((i) => full.atoms[i]),
      bonds: full.bonds.flatMap(({ a, b, order }) =>
        kept.includes(a) && kept.includes(b) ? [{ a: shuffled.indexOf(a), b: shuffled.indexOf(b), order }] : [],
      ),
      coordinates: Float32Array.from(shuffled.flatMap((i) => [...full.coordinates!.subarray(3 * i, 3 * i + 3)])),
    };
    const [{ structure, molecule }] = (await refineStructures(generator, [bare])) as [
      Awaited<ReturnType<typeof refineStructures>>[number],
    ];
    expect(structure.atoms.slice(0, shuffled.length)).toEqual(bare.atoms);
    expect(structure.atoms).toHaveLength(full.atoms.length);
    expect(molecule.smiles).toBe(moleculeFromStructure(generator.rdkit, full).molecule.smiles);
    const { molecule: read, order } = moleculeFromStructure(generator.rdkit, structure);
    expect(order.includes(-1)).toBe(false);
    expect(checkGeometry(read, inOrder(structure.coordinates, order)).problems).toEqual([]);
  });

  it('leaves as it came what no draw has soundly: the bonds of F–O–O–F, 1.58 and 1.22 Å', async () => {
    // Jackson, J. Chem. Soc. 1962, 4585; the network makes them 1.40 and 1.38 Å, as GFN2-xTB would.
    const coordinates = Float32Array.from(
      [
        [-0.526, 1.485, 0],
        [0, 0, 0],
        [1.217, 0, 0],
        [1.743, 0.065, 1.483],
      ].flat(),
    );
    const foof: Structure = {
      name: 'FOOF',
      dimension: 3,
      atoms: [9, 8, 8, 9].map((element) => ({ element, charge: 0, isotope: 0 })),
      bonds: [0, 1, 2].map((a) => ({ a, b: a + 1, order: 1 })),
      coordinates,
    };
    const [{ structure, kept }] = (await refineStructures(generator, [foof])) as [
      Awaited<ReturnType<typeof refineStructures>>[number],
    ];
    expect(kept).toBe('geometry');
    expect(structure.coordinates).toEqual(coordinates);
  });

  it('refuses what is no conformer', async () => {
    const [structure] = firsts(1);
    await expect(refine([{ ...structure, dimension: 2 }])).rejects.toThrow(/3D coordinates/);
    await expect(refine([{ ...structure, coordinates: structure.coordinates!.map(() => 0) }])).rejects.toThrow(/zero/);
    await expect(refine([structure], { strength: 1 })).rejects.toThrow(/strength is 1; expected/);
  });
});
