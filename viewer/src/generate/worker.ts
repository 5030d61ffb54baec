/** The worker that makes conformers in the page, with the library on onnxruntime-web. */
import type { Generator } from '../../../src/generation/generator.js';
import { openGenerator } from '../../../src/index.browser.js';
import { answer } from './answer.js';
import type { GeneratorAnswer, GeneratorRequest, StartGenerator } from './protocol.js';

let generator: Promise<Generator> | undefined;
let running = new AbortController();

addEventListener('message', ({ data }: MessageEvent<GeneratorRequest>) => {
  // Whatever is asked for takes the place of what is being made.
  running.abort();
  running = new AbortController();
  const { signal } = running;
  const id = data.kind === 'generate' ? data.id : undefined;
  take(data, signal).catch((error: unknown) => {
    if (signal.aborted) return;
    tell({ kind: 'failed', id, message: error instanceof Error ? error.message : String(error) });
  });
});

function tell(message: GeneratorAnswer): void {
  postMessage(message);
}

async function take(request: GeneratorRequest, signal: AbortSignal): Promise<void> {
  switch (request.kind) {
    case 'start':
      generator = start(request);
      await generator;
      return;
    case 'generate':
      if (!generator) throw new Error('The generator has not been started.');
      return answer(await generator, request, { tell, signal });
    case 'cancel':
  }
}

async function start({ rdkitWasm, model, ortWasm, ortWebGpu }: StartGenerator): Promise<Generator> {
  const opened = await openGenerator({ rdkitWasm, model, ortWasm, ortWebGpu });
  tell({ kind: 'ready', engine: opened.engine.description, model: opened.modelName });
  return opened;
}
