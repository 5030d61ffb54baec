/** The worker process of generate and refine: RDKit, the model and the engine, kept for one molecule after another. */
import { serveTasks } from '../../supervisor/serve.node.js';
import type { GeneratorFlags } from '../generator-flags.js';
import { generatorOf } from '../open-generator.js';
import { runGenerateTask } from './generate-task.js';
import { runRefineTask } from './refine-task.js';
import type { WorkerEvent, WorkerTask } from './tasks.js';

await serveTasks<GeneratorFlags, Awaited<ReturnType<typeof generatorOf>>, WorkerTask, WorkerEvent>({
  open: generatorOf,
  run: (generator, task, context) =>
    task.kind === 'generate' ? runGenerateTask(generator, task, context) : runRefineTask(generator, task, context),
});
