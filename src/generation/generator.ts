/** What generation needs at hand: RDKit, a model's two stages ready to predict, and the engine they run on. */
import type { RDKitModule } from '../chem/rdkit.js';
import type { Engine } from '../engine/program.js';
import type { Model } from '../network/model.js';
import { createPredictor, type Predictor } from '../network/predictor.js';

export interface Generator {
  readonly rdkit: RDKitModule;
  readonly modelName: string;
  readonly engine: Engine;
  readonly skeleton: Predictor;
  readonly hydrogens: Predictor;
  /** Frees compiled programs. Generators may share an engine and RDKit, which stay. */
  dispose(): Promise<void>;
}

export function createGenerator({
  rdkit,
  model,
  engine,
}: {
  readonly rdkit: RDKitModule;
  readonly model: Model;
  readonly engine: Engine;
}): Generator {
  const skeleton = createPredictor({ engine, stage: model.skeleton });
  const hydrogens = createPredictor({ engine, stage: model.hydrogens });
  return {
    rdkit,
    modelName: model.name,
    engine,
    skeleton,
    hydrogens,
    async dispose() {
      await skeleton.dispose();
      await hydrogens.dispose();
    },
  };
}
