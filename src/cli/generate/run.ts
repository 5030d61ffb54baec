/** molflow generate at work: molecules from the input through the workers to the output, in order. */
import type { Command } from 'commander';
import { openOutput, OutputError, outputFormatOf, type ConformerOutput } from '../../chem/io/output.node.js';
import { readMoleculeFile } from '../../chem/io/read-file.node.js';
import { SAMPLER_ALIASES } from '../../generation/choose-sampler.js';
import { inOrder } from '../../supervisor/in-order.js';
import { EXIT } from '../exit-codes.js';
import { onInterrupt } from '../interrupt.js';
import { progressBar } from '../progress.js';
import { refuseSharedFiles } from '../shared-files.js';
import { openPool } from '../worker/open-pool.js';
import type { GenerateEvent, GenerateTask } from '../worker/tasks.js';
import { deliver, type Delivery, type Undelivered } from './deliver.js';
import { FAST_MODEL, type GenerateFlags } from './flags.js';
import { failureLine, jsonLine, recordsOf, summary } from './report.js';
import { sourcesOf } from './sources.js';

export async function runGenerate(flags: GenerateFlags, command: Command): Promise<void> {
  if (!flags.smiles && !flags.molecule && !flags.input)
    command.error('error: give --smiles, --molecule or --input', { exitCode: EXIT.usage });
  if (flags.trajectory && outputFormatOf(flags.trajectory) === 'pdb')
    command.error('error: a trajectory is written as .sdf or .xyz', { exitCode: EXIT.usage });
  await refuseSharedFiles(command, {
    inputs: { '--input': flags.input },
    outputs: { '--out': flags.out, '--trajectory': flags.trajectory },
  });
  const renamed = flags.sampler && SAMPLER_ALIASES[flags.sampler];
  if (renamed) process.stderr.write(`molflow: --sampler ${flags.sampler} is called ${renamed} now\n`);
  const interrupt = onInterrupt();
  const pool = openPool<GenerateTask, GenerateEvent>({ ...flags, ...(flags.fast && { model: FAST_MODEL }) });
  interrupt.signal.addEventListener('abort', () => pool.close());
  try {
    await work(flags, pool, interrupt.signal);
  } finally {
    pool.close();
    interrupt.release();
  }
}

async function work(
  flags: GenerateFlags,
  pool: ReturnType<typeof openPool<GenerateTask, GenerateEvent>>,
  signal: AbortSignal,
): Promise<void> {
  const records = flags.input === undefined ? undefined : await readMoleculeFile(flags.input, flags);
  // Everything that can be wrong with model, engine and outputs is known before the first conformer.
  await pool.ready;
  const output = await openOutput(flags.out, { ...(flags.outFormat && { format: flags.outFormat }) });
  const trajectories = flags.trajectory ? await openOutput(flags.trajectory) : undefined;
  const bar = progressBar({ enabled: !flags.quiet && !flags.json && flags.jobs === 1 });
  const say = (line: string) => bar.aside(() => void process.stderr.write(`${line}\n`));
  let [done, failed] = [0, 0];
  try {
    const deliveries = inOrder(
      sourcesOf(flags, records),
      (source) => deliver(source, { pool, flags, onStart: bar.start, onProgress: bar.update }),
      // The next molecules are begun while those before them are written.
      { ahead: 2 * flags.jobs, signal },
    );
    for await (const delivery of deliveries) {
      if (delivery.kind === 'stopped') break;
      const written = delivery.kind === 'failed' ? delivery : await write(delivery, { output, trajectories });
      if (written.kind === 'failed') {
        failed++;
        say(failureLine(written, flags));
        continue;
      }
      done++;
      if (!flags.quiet) say(flags.json ? jsonLine(written.delivery) : summary(written.delivery));
      // More would be made for no one.
      if (!written.isRead) break;
    }
  } finally {
    bar.stop();
    await output.close();
    await trajectories?.close();
  }
  if (signal.aborted) {
    say(`molflow: interrupted; ${done} ${done === 1 ? 'molecule is' : 'molecules are'} written whole`);
    process.exitCode = EXIT.interrupted;
  } else if (done + failed === 0) {
    say(`molflow: ${flags.input ?? 'the input'} holds no molecule`);
    process.exitCode = EXIT.failure;
  } else if (failed > 0) process.exitCode = done > 0 ? EXIT.partly : EXIT.failure;
}

type Delivered = Extract<Delivery, { kind: 'conformers' }>;

/**
 * Writes a molecule whole, or nothing of it. `isRead`: whether somebody still reads standard output.
 * @throws OutputError: what cannot be written would be computed for nothing, and so would all that follows.
 */
async function write(
  delivery: Delivered,
  { output, trajectories }: { readonly output: ConformerOutput; readonly trajectories: ConformerOutput | undefined },
): Promise<{ readonly kind: 'written'; readonly delivery: Delivered; readonly isRead: boolean } | Undelivered> {
  try {
    const isRead = await output.write(recordsOf(delivery));
    for (const trajectory of delivery.trajectories) await trajectories?.write(trajectory);
    return { kind: 'written', delivery, isRead };
  } catch (error) {
    if (error instanceof OutputError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'failed', source: delivery.source, message, seconds: 0 };
  }
}
