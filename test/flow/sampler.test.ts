import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gaussianPrior, harmonicPrior, type Prior } from '../../src/flow/prior.js';
import { createNoise } from '../../src/flow/random.js';
import { sampleFlow, startingState, type FreshNoise, type SampleOptions } from '../../src/flow/sampler.js';
import { solveOde } from '../../src/flow/solve.js';
import { euler } from '../../src/flow/solvers/euler.js';
import { centre } from '../../src/geometry/coordinates.js';
import { alignOnto } from '../../src/geometry/kabsch.js';
import { rmsd, rmsdAligned } from '../../src/geometry/rmsd.js';
import { rotate } from '../../src/geometry/rotation.js';
import { cloud, rotationOf } from '../geometry/arbitraries.js';

const bonds = [0, 1, 2, 3].map((a) => ({ a, b: a + 1 }));
const priors: Record<string, Prior> = {
  gaussian: gaussianPrior({ atoms: 5 }),
  harmonic: harmonicPrior({ atoms: 5, bonds }),
};

/** Contracts every pair towards 1.5 Å and adds a handed term: equivariant under proper rotations only. */
function springs(x: Float32Array, t: number): Float32Array {
  const out = x.slice();
  for (let at = 0; at < x.length; at += 15) {
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 5; j++) {
        const d = [0, 1, 2].map((k) => x[at + 3 * j + k] - x[at + 3 * i + k]);
        const r = Math.hypot(...d) + 0.1;
        for (let k = 0; k < 3; k++) out[at + 3 * i + k] += (0.15 + 0.1 * t) * d[k] * (1 - 1.5 / r);
      }
      const [a, b] = [(i + 1) % 5, (i + 2) % 5].map((j) => [0, 1, 2].map((k) => x[at + 3 * j + k] - x[at + 3 * i + k]));
      const cross = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
      for (let k = 0; k < 3; k++) out[at + 3 * i + k] += 0.02 * cross[k];
    }
    centre(out.subarray(at, at + 15), out.subarray(at, at + 15), 5);
  }
  return out;
}

/** The prediction of a model that knows one conformer: it, superposed on x_t. */
function knows(reference: Float32Array): SampleOptions['predict'] {
  const size = reference.length;
  return (x) => {
    const out = new Float32Array(x.length);
    for (let at = 0; at < x.length; at += size) {
      alignOnto(out.subarray(at, at + size), reference, x.subarray(at, at + size), size / 3);
      centre(out.subarray(at, at + size), out.subarray(at, at + size), size / 3);
    }
    return out;
  };
}

const draw = (conformer: number, attempt = 0) => ({ conformer, attempt });
const straight = Float32Array.from([-3, 0, 0, -1.5, 0, 0, 0, 0, 0, 1.5, 0, 0, 3, 0, 0]);

