/** Starts the analysis worker from its own file; the exported page has another way (start-worker.page.ts). */
export function startWorker(): Worker {
  return new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'analysis' });
}
