import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMolblock } from '../../src/chem/io/ctab.js';
import { molblock } from '../../src/chem/molblock.js';
import type { Molecule } from '../../src/chem/molecule.js';
import { MAX_SKELETON_ATOMS } from '../../src/chem/size-limit.js';
import { MoleculeError, moleculeFromStructure, parseSmiles } from '../../src/chem/parse.js';
import type { MoleculeErrorCode } from '../../src/chem/parse.js';
import { loadRDKit, withMol } from '../../src/chem/rdkit.js';
import type { Structure } from '../../src/chem/structure.js';
import { embed } from './conformers.js';

const rdkit = await loadRDKit();
const parse = (smiles: string): Molecule => parseSmiles(rdkit, smiles);

/** Formula in Hill order. */
function formula({ atoms }: Molecule): string {
  const symbols: Record<number, string> = {
    1: 'H',
    5: 'B',
    6: 'C',
    7: 'N',
    8: 'O',
    9: 'F',
    14: 'Si',
    15: 'P',
    16: 'S',
    17: 'Cl',
    26: 'Fe',
    35: 'Br',
    53: 'I',
  };
  const counts = new Map<string, number>();
  for (const { element } of atoms) counts.set(symbols[element], (counts.get(symbols[element]) ?? 0) + 1);
  const carbonFirst = (symbol: string): string =>
    symbol === 'C' ? '0' : symbol === 'H' && counts.has('C') ? '1' : symbol;
  return [...counts]
    .sort(([a], [b]) => (carbonFirst(a) < carbonFirst(b) ? -1 : 1))
    .map(([symbol, count]) => symbol + (count > 1 ? count : ''))
    .join('');
}

