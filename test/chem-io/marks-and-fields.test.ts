/**
 * Marks of stereo and data fields by chance, always the same: what is written is kept, refused or told. More molecules
 * with MOLFLOW_FUZZ=500.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readMolblock } from '../../src/chem/io/ctab.js';
import { readSdf, type SdfRecord } from '../../src/chem/io/sdf.js';
import { sdfRecord } from '../../src/chem/io/write-sdf.js';
import type { Molecule } from '../../src/chem/molecule.js';
import { MoleculeError } from '../../src/chem/molecule-error.js';
import { moleculeFromStructure, parseSmiles } from '../../src/chem/parse.js';
import { withMol } from '../../src/chem/rdkit.js';
import { readSmilesText } from '../../src/chem/smiles-text.js';
import { stereoisomers } from '../../src/chem/stereoisomers.js';
import { writeSmiles } from '../../src/chem/write-smiles.js';
import { createRandom } from '../../src/flow/random.js';
import { generateConformers } from '../../src/generation/generate.js';
import type { Generator } from '../../src/generation/generator.js';
import { openGenerator } from '../../src/generation/open-generator.node.js';
import { conformerRecord } from '../../src/generation/records.js';

const MOLECULES = Number(process.env['MOLFLOW_FUZZ'] ?? 40);
/** Of these, conformers are made of so many. */
const DRAWN = Math.min(MOLECULES, Number(process.env['MOLFLOW_FUZZ_DRAWN'] ?? 5));

/** Parts of a chain, with marks at every kind of place; some say nothing, some cannot be. */
const PARTS = [
  'C',
  'CC',
  'C(=O)N',
  'O',
  'c1ccc(cc1)',
  '[C@H](F)',
  '[C@@H](O)',
  '[C@](C)(Cl)',
  '[C@@]([H])(Br)',
  '[C@]([2H])(F)',
  '[C@TH1H](C)',
  '/C=C/',
  '/C=C\\',
  '/C(F)=C(C)/',
  '/C=N/',
  '/C([2H])=C/',
  '/C=C=C=C/',
  'C=[C@]=C',
  'C(C)=[C@@]=C(F)',
  '[C@@H]1CC[C@H](CC1)',
  '[C@H]1CC[C@]2(CC1)CC[C@@H](CC2)',
  'C1CC[C@]2(C1)OCCC2',
  '[C@H]1O[C@@H]1',
  '[S@](=O)',
  '[S@@](=O)',
  '[P@](=O)(C)',
  '[Si@](C)(CC)',
  '[N@+](C)(CC)',
  '[N@](C)',
  '[C@H](C)[C@@H](C)',
];
const ENDS = ['C', 'F', 'CC', 'c1ccccc1', 'N', 'CO'];

let generator: Generator;
beforeAll(async () => {
  generator = await openGenerator();
});
afterAll(() => generator.dispose());

function* randomSmiles(count: number): Iterable<string> {
  const random = createRandom(33);
  const pick = (list: readonly string[]) => list[random.integer(list.length)];
  for (let i = 0; i < count; i++) {
    const parts = Array.from({ length: 1 + random.integer(4) }, () => pick(PARTS));
    yield `C${parts.join('')}${pick(ENDS)}`.replace(/[/\\]([/\\])/g, '$1');
  }
}

const parse = (smiles: string): Molecule | undefined => {
  try {
    return parseSmiles(generator.rdkit, smiles);
  } catch (error) {
    expect([smiles, error]).toEqual([smiles, expect.any(MoleculeError)]);
    return undefined;
  }
};

/** How many marks of each kind the molecule has. */
const counts = ({ centres, stereoBonds, axes = [] }: Molecule) => [
  centres.filter(({ specified }) => specified).length,
  stereoBonds.filter(({ cis }) => cis !== undefined).length,
  axes.length,
];

