import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { molblock } from '../../src/chem/molblock.js';
import type { Molecule } from '../../src/chem/molecule.js';
import { moleculeFromStructure, parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { stereoPerception, verifyStereo } from '../../src/chem/stereo.js';
import { stereoPlaces, stereoSignature } from '../../src/chem/stereo-signature.js';
import type { Structure } from '../../src/chem/structure.js';
import { createRandom } from '../../src/flow/random.js';
import { embed, inOrder, mirrored, moved } from './conformers.js';

const rdkit = await loadRDKit();

/** Chiral molecules; for each, its mirror image is another molecule. */
const CHIRAL = {
  'L-alanine': 'C[C@H](N)C(=O)O',
  'D-alanine': 'C[C@@H](N)C(=O)O',
  'L-threonine': 'C[C@@H](O)[C@H](N)C(=O)O',
  'L-isoleucine': 'CC[C@H](C)[C@H](N)C(=O)O',
  'L-cysteine': 'N[C@@H](CS)C(=O)O',
  'L-phenylalanine': 'N[C@@H](Cc1ccccc1)C(=O)O',
  'L-proline': 'OC(=O)[C@@H]1CCCN1',
  alaninate: 'C[C@@H](N)C(=O)[O-]',
  'D-glyceraldehyde': 'O=C[C@H](O)CO',
  'D-glucose, open': 'O=C[C@H](O)[C@@H](O)[C@H](O)[C@H](O)CO',
  'β-D-glucopyranose': 'OC[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O',
  '(R,R)-tartaric acid': 'O=C(O)[C@H](O)[C@@H](O)C(=O)O',
  'trans-cyclohexane-1,2-diol': 'O[C@H]1CCCC[C@@H]1O',
  ibuprofen: 'C[C@H](c1ccc(CC(C)C)cc1)C(=O)O',
  menthone: 'C[C@H]1CC[C@H](C(C)C)CC1=O',
  limonene: 'CC1=CC[C@@H](C(C)=C)CC1',
  camphor: 'CC1(C)[C@@H]2CC[C@@]1(C)C(=O)C2',
  oestradiol: 'C[C@]12CC[C@H]3[C@@H](CCc4cc(O)ccc34)[C@@H]1CC[C@@H]2O',
  morphine: 'CN1CC[C@]23[C@@H]4[C@H]1CC5=C2C(=C(C=C5)O)O[C@H]3[C@H](C=C4)O',
  quinine: 'COc1ccc2nccc([C@@H](O)[C@@H]3C[C@@H]4CC[N@]3C[C@@H]4C=C)c2c1',
  'four halogens': 'F[C@@](Cl)(Br)I',
  'hydrogen on the centre': 'F[C@H](Cl)Br',
  'deuterium on the centre': '[2H][C@H](O)C',
  methyloxirane: 'C[C@@H]1CO1',
  'sulfoxide, aryl': 'C[S@](=O)c1ccccc1',
  'sulfoxide, alkyl': 'C[S@@](=O)CC',
  'phosphine oxide': 'C[P@](=O)(CC)c1ccccc1',
  phosphine: 'C[P@](CC)c1ccccc1',
  sulfonium: 'C[S@+](CC)c1ccccc1',
  ammonium: 'C[N@+](CC)(CCC)c1ccccc1',
  silane: 'C[Si@H](CC)c1ccccc1',
  'centre beside a double bond': 'C[C@H](O)/C=C/C',
};

/** Pairs of E and Z. */
const DOUBLE_BONDS: Record<string, readonly [string, string]> = {
  'but-2-ene': ['C/C=C/C', 'C/C=C\\C'],
  'butenedioic acid': ['O=C(O)/C=C/C(=O)O', 'O=C(O)/C=C\\C(=O)O'],
  'four substituents': ['C/C(F)=C(/C)Cl', 'C/C(F)=C(\\C)Cl'],
  oxime: ['C/C=N/O', 'C/C=N\\O'],
  azobenzene: ['c1ccc(/N=N/c2ccccc2)cc1', 'c1ccc(/N=N\\c2ccccc2)cc1'],
  nitrone: ['C/C=[N+](/C)[O-]', 'C/C=[N+](\\C)[O-]'],
  'one of a diene': ['C/C=C/C=C\\CC', 'C/C=C\\C=C/CC'],
  cyclononene: ['C1CCC/C=C/CCC1', 'C1CCC/C=C\\CCC1'],
};

function conformerOf(smiles: string): { molecule: Molecule; coordinates: Float32Array } {
  const structure = embed(smiles);
  const molecule = parseSmiles(rdkit, smiles);
  // openchemlib keeps the order of the SMILES too, so that only the hydrogens have to be brought to their parents.
  const { molecule: read, order } = moleculeFromStructure(rdkit, structure);
  expect(read.atoms.map(({ element }) => element)).toEqual(molecule.atoms.map(({ element }) => element));
  return { molecule, coordinates: inOrder(structure.coordinates!, order) };
}

describe('verifyStereo', () => {
  it.each(Object.entries(CHIRAL))('accepts %s and refuses its mirror image', (_, smiles) => {
    const { molecule, coordinates } = conformerOf(smiles);
    const specified = molecule.centres.filter((centre) => centre.specified);
    expect(specified.length).toBeGreaterThan(0);

    const verdict = verifyStereo(rdkit, molecule, coordinates);
    expect(verdict).toMatchObject({ right: true, centresWrong: [], bondsWrong: [] });
    expect(verdict.centresRight).toHaveLength(specified.length);
    expect(verdict.secondOpinion).not.toBe('contradicts');

    const mirror = verifyStereo(rdkit, molecule, mirrored(coordinates));
    expect(mirror.right).toBe(false);
    expect(mirror.centresWrong).toEqual(specified.map(({ atom }) => atom));
    // Reflection leaves double bonds alone.
    expect(mirror.bondsWrong).toEqual([]);

    // The molecule of the other hand, from its own SMILES, judges the other way round.
    const enantiomer = parseSmiles(
      rdkit,
      smiles.replace(/@+/g, (hand) => (hand === '@' ? '@@' : '@')),
    );
    expect(verifyStereo(rdkit, enantiomer, coordinates).right).toBe(false);
    expect(verifyStereo(rdkit, enantiomer, mirrored(coordinates)).right).toBe(true);
  });

  it.each(Object.entries(DOUBLE_BONDS))('tells the two forms of %s apart', (_, [first, second]) => {
    for (const [own, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const { molecule, coordinates } = conformerOf(own);
      expect(verifyStereo(rdkit, molecule, coordinates)).toMatchObject({ right: true, secondOpinion: 'agrees' });
      expect(verifyStereo(rdkit, molecule, mirrored(coordinates)).right).toBe(true);
      const wrong = verifyStereo(rdkit, parseSmiles(rdkit, other), coordinates);
      expect(wrong).toMatchObject({ right: false, secondOpinion: 'contradicts', centresWrong: [] });
      expect(wrong.bondsWrong).toHaveLength(1);
    }
  });

  it('decides on its own where RDKit sees nothing: the phosphorus of a phosphine', () => {
    const { molecule, coordinates } = conformerOf(CHIRAL.phosphine);
    expect(verifyStereo(rdkit, molecule, coordinates)).toMatchObject({
      secondOpinion: 'abstains',
      assigned: molecule.smiles,
    });
    const enantiomer = parseSmiles(rdkit, 'C[P@@](CC)c1ccccc1');
    // A plain draw is delivered wrong, and says what it is.
    expect(verifyStereo(rdkit, molecule, mirrored(coordinates))).toMatchObject({
      right: false,
      assigned: enantiomer.smiles,
    });
  });

  it('says with what RDKit sees what it does not: a phosphine beside an open carbon', () => {
    const { coordinates } = conformerOf('C[C@H](O)[P@](C)CC');
    const open = parseSmiles(rdkit, 'CC(O)[P@](C)CC');
    const both = verifyStereo(rdkit, open, coordinates);
    expect(both).toMatchObject({
      right: true,
      secondOpinion: 'abstains',
      assigned: parseSmiles(rdkit, 'C[C@H](O)[P@](C)CC').smiles,
    });
  });

  it('finds the one wrong centre among several', () => {
    const { coordinates } = conformerOf('OC[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O');
    const alpha = parseSmiles(rdkit, 'OC[C@H]1O[C@H](O)[C@H](O)[C@@H](O)[C@@H]1O');
    const verdict = verifyStereo(rdkit, alpha, coordinates);
    expect(verdict.centresWrong).toEqual([4]);
    expect(verdict.centresRight).toEqual([2, 6, 8, 10]);
    expect(verdict.assigned).toBe(parseSmiles(rdkit, 'OC[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O').smiles);
  });

  it('says which hand an unspecified centre took, and accepts either', () => {
    const { coordinates } = conformerOf('C[C@H](F)Cl');
    const open = parseSmiles(rdkit, 'CC(F)Cl');
    const hands = [coordinates, mirrored(coordinates)].map((conformer) => verifyStereo(rdkit, open, conformer));
    expect(hands.map(({ right }) => right)).toEqual([true, true]);
    expect(hands.map(({ assigned }) => assigned)).toEqual(
      ['C[C@H](F)Cl', 'C[C@@H](F)Cl'].map((smiles) => parseSmiles(rdkit, smiles).smiles),
    );
  });

  it('takes a flattened centre, a half-turned double bond and NaN for wrong', () => {
    const bromide = conformerOf('F[C@H](Cl)Br');
    expect(
      verifyStereo(
        undefined,
        bromide.molecule,
        bromide.coordinates.map((x, k) => (k % 3 === 2 ? 0 : x)),
      ).right,
    ).toBe(false);
    expect(
      verifyStereo(
        rdkit,
        bromide.molecule,
        bromide.coordinates.map(() => NaN),
      ).right,
    ).toBe(false);

    const butene = parseSmiles(rdkit, 'F/C=C/F');
    const turned = (degrees: number): Float32Array => {
      const [c, s] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
      // F–C=C–F with both fluorines 0.7 Å along the axis and 1.1 Å off it; then the hydrogens opposite.
      return Float32Array.from([
        -0.7,
        1.1,
        0,
        0,
        0,
        0,
        1.33,
        0,
        0,
        2,
        1.1 * c,
        1.1 * s,
        -0.5,
        -0.9,
        0,
        1.8,
        -0.9 * c,
        -0.9 * s,
      ]);
    };
    expect([0, 90, 180].map((degrees) => verifyStereo(undefined, butene, turned(degrees)).right)).toEqual([
      false,
      false,
      true,
    ]);
  });

  it('does not depend on where the conformer lies', () => {
    const molecules = [CHIRAL.menthone, 'C[C@H](O)/C=C/C', CHIRAL['sulfoxide, aryl']].map(conformerOf);
    const real = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.constantFrom(...molecules),
        fc.tuple(real, real, real, real),
        fc.tuple(real, real, real),
        (one, q, shift) => {
          fc.pre(Math.hypot(...q) > 0.1);
          const there = moved(one.coordinates, q, shift);
          expect(verifyStereo(rdkit, one.molecule, there)).toMatchObject({
            right: true,
            assigned: one.molecule.smiles,
          });
          expect(verifyStereo(rdkit, one.molecule, mirrored(there)).right).toBe(false);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('says of a conformer what it says when it has seen none before', () => {
    const molecules = [...Object.values(CHIRAL), ...Object.values(DOUBLE_BONDS).flat()].map(conformerOf);
    // The same with all hands open.
    const opened = molecules.map(({ molecule, coordinates }) => ({
      molecule: { ...molecule, centres: molecule.centres.map((centre) => ({ ...centre, specified: false })) },
      coordinates,
    }));
    const random = createRandom(3);
    let [asked, unclear] = [0, 0];
    for (const { molecule, coordinates } of [...molecules, ...opened]) {
      const perceive = stereoPerception(rdkit, molecule);
      for (let k = 0; k < 12; k++) {
        const noisy = (k % 2 ? coordinates : mirrored(coordinates)).map((x) => x + (k % 3) * 0.08 * random.normal());
        const verdict = verifyStereo(rdkit, molecule, noisy, perceive);
        expect(verdict).toEqual(verifyStereo(rdkit, molecule, noisy));
        asked++;
        if (stereoSignature(stereoPlaces(molecule), noisy) === undefined) unclear++;
      }
    }
    // Most conformers are clear, or nothing was tested.
    expect(unclear / asked).toBeLessThan(0.3);
  });

  it('tells the two sides of a cumulene apart, though it has seen the other before', () => {
    const molecule = parseSmiles(rdkit, 'F/C=C=C=C/F');
    /** The second F up or down. */
    const conformer = (side: 1 | -1) =>
      Float32Array.from(
        [
          [-0.7, 1.1],
          [0, 0],
          [1.3, 0],
          [2.55, 0],
          [3.85, 0],
          [4.55, 1.1 * side],
          [-0.5, -0.9],
          [4.35, -0.9 * side],
        ].flatMap(([x, y]) => [x, y, 0]),
      );
    const perceive = stereoPerception(rdkit, molecule);
    const [cis, trans] = [conformer(1), conformer(-1)].map((x) => verifyStereo(rdkit, molecule, x, perceive));
    expect([cis.right, trans.right]).toEqual([false, true]);
    expect(trans.assigned).toBe(molecule.smiles);
    expect(cis.assigned).not.toBe(trans.assigned);
  });

  it('refuses coordinates of another molecule', () => {
    expect(() => verifyStereo(undefined, parseSmiles(rdkit, 'C'), new Float32Array(9))).toThrow(RangeError);
  });
});

describe('stereo from a file', () => {
  it('a drawing gives its wedges, a conformer its coordinates, wedges or not', () => {
    const atoms = [6, 6, 7, 6].map((element) => ({ element, charge: 0, isotope: 0 }));
    const bonds = [
      { a: 1, b: 0, order: 1 },
      { a: 1, b: 2, order: 1 },
      { a: 1, b: 3, order: 1 },
      { a: 3, b: 4, order: 1 },
    ] as const;
    const structure: Structure = {
      name: 'alaninol',
      atoms: [...atoms, { element: 8, charge: 0, isotope: 0 }],
      bonds,
      coordinates: Float32Array.from([-0.87, 0.5, 0, 0, 0, 0, 0, -1, 0, 0.87, 0.5, 0, 1.73, 0, 0]),
      dimension: 2,
    };
    const flat = molblock({ molecule: structure, coordinates: structure.coordinates, dimension: 2 });
    const wedged = (kind: 1 | 6): string => flat.replace('  2  3  1  0', `  2  3  1  ${kind}`);
    const labels = [flat, wedged(1), wedged(6)].map((block) =>
      moleculeFromStructure(rdkit, { ...structure, molblock: block }).molecule.centres.map(({ cip }) => cip),
    );
    // N is wedged towards the viewer, so H points away: N (below), CH2OH (right), CH3 (left) run counter-clockwise.
    expect(labels).toEqual([[undefined], ['S'], ['R']]);

    // So it does beside a counter-ion, which stands first here.
    const salt: Structure = {
      ...structure,
      atoms: [{ element: 17, charge: -1, isotope: 0 }, ...structure.atoms],
      bonds: bonds.map(({ a, b, order }) => ({ a: a + 1, b: b + 1, order })),
      coordinates: Float32Array.from([5, 5, 0, ...structure.coordinates!]),
    };
    const saltBlock = molblock({ molecule: salt, coordinates: salt.coordinates, dimension: 2 });
    const cut = moleculeFromStructure(
      rdkit,
      { ...salt, molblock: saltBlock.replace('  3  4  1  0', '  3  4  1  1') },
      { largestFragment: true },
    );
    expect(cut.molecule).toMatchObject({ charge: 0, centres: [{ atom: 1, cip: 'S' }] });
    expect([...cut.order.slice(0, 5)]).toEqual([1, 2, 3, 4, 5]);

    const conformer = embed('C[C@H](N)CO');
    const lying = { ...conformer, molblock: wedged(1) };
    const { molecule } = moleculeFromStructure(rdkit, lying);
    expect(molecule.smiles).toBe(parseSmiles(rdkit, 'C[C@H](N)CO').smiles);
  });
});
