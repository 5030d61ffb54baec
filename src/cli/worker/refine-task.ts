/** Structures in a row of a file, refined in the worker: those of one molecule together. */
import type { Generator } from '../../generation/generator.js';
import { entryAt } from '../../files/entry-at.js';
import { prepareStructure, refinePrepared, type PreparedStructure } from '../../generation/refine-structures.js';
import { crashReason } from '../../supervisor/crash-reason.js';
import type { TaskContext } from '../../supervisor/serve.node.js';
import type { RefineEvent, RefineTask } from './tasks.js';

export async function runRefineTask(
  generator: Generator,
  { structures, options }: RefineTask,
  { emit }: TaskContext<RefineEvent>,
): Promise<void> {
  const refuse = (at: number, error: unknown) => {
    if (crashReason(error) !== undefined) throw error;
    const { message, code } = error as Error & { readonly code?: string };
    emit({ kind: 'refused', at, message, ...(code !== undefined && { code }) });
  };
  /** Of one molecule, in the order of the file. */
  let group: { readonly at: number; readonly prepared: PreparedStructure }[] = [];
  const refineGroup = async () => {
    const together = group;
    group = [];
    try {
      const refined = await refinePrepared(
        generator,
        together.map(({ prepared }) => prepared),
        options,
      );
      const { modelName: model, phase } = generator;
      for (const [i, { at }] of together.entries()) {
        const { molecule: _, ...one } = entryAt(refined, i);
        emit({ kind: 'refined', at, model, phase, refined: one });
      }
    } catch (error) {
      for (const { at } of together) refuse(at, error);
    }
  };
  for (const [at, { structure, index }] of structures.entries())
    try {
      const prepared = prepareStructure(generator, structure, index);
      const [first] = group;
      if (first && first.prepared.graph !== prepared.graph) await refineGroup();
      group.push({ at, prepared });
    } catch (error) {
      refuse(at, error);
    }
  await refineGroup();
}
