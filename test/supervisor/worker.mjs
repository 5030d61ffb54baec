/** A worker for tests of the pool: what each task does is its text. Needs the built library. */
import { writeFileSync } from 'node:fs';
import { serveTasks } from '../../dist/supervisor/serve.node.js';

const held = [];
await serveTasks({
  open: async ({ broken, pidFile }) => {
    if (broken) throw new Error('there is no such model');
    if (pidFile) writeFileSync(pidFile, String(process.pid));
    return 0;
  },
  run: async (_, task, { emit, isOverdue }) => {
    emit({ pid: process.pid, x: Float32Array.of(1, 2, 3) });
    if (task === 'spin') for (;;);
    if (task === 'spin politely') while (!isOverdue());
    if (task === 'sleep') await new Promise((resolve) => setTimeout(resolve, 1e6));
    if (task === 'hoard') for (;;) held.push(Buffer.alloc(2 ** 24, 1));
    if (task === 'die') process.kill(process.pid, 'SIGSEGV');
    if (task === 'wasm') throw new WebAssembly.RuntimeError('memory access out of bounds');
    if (task === 'exception') throw { excPtr: 1 };
    if (task === 'fault') throw Object.assign(new Error('no such element'), { code: 'element' });
  },
});
