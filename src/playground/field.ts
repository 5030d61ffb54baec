/** A small time-conditioned network on the plane, written in tfjs operations and trained by the project's own engine. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { registerGradients } from '../engine/gradients.js';
import type { Engine, Shape } from '../engine/program.js';
import { createRandom } from '../flow/random.js';
import type { Prediction, Schedule } from '../flow/schedule.js';
import { parameterSlices, unflatten } from '../network/flat-parameters.js';
import { createOptimiser, scheduledRate } from '../training/optimiser.js';

const WIDTH = 64;
/** x, y, t, and sine and cosine of πt, 2πt and 4πt. */
const INPUTS = 9;
const SHAPES: Readonly<Record<string, Shape>> = {
  'in.weight': [INPUTS, WIDTH],
  'in.bias': [1, WIDTH],
  'middle.weight': [WIDTH, WIDTH],
  'middle.bias': [1, WIDTH],
  'last.weight': [WIDTH, WIDTH],
  'last.bias': [1, WIDTH],
  'out.weight': [WIDTH, 2],
  'out.bias': [1, 2],
};
const PARAMETERS = parameterSlices(SHAPES);
/** Most points in one evaluation. */
const ROWS = 256;

/** What the network predicts at (x_t, t) on the path x_t = data(t)·x1 + noise(t)·x0. */
export interface Objective {
  readonly schedule: Schedule;
  readonly prediction: Prediction;
}

/** Ends of `size` paths, [size,2] each. */
export interface Pairs {
  readonly x0: Float32Array;
  readonly x1: Float32Array;
}

/** A trained network. */
export interface Field {
  readonly objective: Objective;
  /** The prediction [n,2] at points x [n,2] and one time. */
  predict(x: Float32Array, t: number): Promise<Float32Array>;
  /** Mean loss over the last tenth of the training. */
  readonly loss: number;
  readonly steps: number;
  dispose(): Promise<void>;
}

export interface TrainFieldOptions {
  readonly engine: Engine;
  readonly objective: Objective;
  /** The paths of one training step. */
  readonly pairs: (step: number) => Pairs;
  readonly size: number;
  readonly steps: number;
  readonly seed: number;
  readonly learningRate?: number;
  /** Asked before each step: true ends the training early. */
  readonly shouldStop?: () => boolean;
}

/** Trains a network from the start. The same arguments give the same network, unless `shouldStop` ends it. */
export async function trainField({
  engine,
  objective,
  pairs,
  size,
  steps,
  seed,
  learningRate = 4e-3,
  shouldStop = () => false,
}: TrainFieldOptions): Promise<Field> {
  const { slices, total } = PARAMETERS;
  const program = await engine.compile({
    inputs: { weights: [total], x: [size, 2], t: [size, 1], target: [size, 2] },
    build: ({ weights, x, t, target }) => {
      registerGradients();
      const loss = (flat: Tensor) => tf.div<tf.Scalar>(tf.sum(tf.square(tf.sub(network(flat, x, t), target))), size);
      const { value, grad } = tf.valueAndGrad(loss)(weights);
      return { loss: tf.reshape(value, [1]), gradient: grad };
    },
  });
  const optimiser = await createOptimiser(engine, slices, 'adamw');
  const weights = startWeights(seed);
  const state = { weights, average: weights.slice(), first: new Float32Array(total), second: new Float32Array(total) };
  const random = createRandom(seed, 2);
  const { schedule, prediction } = objective;
  const x = new Float32Array(2 * size);
  const target = new Float32Array(2 * size);
  const t = new Float32Array(size);
  let recent = 0;
  let done = 0;
  try {
    for (let step = 1; step <= steps && !shouldStop(); step++) {
      const { x0, x1 } = pairs(step);
      for (let b = 0; b < size; b++) {
        const time = (t[b] = random.uniform());
        for (let i = 2 * b; i < 2 * b + 2; i++) {
          x[i] = schedule.data(time) * x1[i] + schedule.noise(time) * x0[i];
          target[i] =
            prediction === 'data'
              ? x1[i]
              : prediction === 'noise'
                ? x0[i]
                : schedule.dataRate(time) * x1[i] + schedule.noiseRate(time) * x0[i];
        }
      }
      const { loss, gradient } = await program.run({ weights, x, t, target });
      const rate = scheduledRate({ learningRate, finalShare: 0.02, warmupSteps: 20, step, progress: step / steps });
      await optimiser.update(state, {
        gradient,
        scale: Math.min(1, 5 / Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 1e-12))),
        step,
        learningRate: rate,
        weightDecay: 0,
        averageDecay: 0.99,
      });
      done = step;
      recent += (loss[0] - recent) / Math.min(step, Math.max(1, steps / 10));
    }
  } finally {
    await program.dispose();
    await optimiser.dispose();
  }
  return { objective, loss: recent, steps: done, ...(await evaluator(engine, state.average)) };
}

async function evaluator(engine: Engine, weights: Float32Array): Promise<Pick<Field, 'predict' | 'dispose'>> {
  const program = await engine.compile({
    inputs: { x: [ROWS, 2], t: [ROWS, 1] },
    constants: { weights: { shape: [weights.length], data: weights } },
    build: ({ weights: flat, x, t }) => ({ value: network(flat, x, t) }),
  });
  const filled = new Float32Array(2 * ROWS);
  return {
    async predict(x, t) {
      const out = new Float32Array(x.length);
      for (let at = 0; at < x.length; at += filled.length) {
        const part = x.subarray(at, at + filled.length);
        filled.fill(0).set(part);
        const { value } = await program.run({ x: filled, t: new Float32Array(ROWS).fill(t) });
        out.set(value.subarray(0, part.length), at);
      }
      return out;
    },
    dispose: () => program.dispose(),
  };
}

/** Three hidden layers of silu. */
function network(flat: Tensor, x: Tensor, t: Tensor): Tensor {
  const p = unflatten(flat, PARAMETERS.slices);
  const waves = [1, 2, 4].flatMap((k) => [tf.sin(tf.mul(t, k * Math.PI)), tf.cos(tf.mul(t, k * Math.PI))]);
  let h: Tensor = tf.concat([x, t, ...waves] as Tensor2D[], 1);
  const linear = (name: string, value: Tensor) => tf.add(tf.matMul(value, p[`${name}.weight`]), p[`${name}.bias`]);
  for (const layer of ['in', 'middle', 'last']) {
    const raw = linear(layer, h);
    h = tf.mul(raw, tf.sigmoid(raw));
  }
  return linear('out', h);
}

function startWeights(seed: number): Float32Array {
  const random = createRandom(seed, 1);
  const weights = new Float32Array(PARAMETERS.total);
  for (const { name, shape, offset, size } of PARAMETERS.slices) {
    if (name.endsWith('bias')) continue;
    const deviation = (name.startsWith('out') ? 0.1 : 1.4) / Math.sqrt(shape[0]);
    for (let i = offset; i < offset + size; i++) weights[i] = deviation * random.normal();
  }
  return weights;
}
