/** The likelihood of conformers under the shipped model. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseSmiles } from '../../src/chem/parse.js';
import { createRandom } from '../../src/flow/random.js';
import { chosenSampler } from '../../src/generation/choose-sampler.js';
import { drawConformers } from '../../src/generation/draw.js';
import type { Generator } from '../../src/generation/generator.js';
import { conformerLogLikelihood } from '../../src/generation/log-likelihood.js';
import { prepareMolecule } from '../../src/generation/prepare.js';
import { randomRotation, rotate } from '../../src/geometry/rotation.js';
import { openGenerator } from '../../src/generation/open-generator.node.js';

let generator: Generator;
beforeAll(async () => {
  generator = await openGenerator();
});
afterAll(() => generator.dispose());

async function draw(smiles: string) {
  const molecule = parseSmiles(generator.rdkit, smiles);
  const [drawn] = await drawConformers({
    generator,
    prepared: prepareMolecule(generator, molecule),
    seed: 2,
    draws: [{ conformer: 0, attempt: 0 }],
    settings: chosenSampler(molecule, { sampler: 'stochastic' }),
  });
  const { coordinates } = drawn;
  return { molecule, skeleton: coordinates.slice(0, 3 * molecule.skeletonCount), coordinates };
}

describe('the log likelihood of a conformer', () => {
  it('does not depend on where the conformer stands and how it is turned', async () => {
    const { molecule, skeleton, coordinates } = await draw('CCO');
    const here = await conformerLogLikelihood({ generator, molecule, coordinates: skeleton, tolerance: 1e-4 });
    expect(here).toMatchObject({ dimensions: 6, method: 'exact' });
    const rotation = new Float64Array(9);
    const random = createRandom(4);
    randomRotation(rotation, () => random.uniform());
    const turned = new Float32Array(coordinates.length);
    rotate(turned, rotation, coordinates, molecule.atoms.length);
    const there = await conformerLogLikelihood({
      generator,
      molecule,
      coordinates: turned.map((v, i) => v + (i % 3)),
      tolerance: 1e-4,
    });
    expect(Math.abs(there.logLikelihood - here.logLikelihood)).toBeLessThan(0.1);
  });

  it('is estimated without bias: Hutchinson agrees with the exact divergence', async () => {
    const { molecule, skeleton } = await draw('CCO');
    const exact = await conformerLogLikelihood({ generator, molecule, coordinates: skeleton });
    const estimates: number[] = [];
    for (let seed = 0; seed < 4; seed++) {
      const options = {
        generator,
        molecule,
        coordinates: skeleton,
        divergence: 'hutchinson',
        probes: 3,
        seed,
      } as const;
      estimates.push((await conformerLogLikelihood(options)).logLikelihood);
    }
    const mean = estimates.reduce((sum, v) => sum + v, 0) / estimates.length;
    const spread = Math.sqrt(estimates.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (estimates.length - 1));
    // Four standard errors, and what the solver's tolerance leaves.
    expect(Math.abs(mean - exact.logLikelihood)).toBeLessThan((4 * spread) / Math.sqrt(estimates.length) + 0.1);
    expect(spread).toBeGreaterThan(0);
  });

  it('falls when bonds are stretched or a centre is inverted', async () => {
    const { molecule, skeleton } = await draw('C[C@H](O)F');
    const of = async (coordinates: Float32Array) =>
      (await conformerLogLikelihood({ generator, molecule, coordinates, tolerance: 1e-2 })).logLikelihood;
    const drawn = await of(skeleton);
    expect(await of(skeleton.map((v) => 1.15 * v))).toBeLessThan(drawn - 5);
    // Far from everything it was trained on the model is vague: lower is all that holds.
    expect(await of(skeleton.map((v, i) => (i % 3 === 0 ? -v : v)))).toBeLessThan(drawn);
  });

  it('refuses coordinates of another molecule', async () => {
    const { molecule } = await draw('CCO');
    await expect(conformerLogLikelihood({ generator, molecule, coordinates: [1, 2, 3] })).rejects.toThrow(
      /expected 3 for each/,
    );
  });
});
