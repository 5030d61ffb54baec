/** Whether a model makes conformers as they are in the gas phase, in water, or either as it is told. */
import type { StageModel } from './model.js';
import { DEFAULT_PHASE, PHASES, type Phase } from './phase-names.js';

/** Those that a stage was trained on: weights that no conformer in water has changed are nothing. */
export function phasesOf({ network: { width }, weights }: StageModel): readonly Phase[] {
  return weights['embed.atoms'].subarray(-width).some((weight) => weight !== 0) ? PHASES : ['gas'];
}

/** @throws RangeError where the model was not trained on conformers in that phase */
export function chosenPhase(
  phase: Phase = DEFAULT_PHASE,
  { name, phases }: { readonly name: string; readonly phases: readonly Phase[] },
): Phase {
  if (!(PHASES as readonly string[]).includes(phase))
    throw new RangeError(`phase is '${String(phase)}'; expected ${PHASES.join(' or ')}`);
  if (!phases.includes(phase))
    throw new RangeError(
      `the model ${name} was not trained on conformers in ${phase}; leave the phase out, or name another model`,
    );
  return phase;
}
