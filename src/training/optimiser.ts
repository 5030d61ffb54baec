/**
 * The update of the weights. Matrices by Muon (Jordan et al. 2024: momentum, then the nearest semi-orthogonal matrix by
 * Newton–Schulz steps), scaled to the size of Adam's updates (Liu et al. 2025, arXiv:2502.16982); the rest by AdamW
 * (Loshchilov and Hutter 2019, alg. 2). Works in place on slices of flat vectors, so that workers can share them.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { CompiledProgram, Engine, Program } from '../engine/program.js';
import type { ParameterSlice } from '../network/flat-parameters.js';

const MOMENTUM = 0.95;
const NEWTON_SCHULZ_STEPS = 5;
/** Coefficients of the quintic whose iteration brings singular values to about 1 in five steps. */
const [A, B, C] = [3.4445, -4.775, 2.0315] as const;
/** Root mean square of an Adam update; Muon's updates are scaled to it. */
const ADAM_SIZE = 0.2;
const [BETA1, BETA2, EPSILON] = [0.9, 0.99, 1e-8] as const;
/** A matrix thinner than this has little to orthogonalise. */
const THINNEST = 12;

export interface OptimiserState {
  readonly weights: Float32Array;
  readonly average: Float32Array;
  readonly first: Float32Array;
  readonly second: Float32Array;
}

export interface UpdateOptions {
  readonly gradient: Float32Array;
  /** Factor on the gradient from clipping its norm. */
  readonly scale: number;
  /** Number of this update, from 1. */
  readonly step: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly averageDecay: number;
}

export function isMuonMatrix({ name, shape }: ParameterSlice): boolean {
  return Math.min(...shape) >= THINNEST && !name.endsWith('bias');
}

/** Orthogonalises each matrix. Inputs and outputs are named by slice. */
export function newtonSchulzProgram(slices: readonly ParameterSlice[]): Program {
  return {
    inputs: Object.fromEntries(slices.map(({ name, shape }) => [name, shape])),
    build: (tensors) =>
      Object.fromEntries(
        slices.map(({ name, shape: [rows, columns] }) => {
          const tall = rows > columns;
          const given = tensors[name];
          let x = tall ? tf.transpose(given) : given;
          x = tf.div(x, tf.add(tf.sqrt(tf.sum(tf.square(x))), 1e-7));
          for (let i = 0; i < NEWTON_SCHULZ_STEPS; i++) {
            const gram = tf.matMul(x, x, false, true);
            const polynomial = tf.add(tf.mul(gram, B), tf.mul(tf.matMul(gram, gram), C));
            x = tf.add(tf.mul(x, A), tf.matMul(polynomial, x));
          }
          return [`${name}:out`, tall ? tf.transpose(x) : x];
        }),
      ),
  };
}

export interface Optimiser {
  update(state: OptimiserState, options: UpdateOptions): Promise<void>;
  dispose(): Promise<void>;
}

/** An optimiser of the given slices of the parameters. */
export async function createOptimiser(
  engine: Engine,
  slices: readonly ParameterSlice[],
  kind: 'muon' | 'adamw',
): Promise<Optimiser> {
  const matrices = kind === 'muon' ? slices.filter(isMuonMatrix) : [];
  const others = slices.filter((slice) => !matrices.includes(slice));
  const orthogonalise: CompiledProgram | undefined =
    matrices.length > 0 ? await engine.compile(newtonSchulzProgram(matrices)) : undefined;
  return {
    async update(state, options) {
      for (const slice of others) adamUpdate(state, slice, options);
      if (orthogonalise) await muonUpdate(state, matrices, orthogonalise, options);
      averageWeights(state, slices, options);
    },
    dispose: async () => orthogonalise?.dispose(),
  };
}

function adamUpdate(
  { weights, first, second }: OptimiserState,
  { offset, size }: ParameterSlice,
  options: UpdateOptions,
): void {
  const { gradient, scale, step, learningRate, weightDecay } = options;
  const [bias1, bias2] = [1 - BETA1 ** step, 1 - BETA2 ** step];
  for (let i = offset; i < offset + size; i++) {
    const g = gradient[i] * scale;
    first[i] = BETA1 * first[i] + (1 - BETA1) * g;
    second[i] = BETA2 * second[i] + (1 - BETA2) * g * g;
    const direction = first[i] / bias1 / (Math.sqrt(second[i] / bias2) + EPSILON);
    weights[i] = weights[i] - learningRate * (direction + weightDecay * weights[i]);
  }
}

async function muonUpdate(
  { weights, first }: OptimiserState,
  matrices: readonly ParameterSlice[],
  orthogonalise: CompiledProgram,
  { gradient, scale, learningRate, weightDecay }: UpdateOptions,
): Promise<void> {
  const feeds: Record<string, Float32Array> = {};
  for (const { name, offset, size } of matrices) {
    const nesterov = (feeds[name] = new Float32Array(size));
    for (let i = 0; i < size; i++) {
      const g = gradient[offset + i] * scale;
      const m = (first[offset + i] = MOMENTUM * first[offset + i] + g);
      nesterov[i] = g + MOMENTUM * m;
    }
  }
  const directions = await orthogonalise.run(feeds);
  for (const { name, shape, offset, size } of matrices) {
    const direction = directions[`${name}:out`];
    const length = ADAM_SIZE * Math.sqrt(Math.max(...shape));
    for (let i = 0; i < size; i++) {
      const w = weights[offset + i];
      weights[offset + i] = w - learningRate * (length * direction[i] + weightDecay * w);
    }
  }
}

function averageWeights(
  { weights, average }: OptimiserState,
  slices: readonly ParameterSlice[],
  { step, averageDecay }: UpdateOptions,
): void {
  // Early in training the average decays faster, or it would keep the random initial weights for long.
  const decay = Math.min(averageDecay, (1 + step) / (10 + step));
  for (const { offset, size } of slices)
    for (let i = offset; i < offset + size; i++) average[i] = decay * average[i] + (1 - decay) * weights[i];
}

/** Learning rate: linear warm-up over steps, then half a cosine over the elapsed share of the run's time. */
export function scheduledRate({
  learningRate,
  finalShare,
  warmupSteps,
  step,
  progress,
}: {
  readonly learningRate: number;
  readonly finalShare: number;
  readonly warmupSteps: number;
  readonly step: number;
  /** Elapsed share of the run's time, 0 to 1. */
  readonly progress: number;
}): number {
  const cosine = (1 + Math.cos(Math.PI * Math.min(1, progress))) / 2;
  return learningRate * Math.min(1, step / warmupSteps) * (finalShare + (1 - finalShare) * cosine);
}
