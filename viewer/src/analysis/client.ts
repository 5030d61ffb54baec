/** The page's side of the analysis worker. */
import rdkitWasm from '@rdkit/rdkit/RDKit_minimal.wasm?url';
import { asset } from '../assets.js';
import { staticVersion } from '../unpack.js';
import { startWorker } from './start-worker.js';
import type { Analyses, Answer, Start } from './protocol.js';

export interface Analysis {
  ask<K extends keyof Analyses>(kind: K, request: Analyses[K]['request']): Promise<Analyses[K]['answer']>;
}

/** Starts the worker with the first question. */
export function createAnalysis(): Analysis {
  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let worker: Worker | undefined;
  let next = 0;

  function start(): Worker {
    const started = startWorker();
    const fail = (message: string): void => {
      for (const { reject } of waiting.values()) reject(new Error(message));
      waiting.clear();
      // RDKit's module is unusable after some errors: the next question gets a new worker.
      started.terminate();
      worker = undefined;
    };
    started.addEventListener('error', (event) => fail(event.message || 'The analysis worker could not be loaded.'));
    started.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      const pending = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.error !== undefined) pending?.reject(new Error(data.error));
      else pending?.resolve(data.result as never);
    });
    const message: Start = { rdkitWasm: asset('rdkit', rdkitWasm), version: staticVersion() };
    started.postMessage(message);
    return started;
  }

  return {
    ask(kind, request) {
      return new Promise((resolve, reject) => {
        worker ??= start();
        next += 1;
        waiting.set(next, { resolve, reject });
        worker.postMessage({ id: next, kind, ...request });
      });
    },
  };
}
