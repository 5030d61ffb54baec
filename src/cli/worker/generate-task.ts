/** One molecule's whole work in the worker: parsed, drawn, checked, relaxed, chosen, and what else was asked for. */
import { moleculeFromStructure, parseSmiles } from '../../chem/parse.js';
import type { Molecule } from '../../chem/molecule.js';
import { generateConformers } from '../../generation/generate.js';
import type { Generator } from '../../generation/generator.js';
import { conformerLogLikelihood } from '../../generation/log-likelihood.js';
import { chosenSampler } from '../../generation/skeleton-stage.js';
import { recordTrajectory, trajectoryRecords } from '../../generation/trajectory.js';
import type { TaskContext } from '../../supervisor/serve.node.js';
import type { GenerateEvent, GenerateTask } from './tasks.js';

export async function runGenerateTask(
  generator: Generator,
  task: GenerateTask,
  { emit, isOverdue }: TaskContext<GenerateEvent>,
): Promise<void> {
  const molecule = moleculeOf(generator, task);
  const result = await generateConformers(generator, molecule, task.options);
  const { conformers, seed } = result;
  emit({ kind: 'result', result });
  if (task.logLikelihood)
    for (const [index, { coordinates }] of conformers.entries()) {
      if (isOverdue()) return emit({ kind: 'cut-short' });
      const { logLikelihood, method } = await conformerLogLikelihood({ generator, molecule, coordinates });
      emit({ kind: 'log-likelihood', index, logLikelihood, method });
    }
  if (task.trajectories)
    for (const [index, { draw }] of conformers.entries()) {
      if (isOverdue()) return emit({ kind: 'cut-short' });
      const settings = chosenSampler(molecule, task.options, generator.skeleton.stage);
      const trajectory = await recordTrajectory({ generator, molecule, seed, draw, settings });
      emit({ kind: 'trajectory', index, records: trajectoryRecords(trajectory, index + 1) });
    }
}

function moleculeOf({ rdkit }: Generator, { input, largestFragment }: GenerateTask): Molecule {
  return input.kind === 'smiles'
    ? parseSmiles(rdkit, input.smiles, { name: input.name, largestFragment })
    : moleculeFromStructure(rdkit, input.structure, { largestFragment }).molecule;
}
