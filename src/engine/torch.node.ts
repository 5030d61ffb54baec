/** The engine of PyTorch: recorded programs run by a Python process, on a GPU where there is one. */
import type { Socket } from 'node:net';
import { startProgram } from '../python/other-programs.node.js';
import { pythonProgram, pythonWith } from '../python/programs.node.js';
import type { Device } from './names.js';
import { encodeModel, type Graph } from './onnx-format.js';
import { openSizes, recordedSizes } from './open-sizes.js';
import { requiredPart } from './optional-outputs.js';
import { checkFeeds, compileFixed, type CompiledSizedProgram, type Engine, type SizedProgram } from './program.js';
import { trace } from './trace.js';

const SCRIPT = pythonProgram('engine-torch.py');
/** A GPU is busy with no less: some gigabyte at the widest. */
const GPU_NUMBERS = 30_000_000;

type Answer = { readonly error?: string; readonly outputs?: readonly (readonly [name: string, numbers: number])[] };

/** One request after another; the arrays of its answer follow in the order of `outputs`. */
type Ask = (request: object, parts?: readonly Uint8Array[]) => Promise<ReadonlyMap<string, Float32Array>>;

/** @throws Error where Python lacks torch or onnx, or PyTorch does not have the device */
export async function openTorchEngine({
  device = 'cpu',
  threads = 1,
}: { readonly device?: Device; readonly threads?: number } = {}): Promise<Engine> {
  if (device !== 'cpu' && device !== 'cuda')
    throw new Error(`the engine torch has no device '${device}'; expected cpu or cuda`);
  const python = pythonWith('onnx', 'torch');
  if (!python) throw new Error('no Python here has torch and onnx, which the engine torch needs');
  const { child, ended } = startProgram(python, [SCRIPT, device, String(threads)]);
  let problem = '';
  child.stderr.on('data', (text: Buffer) => (problem = `${problem}${text.toString()}`.slice(-2000)));
  let gone: Error | undefined;
  void ended.then(
    (code) => (gone = new Error(`PyTorch ended with ${child.signalCode ?? `status ${code}`}: ${problem.trim()}`)),
    (error: unknown) => (gone = error as Error),
  );
  const read = reader(child.stdout, () => gone);
  // It does not keep this process from ending, but while an answer is awaited.
  const pipes = [child.stdin, child.stdout, child.stderr] as unknown as Socket[];
  child.unref();
  const { version, device: place, error } = JSON.parse(await read.line()) as Record<string, string>;
  if (error !== undefined) throw new Error(error);
  pipes.forEach((pipe) => pipe.unref());

  let last: Promise<unknown> = Promise.resolve();
  const ask: Ask = (request, parts = []) => {
    const answered = last.then(async () => {
      const head = Buffer.from(JSON.stringify(request));
      const length = Buffer.alloc(4);
      length.writeUInt32LE(head.length);
      pipes[1].ref();
      try {
        child.stdin.write(Buffer.concat([length, head, ...parts]));
        const { error, outputs = [] } = JSON.parse(
          (await read.bytes((await read.bytes(4)).readUInt32LE())).toString(),
        ) as Answer;
        if (error !== undefined) throw new Error(`PyTorch: ${error}`);
        const arrays = new Map<string, Float32Array>();
        for (const [name, numbers] of outputs)
          arrays.set(name, new Float32Array(Uint8Array.from(await read.bytes(4 * numbers)).buffer));
        return arrays;
      } finally {
        pipes[1].unref();
      }
    });
    last = answered.catch(() => {});
    return answered;
  };
  let programs = 0;
  const compileSized: Engine['compileSized'] = (program) =>
    compileTorch(program, { ask, nextNumber: () => programs++ });
  return {
    name: 'torch',
    description: `PyTorch ${version} on ${place}`,
    ...(device === 'cuda' && { batchNumbers: GPU_NUMBERS }),
    compile: compileFixed(compileSized),
    compileSized,
  };
}

async function compileTorch<Size extends string>(
  { sizes: names, at }: SizedProgram<Size>,
  { ask, nextNumber }: { readonly ask: Ask; readonly nextNumber: () => number },
): Promise<CompiledSizedProgram<Size>> {
  const recorded = recordedSizes(names.length);
  const program = at(Object.fromEntries(names.map((name, k) => [name, recorded[k]])) as Record<Size, number>);
  const { optional = [] } = program;
  const { graph, shapes } = openSizes(trace(program), names.length);
  const load = async (graph: Graph) => {
    const number = nextNumber();
    const model = encodeModel(graph);
    await ask({ op: 'load', program: number, bytes: model.length }, [model]);
    return number;
  };
  const whole = await load(graph);
  const brief = optional.length > 0 ? await load(requiredPart(graph, optional)) : whole;
  return {
    async run(sizes, feeds, { skipOptional = false } = {}) {
      const { inputs } = at(sizes);
      checkFeeds(inputs, feeds);
      const list = names.map((name) => sizes[name]);
      const lists = Object.fromEntries(shapes.map((shape) => [shape.name, shape.at(list)]));
      const given = Object.entries(inputs);
      const results = await ask(
        { op: 'run', program: skipOptional ? brief : whole, feeds: given, lists },
        given.map(([name]) => new Uint8Array(feeds[name].buffer, feeds[name].byteOffset, feeds[name].byteLength)),
      );
      return Object.fromEntries(results);
    },
    async dispose() {
      for (const number of new Set([whole, brief])) await ask({ op: 'free', program: number });
    },
  };
}

/** Bytes of a stream as they are asked for. @rejects Error of `goneFor` where it ends before */
function reader(stream: NodeJS.ReadableStream, goneFor: () => Error | undefined) {
  let buffer = Buffer.alloc(0);
  let wake = (): void => {};
  let isEnded = false;
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    wake();
  });
  stream.on('end', () => {
    isEnded = true;
    wake();
  });
  const more = async (): Promise<void> => {
    while (chunks.length === 0) {
      if (isEnded) {
        // Its exit is told after its output has ended.
        for (let k = 0; goneFor() === undefined && k < 50; k++) await new Promise((resolve) => setTimeout(resolve, 20));
        throw goneFor() ?? new Error('PyTorch ended');
      }
      await new Promise<void>((resolve) => (wake = resolve));
    }
    buffer = Buffer.concat([buffer, ...chunks.splice(0)]);
  };
  const take = (count: number): Buffer => {
    const taken = buffer.subarray(0, count);
    buffer = buffer.subarray(count);
    return taken;
  };
  return {
    async bytes(count: number): Promise<Buffer> {
      while (buffer.length < count) await more();
      return take(count);
    },
    async line(): Promise<string> {
      while (!buffer.includes('\n')) await more();
      return take(buffer.indexOf('\n') + 1).toString();
    },
  };
}
