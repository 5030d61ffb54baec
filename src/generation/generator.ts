/** What generation needs at hand: RDKit, a model's two stages ready to predict, and the engine they run on. */
import type { RDKitModule } from '../chem/rdkit.js';
import type { Engine } from '../engine/program.js';
import type { Phase } from '../network/phase-names.js';
import type { Model } from '../network/model.js';
import { chosenPhase, phasesOf } from '../network/phase.js';
import { createPredictor, type Predictor } from '../network/predictor.js';

export interface Generator {
  readonly rdkit: RDKitModule;
  readonly modelName: string;
  /** Where the molecules are that it makes conformers of. */
  readonly phase: Phase;
  /** Those that the model was trained on. */
  readonly phases: readonly Phase[];
  readonly engine: Engine;
  readonly skeleton: Predictor;
  readonly hydrogens: Predictor;
  /** Opens, once, the generator that makes the molecules of which this one makes nothing. */
  readonly fallback?: (() => Promise<Generator>) | undefined;
  /** Frees compiled programs. Generators may share an engine and RDKit, which stay. */
  dispose(): Promise<void>;
}

/** @throws RangeError where the model was not trained on conformers in that phase */
export function createGenerator({
  rdkit,
  model,
  engine,
  phase,
  fallback,
}: {
  readonly rdkit: RDKitModule;
  readonly model: Model;
  readonly engine: Engine;
  /** In the gas phase by default. */
  readonly phase?: Phase | undefined;
  /** Loads the model of the fallback, which shares RDKit, engine and phase. */
  readonly fallback?: (() => Promise<Model>) | undefined;
}): Generator {
  const phases = phasesOf(model.skeleton);
  const chosen = chosenPhase(phase, { name: model.name, phases });
  const skeleton = createPredictor({ engine, stage: model.skeleton });
  const hydrogens = createPredictor({ engine, stage: model.hydrogens });
  let other: Promise<Generator> | undefined;
  const openFallback =
    fallback && (async () => createGenerator({ rdkit, model: await fallback(), engine, phase: chosen }));
  return {
    rdkit,
    modelName: model.name,
    phase: chosen,
    phases,
    engine,
    skeleton,
    hydrogens,
    ...(openFallback && { fallback: () => (other ??= openFallback()) }),
    async dispose() {
      await skeleton.dispose();
      await hydrogens.dispose();
      await other?.then((opened) => opened.dispose());
    },
  };
}
