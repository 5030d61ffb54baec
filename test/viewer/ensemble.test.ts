/** What the viewer computes of an ensemble, against other ways to the same numbers, without a browser. */
import fc from 'fast-check';
import { Molecule as OclMolecule } from 'openchemlib';
import { describe, expect, it } from 'vitest';
import { automorphisms } from '../../src/chem/automorphisms.js';
import { parseSmiles } from '../../src/chem/parse.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { dihedral } from '../../src/geometry/internal-coordinates.js';
import { rowsOf } from '../../src/geometry/move-onto.js';
import { rmsdAligned } from '../../src/geometry/rmsd.js';
import { circularBins, linearBins } from '../../viewer/src/analysis/bins.js';
import { boltzmannWeights } from '../../viewer/src/analysis/boltzmann.js';
import { massOf, radiusOfGyration } from '../../viewer/src/analysis/gyration.js';
import { clustersAt, completeLinkage } from '../../viewer/src/analysis/linkage.js';
import { matrixRows } from '../../viewer/src/analysis/rmsd-matrix.js';
import { bondTorsions } from '../../viewer/src/analysis/torsions.js';
import { cloud } from '../geometry/arbitraries.js';

const rdkit = await loadRDKit();

describe('Boltzmann weights', () => {
  it('differ by ten for each 1.3642 kcal/mol at 298.15 K', () => {
    const weights = boltzmannWeights([-120, undefined, -120 + 1.36424, -120 + 2 * 1.36424]);
    expect(weights[1]).toBeUndefined();
    [100 / 111, undefined, 10 / 111, 1 / 111].forEach((share, index) => {
      if (share !== undefined) expect(weights[index]).toBeCloseTo(share, 5);
    });
  });

  it('add up to one, however far the energies lie from zero', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 50, noNaN: true }), { minLength: 1 }),
        fc.integer({ min: -1e6, max: 1e6 }),
        (energies, shift) => {
          const weights = boltzmannWeights(energies.map((energy) => energy + shift));
          expect(weights.reduce<number>((sum, weight) => sum + (weight ?? NaN), 0)).toBeCloseTo(1, 9);
          const highest = weights[energies.indexOf(Math.min(...energies))];
          expect(highest).toBe(Math.max(...(weights as number[])));
        },
      ),
    );
  });
});

describe('the radius of gyration', () => {
  it('is that of the distances between all pairs of atoms', () => {
    fc.assert(
      fc.property(cloud(9), fc.array(fc.integer({ min: 1, max: 80 }), { minLength: 9, maxLength: 9 }), (x, masses) => {
        let sum = 0;
        for (let i = 0; i < 9; i++)
          for (let j = 0; j < i; j++)
            for (let k = 0; k < 3; k++) sum += masses[i] * masses[j] * (x[3 * i + k] - x[3 * j + k]) ** 2;
        const total = masses.reduce((all, mass) => all + mass, 0);
        expect(radiusOfGyration(Float32Array.from(x), masses)).toBeCloseTo(Math.sqrt(sum) / total, 4);
      }),
    );
  });

  it.each(['CC(=O)Oc1ccccc1C(=O)O', 'FC(Cl)(Br)I', 'CS(=O)(=O)NP', 'C[Si](C)(C)B', '[Na]Cl', '[Pt]'])(
    'weighs the atoms of %s as OpenChemLib does',
    (smiles) => {
      const molecule = OclMolecule.fromSmiles(smiles);
      molecule.addImplicitHydrogens();
      const masses = Array.from({ length: molecule.getAllAtoms() }, (_, atom) =>
        massOf({ element: molecule.getAtomicNo(atom), isotope: 0 }),
      );
      const { relativeWeight } = molecule.getMolecularFormula();
      expect(Math.abs(masses.reduce((sum, mass) => sum + mass, 0) / relativeWeight - 1)).toBeLessThan(2e-4);
    },
  );

  it('weighs an isotope by its mass number', () => {
    expect(massOf({ element: 1, isotope: 2 })).toBe(2);
  });
});

