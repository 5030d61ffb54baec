import { describe, expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit, withMol } from '../../src/chem/rdkit.js';
import { openPlaces, placesInWords, refuseOpenStereo, stereoisomers } from '../../src/chem/stereoisomers.js';

const rdkit = await loadRDKit();
const parse = (smiles: string) => parseSmiles(rdkit, smiles);

/** Numbers of stereoisomers that textbooks give: enantiomers count as two, meso forms as one. */
const NUMBERS: readonly (readonly [smiles: string, name: string, isomers: number])[] = [
  ['OC(C(O)=O)C(O)C(O)=O', 'tartaric acid: a pair and a meso form', 3],
  ['CC(O)C(O)C(O)C', 'pentane-2,3,4-triol: a pair and two meso forms', 4],
  ['OC1C(O)C(O)C(O)C(O)C1O', 'inositol: seven meso forms and a pair', 9],
  ['OCC(O)C(O)C(O)C(O)C=O', 'aldohexoses', 16],
  ['CC=CC=CC', 'hexa-2,4-diene', 3],
  ['CC1CCC(C)CC1', '1,4-dimethylcyclohexane: cis and trans', 2],
  ['CC1CCCC1C', '1,2-dimethylcyclopentane', 3],
  ['C1CCC2CCCCC2C1', 'decalin', 2],
  ['CC1(C)C2CCC1(C)C(=O)C2', 'camphor: the bridge leaves one pair', 2],
  ['C1CC2CC1C=C2', 'norbornene', 1],
  ['C1CCC2OC2C1', 'cyclohexene oxide: cis alone', 1],
  ['C1CC2CC2C1', 'bicyclo[3.1.0]hexane: cis alone', 1],
  ['OC1CC2CCC1N2C', 'a hydroxytropane', 4],
  ['C1CCCCC=C1', 'cycloheptene: cis alone', 1],
  ['C1CCCCCC=C1', 'cyclooctene', 2],
  ['CC=C=CC', 'penta-2,3-diene, a chiral axis', 2],
  ['CC=C=C=CC', 'hexa-2,3,4-triene, cis and trans', 2],
  ['Cc1cccc(Cl)c1-c1c(C)cccc1Cl', 'a hindered biaryl', 2],
  ['C1CCC2(C1)CCCC2', 'a spirane of two equal rings', 1],
  ['CC1CCC2(CC1)CCC(C)CC2', 'a spirane whose three centres tell one hand', 2],
  ['CCS(C)=O', 'a sulfoxide', 2],
  ['CCN(C)C(C)C', 'an amine, which turns over', 1],
  ['C12C3C4C1C5C2C3C45', 'cubane', 1],
  ['CC(=O)Oc1ccccc1C(=O)O', 'aspirin', 1],
];

describe('stereoisomers', () => {
  it.each(NUMBERS)('%s, %s: %i', (smiles, _, number) => {
    const molecule = parse(smiles);
    const { isomers, total, open } = stereoisomers(rdkit, molecule);
    expect([isomers.length, total]).toEqual([number, number]);
    if (number === 1 && open.length === 0) expect(isomers[0]).toBe(molecule);
    for (const isomer of isomers) expect(openPlaces(rdkit, isomer)).toEqual([]);
    for (const isomer of isomers)
      expect(openPlaces(rdkit, parse(isomer.smiles))).toEqual(isomer.axes ? expect.anything() : []);
    // RDKit matches none onto another; it knows no axes and no cumulenes.
    if (isomers.some(({ axes, smiles: own }) => axes || own.includes('=C='))) return;
    const isSame = (one: string, other: string) =>
      withMol(rdkit, one, (a) =>
        withMol(rdkit, other, (b) => a!.get_substruct_match(b!, '{"useChirality":true}') !== '{}'),
      );
    const names = isomers.map((isomer) => isomer.smiles);
    names.forEach((one, i) => names.forEach((other, j) => expect(isSame(one, other)).toBe(i === j)));
  });

  it('keep what is specified, and the order of the atoms', () => {
    const molecule = parse('C[C@H](O)C(F)/C=C/C');
    const { isomers } = stereoisomers(rdkit, molecule);
    expect(isomers.map(({ name }) => name)).toEqual(['C[C@H](O)C(F)/C=C/C_1', 'C[C@H](O)C(F)/C=C/C_2']);
    for (const { atoms, centres } of isomers) {
      expect(atoms).toBe(molecule.atoms);
      expect(centres.find(({ atom }) => atom === 1)).toEqual(molecule.centres.find(({ atom }) => atom === 1));
    }
  });

  it('are the first ones of all where there are more than asked for, and differ at every place', () => {
    const molecule = parse(`CC${'(O)C'.repeat(14)}C`);
    const { isomers, total } = stereoisomers(rdkit, molecule, { max: 8 });
    expect([isomers.length, total]).toEqual([8, undefined]);
    const more = stereoisomers(rdkit, molecule, { max: 12 }).isomers;
    expect(more.slice(0, 8).map(({ smiles }) => smiles)).toEqual(isomers.map(({ smiles }) => smiles));
    for (const { atom } of isomers[0].centres)
      expect(new Set(isomers.map(({ centres }) => centres.find((c) => c.atom === atom)!.neighbours.join())).size).toBe(
        2,
      );
    expect(() => stereoisomers(rdkit, molecule, { max: 0 })).toThrow(/whole number, 1 or more/);
  });

  it('what is open is named by atom', () => {
    const molecule = parse('OC(C)c1c(C)cccc1-c1c(O)cccc1C=NO');
    expect(placesInWords(molecule, openPlaces(rdkit, molecule))).toBe(
      'atom 2 (C), the double bond 18=19, the axis 10–11',
    );
    expect(() => refuseOpenStereo(rdkit, molecule)).toThrow(/leaves stereo open.*the axis 10–11/);
    expect(() => refuseOpenStereo(rdkit, parse('C[C@H](O)F'))).not.toThrow();
    // Atoms go by the order of the input, where that has hydrogens among them.
    const explicit = parse('[H]C(O)(F)C([H])([H])[H]');
    expect(placesInWords(explicit, openPlaces(rdkit, explicit))).toBe('atom 2 (C)');
  });
});
