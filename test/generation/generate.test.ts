/** Generation as a library: what is promised of every conformer, and of the account that comes with them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checkGeometry } from '../../src/chem/geometry-checks.js';
import { automorphisms } from '../../src/chem/automorphisms.js';
import { parseSmiles } from '../../src/chem/parse.js';
import { verifyStereo } from '../../src/chem/stereo.js';
import { bestRmsd } from '../../src/geometry/rmsd.js';
import { chosenSampler, type SamplerName } from '../../src/generation/choose-sampler.js';
import { chooseDiverse, groupByRmsd } from '../../src/generation/choose.js';
import { drawConformers } from '../../src/generation/draw.js';
import type { GenerationEvent } from '../../src/generation/events.js';
import { collectEvents } from '../../src/generation/finish.js';
import { generateConformers, type GenerateOptions } from '../../src/generation/generate.js';
import type { Generator } from '../../src/generation/generator.js';
import { conformerFields } from '../../src/generation/records.js';
import { collectTrajectories, recordTrajectory } from '../../src/generation/trajectory.js';
import { placeHydrogens } from '../../src/generation/hydrogen-stage.js';
import { prepareMolecule } from '../../src/generation/prepare.js';
import { generate, openGenerator } from '../../src/index.js';

let generator: Generator;
beforeAll(async () => {
  generator = await openGenerator();
});
afterAll(() => generator.dispose());

/** True from the second time it is asked on. */
function afterFirstBatch(): () => boolean {
  let asked = 0;
  return () => asked++ > 1;
}

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

  it.each<[string, string, GenerateOptions]>([
    ['few shapes', 'C1CCCCC1', { count: 9, seed: 4 }],
    ['more kept than asked for', 'CCCCCCCCCCCCCC', { count: 3 }],
    ['open and set centres', 'C[C@H](O)C(C)C[C@@H](F)C#N', { count: 6, rmsd: 0.3 }],
    ['energies and a window', 'OCCCN', { count: 8, energyWindow: 2 }],
    ['relaxation', 'CCOC(=O)C', { count: 4, optimize: 'mmff94' }],
    ['draws that fail checks', 'C[C@]12CC[C@H](C1(C)C)CC2=O', { count: 5, sampler: 'euler', steps: 2 }],
    ['plain draws', 'CCO', { count: 5, plain: true }],
    ['a run that is stopped', 'CCCCC', { count: 200, sampler: 'stochastic', steps: 5, shouldStop: afterFirstBatch() }],
  ])('accounts for every draw: %s', async (_, smiles, options) => {
    const events: GenerationEvent[] = [];
    const molecule = parseSmiles(generator.rdkit, smiles);
    const observe = (event: GenerationEvent) => void events.push(event);
    const result = await generateConformers(generator, molecule, { ...options, observe });
    const { drawn, delivered, dropped, surplus, reason } = result.report;
    expect(drawn).toBe(delivered + dropped.stereo + dropped.geometry + dropped.duplicate + dropped.energy + surplus);
    const all = (kind: GenerationEvent['kind']) => events.filter((event) => event.kind === kind).length;
    expect(drawn).toBe(all('checked') + all('refused'));
    expect(result.conformers).toHaveLength(delivered);
    if (delivered < options.count!) expect(reason).toMatch(/of \d+ draws|stopped after \d+ draws/);
    // The result is a function of the events, which may come from elsewhere.
    const elsewhere = collectEvents();
    structuredClone(events).forEach((event) => elsewhere.observe(event));
    expect(elsewhere.finish(options.shouldStop && 'stopped')).toEqual(result);
  });

  it('draws no further where nothing new comes, and says how complete the set is', async () => {
    const rigid = await generate('c1ccccc1', { count: 50 });
    expect(rigid.report).toMatchObject({ delivered: 1, completeness: 1 });
    expect(rigid.report.drawn).toBeLessThanOrEqual(32);
    expect(rigid.report.reason).toMatch(/100 % of further draws are expected to be like one of these/);
    // Good's estimate, from the conformers drawn, each of which is like another or not.
    const drawn: Float32Array[] = [];
    const { report, molecule, conformers } = await generate('CC(C)CCOC', {
      count: 12,
      rmsd: 0.3,
      observe: (event) => void (event.kind === 'checked' && drawn.push(event.candidate.coordinates)),
    });
    expect(conformers).toHaveLength(12);
    const permutations = prepareMolecule(generator, molecule).permutations;
    const skeletons = drawn.map((x) => x.subarray(0, 3 * molecule.skeletonCount));
    const groups: Float32Array[][] = [];
    for (const x of skeletons) {
      const near = groups.find(([first]) => bestRmsd(first, x, permutations).rmsd < 0.3);
      if (near) near.push(x);
      else groups.push([x]);
    }
    const alone = groups.filter(({ length }) => length === 1).length;
    expect(report.completeness).toBeCloseTo(1 - alone / drawn.length, 10);
    expect(report.completeness).toBeLessThan(1);
  });

  it('delivers what is finished where it is stopped, and nothing where it is aborted', async () => {
    const many = { count: 200, sampler: 'stochastic', steps: 5 } as const;
    const { report } = await generate('CCCCC', { ...many, shouldStop: afterFirstBatch() });
    expect(report.reason).toMatch(/stopped after \d+ draws/);
    expect(report.delivered).toBeGreaterThan(0);
    expect(report.drawn).toBeLessThan(200);
    const abort = new AbortController();
    const observe = ({ kind }: GenerationEvent) => kind === 'frame' && abort.abort(new Error('no longer wanted'));
    const aborted = generate('CCCCC', { ...many, signal: abort.signal, frames: true, observe });
    await expect(aborted).rejects.toThrow('no longer wanted');
  });

  it('what molflow-fast makes nothing of is made by molflow-base, and says so', async () => {
    const fast = await openGenerator({ model: 'molflow-fast' });
    try {
      const molecule = parseSmiles(fast.rdkit, 'ON=C1C2C3C2C2C1C32');
      const events: GenerationEvent[] = [];
      const options = { count: 2, seed: 3 };
      const observe = (event: GenerationEvent) => void events.push(event);
      const result = await generateConformers(fast, molecule, { ...options, steps: 2, observe });
      const { drawn, delivered, dropped, surplus, warnings } = result.report;
      expect(result.model).toBe('molflow-base');
      expect(warnings.join()).toMatch(
        /^molflow-fast made no conformer in \d+ draws, most often .*; the others are drawn by molflow-base$/,
      );
      expect(drawn).toBe(delivered + dropped.stereo + dropped.geometry + dropped.duplicate + dropped.energy + surplus);
      // As molflow-base makes them alone.
      expect(result.conformers).toEqual((await generateConformers(generator, molecule, options)).conformers);
      const elsewhere = collectEvents();
      structuredClone(events).forEach((event) => elsewhere.observe(event));
      expect(elsewhere.finish()).toEqual(result);
      // Plain draws are the model's own.
      const plain = await generateConformers(fast, molecule, { ...options, plain: true });
      expect([plain.model, plain.report.delivered]).toEqual(['molflow-fast', 2]);
    } finally {
      await fast.dispose();
    }
  });

  it('molflow-fast leaves what is larger than its molecules to the fast settings of molflow-base', async () => {
    const fast = await openGenerator({ model: 'molflow-fast' });
    try {
      const made = async (smiles: string, by: Generator, options: GenerateOptions = {}) => {
        const { model, conformers } = await generateConformers(by, parseSmiles(fast.rdkit, smiles), {
          count: 2,
          seed: 4,
          ...options,
        });
        return { model, coordinates: conformers.map(({ coordinates }) => [...coordinates]) };
      };
      const [twelve, thirteen] = ['OC(=O)Oc1ccccc1C=O', 'CC(=O)Oc1ccccc1C(=O)O'] as const;
      expect((await made(twelve, fast)).model).toBe('molflow-fast');
      expect(await made(thirteen, fast)).toEqual(await made(thirteen, generator, { fast: true }));
      expect((await made(thirteen, generator)).coordinates).not.toEqual((await made(thirteen, fast)).coordinates);
    } finally {
      await fast.dispose();
    }
  });

  it('names the force field that energies are by', async () => {
    for (const [optimize, name] of [
      ['mmff94', 'MMFF94'],
      ['none', 'MMFF94S'],
    ] as const) {
      const result = await generate('CCO', { count: 1, optimize, energies: true });
      const fields = conformerFields(result, result.conformers[0]);
      expect([...fields.keys()].filter((field) => field.includes('ENERGY'))).toEqual([
        `MOLFLOW_ENERGY_${name}`,
        'MOLFLOW_RELATIVE_ENERGY',
      ]);
    }
  });

  it('shows every step of what it delivers, to the conformer itself', async () => {
    const ways = collectTrajectories();
    const { conformers, molecule, seed } = await generate('CC(O)CN', { count: 3, frames: true, observe: ways.observe });
    for (const { draw, coordinates } of conformers) {
      const { frames } = ways.of(draw)!;
      expect(frames.at(-1)!.coordinates).toEqual(coordinates);
      const again = await recordTrajectory({ generator, molecule, seed, draw });
      expect(again.frames.map(({ stage, time }) => [stage, time])).toEqual(
        frames.map(({ stage, time }) => [stage, time]),
      );
      again.frames.forEach((frame, k) =>
        frame.coordinates.forEach((v, i) => expect(Math.abs(v - frames[k].coordinates[i])).toBeLessThan(1e-3)),
      );
    }
  });

  it('refuses settings out of range by name and value', async () => {
    await expect(generate('CCO', { count: 0 })).rejects.toThrow(/count is 0; expected a whole number, 1 or more/);
    await expect(generate('CCO', { steps: 1.5 })).rejects.toThrow(/steps is 1\.5/);
    await expect(generate('CCO', { sampler: 'rk9' as SamplerName })).rejects.toThrow(/rk9.*euler/);
  });

  it.each(['euler', 'midpoint', 'heun', 'rk4', 'dormand-prince'] as const)(
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
  it.each(['stochastic', 'dormand-prince'] as const)(
    'a conformer of %s is the same alone and in a batch',
    async (sampler) => {
      const molecule = parseSmiles(generator.rdkit, 'OCCN');
      const draws = Array.from({ length: 3 }, (_, conformer) => ({ conformer, attempt: 0 }));
      const prepared = prepareMolecule(generator, molecule);
      const common = { generator, prepared, seed: 8, settings: chosenSampler(molecule, { sampler }) };
      const together = await drawConformers({ ...common, draws });
      const [alone] = await drawConformers({ ...common, draws: draws.slice(1, 2) });
      alone.coordinates.forEach((v, i) => expect(Math.abs(v - together[1].coordinates[i])).toBeLessThan(1e-3));
    },
  );

  it('a conformer is the same on every engine, to 0.001 Å', async () => {
    const eager = await openGenerator({ engine: 'wasm' });
    try {
      const molecule = parseSmiles(generator.rdkit, 'C[C@H](N)CO');
      const draws = Array.from({ length: 2 }, (_, conformer) => ({ conformer, attempt: 0 }));
      const prepared = prepareMolecule(generator, molecule);
      const settings = chosenSampler(molecule, { sampler: 'stochastic', steps: 8 });
      const common = { prepared, seed: 6, draws, settings };
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
      prepared: prepareMolecule(generator, molecule),
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

  it('those that lie together are one group, the first before the others', () => {
    const skeletons = [1, 1.01, 2, 2.02, 3].map(line);
    expect(groupByRmsd({ conformers: skeletons, permutations }, 0.1)).toEqual([[0, 1], [2, 3], [4]]);
  });

  it('the choice is as diverse as it can be', () => {
    const skeletons = [1, 1.1, 1.2, 5, 3].map(line);
    expect(chooseDiverse({ conformers: skeletons, permutations }, 3)).toEqual([0, 3, 4]);
    expect(chooseDiverse({ conformers: skeletons, permutations }, 9)).toEqual([0, 1, 2, 3, 4]);
  });
});
