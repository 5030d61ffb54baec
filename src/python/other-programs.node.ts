/** Programs of others, and folders for what they are given and give: neither outlives this process, however it exits. */
import {
  spawn,
  type ChildProcess,
  type ChildProcessByStdio,
  type SpawnOptionsWithStdioTuple,
} from 'node:child_process';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';

const running = new Set<ChildProcess>();
const folders = new Set<string>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

export interface Program {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  /** Its exit code; null where a signal ended it. @rejects Error where it cannot be started, or `options.signal` ends it */
  readonly ended: Promise<number | null>;
}

/** @param options of spawn; but not `timeout`, which holds up this process where the program cannot be started */
export function startProgram(
  command: string,
  args: readonly string[],
  options: Omit<SpawnOptionsWithStdioTuple<'pipe', 'pipe', 'pipe'>, 'stdio'> = {},
): Program {
  const child = spawn(command, args, { ...options, stdio: ['pipe', 'pipe', 'pipe'] });
  running.add(child);
  // What it does not read is no error.
  child.stdin.on('error', () => {});
  const ended = new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
  void ended.then(
    () => running.delete(child),
    () => running.delete(child),
  );
  return { child, ended };
}

/** Gives `work` an empty folder, which is gone afterwards. */
export async function inScratchFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(path.join(tmpdir(), 'molflow-'));
  folders.add(folder);
  try {
    return await work(folder);
  } finally {
    folders.delete(folder);
    await rm(folder, { recursive: true, force: true });
  }
}
