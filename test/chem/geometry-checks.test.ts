import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkGeometry } from '../../src/chem/geometry-checks.js';
import type { GeometryProblem } from '../../src/chem/geometry-checks.js';
import { geometryPlan } from '../../src/chem/geometry-plan.js';
import { createForceField } from '../../src/chem/mmff94.js';
import { moleculeFromStructure, parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { broken, WAYS } from '../../bench/broken-geometry.js';
import { referenceConformers } from '../../bench/reference-conformers.js';
import { embed, embedded, inOrder, moved } from './conformers.js';

const rdkit = await loadRDKit();

function conformerOf(smiles: string) {
  const structure = embed(smiles);
  const { molecule, order } = moleculeFromStructure(rdkit, structure);
  return { molecule, coordinates: inOrder(structure.coordinates!, order) };
}

/** The conformer with one atom shifted by (dx, dy, dz) Å. */
function shifted(coordinates: Float32Array, atom: number, by: readonly [number, number, number]): Float32Array {
  return coordinates.map((value, k) => (Math.floor(k / 3) === atom ? value + by[k % 3] : value));
}

const kinds = (problems: readonly GeometryProblem[]): string[] => [...new Set(problems.map(({ kind }) => kind))].sort();

describe('checkGeometry', () => {
  // openchemlib's first coordinates are rough (O–H of 0.79 Å), so its force field goes over them.
  it.each(embedded.filter((smiles) => !/[B-]|P|Si|F.*Cl|N@/.test(smiles)))(
    'finds nothing wrong in %s',
    async (smiles) => {
      const { molecule, coordinates: rough } = conformerOf(smiles);
      const { coordinates } = (await createForceField(molecule)).relax(rough);
      expect(checkGeometry(molecule, coordinates).problems).toEqual([]);
      expect(checkGeometry(molecule, coordinates.slice(0, 3 * molecule.skeletonCount)).ok).toBe(true);
    },
  );

  it('finds what was broken, wherever the molecule lies', () => {
    const { molecule, coordinates } = conformerOf('CC(=O)Oc1ccccc1C(=O)O');
    const real = fc.double({ min: -1, max: 1, noNaN: true });
    fc.assert(
      fc.property(fc.tuple(real, real, real, real), fc.tuple(real, real, real), (q, shift) => {
        fc.pre(Math.hypot(...q) > 0.1);
        const of = (broken: Float32Array) => checkGeometry(molecule, moved(broken, q, shift)).problems;
        expect(of(coordinates)).toEqual([]);
        // The methyl carbon flies off: its bond is too long, those to its hydrogens too.
        const flown = of(shifted(coordinates, 0, [9, 0, 0]));
        expect(flown).toContainEqual(expect.objectContaining({ kind: 'bond-length', atoms: [0, 1] }));
        // A ring atom does: the ring is open, and not flat.
        expect(kinds(of(shifted(coordinates, 6, [0, 0, 9])))).toEqual([
          'aromatic-planarity',
          'bond-length',
          'pyramidal',
          'ring-open',
        ]);
      }),
      { numRuns: 20 },
    );
  });

  it('finds a puckered aromatic ring whose bonds are still sound', () => {
    const benzene = parseSmiles(rdkit, 'c1ccccc1');
    const chair = (height: number): Float32Array => {
      const x = new Float32Array(36);
      for (let i = 0; i < 6; i++) {
        const [c, s] = [Math.cos((i * Math.PI) / 3), Math.sin((i * Math.PI) / 3)];
        const z = i % 2 === 0 ? height : -height;
        x.set([1.4 * c, 1.4 * s, z], 3 * i);
        x.set([2.48 * c, 2.48 * s, z], 18 + 3 * i);
      }
      return x;
    };
    expect(checkGeometry(benzene, chair(0)).ok).toBe(true);
    expect(checkGeometry(benzene, chair(0.1)).ok).toBe(true);
    const { problems } = checkGeometry(benzene, chair(0.3));
    expect(problems[0]).toMatchObject({ kind: 'aromatic-planarity', atoms: benzene.rings[0] });
    expect(kinds(problems)).toEqual(['aromatic-planarity', 'pyramidal']);
    expect(problems[0].value).toBeCloseTo(0.3, 5);
  });

  it('finds clashes between what is not bonded, and lets hydrogen bonds be', () => {
    // Two water-like ends of ethylene glycol's skeleton, laid out by hand.
    const ether = parseSmiles(rdkit, 'FCCF');
    const skeleton = (gap: number): Float32Array =>
      Float32Array.from([-gap / 2, 1.3, 0, -0.76, 0, 0, 0.76, 0, 0, gap / 2, 1.3, 0]);
    expect(checkGeometry(ether, skeleton(2.4)).ok).toBe(true);
    expect(checkGeometry(ether, skeleton(1.2)).problems).toMatchObject([
      { kind: 'clash', atoms: [0, 3], value: expect.closeTo(1.2) },
    ]);
    expect(kinds(checkGeometry(ether, skeleton(0.1)).problems)).toContain('coincident');
  });

  it('lets the reference ensembles pass, and catches what is broken in them', async () => {
    const tally = new Map(WAYS.map((way) => [way, { made: 0, caught: 0 }]));
    let [conformers, refused] = [0, 0];
    const files = ['molecules/reference/drug-ensembles.sdf.gz', 'molecules/validation/rare-bonds.sdf.gz'];
    for await (const conformer of referenceConformers(rdkit, files)) {
      const { molecule, plan, coordinates } = conformer;
      conformers++;
      if (!checkGeometry(molecule, coordinates, plan).ok) {
        refused++;
        continue;
      }
      for (const way of WAYS) {
        const x = broken(way, conformer, conformers);
        if (!x) continue;
        tally.get(way)!.made++;
        if (!checkGeometry(molecule, x, plan).ok) tally.get(way)!.caught++;
      }
    }
    expect(conformers).toBe(279);
    expect(refused).toBe(0);
    for (const [way, { made, caught }] of tally) expect([way, caught >= 0.98 * made]).toEqual([way, true]);
  });

  it('lets GFN2 minima of unusual molecules pass: hypervalent, cumulated, charged, strained', async () => {
    const refused: string[] = [];
    let conformers = 0;
    for await (const { molecule, plan, coordinates } of referenceConformers(rdkit, [
      'molecules/training/classes-gfn2.sdf.gz',
    ])) {
      conformers++;
      if (!checkGeometry(molecule, coordinates, plan).ok) refused.push(molecule.name);
    }
    expect(conformers).toBe(1809);
    // C–N of aminomethyl groups at SF4 and P(V), which GFN2-xTB draws as short as double bonds.
    expect(refused.length).toBeLessThanOrEqual(4);
  });

  it('knows an allene whose ends lie in one plane, and one that is bent', () => {
    const allene = parseSmiles(rdkit, 'FC=C=CF');
    const skeleton = (turn: number, bend = 0): Float32Array => {
      const [c, s] = [Math.cos((turn * Math.PI) / 180), Math.sin((turn * Math.PI) / 180)];
      const points = [
        [1.14, 0, 2.05],
        [0, 0, 1.31],
        [bend, 0, 0],
        [0, 0, -1.31],
        [1.14 * c, 1.14 * s, -2.05],
      ];
      const hydrogens = [
        [-0.93, 0, 1.88],
        [-0.93 * c, -0.93 * s, -1.88],
      ];
      return Float32Array.from([...points, ...hydrogens].flat());
    };
    const found = (x: Float32Array) => kinds(checkGeometry(allene, x).problems);
    expect([90, 80, -95].map((turn) => found(skeleton(turn)))).toEqual([[], [], []]);
    expect([50, 130, 0].map((turn) => found(skeleton(turn)))).toEqual([['twist'], ['twist'], ['twist']]);
    expect(found(skeleton(90, 0.3))).toContain('bent');
  });

  it('knows hypervalent centres: SF6 is an octahedron of 1.56 Å, SF4 no tetrahedron', () => {
    const sixFold = parseSmiles(rdkit, 'FS(F)(F)(F)(F)F');
    const octahedron = (r: number): Float32Array =>
      Float32Array.from(
        [
          [r, 0, 0],
          [0, 0, 0],
          [-r, 0, 0],
          [0, r, 0],
          [0, -r, 0],
          [0, 0, r],
          [0, 0, -r],
        ].flat(),
      );
    expect(kinds(checkGeometry(sixFold, octahedron(1.56)).problems)).toEqual([]);
    expect(kinds(checkGeometry(sixFold, octahedron(1.8)).problems)).toEqual(['bond-length']);
    const fourFold = parseSmiles(rdkit, 'FS(F)(F)F');
    const t = 1.6 / Math.sqrt(3);
    const tetrahedron = Float32Array.from(
      [
        [t, t, t],
        [0, 0, 0],
        [t, -t, -t],
        [-t, t, -t],
        [-t, -t, t],
      ].flat(),
    );
    expect(kinds(checkGeometry(fourFold, tetrahedron).problems)).toEqual(['hypervalent-angle']);
    const seeSaw = [
      [0, 0, 1.65],
      [0, 0, 0],
      [0, 0, -1.65],
      [1.2, 0.97, 0],
      [-1.2, 0.97, 0],
    ];
    expect(kinds(checkGeometry(fourFold, Float32Array.from(seeSaw.flat())).problems)).toEqual([]);
  });

  // By electron diffraction and microwaves in the gas phase, as the table of lengths says.
  it.each([
    ['FB(F)F', 1.307],
    ['F[Si](F)(F)F', 1.553],
    ['FOF', 1.405],
    ['ClI(Cl)Cl', 2.4],
  ])('lets bonds of %s measure %f Å, and not a sixth more or less', (smiles, length) => {
    const [{ least, largest }] = geometryPlan(parseSmiles(rdkit, smiles)).bonds;
    expect([length * 0.83, length, length * 1.17].map((value) => value >= least && value <= largest)).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('lets the carbonyl oxygens of PhI(OAc)2 come as near to the iodine as they do in crystals, 2.8 Å', () => {
    const molecule = parseSmiles(rdkit, 'CC(=O)OI(c1ccccc1)OC(C)=O');
    const { atoms, clashLimits } = geometryPlan(molecule);
    // C, C, O of the carbonyl group, O, I.
    expect(clashLimits[2 * atoms + 4]).toBeLessThan(2.7);
    expect(clashLimits[2 * atoms + 4]).toBeGreaterThan(2.4);
  });

  it('lets boron be pyramidal at the head of a cage, and nowhere else', () => {
    const heads = { 1: [1, 1, 1], 3: [1, -1, -1], 5: [-1, 1, -1], 7: [-1, -1, 1] } as const;
    const between = { 0: [1, 5], 2: [1, 3], 4: [3, 5], 6: [5, 7], 8: [1, 7], 9: [3, 7] } as const;
    const cage = new Float32Array(30);
    const s = 1.55 / Math.sqrt(3);
    for (const [atom, place] of Object.entries(heads))
      cage.set(
        place.map((v) => s * v),
        3 * Number(atom),
      );
    for (const [atom, [p, q]] of Object.entries(between))
      cage.set(
        heads[p].map((v, k) => s * (v + heads[q][k])),
        3 * Number(atom),
      );
    expect(checkGeometry(parseSmiles(rdkit, 'C1C2CB3CC1CC(C2)C3'), cage).problems).toEqual([]);
    const open = [0, 1, 2].flatMap((k) => {
      const turn = (2 * Math.PI * k) / 3;
      return [1.46 * Math.cos(turn), 1.46 * Math.sin(turn), -0.52];
    });
    const trimethyl = Float32Array.from([...open.slice(0, 3), 0, 0, 0, ...open.slice(3)]);
    expect(kinds(checkGeometry(parseSmiles(rdkit, 'CB(C)C'), trimethyl).problems)).toEqual(['pyramidal']);
  });

  it('lets nitrogen come near to the boron of boratrane, whose bond is not drawn: 1.68 Å in the crystal', () => {
    const { atoms, clashLimits } = geometryPlan(parseSmiles(rdkit, 'O1CCN2CCOB1OCC2'));
    // O, C, C, N, C, C, O, B.
    expect(clashLimits[3 * atoms + 7]).toBeLessThan(1.68);
    expect(clashLimits[3 * atoms + 7]).toBeGreaterThan(1.5);
  });

  it('takes less than a fifth of a millisecond for a drug', () => {
    const { molecule, coordinates } = conformerOf('CN1CC[C@]23[C@@H]4[C@H]1CC5=C2C(=C(C=C5)O)O[C@H]3[C@H](C=C4)O');
    const plan = geometryPlan(molecule);
    for (let i = 0; i < 200; i++) checkGeometry(molecule, coordinates, plan);
    const times = Array.from({ length: 200 }, () => {
      const started = performance.now();
      checkGeometry(molecule, coordinates, plan);
      return performance.now() - started;
    }).sort((a, b) => a - b);
    expect(times[100]).toBeLessThan(0.2);
  });

  // What is published, and what GFN2-xTB or the usual length of the kind would have.
  it.each([
    ['FOOF', [0, 1], 1.575, 1.4],
    ['FOOF', [1, 2], 1.217, 1.38],
    ['FC(F)(F)OOF', [5, 6], 1.449, 1.38],
    ['FS(F)(F)(F)(F)S(F)(F)(F)(F)F', [1, 6], 2.21, 2.4],
    ['ClN=O', [0, 1], 1.975, 1.71],
    ['FN=O', [0, 1], 1.512, 1.39],
    ['Cl[N+](=O)[O-]', [0, 1], 1.843, 1.75],
    ['O=[N+]([O-])[N+](=O)[O-]', [1, 3], 1.782, 1.53],
    ['O=N[N+](=O)[O-]', [1, 2], 1.864, 1.39],
    ['ClO[N+](=O)[O-]', [1, 2], 1.499, 1.36],
    ['OO[N+](=O)[O-]', [1, 2], 1.511, 1.36],
    ['FC(F)(F)N=O', [1, 4], 1.555, 1.4],
    ['FN(F)N(F)F', [1, 3], 1.492, 1.37],
    ['F[N+](F)(F)[O-]', [1, 4], 1.159, 1.3],
    ['[O-]S(=O)S(=O)[O-]', [1, 3], 2.39, 2.09],
    ['FSSF', [1, 2], 1.888, 2.01],
    ['ClSSCl', [1, 2], 1.931, 2.03],
    ['CSSC', [1, 2], 2.029, 1.8],
    ['I[I-]I', [0, 1], 2.92, 2.4],
    ['Cl[I-]Cl', [0, 1], 2.55, 2.18],
    ['CC1(C)OO1', [3, 4], 1.516, 1.345],
    ['FB(F)B(F)F', [1, 3], 1.72, 1.53],
    ['[SiH3][SiH3]', [0, 1], 2.33, 2.22],
  ] as const)('of %s bond %j: the published length passes, %d Å, and %d Å does not', (smiles, [i, j], right, wrong) => {
    const molecule = parseSmiles(rdkit, smiles);
    const place = (atom: number) => molecule.inputOrder?.indexOf(atom) ?? atom;
    const ends = [place(i), place(j)];
    const bond = geometryPlan(molecule).bonds.find(({ a, b }) => ends.includes(a) && ends.includes(b))!;
    const passes = (length: number) => bond.least <= length && length <= bond.largest;
    expect([passes(right), passes(wrong)]).toEqual([true, false]);
  });

  it('knows the length of H2', () => {
    const hydrogen = parseSmiles(rdkit, '[H][H]');
    const ok = (length: number): boolean => checkGeometry(hydrogen, Float32Array.from([0, 0, 0, length, 0, 0])).ok;
    expect([0.47, 0.53, 0.7, 0.74, 0.78, 0.9].map(ok)).toEqual([false, false, true, true, true, false]);
  });

  it('reports NaN and infinity, and nothing else then', () => {
    const { molecule, coordinates } = conformerOf('C[C@H](N)C(=O)O');
    for (const value of [NaN, Infinity]) {
      const { ok, problems } = checkGeometry(
        molecule,
        coordinates.map((x, k) => (k === 7 ? value : x)),
      );
      expect(ok).toBe(false);
      expect(problems).toEqual([{ kind: 'nan', atoms: [2], value, limit: 0 }]);
    }
    const zero = checkGeometry(molecule, new Float32Array(coordinates.length));
    expect(kinds(zero.problems)).toContain('coincident');
    expect(() => checkGeometry(molecule, coordinates.slice(3))).toThrow(RangeError);
  });
});
