/** Generation as a library: what is promised of every conformer, and of the account that comes with them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkGeometry } from '../../src/chem/geometry-checks.js';
import { automorphisms } from '../../src/chem/automorphisms.js';
import { parseSmiles } from '../../src/chem/parse.js';
import { verifyStereo } from '../../src/chem/stereo.js';
import { bestRmsd } from '../../src/geometry/rmsd.js';
import { chooseDiverse, pruneByRmsd } from '../../src/generation/diverse.js';
import { drawConformers } from '../../src/generation/draw.js';
import { generateConformers } from '../../src/generation/generate.js';
import type { Generator } from '../../src/generation/generator.js';
import { placeHydrogens } from '../../src/generation/hydrogen-stage.js';
import { chosenSampler } from '../../src/generation/skeleton-stage.js';
import { generate, openGenerator } from '../../src/index.js';

let generator: Generator;
beforeAll(async () => {
  generator = await openGenerator();
});
afterAll(() => generator.dispose());

describe('generate', () => {
  it('is one call', async () => {
    const { conformers, report, molecule } = await generate('CC(C)Cc1ccc(cc1)[C@@H](C)C(=O)O', { count: 6, seed: 3 });
    expect(report).toMatchObject({ asked: 6, delivered: 6 });
    expect(conformers.every(({ coordinates }) => coordinates.length === molecule.atoms.length * 3)).toBe(true);
  });

  it.each(['C[C@H](O)[C@@H](N)C(=O)NCCO', 'O=C(/C=C/c1ccccc1)NC1CCCC1', 'C[C@]12CC[C@H](C1(C)C)CC2=O'])(
    'every conformer of %s differs from the others, has its stereo and a sound geometry',
    async (smiles) => {
      const molecule = parseSmiles(generator.rdkit, smiles);
      const { conformers } = await generateConformers(generator, molecule, { count: 8, rmsd: 0.2 });
      expect(conformers.length).toBeGreaterThan(0);
      const { permutations } = automorphisms(generator.rdkit, molecule, { symmetriseTerminals: true });
      const skeletons = conformers.map(({ coordinates }) => coordinates.subarray(0, molecule.skeletonCount * 3));
      conformers.forEach(({ coordinates, stereoVerified, rmsdToFirst }, i) => {
        expect(stereoVerified).toBe(true);
        expect(verifyStereo(generator.rdkit, molecule, coordinates).right).toBe(true);
        expect(checkGeometry(molecule, coordinates).problems).toEqual([]);
        expect(rmsdToFirst).toBeCloseTo(bestRmsd(skeletons[0], skeletons[i], permutations).rmsd, 4);
        for (let j = 0; j < i; j++)
          expect(bestRmsd(skeletons[j], skeletons[i], permutations).rmsd).toBeGreaterThanOrEqual(0.2);
      });
    },
  );

  it('an open stereocentre may take either hand, and each conformer says which', async () => {
    const { conformers } = await generate('CC(N)C(=O)O', { count: 12, plain: true });
    const hands = new Set(conformers.map(({ assigned }) => assigned));
    expect(hands).toEqual(new Set(['C[C@H](N)C(=O)O', 'C[C@@H](N)C(=O)O']));
  });

  it('plain drawing delivers what was drawn, in order, and nothing else', async () => {
    const { conformers, report } = await generate('CCCCCC', { count: 7, plain: true, seed: 2, sampler: 'stochastic' });
    expect(report).toMatchObject({ asked: 7, delivered: 7, drawn: 7 });
    expect(conformers.map(({ draw }) => draw)).toEqual(
      Array.from({ length: 7 }, (_, conformer) => ({ conformer, attempt: 0 })),
    );
  });

  it('counts what it drew and dropped: delivered and dropped add up', async () => {
    const { report } = await generate('C1CCCCC1', { count: 9, seed: 4 });
    const { stereo, geometry, duplicate, energy } = report.dropped;
    expect(report.delivered + stereo + geometry + duplicate + energy).toBeLessThanOrEqual(report.drawn);
    expect(report.delivered).toBeLessThan(9);
    expect(report.reason).toMatch(/of \d+ draws/);
  });

  it('an aborted call ends soon and says so', async () => {
    const abort = new AbortController();
    const { report } = await generate('CCCCCCCCCCCC', {
      count: 200,
      signal: abort.signal,
      onProgress: () => abort.abort(),
    });
    expect(report.reason).toMatch(/stopped after \d+ draws/);
    expect(report.drawn).toBeLessThan(200);
  });

  it('refuses settings out of range by name and value', async () => {
    await expect(generate('CCO', { count: 0 })).rejects.toThrow(/count is 0; expected a whole number, 1 or more/);
    await expect(generate('CCO', { steps: 1.5 })).rejects.toThrow(/steps is 1\.5/);
    await expect(generate('CCO', { sampler: 'rk9' })).rejects.toThrow(/rk9.*euler/);
  });

  it.each(['euler', 'midpoint', 'heun', 'rk4', 'dormand-prince'])(
    'the ODE solver %s ends on molecules too',
    async (sampler) => {
      const molecule = parseSmiles(generator.rdkit, 'CCc1ccccc1');
      const [conformer] = (await generateConformers(generator, molecule, { count: 1, plain: true, sampler, steps: 10 }))
        .conformers;
      expect(checkGeometry(molecule, conformer.coordinates).problems).toEqual([]);
    },
  );
});

describe('stages', () => {
  it.each(['stochastic', 'dormand-prince'])('a conformer of %s is the same alone and in a batch', async (sampler) => {
    const molecule = parseSmiles(generator.rdkit, 'OCC(O)CN');
    const draws = Array.from({ length: 5 }, (_, conformer) => ({ conformer, attempt: 0 }));
    const common = { generator, molecule, seed: 8, settings: chosenSampler(molecule, { sampler }) };
    const together = await drawConformers({ ...common, draws });
    const [alone] = await drawConformers({ ...common, draws: draws.slice(3, 4) });
    alone.coordinates.forEach((v, i) => expect(Math.abs(v - together[3].coordinates[i])).toBeLessThan(1e-3));
  });

  it('a conformer is the same on every engine, to 0.001 Å', async () => {
    const eager = await openGenerator({ engine: 'wasm' });
    try {
      const molecule = parseSmiles(generator.rdkit, 'C[C@H](N)C(=O)OCC');
      const draws = Array.from({ length: 3 }, (_, conformer) => ({ conformer, attempt: 0 }));
      const common = { molecule, seed: 6, draws, settings: chosenSampler(molecule, { sampler: 'stochastic' }) };
      const compiled = await drawConformers({ ...common, generator });
      const slow = await drawConformers({ ...common, generator: eager });
      compiled.forEach(({ coordinates }, k) =>
        coordinates.forEach((v, i) => expect(Math.abs(v - slow[k].coordinates[i])).toBeLessThan(1e-3)),
      );
    } finally {
      await eager.dispose();
    }
  });

  it('hydrogens leave the skeleton where it was, to the bit', async () => {
    const molecule = parseSmiles(generator.rdkit, 'CC(=O)NC');
    const skeletons = Float32Array.from({ length: molecule.skeletonCount * 3 }, (_, i) => Math.sin(i * 1.7) * 2);
    const all = await placeHydrogens({
      molecule,
      predictor: generator.hydrogens,
      skeletons,
      seed: 1,
      draws: [{ conformer: 0, attempt: 0 }],
    });
    expect(all.subarray(0, skeletons.length)).toEqual(skeletons);
  });
});

describe('diversity', () => {
  /** "Conformers" of three atoms on a line whose ends lie at a given distance. */
  const line = (d: number) => Float32Array.of(-d, 0, 0, 0, 0, 0, d, 0, 0);
  const permutations = [
    [0, 1, 2],
    [2, 1, 0],
  ];

  it('pruning keeps the first of those that lie together', () => {
    const skeletons = [1, 1.01, 2, 2.02, 3].map(line);
    expect(pruneByRmsd({ skeletons, permutations }, 0.1)).toEqual([0, 2, 4]);
  });

  it('the choice spreads as far as it can', () => {
    const skeletons = [1, 1.1, 1.2, 5, 3].map(line);
    expect(chooseDiverse({ skeletons, permutations }, 3)).toEqual([0, 3, 4]);
    expect(chooseDiverse({ skeletons, permutations }, 9)).toEqual([0, 1, 2, 3, 4]);
  });
});
