/**
 * A process that feeds train-torch.py. It writes its share of the step programs and feature tables into a folder, then
 * an endless stream of points to standard output. Arguments: the task's file, and the sampler's number from 0.
 *
 * A block of points: int32 molecules and atoms, then int32 places [B] and float32 x [B,n,3], t [B], target [B,n,3] and
 * weight [B]. A feature table: int32 M, n, features an atom, features a pair, and 1 where `mobile` follows; then the
 * arrays of `FeatureTable`. Little-endian, as every machine with a GPU is.
 */
import { readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import path from 'node:path';
import { batchSource, type BatchSource, type Points } from '../../dataset/batches.js';
import { readPacked } from '../../dataset/pack.js';
import { encodeModel } from '../../engine/onnx-format.js';
import { trace } from '../../engine/trace.js';
import { createRandom } from '../../flow/random.js';
import { parameterShapes } from '../../network/egnn.js';
import { ATOM_FEATURES, PAIR_FEATURES } from '../../network/features.js';
import { parameterSlices } from '../../network/flat-parameters.js';
import { splitHeldOut } from '../held-out.js';
import { stepProgram, trainedExit } from '../step-program.js';
import type { TorchTask } from './train-torch.node.js';

/** Number of held-out batches, with fixed noise. */
const VALIDATION_BATCHES = 16;

const [taskFile, sampler] = [process.argv[2], Number(process.argv[3])];
const { stage, config, packed, folder, samplers, firstStep, anchorNetwork } = JSON.parse(
  readFileSync(taskFile, 'utf8'),
) as TorchTask;
// Ctrl-C is handled by the command; a sampler ends when its output is no longer read.
process.on('SIGINT', () => {});
const settings = { ...config, stage };
const { kept, heldOut } = splitHeldOut(await readPacked(packed), config.validationShare);
const training = batchSource(kept, settings);
const validation = heldOut.length > 0 ? batchSource(heldOut, settings) : undefined;

const sizes = [...new Set([...training.sizes, ...(validation?.sizes ?? [])])].sort((a, b) => a - b);
const parameters = parameterSlices(parameterShapes(config.network));
sizes.forEach((n, k) => {
  if (k % samplers !== sampler) return;
  const program = stepProgram(config.network, parameters, {
    n,
    size: training.batchSize(n),
    hydrogens: stage === 'hydrogens',
    localDistances: config.localDistances,
    anchor: n <= (config.anchorUpTo ?? 0) ? anchorNetwork : undefined,
    exit: trainedExit(config),
  });
  if (training.sizes.includes(n)) write(`${n}.training`, tableBytes(training, n));
  if (validation?.sizes.includes(n)) write(`${n}.validation`, tableBytes(validation, n));
  write(`${n}.onnx`, [encodeModel(trace(program))]);
});
if (sampler === 0) {
  // Training steps start at 1: the stream of step 0 is the validation's own, the same every time.
  const draws = validation
    ? Array.from({ length: VALIDATION_BATCHES }, (_, k) => validation.drawPoints(createRandom(config.seed, 0, 0, k)))
    : [];
  write('validation.points', draws.flatMap(pointBytes));
}
let readOn = true;
for (let k = 0; readOn; k++)
  readOn = send(Buffer.concat(pointBytes(training.drawPoints(createRandom(config.seed, sampler, firstStep + k)))));

/** Whether standard output is still being read. */
function send(block: Buffer): boolean {
  try {
    for (let at = 0; at < block.length;) at += writeSync(1, block, at);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') return false;
    throw error;
  }
}

function pointBytes({ n, size, places, feeds: { x, t, target, weight } }: Points): Uint8Array[] {
  return [Int32Array.of(size, n), places, x, t, target, weight].map(bytesOf);
}

function tableBytes(source: BatchSource, n: number): Uint8Array[] {
  const { molecules, atoms, pairs, centres, mobile } = source.features(n);
  const head = Int32Array.of(molecules, n, ATOM_FEATURES, PAIR_FEATURES, mobile ? 1 : 0);
  return [head, atoms, pairs, centres, ...(mobile ? [mobile] : [])].map(bytesOf);
}

function bytesOf(array: Int32Array | Float32Array | Uint8Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}

/** Writes a file atomically. */
function write(name: string, parts: readonly Uint8Array[]): void {
  const file = path.join(folder, name);
  writeFileSync(`${file}.part`, Buffer.concat(parts));
  renameSync(`${file}.part`, file);
}