describe('the sampler', () => {
  it('turns its result with its start, with any share of fresh noise, also for atoms on a line', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('gaussian', 'harmonic'),
        fc.constantFrom(0, 0.3, 1),
        fc.boolean(),
        fc.integer({ min: 0 }),
        async (name, share, linear, seed) => {
          const prior = priors[name];
          const rotation = rotationOf(seed);
          const coordinates = new Float32Array(30);
          for (const b of [0, 1]) {
            prior.sample(coordinates.subarray(15 * b, 15 * b + 15), createNoise({ seed, conformer: b, stream: 9 }));
          }
          const turned = new Float32Array(30);
          rotate(turned, rotation, coordinates, 10);
          const options = {
            prior,
            predict: linear ? knows(straight) : springs,
            seed,
            draws: [draw(0), draw(1)],
            noise: { freshShare: share },
            steps: 8,
          };
          const states = async (first: Float32Array) => {
            const kept: Float32Array[] = [];
            const onFrame = ({ x }: { x: Float32Array }) => void kept.push(x.slice());
            await sampleFlow({ ...options, start: { kind: 'state', coordinates: first, time: 0 }, onFrame });
            return kept;
          };
          const one = await states(coordinates);
          const other = await states(turned);
          one.forEach((x, step) => {
            rotate(x, rotation, x, 10);
            // For atoms on a line the tie-break is a thousandth of the noise, and so keeps three digits less.
            expect(rmsd(x, other[step], 10)).toBeLessThan(linear ? 5e-3 : 1e-4);
          });
        },
      ),
      { numRuns: 30 },
    );
  });

  it('gives a conformer that depends on seed, index and attempt alone', async () => {
    const options = { prior: priors.gaussian, predict: springs, seed: 12, steps: 6 };
    const together = await sampleFlow({ ...options, draws: [draw(4), draw(2, 1), draw(0)] });
    for (const [b, key] of [draw(4), draw(2, 1), draw(0)].entries()) {
      const alone = await sampleFlow({ ...options, draws: [key] });
      expect(alone).toEqual(together.slice(15 * b, 15 * b + 15));
      const again = await sampleFlow({ ...options, draws: [draw(key.conformer, key.attempt + 1)] });
      expect(rmsd(again, alone, 5)).toBeGreaterThan(0.01);
      const reseeded = await sampleFlow({ ...options, seed: 13, draws: [key] });
      expect(rmsd(reseeded, alone, 5)).toBeGreaterThan(0.01);
    }
  });

  it('is the Euler solution of the ODE without fresh noise', async () => {
    const first = new Float32Array(15);
    priors.gaussian.sample(first, createNoise({ seed: 3, conformer: 1 }));
    const sampled = await sampleFlow({
      prior: priors.gaussian,
      predict: springs,
      seed: 3,
      draws: [draw(1)],
      noise: { freshShare: 0 },
      steps: 15,
    });
    const { x } = await solveOde({
      velocity: (s: Float32Array, t) => springs(s, t).map((v, i) => (v - s[i]) / (1 - t)),
      x0: first,
      solver: euler,
      steps: 15,
      eulerFinish: true,
    });
    expect(rmsd(sampled, x, 5)).toBeLessThan(1e-5);
  });

  it('is of second order with second-order extrapolation, of first order without', async () => {
    // Data of variance 0.3 and noise of variance 1: the flow scales every state by its standard deviation.
    const deviation = (t: number) => Math.sqrt(0.3 * t * t + (1 - t) ** 2);
    const predict = (x: Float32Array, t: number) => x.map((v) => ((0.3 * t) / deviation(t) ** 2) * v);
    const coordinates = Float32Array.from({ length: 15 }, (_, i) => 2 * Math.sin(1.3 * i));
    centre(coordinates, coordinates, 5);
    const [from, to] = [0.2, 0.8];
    const exact = coordinates.map((v) => (v * deviation(to)) / deviation(from));
    const error = async (steps: number, extrapolation: number) => {
      const times = Array.from({ length: steps + 1 }, (_, k) => from + ((to - from) * k) / steps);
      const start = { kind: 'state', coordinates, time: from } as const;
      const x = await sampleFlow({
        prior: priors.gaussian,
        predict,
        seed: 1,
        draws: [draw(0)],
        times,
        noise: { freshShare: 0 },
        extrapolation,
        start,
      });
      return rmsd(x, exact, 5);
    };
    const order = async (extrapolation: number) =>
      Math.log2((await error(8, extrapolation)) / (await error(16, extrapolation)));
    expect(await order(0)).toBeCloseTo(1, 0);
    expect(await order(0.5)).toBeGreaterThan(1.7);
    expect(await error(8, 0.5)).toBeLessThan((await error(8, 0)) / 4);
  });

  it('keeps atoms where they are if the model predicts them where they are', async () => {
    const coordinates = Float32Array.from({ length: 15 }, (_, i) => Math.fround(Math.sin(i) / 3));
    const options = { prior: priors.gaussian, seed: 1, draws: [draw(0)], noise: { freshShare: 0 }, steps: 6 };
    const x = await sampleFlow({
      ...options,
      start: { kind: 'state', coordinates, time: 0 },
      predict: (s) => s.map((v, i) => (i < 9 ? v : springs(s, 0)[i])),
    });
    expect(x.slice(0, 9)).toEqual(coordinates.slice(0, 9));
    expect(x.slice(9)).not.toEqual(coordinates.slice(9));
  });

  it.each([1, 0.4, 0])(
    'follows x_u = u·x̂1 + (1−u)·ε with ε of the stated mixture and aligned onto x̂1, fresh noise of scale %s',
    async (scale) => {
      const reference = Float32Array.from(cloudOf(3));
      const frames: { time: number; x: Float32Array; data: Float32Array }[] = [];
      const noise: FreshNoise = { freshShare: 0.36, from: 0.3, to: 0.9, temperature: scale };
      await sampleFlow({
        prior: priors.gaussian,
        predict: knows(reference),
        seed: 5,
        draws: [draw(2)],
        noise,
        steps: 10,
        onFrame: ({ time, x, data }) => void frames.push({ time, x: x.slice(), data: data.slice() }),
      });
      expect(frames.map((f) => f.time)).toEqual(Array.from({ length: 11 }, (_, k) => expect.closeTo(k / 10, 12)));
      for (let step = 1; step < 10; step++) {
        const { time: t, x, data } = frames[step - 1];
        const { time: u, x: next } = frames[step];
        const implied = x.map((v, i) => (v - t * data[i]) / (1 - t));
        const fresh = new Float32Array(15);
        priors.gaussian.sample(fresh, createNoise({ seed: 5, conformer: 2, step }));
        alignOnto(fresh, fresh, data, 5);
        const share = u >= 0.3 - 1e-9 && u <= 0.9 + 1e-9 ? 0.36 : 0;
        const expected = next.map(
          (_, i) => u * data[i] + (1 - u) * (Math.sqrt(1 - share) * implied[i] + scale * Math.sqrt(share) * fresh[i]),
        );
        // Within the thousandth that settles ties.
        expect(rmsd(next, expected, 5)).toBeLessThan(3e-3);
      }
      expect(frames[10].x).toEqual(frames[9].data);
      expect(rmsdAligned(frames[10].x, reference, 5)).toBeLessThan(1e-3);
    },
  );

  it('starts from given conformers near them: the higher t, the nearer', async () => {
    const reference = Float32Array.from(cloudOf(4));
    const distances: number[] = [];
    for (const time of [0.2, 0.6, 0.95]) {
      let first: Float32Array | undefined;
      const x = await sampleFlow({
        prior: priors.gaussian,
        predict: knows(reference),
        seed: 5,
        draws: [draw(0)],
        start: { kind: 'noised', coordinates: reference, time },
        steps: 4,
        onFrame(frame) {
          first ??= frame.x.slice();
        },
      });
      const begin = (scale: number) =>
        startingState({
          prior: priors.gaussian,
          seed: 5,
          draws: [draw(0)],
          start: { kind: 'noised', coordinates: reference, time, scale },
        });
      const [none, half, whole] = [0, 0.5, 1].map(begin);
      expect(whole).toEqual(first);
      half.forEach((v, i) => expect(v).toBeCloseTo((none[i] + whole[i]) / 2, 5));
      none.forEach((v, i) => expect(v).toBeCloseTo(time * reference[i], 5));
      distances.push(rmsd(first!, reference, 5));
      expect(rmsdAligned(x, reference, 5)).toBeLessThan(1e-3);
    }
    expect(distances[0]).toBeGreaterThan(distances[1]);
    expect(distances[1]).toBeGreaterThan(distances[2]);
    expect(distances[2]).toBeLessThan(0.2);
  });

  it('extrapolates from no prediction of another depth', async () => {
    const times = [0, 0.25, 0.5, 0.75, 1];
    const predictions: Float32Array[] = [];
    const data: Float32Array[] = [];
    await sampleFlow({
      prior: priors.gaussian,
      predict: (x, t) => {
        const predicted = x.map((v) => (t < 0.5 ? 0.5 : 0.7) * v);
        predictions.push(predicted);
        return predicted;
      },
      seed: 1,
      draws: [draw(0)],
      times,
      noise: { freshShare: 0 },
      extrapolation: 0.5,
      restartAt: [0.5],
      onFrame: (frame) => void data.push(frame.data.slice()),
    });
    const added = predictions.map((predicted, step) => rmsd(predicted, data[step], 5));
    expect(added.map((distance) => distance > 0.01)).toEqual([false, true, false, true]);
  });

  it('says what does not fit', async () => {
    const options = { prior: priors.gaussian, predict: springs, seed: 5, draws: [draw(0)] };
    const coordinates = new Float32Array(12);
    await expect(sampleFlow({ ...options, start: { kind: 'state', coordinates, time: 0 } })).rejects.toThrow(
      /12 numbers/,
    );
    await expect(sampleFlow({ ...options, noise: { freshShare: 2 } })).rejects.toThrow(/share of fresh noise is 2/);
    await expect(sampleFlow({ ...options, predict: () => coordinates })).rejects.toThrow(/12 numbers for 15/);
  });
});

function cloudOf(seed: number): Float64Array {
  const [x] = fc.sample(cloud(5), { seed, numRuns: 1 });
  centre(x, x, 5);
  return x;
}
