import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Molecule } from '../../src/chem/molecule.js';
import { isEvenPermutation } from '../../src/chem/parity.js';
import { matchOrder } from '../../src/chem/match-order.js';
import { moleculeFromStructure, parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit, withMol } from '../../src/chem/rdkit.js';
import { readSmilesText } from '../../src/chem/smiles-text.js';
import { verifyStereo } from '../../src/chem/stereo.js';
import { writeSmiles } from '../../src/chem/write-smiles.js';
import { writtenStereo } from '../../src/chem/written-stereo.js';

const rdkit = await loadRDKit();
const parse = (smiles: string): Molecule => parseSmiles(rdkit, smiles);
const { molecules } = JSON.parse(readFileSync(new URL('../../molecules/molecules.json', import.meta.url), 'utf8')) as {
  molecules: { smiles: string }[];
};

/** SMILES whose marks stand at every place where their order is counted in a way of its own. */
const SPELLINGS = [
  'C[C@](F)(Cl)[H]',
  '[H][C@](F)(Cl)C',
  '[C@H](F)(Cl)C',
  '[C@@]1(F)(Cl)CCO1',
  'C1[C@@H](F)CC[C@H]1O',
  'N1C[C@H]1C',
  'C%10CO[C@]%10(F)Cl',
  'C[S@](=O)CC',
  'CC[P@](C)c1ccccc1',
  'F/C=C/C=C\\F',
  'F\\C(Cl)=C(/F)C',
  'C(/F)=C/Cl',
  'C/C=C/1CC[C@H](C)CC1',
  'C/C=C1CC[C@H](C)CC\\1',
  'C/C(=N\\O)c1ccccc1',
  '[H]/N=C/C',
  '[2H][C@@H](C)O',
];

