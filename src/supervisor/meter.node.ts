/**
 * A thread of a worker process that says what the process uses, also while its main thread is deep in WebAssembly, and
 * ends the process where nobody is left to listen: a supervisor that was killed leaves no worker behind.
 */
import { writeSync } from 'node:fs';
import { METER_FILE, METER_MS, usageNow } from './usage.node.js';

setInterval(() => {
  const { seconds, megabytes } = usageNow();
  try {
    writeSync(METER_FILE, `${seconds.toFixed(3)} ${megabytes.toFixed(0)}\n`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') process.kill(process.pid, 'SIGKILL');
  }
}, METER_MS);
