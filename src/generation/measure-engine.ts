/** How fast an engine draws conformers of a molecule of drug size. */
import { parseSmiles } from '../chem/parse.js';
import type { RDKitModule } from '../chem/rdkit.js';
import type { Engine } from '../engine/program.js';
import type { Model } from '../network/model.js';
import { drawConformers } from './draw.js';
import { createGenerator } from './generator.js';
import { defaultSampler } from './choose-sampler.js';
import { prepareMolecule } from './prepare.js';

const ASPIRIN = 'CC(=O)Oc1ccccc1C(=O)O';
const BATCH = 8;

/** Milliseconds a conformer of aspirin, both stages, in as many steps as the model takes; compiled beforehand. */
export async function measureEngine({
  rdkit,
  model,
  engine,
}: {
  readonly rdkit: RDKitModule;
  readonly model: Model;
  readonly engine: Engine;
}): Promise<number> {
  const generator = createGenerator({ rdkit, model, engine });
  try {
    const molecule = parseSmiles(rdkit, ASPIRIN);
    const prepared = prepareMolecule(generator, molecule);
    const settings = defaultSampler(molecule, model.skeleton);
    const draws = Array.from({ length: BATCH }, (_, conformer) => ({ conformer, attempt: 0 }));
    await drawConformers({
      generator,
      prepared,
      seed: 1,
      draws,
      settings: { kind: 'ode', solver: 'euler', steps: 1 },
      hydrogenSteps: 1,
    });
    const start = performance.now();
    await drawConformers({ generator, prepared, seed: 1, draws, settings });
    return (performance.now() - start) / BATCH;
  } finally {
    await generator.dispose();
  }
}
