/** One molecule's whole work in the worker: parsed, drawn, checked, relaxed, chosen, and what else was asked for. */
import { moleculeFromStructure, parseSmiles } from '../../chem/parse.js';
import type { Molecule } from '../../chem/molecule.js';
import { generateConformers } from '../../generation/generate.js';
import type { Generator } from '../../generation/generator.js';
import { conformerLogLikelihood } from '../../generation/log-likelihood.js';
import { collectTrajectories, trajectoryRecords } from '../../generation/trajectory.js';
import type { TaskContext } from '../../supervisor/serve.node.js';
import type { GenerateEvent, GenerateTask } from './tasks.js';
import { timeLimitReached } from '../../generation/time-limit-reached.js';

export async function runGenerateTask(
  generator: Generator,
  task: GenerateTask,
  { emit, isOverdue }: TaskContext<GenerateEvent>,
): Promise<void> {
  const molecule = moleculeOf(generator, task);
  const trajectories = collectTrajectories();
  let isCutShort = false;
  const result = await generateConformers(generator, molecule, {
    ...task.options,
    frames: task.trajectories,
    shouldStop: () => (isCutShort ||= isOverdue()) && timeLimitReached(task.timeLimit),
    observe: (event) => {
      if (task.trajectories) trajectories.observe(event);
      if (event.kind !== 'frame') emit({ kind: 'generation', event });
    },
  });
  emit({ kind: 'result', result });
  if (isCutShort) emit({ kind: 'cut-short' });
  const made = (result.isomers ?? [{ ...result, number: 1 }]).flatMap(
    ({ number, molecule: isomer, model, conformers: own }) =>
      own.map((conformer, k) => ({ conformer, isomer, model, number, place: k + 1 })),
  );
  if (task.logLikelihood)
    for (const [index, { conformer, isomer, model }] of made.entries()) {
      if (isOverdue()) {
        emit({ kind: 'cut-short' });
        break;
      }
      const { coordinates } = conformer;
      const { logLikelihood, method } = await conformerLogLikelihood({
        generator: model === generator.modelName ? generator : ((await generator.fallback?.open()) ?? generator),
        molecule: isomer,
        coordinates,
      });
      emit({ kind: 'log-likelihood', index, logLikelihood, method });
    }
  if (task.trajectories)
    for (const [index, { conformer, number, place }] of made.entries()) {
      const trajectory = trajectories.of(conformer.draw, number);
      if (trajectory) emit({ kind: 'trajectory', index, records: trajectoryRecords(trajectory, place) });
    }
}

function moleculeOf({ rdkit }: Generator, { input, largestFragment }: GenerateTask): Molecule {
  return input.kind === 'smiles'
    ? parseSmiles(rdkit, input.smiles, { name: input.name, largestFragment })
    : moleculeFromStructure(rdkit, input.structure, { largestFragment }).molecule;
}
