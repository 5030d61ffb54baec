/** Whether a model makes conformers as they are in the gas phase, in water, or either as it is told. */
import type { NetworkConfig } from './egnn.js';
import { weightsFor, type StageModel, type Weights } from './model.js';
import { DEFAULT_PHASE, PHASES, type Phase } from './phase-names.js';

/** Those that weights were trained on: a row that no conformer in water has changed is nothing. */
function phasesOf({ width }: NetworkConfig, weights: Weights): readonly Phase[] {
  return weights['embed.atoms']?.subarray(-width).some((weight) => weight !== 0) ? PHASES : ['gas'];
}

/** @throws RangeError where the model was not trained on conformers in that phase, of any size */
export function chosenPhase(
  phase: Phase = DEFAULT_PHASE,
  { name, skeleton }: { readonly name: string; readonly skeleton: StageModel },
): Phase {
  if (!(PHASES as readonly string[]).includes(phase))
    throw new RangeError(`phase is '${String(phase)}'; expected ${PHASES.join(' or ')}`);
  const { network, weights, large } = skeleton;
  const known = [weights, ...(large ? [large.weights] : [])].flatMap((set) => phasesOf(network, set));
  if (!known.includes(phase))
    throw new RangeError(
      `the model ${name} was not trained on conformers in ${phase}; leave the phase out, or name another model`,
    );
  return phase;
}

/** The phase that a molecule of n skeleton atoms is made in: the one asked for where the weights of its size know it, else gas. */
export function phaseAt(n: number, phase: Phase, stage: StageModel): Phase {
  return phasesOf(stage.network, weightsFor(stage, n)).includes(phase) ? phase : 'gas';
}
