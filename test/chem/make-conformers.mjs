/**
 * Writes conformers.json, the 3D structures that the tests of chem read: made by openchemlib from the SMILES, another
 * reader and another embedder than ours. Embedding takes minutes on a slow machine, so it is not part of the tests:
 *   node test/chem/make-conformers.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import * as OCL from 'openchemlib';

OCL.Resources.registerFromNodejs();
const file = new URL('conformers.json', import.meta.url);

/** Every SMILES that the file lists gets a new conformer; to add one, add its key with an empty value. */
const known = Object.keys(JSON.parse(readFileSync(file, 'utf8')));
const entries = known.map((smiles) => {
  const molecule = new OCL.ConformerGenerator(1).getOneConformerAsMolecule(OCL.Molecule.fromSmiles(smiles));
  if (!molecule) throw new Error(`openchemlib makes no conformer of ${smiles}`);
  const atoms = Array.from({ length: molecule.getAllAtoms() }, (_, i) => [
    molecule.getAtomicNo(i),
    molecule.getAtomCharge(i),
    molecule.getAtomMass(i),
    ...[molecule.getAtomX(i), molecule.getAtomY(i), molecule.getAtomZ(i)].map((x) => Number(x.toFixed(4))),
  ]);
  const bonds = Array.from({ length: molecule.getAllBonds() }, (_, i) => [
    molecule.getBondAtom(0, i),
    molecule.getBondAtom(1, i),
    molecule.getBondOrder(i),
  ]);
  return `${JSON.stringify(smiles)}: ${JSON.stringify({ atoms, bonds })}`;
});
writeFileSync(file, `{\n${entries.join(',\n')}\n}\n`);
