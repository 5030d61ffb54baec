/**
 * Training samples a second (forward and backward pass, with copying of weights and gradient), beside PyTorch on the CPU.
 *
 *   npm run bench -- training [--seconds 4] [--python /usr/bin/python3]
 *
 * molflow and PyTorch run in turn, with equal shapes, on one thread each; then two processes of molflow at once, as two
 * workers train.
 */
import { execFile, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { openOnnxEngine } from '../src/engine/onnx.node.js';
import { createRandom } from '../src/flow/random.js';
import { initialParameters, parameterShapes } from '../src/network/egnn.js';
import { flatten, parameterSlices } from '../src/network/flat-parameters.js';
import { stepProgram } from '../src/training/step-program.js';
import { sizeOf } from '../src/engine/program.js';

const SHAPES = [
  { label: 'QM9 skeleton', n: 9, size: 48, width: 64, edgeWidth: 64, layers: 5 },
  { label: 'QM9 skeleton, base model', n: 9, size: 48, width: 160, edgeWidth: 64, layers: 6 },
  { label: 'drug skeleton, base model', n: 25, size: 6, width: 160, edgeWidth: 64, layers: 6 },
] as const;
type BenchShape = (typeof SHAPES)[number];

async function ours({ n, size, layers, ...widths }: BenchShape, seconds: number): Promise<number> {
  const network = { ...widths, layers, chiralWidth: 32 };
  const parameters = parameterSlices(parameterShapes(network));
  const program = stepProgram(network, parameters, { n, size, hydrogens: false });
  const random = createRandom(1);
  const compiled = await (await openOnnxEngine()).compile(program);
  const feeds = Object.fromEntries(
    Object.entries(program.inputs).map(([name, shape]) => [
      name,
      name === 'weights'
        ? flatten(
            initialParameters(network, () => random.normal()),
            parameters.slices,
            parameters.total,
          )
        : name === 'centres'
          ? new Float32Array(sizeOf(shape))
          : Float32Array.from({ length: sizeOf(shape) }, () => random.uniform()),
    ]),
  );
  for (let i = 0; i < 3; i++) await compiled.run(feeds);
  const start = performance.now();
  let steps = 0;
  for (; performance.now() - start < seconds * 1000; steps++) await compiled.run(feeds);
  const rate = (steps * size * 1000) / (performance.now() - start);
  await compiled.dispose();
  return rate;
}

/** `ours` in a process of its own, so that two can run at once. */
function oursElsewhere(index: number, seconds: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = fork(process.argv[1], ['--child', String(index), '--seconds', String(seconds)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    child.on('message', (rate) => resolve(rate as number));
    child.on('exit', (code) => code !== 0 && reject(new Error(`a bench process ended with code ${code}`)));
  });
}

async function torch(
  { n, size, width, edgeWidth, layers }: BenchShape,
  seconds: number,
  python: string,
): Promise<number | undefined> {
  const script = fileURLToPath(new URL('../../../bench/training-torch.py', import.meta.url));
  try {
    const { stdout } = await promisify(execFile)(python, [
      script,
      ...[n, size, width, edgeWidth, layers, seconds].map(String),
    ]);
    return Number(stdout);
  } catch (error) {
    process.stderr.write(`PyTorch is left out: ${(error as Error).message.split('\n').at(-2) ?? String(error)}\n`);
    return undefined;
  }
}

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '4' },
    python: { type: 'string', default: '/usr/bin/python3' },
    child: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
if (values.child !== undefined) {
  process.send!(await ours(SHAPES[Number(values.child)], seconds));
} else {
  for (const [index, shape] of SHAPES.entries()) {
    const one = await ours(shape, seconds);
    const peer = await torch(shape, seconds, values.python);
    const two = await Promise.all([oursElsewhere(index, seconds), oursElsewhere(index, seconds)]);
    const { label, n, size, width, edgeWidth, layers } = shape;
    process.stdout.write(
      `${label} (${n} atoms, batch ${size}, H ${width}, E ${edgeWidth}, L ${layers}): ${one.toFixed(0)} samples/s on one thread` +
        (peer ? `, PyTorch ${peer.toFixed(0)}: ratio ${(one / peer).toFixed(2)}` : '') +
        `; two processes ${(two[0] + two[1]).toFixed(0)}\n`,
    );
  }
}