describe('the RMSD matrix', () => {
  it('has the least over all automorphisms in every cell, in pieces of any size', () => {
    const { permutations } = automorphisms(rdkit, parseSmiles(rdkit, 'CC(C)Cc1ccccc1'));
    const conformers = fc.sample(cloud(10), { seed: 1, numRuns: 5 }).map((x) => Float32Array.from(x));
    const maps = permutations.map((permutation) => [...permutation]);
    expect(maps).toHaveLength(4);
    const rows: Float32Array[] = [];
    let asked = 0;
    while (rows.length < conformers.length) {
      asked += 1;
      rows.push(...matrixRows({ conformers, permutations: maps, first: rows.length, enough: () => asked % 2 === 0 }));
    }
    conformers.forEach((one, i) => {
      expect(rows[i]).toHaveLength(i);
      rows[i].forEach((value, j) => {
        const all = maps.map((map) => rmsdAligned(one, rowsOf(conformers[j], map), 10));
        expect(value).toBeCloseTo(Math.min(...all), 4);
        expect(value).toBeLessThan(Math.max(...all) - 0.01);
      });
    });
  });
});

describe('clusters', () => {
  /** Distances of a few points, symmetric; equal ones occur where `whole`. */
  const distances = ({ whole }: { whole: boolean }) =>
    fc.integer({ min: 2, max: 14 }).chain((n) =>
      fc
        .array(whole ? fc.integer({ min: 1, max: 4 }) : fc.double({ min: 0, max: 4, noNaN: true }), {
          minLength: n * n,
          maxLength: n * n,
        })
        .map((values) => ({
          n,
          d: values.map((_, at) => {
            const [i, j] = [Math.floor(at / n), at % n];
            return i === j ? 0 : values[Math.min(i, j) * n + Math.max(i, j)];
          }),
        })),
    );
  const diameter = (d: readonly number[], n: number, members: readonly number[]): number =>
    Math.max(...members.flatMap((i) => members.map((j) => d[i * n + j])));
  const asSets = (clusters: readonly (readonly number[])[]): string[] =>
    clusters.map((members) => [...members].sort((a, b) => a - b).join()).sort();

  it('are those of joining, again and again, the two that make the smallest diameter', () => {
    fc.assert(
      fc.property(distances({ whole: false }), fc.double({ min: 0, max: 4, noNaN: true }), ({ n, d }, cutOff) => {
        fc.pre(new Set(d).size === 1 + (n * (n - 1)) / 2);
        const joined = Array.from({ length: n }, (_, i) => [i]);
        for (;;) {
          const pairs = joined.flatMap((one, i) =>
            joined.slice(0, i).map((other) => ({ one, other, size: diameter(d, n, [...one, ...other]) })),
          );
          const best = pairs.reduce((a, b) => (b.size < a.size ? b : a), { one: [0], other: [0], size: Infinity });
          if (best.size > cutOff || pairs.length === 0) break;
          joined.splice(joined.indexOf(best.other), 1);
          best.one.push(...best.other);
        }
        expect(asSets(clustersAt(completeLinkage(d, n), n, cutOff))).toEqual(asSets(joined));
      }),
    );
  });

  it('hold no two that are farther apart than the cut-off, and could not be joined', () => {
    fc.assert(
      fc.property(distances({ whole: true }), fc.integer({ min: 0, max: 4 }), ({ n, d }, cutOff) => {
        const clusters = clustersAt(completeLinkage(d, n), n, cutOff);
        expect(clusters.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: n }, (_, i) => i));
        clusters.forEach((one, i) => {
          expect(diameter(d, n, one)).toBeLessThanOrEqual(cutOff);
          if (i > 0) expect(one.length).toBeLessThanOrEqual(clusters[i - 1].length);
          for (const other of clusters.slice(0, i)) expect(diameter(d, n, [...one, ...other])).toBeGreaterThan(cutOff);
        });
      }),
    );
  });
});

