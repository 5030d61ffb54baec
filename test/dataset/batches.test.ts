/** Training batches hold what the flow says: states on the straight path, targets that lead to the data, coupled noise. */
import { fileURLToPath } from 'node:url';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countRotatableBonds } from '../../src/chem/rotatable-bonds.js';
import { loadRDKit } from '../../src/chem/rdkit.js';
import { batchSource, type BatchSettings } from '../../src/dataset/batches.js';
import type { Ensemble } from '../../src/dataset/ensemble.js';
import { packEnsembles, readPacked } from '../../src/dataset/pack.js';
import { readEnsembles } from '../../src/dataset/read-ensembles.js';
import { createRandom } from '../../src/flow/random.js';
import { rmsdAligned } from '../../src/geometry/rmsd.js';
import { ATOM_FEATURES, graphFeatures } from '../../src/network/features.js';

const DATA = fileURLToPath(new URL('../../molecules/reference/qm9-ensembles.sdf.gz', import.meta.url));
const cache = mkdtempSync(path.join(tmpdir(), 'molflow-pack-'));
afterAll(() => rmSync(cache, { recursive: true, force: true }));

const settings: BatchSettings = {
  stage: 'skeleton',
  prior: { kind: 'gaussian', alpha: 1.33, hydrogenScale: 0.6 },
  target: 'data',
  time: { kind: 'uniform' },
  coupling: 'aligned',
  transport: { draws: 6, regularisation: 0.05 },
  path: { kind: 'straight' },
  automorphisms: true,
  pairsPerBatch: 2000,
  mostMolecules: 16,
  mostAtoms: 40,
  weights: { flexibleSingle: 1, flexibleSingleFrom: 0, forceField: 1, conformerPower: 0 },
};

let ensembles: Ensemble[];
beforeAll(async () => {
  const rdkit = await loadRDKit();
  ensembles = await readPacked(await packEnsembles({ rdkit, files: [DATA], cache }));
});

describe('packing', () => {
  it('keeps every ensemble, and makes the cache once', async () => {
    const rdkit = await loadRDKit();
    const direct: Ensemble[] = [];
    for await (const ensemble of readEnsembles({ rdkit, file: DATA })) direct.push(ensemble);
    const plain = ensembles.filter(({ molecule }) => molecule.atoms.every(({ isotope }) => isotope === 0));
    expect(plain).toEqual(
      JSON.parse(JSON.stringify(direct), (key, value: unknown) =>
        key === 'coordinates' ? Float32Array.from(Object.values(value as object) as number[]) : value,
      ),
    );
    let molecules = 0;
    await packEnsembles({ rdkit, files: [DATA], cache, onProgress: () => molecules++ });
    expect(molecules).toBe(0);
    const twice = await readPacked(await packEnsembles({ rdkit, files: [DATA, DATA], cache }));
    expect(twice).toEqual([...ensembles, ...ensembles]);
  });

  it('makes deuterium part of the skeleton', async () => {
    const rdkit = await loadRDKit();
    const families = new Map<string, number>();
    for await (const { molecule, family } of readEnsembles({ rdkit, file: DATA, deuterated: 1 })) {
      families.set(family, (families.get(family) ?? 0) + 1);
      const isotopes = molecule.atoms.flatMap(({ isotope }, i) => (isotope === 2 ? [i] : []));
      expect(isotopes.every((i) => i < molecule.skeletonCount)).toBe(true);
    }
    // A molecule and its twin are held out together.
    expect([...families.values()].every((count) => count === 2)).toBe(true);
  });
});

