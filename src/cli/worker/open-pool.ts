/** Starts the worker processes of a command, held to the limits of its flags. */
import { createWorkerPool, type WorkerPool } from '../../supervisor/pool.node.js';
import type { GeneratorFlags } from '../generator-flags.js';
import type { LimitFlags } from '../limit-flags.js';
import { noteSlowEngine } from '../slow-engine.js';
import type { WorkerEvent, WorkerTask } from './tasks.js';

/** The first worker starts at once. */
export function openPool<Task extends WorkerTask, Event extends WorkerEvent>({
  model,
  engine,
  device,
  threads,
  jobs,
  timeLimit,
  memoryLimit,
}: GeneratorFlags & LimitFlags): WorkerPool<Task, Event> {
  noteSlowEngine(engine);
  return createWorkerPool<Task, Event>({
    entry: new URL('./worker.js', import.meta.url),
    setup: { engine, device, threads, ...(model !== undefined && { model }) },
    workers: jobs,
    limits: { seconds: timeLimit, megabytes: memoryLimit },
  });
}