describe('marks by chance', () => {
  it('are kept, or told by atom; written again and drawn they are the same', () => {
    let [kept, told, refused, drawn] = [0, 0, 0, 0];
    for (const smiles of randomSmiles(MOLECULES)) {
      const molecule = parse(smiles);
      if (!molecule) {
        refused++;
        continue;
      }
      const notes = (molecule.notes ?? []).join(' ');
      const order = molecule.inputOrder;
      readSmilesText(smiles).atoms.forEach(({ mark }, text) => {
        if (!mark) return;
        const atom = order ? order.indexOf(text) : text;
        const isKept =
          molecule.centres.some((centre) => centre.specified && centre.atom === atom) ||
          (molecule.axes ?? []).some(({ a, b }) => Math.min(a, b) <= atom && atom <= Math.max(a, b));
        const isTold = new RegExp(`atom ${text + 1}[, ]`, 'i').test(notes);
        expect([smiles, text + 1, isKept || isTold, notes]).toEqual([smiles, text + 1, true, notes]);
        if (isKept) kept++;
        else told++;
      });
      const again = parse(writeSmiles(molecule))!;
      expect([smiles, counts(again)]).toEqual([smiles, counts(molecule)]);
      expect([smiles, counts(parse(molecule.smiles)!)]).toEqual([smiles, counts(molecule)]);
      // RDKit draws what it perceives: wedges tell the same as marks, where it has one name for the molecule.
      const canonical = (text: string) => withMol(generator.rdkit, text, (mol) => mol!.get_smiles());
      if (molecule.smiles !== canonical(smiles) || molecule.smiles !== canonical(molecule.smiles)) continue;
      const block = withMol(generator.rdkit, smiles, (mol) =>
        (mol as unknown as { get_molblock(): string }).get_molblock(),
      );
      const { molecule: ofDrawing } = moleculeFromStructure(generator.rdkit, readMolblock(block));
      expect([smiles, ofDrawing.smiles]).toEqual([smiles, molecule.smiles]);
      drawn++;
    }
    if (MOLECULES > 40) console.log({ kept, told, refused, drawn });
    expect(kept).toBeGreaterThan(told);
    expect(drawn).toBeGreaterThan(0);
  });

  it('are found in the conformers, or these are refused', async () => {
    let [right, none] = [0, 0];
    for (const smiles of randomSmiles(DRAWN)) {
      const molecule = parse(smiles);
      if (!molecule) continue;
      const { conformers, report } = await generateConformers(generator, molecule, { count: 1 });
      if (conformers.length === 0) {
        expect([smiles, report.reason]).toEqual([smiles, expect.stringMatching(/stereo|geometry/)]);
        none++;
        continue;
      }
      const [{ coordinates, assigned }] = conformers;
      const { molecule: seen } = moleculeFromStructure(generator.rdkit, {
        name: smiles,
        atoms: molecule.atoms,
        bonds: molecule.bonds,
        coordinates,
        dimension: 3,
      });
      // At least as much as was asked for; open places have a form in every conformer.
      counts(seen).forEach((count, k) => expect([smiles, k, count >= counts(molecule)[k]]).toEqual([smiles, k, true]));
      // Nothing open: the conformer is the one stereoisomer.
      if (stereoisomers(generator.rdkit, molecule, { max: 1 }).open.length === 0)
        expect([smiles, assigned]).toEqual([smiles, molecule.smiles]);
      right++;
    }
    if (DRAWN > 5) console.log({ right, none });
    expect(right).toBeGreaterThan(none);
  });
});

describe('an SD file', () => {
  const FIELDS: readonly (readonly [string, string])[] = [
    ['SMILES', 'not ours'],
    ['price €', '12,50'],
    ['lines', 'one\ntwo'],
    ['ID', '>x-1'],
    ['MOLFLOW', 'a name that only begins like ours'],
  ];

  it.each([
    ['[CH3:4][C@H:2]([OH:7])[C:1](=O)[NH2:3]', 'maps and a hand'],
    ['C/C=C\\C[N+](C)(C)C', 'a side and a charge'],
    ['[2H]C([2H])([2H])S(=O)(=O)c1ccc(F)cc1', 'isotopes'],
    ['OC[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O', 'five hands'],
  ])('comes back with atoms, order, maps, fields and stereo as they were: %s, %s', async (smiles) => {
    const source = await generateConformers(generator, parseSmiles(generator.rdkit, smiles), { count: 1 });
    // Atoms in an order of its own, hydrogens among them.
    const { atoms, bonds, mapNumbers } = source.molecule;
    const turned = atoms.map((_, i) => i).sort((i, j) => ((7 * i) % atoms.length) - ((7 * j) % atoms.length) || i - j);
    const place = new Map(turned.map((from, to) => [from, to]));
    const text = sdfRecord({
      molecule: {
        name: 'given',
        atoms: turned.map((i) => ({ ...atoms[i], map: mapNumbers?.[i] ?? 0 })),
        bonds: bonds.map((bond) => ({ ...bond, a: place.get(bond.a)!, b: place.get(bond.b)! })),
      },
      coordinates: Float32Array.from(
        turned.flatMap((i) => [...source.conformers[0].coordinates.subarray(3 * i, 3 * i + 3)]),
      ),
      fields: FIELDS,
    });
    const given = await one(text);
    const { molecule } = moleculeFromStructure(generator.rdkit, given.structure);
    const result = await generateConformers(generator, molecule, { count: 1, seed: 2 });
    const back = await one(sdfRecord(conformerRecord(result, result.conformers[0], { given: given.fields })));
    expect(back.structure.atoms).toEqual(given.structure.atoms);
    const pairs = ({ structure }: SdfRecord) =>
      structure.bonds.map(({ a, b, order }) => `${Math.min(a, b)} ${Math.max(a, b)} ${order}`).sort();
    expect(pairs(back)).toEqual(pairs(given));
    for (const [name, value] of FIELDS) expect([name, back.fields.get(name)?.trim()]).toEqual([name, value]);
    expect(moleculeFromStructure(generator.rdkit, back.structure).molecule.smiles).toBe(molecule.smiles);
  });
});

async function one(text: string): Promise<SdfRecord> {
  for await (const record of readSdf([text])) return record;
  throw new Error('no record');
}
