/** Loss and gradient of one batch, as one compiled program for each atom count. */
import * as tf from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { registerGradients } from '../engine/gradients.js';
import type { Program, Shape } from '../engine/program.js';
import { displacement, displacements, distances, type NetworkConfig } from '../network/egnn.js';
import { ATOM_FEATURES, LOCAL_PAIRS, PAIR_FEATURES } from '../network/features.js';
import { unflatten, type ParameterSlice } from '../network/flat-parameters.js';
import type { StageConfig } from './config.js';

export interface StepShape {
  readonly n: number;
  readonly size: number;
  readonly hydrogens: boolean;
  /** Weight of the additional loss on distances between atoms up to three bonds apart. */
  readonly localDistances?: number | undefined;
  /** The network whose prediction with the weights `anchor` is the target, instead of the data. */
  readonly anchor?: NetworkConfig | undefined;
  /** The layer of the early exit and the weight of the additional loss on its prediction. */
  readonly exit?: { readonly layer: number; readonly weight: number } | undefined;
}

/** What the loss of the early exit asks of stepProgram, where the configuration has one. */
export function trainedExit({ earlyExit, exitLoss }: Pick<StageConfig, 'earlyExit' | 'exitLoss'>): StepShape['exit'] {
  return earlyExit === undefined || exitLoss === undefined ? undefined : { layer: earlyExit, weight: exitLoss };
}

/**
 * Inputs: weights [P] and the arrays of a batch. Outputs: the loss [1], which is the weighted mean squared error in Å²
 * per moving coordinate (with `localDistances` also that of distances between near atoms, with `exit` also that of the
 * early exit's prediction: deep supervision, Lee et al. 2015, arXiv:1409.5185), and its gradient [P]. With an anchor the
 * target is another model's prediction (learning without forgetting, Li & Hoiem, arXiv:1606.09282).
 */
export function stepProgram(
  network: NetworkConfig,
  { slices, total }: { slices: readonly ParameterSlice[]; total: number },
  { n, size: B, hydrogens, localDistances = 0, anchor: anchorNetwork, exit }: StepShape,
): Program {
  const inputs: Record<string, Shape> = {
    weights: [total],
    x: [B, n, 3],
    t: [B, 1],
    atoms: [B * n, ATOM_FEATURES],
    pairs: [B * n * n, PAIR_FEATURES],
    centres: [B, 4, n, n],
    target: [B, n, 3],
    weight: [B, 1, 1],
    ...(hydrogens && { mobile: [B, n, 1] }),
    ...(anchorNetwork && { anchor: [total] }),
  };
  return {
    inputs,
    build(tensors) {
      const {
        weights,
        anchor,
        x,
        t,
        atoms,
        pairs,
        centres,
        target: ofData,
        weight,
        mobile,
      } = tensors as Record<string, Tensor>;
      const given = { x, t, atoms, pairs, centres, mobile };
      const target = anchorNetwork ? displacement(anchorNetwork, unflatten(anchor, slices), given) : ofData;
      const moving = mobile ? tf.mul(tf.sum(mobile), 3) : tf.scalar(B * n * 3);
      const ofCoordinates = (predicted: Tensor) =>
        tf.div<tf.Scalar>(tf.sum(tf.mul(weight, tf.square(tf.sub(predicted, target)))), moving);
      const loss = (flat: Tensor) => {
        const after = [...(exit ? [exit.layer] : []), network.layers];
        const found = displacements(network, unflatten(flat, slices), given, after);
        const predicted = found[found.length - 1];
        let total = ofCoordinates(predicted);
        if (exit && found[0]) total = tf.add(total, tf.mul(ofCoordinates(found[0]), exit.weight));
        if (localDistances === 0) return total;
        const near = tf.reshape(tf.sum(tf.slice(pairs, [0, LOCAL_PAIRS.from], [-1, LOCAL_PAIRS.count]), 1), [B, n, n]);
        const wrong = tf.square(tf.sub(distances(tf.add(x, predicted)), distances(tf.add(x, target))));
        const ofDistances = tf.div(tf.sum(tf.mul(weight, tf.mul(near, wrong))), tf.sum(near));
        return tf.add<tf.Scalar>(total, tf.mul(ofDistances, localDistances));
      };
      registerGradients();
      const { value, grad } = tf.valueAndGrad(loss)(weights);
      return { loss: tf.reshape(value, [1]), gradient: grad };
    },
  };
}
