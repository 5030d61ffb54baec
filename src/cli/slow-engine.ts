/** Says in a line on standard error, once, that the fast engine is not installed and how it is. */
import { createRequire } from 'node:module';
import type { EngineChoice } from '../engine/names.js';
import { printNote } from './print.js';

let looked = false;

/** In the command's own process: what its workers say on standard error is kept for the reason of a crash. */
export function noteSlowEngine(engine: EngineChoice = 'auto'): void {
  if (looked || engine !== 'auto') return;
  looked = true;
  try {
    createRequire(import.meta.url).resolve('onnxruntime-node');
  } catch {
    printNote(
      'molflow: the fast engine is not installed, and the one in its place is some 15 times slower. ' +
        'Install it with: ONNXRUNTIME_NODE_INSTALL=skip npm install onnxruntime-node',
    );
  }
}
