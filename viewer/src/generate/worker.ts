/** The worker that makes conformers in the page: the library on onnxruntime-web. */
import { createForceField } from '../../../src/chem/mmff94.js';
import { FAST_MODEL_UP_TO } from '../../../src/generation/fast-model.js';
import type { Generator } from '../../../src/generation/generator.js';
import { MoleculeError, openGenerator, parseSmiles } from '../../../src/index.browser.js';
import type { Predictor } from '../../../src/network/predictor.js';
import { addressOf, unpacked } from '../unpack.js';
import { answer } from './answer.js';
import type { GeneratorAnswer, GeneratorRequest, StartGenerator } from './protocol.js';

let started: StartGenerator | undefined;
/** By the address of the model. */
const generators = new Map<string, Promise<Generator>>();
let running = new AbortController();

addEventListener('message', ({ data }: MessageEvent<GeneratorRequest>) => {
  // A new request takes the place of the run in progress.
  running.abort();
  running = new AbortController();
  const { signal } = running;
  const id = data.kind === 'generate' ? data.id : undefined;
  take(data, signal).catch((error: unknown) => {
    if (signal.aborted) return;
    tell({
      kind: 'failed',
      id,
      message: error instanceof Error ? error.message : String(error),
      code: error instanceof MoleculeError ? error.code : undefined,
    });
  });
});

function tell(message: GeneratorAnswer): void {
  postMessage(message);
}

async function take(request: GeneratorRequest, signal: AbortSignal): Promise<void> {
  switch (request.kind) {
    case 'start':
      started = request;
      await open(request.models.base);
      return;
    case 'generate': {
      if (!started) throw new Error('The generator has not been started.');
      const { base, fast = base } = started.models;
      // The page holds the parameters of MMFF94; the first force field that is made takes them.
      if (request.optimize !== undefined || request.energyWindow !== undefined) {
        const { rdkit } = await open(base);
        const { default: resources } = await import('virtual:mmff94-parameters');
        await createForceField(parseSmiles(rdkit, 'C'), { resources });
      }
      return answer(await open(request.quality === 'fast' ? fast : base), request, { tell, signal });
    }
    case 'cancel':
  }
}

function open(model: string): Promise<Generator> {
  let generator = generators.get(model);
  if (!generator) {
    generator = start(model);
    generators.set(model, generator);
    generator.catch(() => generators.delete(model));
  }
  return generator;
}

async function start(model: string): Promise<Generator> {
  if (!started) throw new Error('The generator has not been started.');
  const { ortWebGpu, device, version } = started;
  const contents = await Promise.all(
    [started.rdkitWasm, started.ortWasm, model].map((address) => unpacked(address, version)),
  );
  const [rdkitWasm, ortWasm, weights] = contents.map(addressOf);
  const opened = await openGenerator({ rdkitWasm, model: weights, ortWasm, ortWebGpu, device });
  if (model === started.models.base)
    tell({
      kind: 'ready',
      engine: opened.engine.description,
      model: opened.modelName,
      phases: opened.phases,
      rdkitWasm: contents[0],
    });
  const { base } = started.models;
  return {
    ...opened,
    skeleton: interruptible(opened.skeleton),
    hydrogens: interruptible(opened.hydrogens),
    ...(model !== base && { fallback: { beyond: FAST_MODEL_UP_TO, open: () => open(base) } }),
  };
}

/** A prediction blocks the worker. Before each, pending messages are handled, so that a run can be ended. */
function interruptible(predictor: Predictor): Predictor {
  return {
    ...predictor,
    bind(graph, options) {
      const predict = predictor.bind(graph, options);
      return async (x, t) => {
        await messagesRead();
        return predict(x, t);
      };
    },
  };
}

const turn = new MessageChannel();
const waiting: (() => void)[] = [];
turn.port1.onmessage = () => waiting.shift()?.();

/** A turn of the event loop, without the four milliseconds of a timer. */
function messagesRead(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    turn.port2.postMessage(undefined);
  });
}