it('minima of a molecule in the gas phase and in water are two ensembles of one family', async () => {
  const rdkit = await loadRDKit();
  const records = gunzipSync(readFileSync(DATA)).toString().split('$$$$\n');
  const title = records[0].split('\n')[0];
  const own = records.filter((record) => record.startsWith(`${title}\n`));
  expect(own.length).toBeGreaterThan(2);
  // Without the field: gas.
  const phases = ['', 'water', 'steam', 'gas'];
  const marked = own.slice(0, 4).map((record, i) => (phases[i] ? `${record}>  <PHASE>\n${phases[i]}\n\n` : record));
  const file = path.join(cache, 'phases.sdf');
  writeFileSync(file, marked.map((record) => `${record}$$$$\n`).join(''));
  const found: Ensemble[] = [];
  const skipped: string[] = [];
  for await (const ensemble of readEnsembles({ rdkit, file, onSkip: (reason) => void skipped.push(reason) }))
    found.push(ensemble);
  expect(found.map(({ phase, conformers }) => [phase, conformers])).toEqual([
    ['gas', marked.length - 2],
    ['water', 1],
  ]);
  expect(new Set(found.map(({ family }) => family)).size).toBe(1);
  expect(skipped).toEqual([expect.stringContaining("PHASE is 'steam'; expected gas or water")]);
  // The network is told, and nothing else differs.
  const [gas, water] = found.map(({ molecule, phase }) => graphFeatures(molecule, { phase }).atoms);
  expect(water.map((v, i) => v - gas[i])).toEqual(gas.map((_, i) => +(i % ATOM_FEATURES === ATOM_FEATURES - 1)));
});

describe.each(['aligned', 'independent', 'rotation-averaged', 'transport', 'sinkhorn'] as const)(
  '%s coupling',
  (coupling) => {
    it('a step along the target ends on a conformer of the ensemble, unless it is a mean over orientations', () => {
      const source = batchSource(ensembles, { ...settings, coupling });
      const random = createRandom(5);
      let checked = 0;
      for (let k = 0; k < 20; k++) {
        const { n, size, feeds } = source.draw(random);
        for (let b = 0; b < size; b++) {
          const x = feeds['x'].subarray(b * n * 3, (b + 1) * n * 3);
          const end = feeds['target'].subarray(b * n * 3, (b + 1) * n * 3).map((v, i) => v + x[i]);
          const nearest = Math.min(
            ...ensembles
              .filter(({ molecule }) => molecule.skeletonCount === n)
              .flatMap(({ coordinates, molecule, conformers }) =>
                Array.from({ length: conformers }, (_, c) => {
                  const reference = coordinates.subarray(
                    c * molecule.atoms.length * 3,
                    c * molecule.atoms.length * 3 + n * 3,
                  );
                  return Math.min(
                    rmsdAligned(end, reference, n),
                    rmsdAligned(
                      end.map((v) => -v),
                      reference,
                      n,
                    ),
                  );
                }),
              ),
          );
          if (coupling !== 'rotation-averaged') expect(nearest).toBeLessThan(1e-3);
          // Early on the mean over orientations is nearly a point; late it is a conformer.
          else if (feeds['t'][b] > 0.97) expect(nearest).toBeLessThan(0.1);
          checked++;
        }
      }
      expect(checked).toBeGreaterThan(50);
    });
  },
);

describe('ensembles cut short', () => {
  it('come up late alone where the configuration says so; whole ones at all times', () => {
    const weights = { ...settings.weights, flexibleSingleFrom: 0.6 };
    const turning = ensembles.filter(({ conformers, molecule }) => conformers > 1 && countRotatableBonds(molecule) > 0);
    const cut = turning.map((ensemble) => ({ ...ensemble, conformers: 1 }));
    const times = (given: readonly Ensemble[]) => {
      const [source, random] = [batchSource(given, { ...settings, weights }), createRandom(8)];
      return Array.from({ length: 30 }, () => [...source.drawPoints(random).feeds.t]).flat();
    };
    expect(Math.min(...times(cut))).toBeGreaterThanOrEqual(0.6);
    expect(times(cut).some((t) => t < 0.7)).toBe(true);
    expect(times(turning).filter((t) => t < 0.6).length).toBeGreaterThan(20);
    expect(() => batchSource(cut, { ...settings, weights, time: { kind: 'steps', steps: 2 } })).toThrow(
      /flexibleSingleFrom is 0.6/,
    );
  });
});

