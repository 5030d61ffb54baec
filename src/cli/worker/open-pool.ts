/** The worker processes of a command, held to the limits of its flags, for as long as it runs. */
import { createWorkerPool, type WorkerPool } from '../../supervisor/pool.node.js';
import type { GeneratorFlags } from '../generator-flags.js';
import { interruption } from '../interrupt.js';
import type { LimitFlags } from '../limit-flags.js';
import { noteSlowEngine } from '../slow-engine.js';
import type { WorkerEvent, WorkerTask } from './tasks.js';

/** Gives `work` a pool that an interruption closes, and closes it when the work has ended, however it does. */
export async function withPool<Task extends WorkerTask, Event extends WorkerEvent>(
  flags: GeneratorFlags & LimitFlags,
  work: (pool: WorkerPool<Task, Event>) => Promise<void>,
): Promise<void> {
  const pool = openPool<Task, Event>(flags);
  interruption.addEventListener('abort', () => pool.close());
  try {
    await work(pool);
  } finally {
    pool.close();
  }
}

/** The first worker starts at once. */
function openPool<Task extends WorkerTask, Event extends WorkerEvent>({
  model,
  phase,
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
    setup: { engine, device, threads, phase, ...(model !== undefined && { model }) },
    workers: jobs,
    limits: { seconds: timeLimit, megabytes: memoryLimit },
  });
}