describe('torsions', () => {
  const torsionsOf = (smiles: string) => {
    const molecule = parseSmiles(rdkit, smiles);
    const { permutations } = automorphisms(rdkit, molecule, { symmetriseTerminals: true });
    return { torsions: bondTorsions(molecule, permutations), permutations, n: molecule.skeletonCount };
  };

  it.each([
    ['butane', 'CCCC', [1]],
    ['pentan-1-ol', 'CCCCCO', [1, 1, 1]],
    ['biphenyl', 'c1ccccc1-c1ccccc1', [4]],
    ['tert-butylbenzene', 'CC(C)(C)c1ccccc1', [6]],
    ['benzoic acid', 'OC(=O)c1ccccc1', [4]],
    ['isobutyl chloride', 'CC(C)CCl', [2]],
    ['benzene', 'c1ccccc1', []],
  ])('of %s are one a rotatable bond, with those that symmetry makes alike', (_, smiles, alike) => {
    expect(torsionsOf(smiles).torsions.map((own) => own.length)).toEqual(alike);
  });

  it('go from the heaviest neighbours', () => {
    const [[torsion]] = torsionsOf('CC(Br)CCl').torsions;
    expect(torsion).toEqual([2, 1, 3, 4]);
  });

  it.each(['CC(C)(C)c1ccccc1', 'c1ccccc1-c1ccccc1', 'OC(=O)CCc1ccccc1'])(
    'of %s are the same after atoms that are alike change places',
    (smiles) => {
      const { torsions, permutations, n } = torsionsOf(smiles);
      expect(permutations.length).toBeGreaterThan(1);
      fc.assert(
        fc.property(cloud(n), (x) => {
          for (const permutation of permutations) {
            const moved = rowsOf(x, permutation);
            for (const own of torsions) {
              const [, j, k] = own[0];
              if (![permutation[j], permutation[k]].every((atom) => atom === j || atom === k)) continue;
              const sorted = (y: Float32Array | Float64Array): number[] =>
                own.map((atoms) => dihedral(y, ...atoms)).sort((a, b) => a - b);
              sorted(moved).forEach((angle, i) =>
                expect(angle).toBeCloseTo(sorted(rowsOf(x, [...Array(n).keys()]))[i], 6),
              );
            }
          }
        }),
        { numRuns: 20 },
      );
    },
  );
});

describe('histograms', () => {
  it('count every value once, between the borders of its bin', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -40, max: 400, noNaN: true }), { minLength: 1 }), (values) => {
        const bins = linearBins(values, { most: 12 });
        expect(bins.length).toBeLessThanOrEqual(13);
        expect(bins.flatMap(({ members }) => members).sort((a, b) => a - b)).toEqual([...values.keys()]);
        for (const { from, to, members } of bins)
          for (const member of members) {
            expect(values[member]).toBeGreaterThanOrEqual(from - 1e-6);
            expect(values[member]).toBeLessThan(to + 1e-6);
          }
      }),
      // Equal but for the last digits of a double.
      { examples: [[[400, 400 - 6e-14, 400 - 3e-13]], [[0, -3.5e-323]]] },
    );
  });

  it('have round borders, to which a value on one belongs', () => {
    const bins = linearBins([0, 0.3, 0.5, 1.45, undefined], { most: 16 });
    expect(bins[0]).toEqual({ from: 0, to: 0.1, members: [0] });
    expect(bins[3]).toEqual({ from: 0.3, to: 0.4, members: [1] });
    expect(bins[14]).toEqual({ from: 1.4, to: 1.5, members: [3] });
    expect(linearBins([2, 2])).toHaveLength(1);
    expect(linearBins([undefined])).toEqual([]);
  });

  it('around the circle have each angle in the sector whose middle is nearest', () => {
    const angle = fc.double({ min: -180, max: 180, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.array(angle, { minLength: 1, maxLength: 3 }), { minLength: 1 }), (angles) => {
        const bins = circularBins(angles);
        expect(bins).toHaveLength(24);
        angles.forEach((own, index) => {
          const sectors = bins.filter(({ members }) => members.includes(index));
          const near = bins.filter(({ from, to }) =>
            own.some((value) => {
              const radians = ((value - (from + to) / 2) * Math.PI) / 180;
              return Math.cos(radians) > Math.cos((7.5 * Math.PI) / 180);
            }),
          );
          expect(sectors).toEqual(expect.arrayContaining(near));
          expect(sectors.length).toBeLessThanOrEqual(own.length);
        });
      }),
    );
    const [first, second] = [circularBins([[180]]), circularBins([[-180]])];
    expect(first.findIndex(({ members }) => members.length > 0)).toBe(12);
    expect(second).toEqual(first);
  });
});
