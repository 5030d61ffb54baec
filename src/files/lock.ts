/**
 * Keeps a second run off an output: a file `NAME.lock` beside it that names its process. The lock of a process that is
 * gone, as after kill -9 or a power cut, is taken over.
 */
import { rmSync } from 'node:fs';
import { link, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { explain, OutputError } from './output-error.js';

export interface Lock {
  release(): Promise<void>;
}

interface Owner {
  readonly pid: number;
  readonly host: string;
  /** When the process began, so that another one of the same number is not taken for it; empty where unknown. */
  readonly began: string;
}

/** A run that is ending has this time, so that the next may be started at once, also after kill -9. */
const WAIT_MS = 1000;
const POLL_MS = 50;
/** How often a running process touches its locks. */
const TOUCH_MS = 30_000;
/** Of a process on another machine only the age of its last touch is known. */
const SILENT_MS = 10 * 60_000;

let serial = 0;
/** Those of this process. */
const held = new Set<string>();
// However the process ends, but for a kill.
process.on('exit', () => held.forEach((file) => rmSync(file, { force: true })));

/** @throws OutputError where another run holds the lock, or none can be made beside the output */
export async function lockOutput(target: string): Promise<Lock> {
  const file = `${target}.lock`;
  // Gone in a moment: hidden from whoever looks for the files of an output.
  const own = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.${serial++}`);
  const text = JSON.stringify({ pid: process.pid, host: hostname(), began: await beginningOf('self') } satisfies Owner);
  try {
    // Linked into place, so that no one ever reads half a lock.
    await writeFile(own, text);
    for (const end = Date.now() + WAIT_MS; ;) {
      try {
        await link(own, file);
        break;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
        const isLast = Date.now() >= end;
        if (!(await takeOver(file, { target, aside: `${own}.old`, isLast }))) await sleep(POLL_MS);
      }
    }
  } catch (error) {
    throw explain(error, target);
  } finally {
    await rm(own, { force: true });
  }
  held.add(file);
  const touching = setInterval(() => void utimes(file, new Date(), new Date()).catch(() => {}), TOUCH_MS).unref();
  return {
    async release() {
      clearInterval(touching);
      held.delete(file);
      if ((await readFile(file, 'utf8').catch(() => '')) === text) await rm(file, { force: true });
    },
  };
}

/** Moves the lock of a dead process out of the way; false where its process lives. @throws OutputError instead where it is the last try */
async function takeOver(
  file: string,
  { target, aside, isLast }: { target: string; aside: string; isLast: boolean },
): Promise<boolean> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text === undefined) return true;
  const owner = ownerOf(text);
  if (await isAlive(owner, file)) {
    if (!isLast) return false;
    const where = owner === undefined ? 'Another run' : `Process ${owner.pid} on ${owner.host}`;
    throw new OutputError(
      `cannot write ${target}: ${where} writes it at this moment; wait for it, name another output, or delete ${file} if that run is gone`,
    );
  }
  await rename(file, aside).catch(() => {});
  // Between reading and moving another run may have taken it over: then it gets its lock back.
  if ((await readFile(aside, 'utf8').catch(() => text)) !== text) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
  return true;
}

function ownerOf(text: string): Owner | undefined {
  try {
    const { pid, host, began } = JSON.parse(text) as Partial<Owner>;
    return typeof pid === 'number' && Number.isInteger(pid) && typeof host === 'string' && typeof began === 'string'
      ? { pid, host, began }
      : undefined;
  } catch {
    return undefined;
  }
}

async function isAlive(owner: Owner | undefined, file: string): Promise<boolean> {
  if (owner === undefined || owner.host !== hostname()) {
    const touched = await stat(file).then(
      ({ mtimeMs }) => mtimeMs,
      () => 0,
    );
    return Date.now() - touched < SILENT_MS;
  }
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return owner.began === (await beginningOf(String(owner.pid)));
}

/** Of a process, by Linux: the boot and the clock tick of its start; elsewhere empty. */
async function beginningOf(pid: string): Promise<string> {
  try {
    const [boot, status] = await Promise.all([
      readFile('/proc/sys/kernel/random/boot_id', 'utf8'),
      readFile(`/proc/${pid}/stat`, 'utf8'),
    ]);
    // The name of the program, in brackets, may hold anything; the start is the 20th value after it.
    const values = status.slice(status.lastIndexOf(')') + 2).split(' ');
    return values[0] === 'Z' ? 'ended' : `${boot.trim()}:${values[19]}`;
  } catch {
    return '';
  }
}