describe('parseSmiles', () => {
  it.each([
    ['caffeine', 'Cn1cnc2c1c(=O)n(C)c(=O)n2C', 'C8H10N4O2', 14, 0, [5, 6]],
    ['aspirin', 'CC(=O)Oc1ccccc1C(=O)O', 'C9H8O4', 13, 0, [6]],
    ['cubane', 'C12C3C4C1C5C2C3C45', 'C8H8', 8, 0, [4, 4, 4, 4, 4, 4]],
    ['glycine zwitterion', '[NH3+]CC(=O)[O-]', 'C2H5NO2', 5, 0, []],
    ['tetramethylammonium', 'C[N+](C)(C)C', 'C4H12N', 5, 1, []],
    ['borate', 'O[B-](O)(O)c1ccccc1', 'C6H8BO3', 10, -1, [6]],
    ['sulfonamide', 'CS(=O)(=O)Nc1ccc(Br)cc1I', 'C7H7BrINO2S', 13, 0, [6]],
    ['water', 'O', 'H2O', 1, 0, []],
    ['methane', 'C', 'CH4', 1, 0, []],
    ['proton', '[H+]', 'H', 1, 1, []],
    ['iron', '[Fe]', 'Fe', 1, 0, []],
  ] as const)('%s', (_, smiles, composition, skeletonCount, charge, ringSizes) => {
    const molecule = parse(smiles);
    expect(formula(molecule)).toBe(composition);
    expect(molecule).toMatchObject({ skeletonCount, charge, name: smiles });
    expect(molecule.rings.map((ring) => ring.length).sort()).toEqual(ringSizes);
    // Ring order: each atom is bonded to the next.
    const bonded = new Set(molecule.bonds.flatMap(({ a, b }) => [`${a} ${b}`, `${b} ${a}`]));
    for (const ring of molecule.rings)
      ring.forEach((atom, i) => expect(bonded).toContain(`${atom} ${ring[(i + 1) % ring.length]}`));
  });

  it('keeps the order of the heavy atoms and puts hydrogens after them by parent', () => {
    const { atoms, bonds, skeletonCount } = parse('OCC(=O)N');
    expect(atoms.slice(0, skeletonCount).map(({ element }) => element)).toEqual([8, 6, 6, 8, 7]);
    const parents = bonds.filter(({ b }) => b >= skeletonCount).map(({ a, b }) => [b, a]);
    expect(parents).toEqual([
      [5, 0],
      [6, 1],
      [7, 1],
      [8, 4],
      [9, 4],
    ]);
    expect(atoms.map(({ hydrogens }) => hydrogens)).toEqual([1, 2, 0, 0, 2, 0, 0, 0, 0, 0]);
  });

  it('keeps in the skeleton the hydrogens that say something', () => {
    expect(parse('[H][H]')).toMatchObject({ skeletonCount: 2, smiles: '[H][H]' });
    expect(parse('[2H]C([2H])O').skeletonCount).toBe(4);
    expect(parse('[H]/N=C/C')).toMatchObject({ skeletonCount: 4, stereoBonds: [{ cis: false }] });
    expect(parse('[H]N=CC').skeletonCount).toBe(3);
  });

  it('keeps isotopes, radicals and charges', () => {
    expect(parse('[13CH3]C').atoms[0]).toMatchObject({ isotope: 13, hydrogens: 3 });
    expect(parse('[CH3]')).toMatchObject({ atoms: { 0: { radicals: 1, hydrogens: 3 }, length: 4 } });
    expect(
      parse('C[N+](=O)[O-]')
        .atoms.map(({ charge }) => charge)
        .slice(0, 4),
    ).toEqual([0, 1, 0, -1]);
  });

  it.each([
    ['CC(=O)N', ['sp3', 'sp2', 'sp2', 'sp2']],
    ['Nc1ccccc1', ['sp2', 'sp2', 'sp2', 'sp2', 'sp2', 'sp2', 'sp2']],
    ['CN(C)C', ['sp3', 'sp3', 'sp3', 'sp3']],
    ['COC', ['sp3', 'sp3', 'sp3']],
    ['o1cccc1', ['sp2', 'sp2', 'sp2', 'sp2', 'sp2']],
    ['CC(=O)OC', ['sp3', 'sp2', 'sp2', 'sp2', 'sp3']],
    ['CC#N', ['sp3', 'sp', 'sp']],
    ['C=C=C', ['sp2', 'sp', 'sp2']],
    // The sulfonyl group does not conjugate.
    ['CS(=O)(=O)N', ['sp3', 'sp3', 'sp2', 'sp2', 'sp3']],
    ['C[N+](=O)[O-]', ['sp3', 'sp2', 'sp2', 'sp2']],
    ['FS(F)(F)(F)(F)F', ['sp3', 'other', 'sp3', 'sp3', 'sp3', 'sp3', 'sp3']],
    ['FC=C', ['sp3', 'sp2', 'sp2']],
    ['[CH3+]', ['sp2']],
  ])('hybridisation of %s', (smiles, expected) => {
    const { atoms, skeletonCount } = parse(smiles);
    expect(atoms.slice(0, skeletonCount).map(({ hybridisation }) => hybridisation)).toEqual(expected);
  });

  it('marks conjugated, aromatic and ring bonds', () => {
    const { bonds } = parse('C=CC=CC1CC1');
    const kind = (a: number, b: number): unknown => bonds.find((bond) => bond.a === a && bond.b === b);
    expect(kind(0, 1)).toMatchObject({ order: 2, conjugated: true, inRing: false });
    expect(kind(1, 2)).toMatchObject({ order: 1, conjugated: true });
    expect(kind(3, 4)).toMatchObject({ conjugated: false });
    expect(kind(4, 5)).toMatchObject({ inRing: true, aromatic: false, conjugated: false });
    expect(parse('C=C').bonds[0]).toMatchObject({ conjugated: false });
    expect(
      parse('c1ccccc1')
        .bonds.slice(0, 6)
        .map(({ aromatic, order }) => (aromatic ? order : 0))
        .sort(),
    ).toEqual([1, 1, 1, 2, 2, 2]);
  });

  it('lists what is specified and what is left open', () => {
    const molecule = parse('CC=CC(O)/C=C/[C@H](F)C1=CCCCC1');
    expect(molecule.centres).toEqual([
      { atom: 3, neighbours: [2, 4, 5, expect.any(Number)], specified: false },
      { atom: 7, neighbours: expect.any(Array), specified: true, cip: expect.stringMatching(/^[RS]$/) },
    ]);
    expect(molecule.centres[1].neighbours.slice(0, 3).sort()).toEqual([6, 8, 9]);
    expect(molecule.stereoBonds.map(({ a, b, references, cis }) => ({ a, b, references, cis }))).toEqual([
      { a: 1, b: 2, references: [0, 3], cis: undefined },
      { a: 5, b: 6, references: [3, 7], cis: false },
    ]);
  });

  it('knows which double bonds have no two forms', () => {
    for (const smiles of [
      'C=CC',
      'CC(C)=CC',
      'C1=CCCCCC1',
      'CC=C=CC',
      'CC(N)=[NH2+]',
      'CC=N',
      'C=[N+]=[N-]',
      'CC=O',
      'N=C(N)N',
    ]) {
      expect(parse(smiles).stereoBonds, smiles).toEqual([]);
    }
    for (const smiles of ['CC=CC', 'C1=CCCCCCC1', 'CC=NC', 'CN=NC', 'CC=NO', 'CC=[N+](C)[O-]', 'CC(F)=C(C)F']) {
      expect(parse(smiles).stereoBonds, smiles).toMatchObject([{ cis: undefined }]);
    }
  });

  it('leaves out nitrogens that invert, and keeps those that cannot', () => {
    expect(parse('CCN(C)C(C)C').centres).toEqual([]);
    expect(parse('C=CC1CN2CCC1CC2C(O)C').centres.map(({ atom }) => atom)).toEqual([2, 4, 7, 9, 10]);
  });

  it('lists no centre whose cage leaves no choice, and those that only another one decides', () => {
    for (const smiles of [
      'C12C3C4C1C5C2C3C45',
      'C1C2CC3CC1CC(C2)C3',
      'C1CC2CCC1C2',
      'C1CN2CCC1CC2',
      'C1N2CN3CN1CN(C2)C3',
    ]) {
      expect(parse(smiles).centres, smiles).toEqual([]);
    }
    // cis or trans
    for (const smiles of ['CC1CCC(C)CC1', 'C1CCC2CCCCC2C1', 'CC1CC(C)C1'])
      expect(parse(smiles).centres, smiles).toHaveLength(2);
    expect(parse('CC1(C)C2CCC1(C)C(=O)C2').centres).toHaveLength(2);
  });

  it.each<[string, MoleculeErrorCode, RegExp]>([
    ['', 'empty', /empty/],
    ['  ', 'empty', /empty/],
    ['CCO junk', 'invalid', /a blank/],
    ['CCO;DROP', 'invalid', /";"/],
    ['C(C', 'invalid', /parentheses/],
    ['C1CC', 'invalid', /ring/],
    ['CC(C)(C)(C)C', 'invalid', /valence/],
    ['c1cccc1', 'invalid', /kekul/i],
    ['CQ', 'invalid', /CQ/],
    ['C~C', 'invalid', /~, which stands for any bond/],
    ['*CC', 'element', /dummy/],
    ['CC.O', 'fragments', /2 separate fragments/],
    ['[Na+].[Cl-]', 'fragments', /largest fragment/],
    ['C'.repeat(MAX_SKELETON_ATOMS + 1), 'too-large', /401 heavy atoms; at most 400/],
    ['C'.repeat(20_000), 'too-large', /20000/],
    ['CC>>CC', 'invalid', /CC>>CC/],
  ])('refuses "%.20s" as %s', (smiles, code, message) => {
    let error: unknown;
    try {
      parse(smiles);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(MoleculeError);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it.each([
    ['C[C@H](C)C', 'CC(C)C'],
    ['C/C=C(/C)C', 'CC=C(C)C'],
    ['C[C@TH1](F)(Cl)Br', 'C[C@](F)(Cl)Br'],
    // Two alike at one end, marks at one end alone, marks that an allene does not ask for.
    ['CC=[C@]=C(C)C', 'CC=C=C(C)C'],
    ['[H]C([H])=[C@]=CC', 'C=C=CC'],
    ['C/C=C=C=C(/C)C', 'CC=C=C=C(C)C'],
    ['C/C=C/C=C=C=CC', 'CC=C=C=C/C=C/C'],
    ['C/C=C=C/C', 'CC=C=CC'],
  ])('takes %s, whose stereo is all there or none', (smiles, canonical) => {
    expect(parse(smiles).smiles).toBe(canonical);
  });

  it('goes on after every refusal, and reads the largest chain', () => {
    expect(parse('C'.repeat(MAX_SKELETON_ATOMS)).atoms).toHaveLength(3 * MAX_SKELETON_ATOMS + 2);
  });

  it('takes the largest fragment where asked', () => {
    const salt = parseSmiles(rdkit, '[Na+].CC(=O)[O-].O', { largestFragment: true, name: 'acetate' });
    expect(salt).toMatchObject({ smiles: 'CC(=O)[O-]', charge: -1, name: 'acetate', skeletonCount: 4 });
    // Deuterium is no heavy atom.
    expect(parseSmiles(rdkit, '[2H]O[2H].CC', { largestFragment: true }).smiles).toBe('CC');
    // A dot within one molecule is none between two.
    expect(parse('C1.C1').smiles).toBe('CC');
  });
});

describe('moleculeFromStructure', () => {
  const conformers = [
    'C[C@H](N)C(=O)O',
    'C[C@H]1CC[C@H](C(C)C)CC1=O',
    'C/C=C/[C@H](F)O',
    'O=S(C)c1ccccc1',
    'C[N+](C)(C)CC(=O)[O-]',
    '[2H]C([2H])O',
  ].map((smiles) => embed(smiles));

  it('gives the same molecule whatever the order of the atoms', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...conformers).chain((structure) =>
          fc.tuple(
            fc.constant(structure),
            fc.shuffledSubarray(
              structure.atoms.map((_, i) => i),
              { minLength: structure.atoms.length },
            ),
          ),
        ),
        ([structure, shuffle]) => {
          const reference = moleculeFromStructure(rdkit, structure).molecule;
          const shuffled = permuted(structure, shuffle);
          const { molecule, order } = moleculeFromStructure(rdkit, shuffled);
          expect(molecule.smiles).toBe(reference.smiles);
          expect([...order].sort((a, b) => a - b)).toEqual(structure.atoms.map((_, i) => i));
          // Elements and bonds follow; heavy atoms keep their order; hydrogens come last, by parent.
          order.forEach((from, to) => expect(molecule.atoms[to].element).toBe(shuffled.atoms[from].element));
          const key = (a: number, b: number): string => [a, b].sort((x, y) => x - y).join();
          expect(molecule.bonds.map(({ a, b }) => key(order[a], order[b])).sort()).toEqual(
            shuffled.bonds.map(({ a, b }) => key(a, b)).sort(),
          );
          const heavy = [...order].filter((from) => shuffled.atoms[from].element > 1);
          expect(heavy).toEqual([...heavy].sort((a, b) => a - b));
          const parents = molecule.bonds
            .filter(({ b }) => b >= molecule.skeletonCount)
            .sort((x, y) => x.b - y.b)
            .map(({ a }) => a);
          expect(parents).toEqual([...parents].sort((a, b) => a - b));
          expect(molecule.centres).toHaveLength(reference.centres.length);
          expect(molecule.stereoBonds.map(({ cip }) => cip)).toEqual(reference.stereoBonds.map(({ cip }) => cip));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('adds the hydrogens that a file leaves out', () => {
    const full = embed('C[C@H](N)CO');
    const heavy = full.atoms.flatMap(({ element }, i) => (element > 1 ? [i] : []));
    const { molecule, order } = moleculeFromStructure(rdkit, permuted(full, heavy));
    expect([...order]).toEqual([0, 1, 2, 3, 4, ...Array<number>(9).fill(-1)]);
    expect(molecule.smiles).toBe(parse('C[C@H](N)CO').smiles);
  });

  it('agrees with the SMILES on every field, order and stereo included', () => {
    for (const smiles of [
      'C[C@H](N)C(=O)O',
      'CN1CCC[C@H]1c1cccnc1',
      'C/C=C\\CC(=O)OC',
      'NC(=O)c1ccc[n+](C)c1',
      'C[S@@](=O)CC',
    ]) {
      const { molecule } = moleculeFromStructure(rdkit, embed(smiles));
      const { bonds, rings, ...fields } = parseSmiles(rdkit, smiles, { name: molecule.name });
      expect(molecule).toMatchObject(fields);
      expect(molecule.bonds).toHaveLength(bonds.length);
      expect(molecule.rings).toHaveLength(rings.length);
    }
  });

  it('reads aromatic bonds, and refuses or cuts a salt', () => {
    const ring = Array.from({ length: 6 }, (_, i) => ({ a: i, b: (i + 1) % 6, order: 4 as const }));
    const carbon = { element: 6, charge: 0, isotope: 0 };
    const benzene: Structure = {
      name: 'salt',
      atoms: [{ element: 11, charge: 1, isotope: 0 }, ...Array<typeof carbon>(6).fill(carbon)],
      bonds: ring.map(({ a, b, order }) => ({ a: a + 1, b: b + 1, order })),
      dimension: 2,
    };
    expect(() => moleculeFromStructure(rdkit, benzene)).toThrow(expect.objectContaining({ code: 'fragments' }));
    const { molecule, order } = moleculeFromStructure(rdkit, benzene, { largestFragment: true });
    expect(molecule.smiles).toBe('c1ccccc1');
    expect([...order.slice(0, 6)]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('refuses nothing, dummies and impossible valences', () => {
    const one = (element: number): Structure => ({
      name: 'x',
      atoms: [{ element, charge: 0, isotope: 0 }],
      bonds: [],
      dimension: 2,
    });
    expect(() => moleculeFromStructure(rdkit, { ...one(6), atoms: [] })).toThrow(
      expect.objectContaining({ code: 'empty' }),
    );
    expect(() => moleculeFromStructure(rdkit, one(0))).toThrow(expect.objectContaining({ code: 'element' }));
    const pentavalent: Structure = {
      name: 'x',
      atoms: Array.from({ length: 6 }, () => ({ element: 6, charge: 0, isotope: 0 })),
      bonds: [1, 2, 3, 4, 5].map((b) => ({ a: 0, b, order: 1 })),
      dimension: 2,
    };
    expect(() => moleculeFromStructure(rdkit, pentavalent)).toThrow(
      expect.objectContaining({ code: 'invalid', message: expect.stringContaining('valence') }),
    );
  });
});

describe('molblock', () => {
  it.each(['C[C@H](N)C(=O)[O-]', '[2H]C([13CH3])O', 'C[N+](C)(C)CC(=O)[O-]', 'CS(=O)(=O)c1ccccc1', '[CH2]C'])(
    'is read back as %s',
    (smiles) => {
      const molecule = parse(smiles);
      // Without coordinates the block says nothing of stereo.
      const written = withMol(rdkit, molblock({ molecule, dimension: 2 }), (mol) => mol?.get_smiles(), {
        details: '{"removeHs":true}',
      });
      expect(written).toBe(parse(smiles.replace('@', '')).smiles);
    },
  );

  it.each(['[N]', '[C]', '[CH]', '[Si]', '[B]', '[C]C'])('gets no hydrogen from a reader: %s', (smiles) => {
    const molecule = parse(smiles);
    // −10 000 Å does not fit the columns of V2000.
    for (const y of [1, -1e4]) {
      const block = molblock({ molecule, coordinates: molecule.atoms.flatMap((_, i) => [i, y, 0]) });
      expect(block).toContain(y === 1 ? 'V2000' : 'V3000');
      expect(withMol(rdkit, block, (mol) => mol?.get_smiles(), { details: '{"removeHs":true}' })).toBe(molecule.smiles);
      expect(moleculeFromStructure(rdkit, readMolblock(block)).molecule.smiles).toBe(molecule.smiles);
    }
  });

  it('keeps to the columns and lines of the format', () => {
    const molecule = {
      name: 'a\n$$$$',
      atoms: Array.from({ length: 10 }, () => ({ element: 7, charge: -1, isotope: 15 })),
      bonds: [{ a: 8, b: 9, order: 1 as const }],
    };
    const lines = molblock({
      molecule,
      coordinates: Float32Array.from({ length: 30 }, (_, k) => -1234.56789 + k),
      comment: 'x\ry',
    }).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      'a $$$$',
      '  molflow           3D',
      'x y',
      ' 10  1  0  0  0  0  0  0  0  0999 V2000',
    ]);
    expect(lines[4]).toMatch(/^-1234\.5679-1233\.5679-1232\.5679 N {3}0 /);
    expect(lines[14]).toBe('  9 10  1  0');
    expect(lines.filter((line) => line.startsWith('M  CHG'))).toEqual([
      'M  CHG  8   1  -1   2  -1   3  -1   4  -1   5  -1   6  -1   7  -1   8  -1',
      'M  CHG  2   9  -1  10  -1',
    ]);
    expect(lines.slice(-2)).toEqual(['M  END', '']);
  });

  it('turns to V3000 above 999 atoms, which RDKit reads', () => {
    const molecule = {
      name: '',
      atoms: Array.from({ length: 1200 }, (_, i) => ({ element: 10, charge: 0, isotope: i === 3 ? 22 : 0 })),
      bonds: [],
    };
    const block = molblock({ molecule, coordinates: new Float32Array(3600) });
    expect(block).toContain('V3000');
    const read = withMol(rdkit, block, (mol) => [mol?.get_num_atoms(), mol?.get_smiles().includes('[22Ne]')]);
    expect(read).toEqual([1200, true]);
    expect(() => molblock({ molecule, coordinates: new Float32Array(3) })).toThrow(
      /3 coordinates arrived for 1200 atoms/,
    );
  });
});

/** The structure with atom `kept[i]` at place i; atoms left out take their bonds along. */
function permuted(structure: Structure, kept: readonly number[]): Structure {
  const place = new Map(kept.map((from, to) => [from, to]));
  return {
    ...structure,
    atoms: kept.map((i) => structure.atoms[i]),
    bonds: structure.bonds.flatMap(({ a, b, order }) =>
      place.has(a) && place.has(b) ? [{ a: place.get(b)!, b: place.get(a)!, order }] : [],
    ),
    coordinates: Float32Array.from(kept.flatMap((i) => [...structure.coordinates!.subarray(3 * i, 3 * i + 3)])),
  };
}
