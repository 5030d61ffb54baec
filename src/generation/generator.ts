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
  /** What makes the molecules that this one does not. */
  readonly fallback?: Fallback<Generator> | undefined;
  /** Frees compiled programs. Generators may share an engine and RDKit, which stay. */
  dispose(): Promise<void>;
}

export interface Fallback<Other> {
  /** It makes molecules of more skeleton atoms than this, by its fast settings, and those of which the first model makes nothing. */
  readonly beyond: number;
  /** Opens it, once. */
  readonly open: () => Promise<Other>;
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
  /** Its model shares RDKit, engine and phase. */
  readonly fallback?: Fallback<Model> | undefined;
}): Generator {
  const phases = phasesOf(model.skeleton);
  const chosen = chosenPhase(phase, { name: model.name, phases });
  const skeleton = createPredictor({ engine, stage: model.skeleton });
  const hydrogens = createPredictor({ engine, stage: model.hydrogens });
  let other: Promise<Generator> | undefined;
  const openOther = async ({ open }: Fallback<Model>) =>
    createGenerator({ rdkit, model: await open(), engine, phase: chosen });
  return {
    rdkit,
    modelName: model.name,
    phase: chosen,
    phases,
    engine,
    skeleton,
    hydrogens,
    ...(fallback && { fallback: { beyond: fallback.beyond, open: () => (other ??= openOther(fallback)) } }),
    async dispose() {
      await skeleton.dispose();
      await hydrogens.dispose();
      await other?.then((opened) => opened.dispose());
    },
  };
}
