/** Starts the analysis worker in the exported page, which is one file: its code is inside the page. */
import InlineWorker from './worker.ts?worker&inline';

export function startWorker(): Worker {
  return new InlineWorker({ name: 'analysis' });
}
