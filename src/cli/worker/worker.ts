/** The worker process of generate and refine: RDKit, the model and the engine, kept for one molecule after another. */
import { add } from '@tensorflow/tfjs-core';
import type { Generator } from '../../generation/generator.js';
import { openGenerator } from '../../generation/open-generator.node.js';
import { serveTasks } from '../../supervisor/serve.node.js';
import type { GeneratorFlags } from '../generator-flags.js';
import { runGenerateTask } from './generate-task.js';
import { runRefineTask } from './refine-task.js';
import type { WorkerEvent, WorkerTask } from './tasks.js';

await serveTasks<GeneratorFlags, Generator, WorkerTask, WorkerEvent>({
  open: generatorOf,
  run: (generator, task, context) =>
    task.kind === 'generate' ? runGenerateTask(generator, task, context) : runRefineTask(generator, task, context),
});

/** @throws Error where there is no such model, or the engine does not load or compute */
async function generatorOf({ model, phase, engine, device, threads }: GeneratorFlags): Promise<Generator> {
  const generator = await openGenerator({ engine, device, threads, phase, ...(model !== undefined && { model }) });
  try {
    // A device that is not there shows with the first program: better now than with each molecule.
    const probe = await generator.engine.compile({
      inputs: { x: [1] },
      build({ x }) {
        if (!x) throw new Error('a program was compiled without its input');
        return { twice: add(x, x) };
      },
    });
    await probe.run({ x: Float32Array.of(1) }).finally(() => probe.dispose());
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `${generator.engine.description} does not compute: ${reason.trim()}. molflow doctor says which engines and devices do.`,
      { cause: error },
    );
  }
  return generator;
}