describe('transport within a molecule', () => {
  it('shortens paths below those of alignment, and leaves no two that would be shorter with their ends exchanged', () => {
    const flexible = ensembles.filter(({ conformers, molecule }) => conformers >= 3 && molecule.skeletonCount > 4);
    expect(flexible.length).toBeGreaterThan(3);
    const square = (a: Float32Array, b: Float32Array) => (a.length / 3) * rmsdAligned(a, b, a.length / 3) ** 2;
    const measure = (coupling: BatchSettings['coupling']) => {
      let [length, exchanged, couples] = [0, 0, 0];
      flexible.forEach((ensemble, index) => {
        // At t = 0 the state is the noise, and the target the whole path. Without automorphisms, rotation is all there is.
        const source = batchSource([ensemble], {
          ...settings,
          coupling,
          automorphisms: false,
          mostMolecules: 6,
          time: { kind: 'steps', steps: 1 },
        });
        const { n, size, feeds } = source.draw(createRandom(4, index));
        expect(size).toBe(6);
        const noises = Array.from({ length: size }, (_, b) => feeds['x'].slice(b * n * 3, (b + 1) * n * 3));
        const ends = noises.map((x0, b) => x0.map((v, i) => v + feeds['target'][b * n * 3 + i]));
        const own = noises.map((x0, b) => x0.reduce((sum, v, i) => sum + (v - ends[b][i]) ** 2, 0));
        length += own.reduce((sum, v) => sum + v / n, 0);
        for (let i = 0; i < size; i++)
          for (let j = 0; j < i; j++, couples++)
            if (square(noises[i], ends[j]) + square(noises[j], ends[i]) < own[i] + own[j] - 1e-3) exchanged++;
      });
      return { length, exchanged: exchanged / couples };
    };
    const [independent, aligned, sinkhorn, transport] = (
      ['independent', 'aligned', 'sinkhorn', 'transport'] as const
    ).map(measure);
    expect(aligned.length).toBeLessThan(0.8 * independent.length);
    expect(transport.length).toBeLessThan(0.97 * aligned.length);
    expect(sinkhorn.length).toBeLessThan(0.99 * aligned.length);
    expect(transport.exchanged).toBe(0);
    expect(sinkhorn.exchanged).toBeLessThan(aligned.exchanged);
    expect(aligned.exchanged).toBeGreaterThan(0.1);
  });

  it('takes each conformer drawn as often as the noise: both marginals stay', () => {
    const ensemble = ensembles.find(({ conformers }) => conformers >= 4)!;
    const source = batchSource([ensemble], {
      ...settings,
      coupling: 'transport',
      mostMolecules: 6,
      time: { kind: 'steps', steps: 1 },
    });
    const { molecule, coordinates, conformers } = ensemble;
    const counts = new Array<number>(conformers).fill(0);
    const rounds = 150;
    for (let k = 0; k < rounds; k++) {
      const { n, size, feeds } = source.draw(createRandom(8, k));
      for (let b = 0; b < size; b++) {
        const end = feeds['x'].slice(b * n * 3, (b + 1) * n * 3).map((v, i) => v + feeds['target'][b * n * 3 + i]);
        const distances = counts.map((_, c) => {
          const reference = coordinates.subarray(c * molecule.atoms.length * 3, c * molecule.atoms.length * 3 + n * 3);
          return Math.min(
            rmsdAligned(end, reference, n),
            rmsdAligned(
              end.map((v) => -v),
              reference,
              n,
            ),
          );
        });
        counts[distances.indexOf(Math.min(...distances))]++;
      }
    }
    counts.forEach((count) => expect(Math.abs(count / (6 * rounds) - 1 / conformers)).toBeLessThan(0.06));
  });
});

describe('the hydrogen stage', () => {
  it('moves hydrogens alone', () => {
    const source = batchSource(ensembles, { ...settings, stage: 'hydrogens' });
    const { n, size, feeds } = source.draw(createRandom(1));
    for (let row = 0; row < size * n; row++) {
      const moves = [0, 1, 2].some((k) => Math.abs(feeds['target'][row * 3 + k]) > 1e-6);
      expect(moves).toBe(feeds['mobile'][row] === 1);
    }
  });
});

it('the rotation-averaged coupling refuses a prior it has no formula for', () => {
  const prior = { ...settings.prior, kind: 'harmonic' as const };
  expect(() => batchSource(ensembles, { ...settings, prior, coupling: 'rotation-averaged' })).toThrow(
    /gaussian prior alone/,
  );
});