describe('marks as the text has them', () => {
  it('are read as RDKit reads those that it keeps, and written again', () => {
    let [centres, bonds] = [0, 0];
    for (const smiles of [...molecules.map((entry) => entry.smiles), ...SPELLINGS]) {
      const molecule = parse(smiles);
      const text = readSmilesText(smiles);
      const order = matchOrder({ name: '', dimension: 2, ...text }, molecule, smiles);
      for (const mark of writtenStereo(text, molecule, order)) {
        if (mark.kind === 'centre') {
          const seen = molecule.centres.find(({ atom }) => atom === mark.centre.atom)!;
          expect([smiles, isEvenPermutation(mark.centre.neighbours, seen.neighbours)]).toEqual([smiles, true]);
          centres++;
        } else if (mark.kind === 'bond') {
          const seen = molecule.stereoBonds.find(({ a, b }) => a === mark.bond.a && b === mark.bond.b)!;
          const others = seen.references.filter((reference, k) => reference !== mark.bond.references[k]).length;
          expect([smiles, (seen.cis === mark.bond.cis) === (others % 2 === 0)]).toEqual([smiles, true]);
          bonds++;
        }
      }
      const canonical = (text: string) => withMol(rdkit, text, (mol) => mol?.get_smiles());
      expect(canonical(writeSmiles(molecule))).toBe(canonical(smiles));
    }
    expect(centres).toBeGreaterThan(120);
    expect(bonds).toBeGreaterThan(15);
  });

  it.each([
    // Two spiro enantiomers, isotopes at a double bond, allenes, cumulenes, a chiral spiro axis, Tröger-like cages.
    ['O=C1CC[C@@]12CCC2=O', 'O=C1CC[C@]12CCC2=O'],
    ['Oc1cccc2c1[C@]1(CC2)CCc2cccc(O)c21', 'Oc1cccc2c1[C@@]1(CC2)CCc2cccc(O)c21'],
    ['[2H]/C=C/F', '[2H]/C=C\\F'],
    ['C/C=C([2H])/F', 'C/C=C([2H])\\F'],
    ['CC=[C@]=CC', 'CC=[C@@]=CC'],
    ['CC=C=[C@]=C=CC', 'CC=C=[C@@]=C=CC'],
    ['C%12CCCC=[C@@]=CCC%12', 'C%12CCCC=[C@]=CCC%12'],
    ['C/C=C=C=C/C', 'C/C=C=C=C\\C'],
    ['C/C(F)=C=C=C/1CCCC(C)C1', 'C/C(F)=C=C=C\\1CCCC(C)C1'],
    ['CC=[C@AL1]=CC', 'CC=[C@AL2]=CC'],
    ['OC(=O)[C@H]1C[C@@]2(C1)C[C@H](C2)C(=O)O', 'OC(=O)[C@H]1C[C@]2(C1)C[C@H](C2)C(=O)O'],
  ])('%s and %s are two molecules, each the same when read again', (one, other) => {
    const [first, second] = [parse(one), parse(other)];
    expect(first.notes ?? []).toEqual([]);
    expect(first.smiles).not.toBe(second.smiles);
    for (const molecule of [first, second]) {
      const again = parse(molecule.smiles);
      expect(again.smiles).toBe(parse(again.smiles).smiles);
      const count = ({ centres, stereoBonds, axes = [] }: Molecule) => [
        centres.filter(({ specified }) => specified).length,
        stereoBonds.filter(({ cis }) => cis !== undefined).length,
        axes.length,
      ];
      expect(count(again)).toEqual(count(molecule));
      expect(count(molecule).reduce((sum, n) => sum + n)).toBeGreaterThan(0);
    }
  });

  it('an allene has the hand of OpenSMILES: from N, counterclockwise Br, O, C for @', () => {
    // The axis along z, the end with N and Br on top: seen from N, Br lies behind, O left or right.
    const allene = (o: 1 | -1): Float32Array =>
      Float32Array.from(
        [
          [1.2, 0, 2],
          [0, 0, 1.3],
          [-1.6, 0, 2.2],
          [0, 0, 0],
          [0, 0, -1.3],
          [0, 1.2 * o, -2],
          [0, -1.3 * o, -2],
        ].flat(),
      );
    const at = parse('NC(Br)=[C@]=C(O)C');
    const atat = parse('NC(Br)=[C@@]=C(O)C');
    const skeleton = (molecule: Molecule, o: 1 | -1) => {
      const x = new Float32Array(3 * molecule.atoms.length).fill(9);
      x.set(allene(o));
      return verifyStereo(undefined, molecule, x).right;
    };
    // From N towards the axis, up is z: −y is to the left of Br … O at −y, C at +y run counterclockwise.
    expect([skeleton(at, -1), skeleton(at, 1), skeleton(atat, -1), skeleton(atat, 1)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it.each([
    ['C[C@H](C)O', /Atom 2, "\[C@H\]".*alike/],
    ['CC(C)=[C@]=CC', /Atom 4, "\[C@\]".*alike/],
    ['[H]/C=C/F', /between atoms 2 and 3.*alike/],
    ['C[N@](CC)c1ccccc1', /Atom 2.*turns over/],
    ['F/C=CF', /mark \/ between atoms 1 and 2 .*other end/],
    ['C[S@TB1](F)(F)(F)F', /@TB1/],
  ])('%s: what says nothing is told', (smiles, note) => {
    expect(parse(smiles).notes).toEqual([expect.stringMatching(note)]);
  });

  it('refuses a trans double bond in a small ring, and takes the cis one', () => {
    expect(() => parse('C1CC/C=C/CC1')).toThrow(expect.objectContaining({ code: 'stereo' }));
    expect(parse('C1CC/C=C\\CC1').notes).toBeUndefined();
  });

  it('takes the hand of a spiro centre and an allene from a conformer', () => {
    const x = [
      [1.2, 0, 2],
      [0, 0, 1.3],
      [-1.6, 0, 2.2],
      [0, 0, 0],
      [0, 0, -1.3],
      [0, -1.2, -2],
      [0, 1.3, -2],
    ];
    const structure = (sign: number) => ({
      name: '',
      atoms: [7, 6, 35, 6, 6, 8, 6].map((element) => ({ element, charge: 0, isotope: 0 })),
      bonds: (
        [
          [0, 1, 1],
          [1, 2, 1],
          [1, 3, 2],
          [3, 4, 2],
          [4, 5, 1],
          [4, 6, 1],
        ] as const
      ).map(([a, b, order]) => ({ a, b, order })),
      coordinates: Float32Array.from(x.flatMap(([p, q, z]) => [p, sign * q, z])),
      dimension: 3 as const,
    });
    const smiles = [1, -1].map((sign) => moleculeFromStructure(rdkit, structure(sign)).molecule.smiles);
    expect(smiles).toEqual([parse('NC(Br)=[C@]=C(O)C').smiles, parse('NC(Br)=[C@@]=C(O)C').smiles]);
  });
});

it.each([
  ['N->B', 8],
  ['[NH3]->[BH3]', 8],
  ['B<-N', 8],
  ['CN(C)(C)->B(F)(F)F', 17],
  ['n1(->B)ccccc1', 15],
])('%s: the arrow takes no hydrogen off its acceptor', (smiles, atoms) => {
  const molecule = parse(smiles);
  expect(molecule.atoms).toHaveLength(atoms);
  expect(molecule.charge).toBe(0);
});
