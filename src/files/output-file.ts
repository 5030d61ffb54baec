/**
 * One way of writing files: into a part file `NAME.part` beside the target, which takes the target's name in one move
 * when it is whole. Until then what stands under the name stays. Standard output, devices and pipes have no way back
 * and are written as they are.
 */
import { constants } from 'node:fs';
import {
  chmod,
  chown,
  lstat,
  link,
  open,
  readlink,
  realpath,
  rename,
  rm,
  stat,
  type FileHandle,
} from 'node:fs/promises';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { compressionOf } from './compression.js';
import { lockOutput, type Lock } from './lock.js';
import { explain, OutputError } from './output-error.js';
import { printable } from './printable.js';

export interface OpenOptions {
  /** Whether an existing file is replaced when the new one is whole. */
  readonly clobber?: boolean | undefined;
  /** Goes on with the part file of an unfinished run, where there is one. */
  readonly resume?: boolean | undefined;
  /** Begins anew where there is the part file of an unfinished run. */
  readonly force?: boolean | undefined;
  /** Writes to the file itself, which goes on where it ended: one that a run keeps for its later parts. */
  readonly inPlace?: boolean | undefined;
}

/** Bytes of a file that have been written since the last mark, and what they sum up to. */
export interface Stretch {
  /** Where it ends. */
  readonly to: number;
  /** CRC-32 of its bytes. */
  readonly crc: number;
}

export interface OutputFile {
  /** As it was named. */
  readonly name: string;
  /** The file that is written to; undefined for standard output, devices and pipes. */
  readonly part: string | undefined;
  /** Bytes up to the last mark. */
  readonly marked: number;
  /**
   * Appends, text as one gzip member or zstd frame where the name ends in .gz or .zst, bytes as they are, and waits until the system has it. False where the
   * reader of standard output or of a pipe has gone: nothing more need be made.
   * @throws OutputError, after which the file ends at the last mark
   */
  write(text: string | Uint8Array): Promise<boolean>;
  /** Declares what was written since the last mark to be whole. @throws OutputError where the file is no longer what was written */
  mark(): Promise<Stretch>;
  /** Takes back what was written since the last mark. */
  back(): Promise<void>;
  /** The CRC-32 of bytes that were written before. */
  crcOf(from: number, to: number): Promise<number>;
  /** Cuts the file to its first bytes, from which writing goes on. */
  cut(to: number): Promise<void>;
  /** Waits until the disk has what was written. */
  sync(): Promise<void>;
  /**
   * Gives the part file its name. Where nothing was written an existing file stays, unless `empty` says that the new
   * one is to replace it all the same.
   * @throws OutputError, the part file staying
   */
  finish(options?: { readonly empty?: 'keep' | 'replace' }): Promise<void>;
  /** Closes without a move: the part file stays, but for an empty one. To be called after `finish`, too, for errors' sake. */
  close(): Promise<void>;
}

/**
 * Opens `name` for writing; `-` and /dev/stdout are standard output. A symbolic link stays, its target is replaced.
 * @throws OutputError at once where it cannot be written, another run writes it, it exists and `clobber` is false, or an
 * unfinished run has left its part file and neither `resume` nor `force` is given
 */
export async function openOutputFile(name: string, options: OpenOptions = {}): Promise<OutputFile> {
  if (await isStandardOutput(name)) return standardOutput(name);
  try {
    const before = await stat(name).catch(() => undefined);
    compressionOf(name);
    if (before?.isDirectory()) throw Object.assign(new Error(), { code: 'EISDIR' });
    if (before && !before.isFile()) return await openStream(name);
    return await openPart(name, await targetOf(name), before, options);
  } catch (error) {
    throw explain(error, name);
  }
}

/** Whether nothing stands between the output and its reader: it has no part file, no journal and no lock. */
export async function isStream(name: string): Promise<boolean> {
  if (await isStandardOutput(name)) return true;
  const found = await stat(name).catch(() => undefined);
  return found !== undefined && !found.isFile() && !found.isDirectory();
}

const STANDARD_OUTPUT: readonly string[] = ['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1'];

/** By one of its names, or a symbolic link to one: where it is a file, others may write to that, too. */
async function isStandardOutput(name: string): Promise<boolean> {
  if (name === '-') return true;
  let at = path.resolve(name);
  for (let links = 0; links < 40 && !STANDARD_OUTPUT.includes(at); links++) {
    const next = await readlink(at).catch(() => undefined);
    if (next === undefined) return false;
    at = path.resolve(path.dirname(at), next);
  }
  return STANDARD_OUTPUT.includes(at);
}

/** Where a chain of symbolic links ends, also at a file that is not there yet. */
export async function targetOf(name: string): Promise<string> {
  let at = path.resolve(name);
  for (let links = 0; links < 40; links++) {
    if (!(await lstat(at).catch(() => undefined))?.isSymbolicLink()) break;
    at = path.resolve(await realpath(path.dirname(at)), await readlink(at));
  }
  return at;
}

async function openPart(
  name: string,
  target: string,
  before: Awaited<ReturnType<typeof stat>> | undefined,
  { clobber = true, force = false, inPlace = false, resume = inPlace }: OpenOptions,
): Promise<OutputFile> {
  if (before && !clobber)
    throw new OutputError(`cannot write ${name}: it exists, and --no-clobber keeps it; name another output`);
  // A file that may not be written is not to be replaced either, though its folder would allow it.
  if (before) await (await open(target, constants.O_WRONLY)).close();
  const lock = await lockOutput(target);
  const part = inPlace ? target : `${target}.part`;
  let handle: FileHandle;
  try {
    const left = await stat(part).catch(() => undefined);
    if (left && !left.isFile()) throw new OutputError(`cannot write ${name}: ${part} is no file; move it away`);
    if (left && left.size > 0 && !resume && !force)
      throw new OutputError(
        `cannot write ${name}: an unfinished run has left ${part}; --resume goes on with it, --force begins anew`,
      );
    handle = await open(part, constants.O_RDWR | constants.O_CREAT | (resume ? 0 : constants.O_TRUNC));
    if (before) {
      await chmod(part, Number(before.mode) & 0o7777);
      await chown(part, Number(before.uid), Number(before.gid)).catch(() => {});
    }
  } catch (error) {
    await lock.release();
    throw error;
  }
  return partFile({ name, target, part, handle, lock, clobber, resume });
}

interface Part {
  readonly name: string;
  readonly target: string;
  readonly part: string;
  readonly handle: FileHandle;
  readonly lock: Lock;
  readonly clobber: boolean;
  readonly resume: boolean;
}

async function partFile({ name, target, part, handle, lock, clobber, resume }: Part): Promise<OutputFile> {
  const compression = compressionOf(name);
  let marked = resume ? (await handle.stat()).size : 0;
  let end = marked;
  let crc = 0;
  let state: 'open' | 'finished' | 'closed' = 'open';

  async function cut(to: number): Promise<void> {
    await handle.truncate(to);
    [marked, end, crc] = [to, to, 0];
  }
  async function append(text: string | Uint8Array): Promise<void> {
    const bytes = typeof text === 'string' ? Buffer.from(text) : text;
    for (let at = 0; at < bytes.length;) {
      const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, end + at);
      at += bytesWritten;
    }
    crc = crc32(bytes, crc);
    end += bytes.length;
  }
  async function guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      // Half a record is of use to no one.
      await cut(marked).catch(() => {});
      throw explain(error, name);
    }
  }
  return {
    name,
    part,
    get marked() {
      return marked;
    },
    write: async (text) => {
      // Not buffered here: a record that the system has been given outlives the process.
      if (text.length > 0)
        await guarded(() => append(compression && typeof text === 'string' ? compression.compress(text) : text));
      return true;
    },
    mark: async () => {
      await guarded(async () => {
        const { size, nlink } = await handle.stat();
        if (nlink === 0) throw new OutputError(`cannot write ${name}: ${part} was removed while it was written`);
        if (size !== end)
          throw new OutputError(
            `cannot write ${name}: ${part} was changed while it was written: it has ${size} bytes and should have ${end}`,
          );
      });
      const stretch = { to: end, crc };
      [marked, crc] = [end, 0];
      return stretch;
    },
    back: () => (state === 'open' && end > marked ? cut(marked) : Promise.resolve()),
    cut,
    async crcOf(from, to) {
      const buffer = Buffer.alloc(Math.min(1 << 20, Math.max(1, to - from)));
      let sum = 0;
      for (let at = from; at < to;) {
        const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, to - at), at);
        if (bytesRead === 0) return -1;
        sum = crc32(buffer.subarray(0, bytesRead), sum);
        at += bytesRead;
      }
      return sum;
    },
    sync: () => guarded(() => handle.datasync()),
    async finish({ empty = 'keep' } = {}) {
      if (state !== 'open' || part === target) return;
      try {
        if (end === 0 && empty === 'keep') await rm(part, { force: true });
        else {
          if (end === 0 && compression) await append(compression.compress(''));
          await handle.sync();
          if (clobber) await rename(part, target);
          else await moveWithoutReplacing(part, target);
          await syncFolder(path.dirname(target));
        }
      } catch (error) {
        throw explain(error, name);
      }
      state = 'finished';
    },
    async close() {
      if (state === 'closed') return;
      const left = state === 'open';
      state = 'closed';
      try {
        if (left && part !== target && (await handle.stat()).size === 0) await rm(part, { force: true });
        await handle.close();
      } catch (error) {
        throw explain(error, name);
      } finally {
        await lock.release();
      }
    },
  };
}

async function moveWithoutReplacing(part: string, target: string): Promise<void> {
  try {
    await link(part, target);
    await rm(part);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST')
      throw new OutputError(
        `cannot write ${target}: it has come into being meanwhile, and --no-clobber keeps it; what was made is in ${part}`,
      );
    // Not every file system has hard links.
    await rename(part, target);
  }
}

/** The move itself is safe from a power cut once the folder is on the disk. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY).catch(() => undefined);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

async function openStream(name: string): Promise<OutputFile> {
  const handle = await open(name, constants.O_WRONLY);
  const compression = compressionOf(name);
  let closed = false;
  return stream(name, {
    write: async (text) => {
      try {
        await handle.writeFile(compression && typeof text === 'string' ? compression.compress(text) : text);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EPIPE') return false;
        throw explain(error, name);
      }
      return true;
    },
    close: async () => {
      if (!closed) await handle.close();
      closed = true;
    },
  });
}

/** Titles and fields are of strangers: on a terminal nothing in them is a command to it. */
const onTerminal = (text: string | Uint8Array): string | Uint8Array =>
  process.stdout.isTTY && typeof text === 'string' ? printable(text) : text;

function standardOutput(name: string): OutputFile {
  let gone = false;
  let failure: OutputError | undefined;
  const onError = (error: Error): void => {
    if ((error as NodeJS.ErrnoException).code === 'EPIPE') gone = true;
    else failure = explain(error, 'standard output');
  };
  // Stays in place after closing: the error of a closed pipe may arrive late.
  process.stdout.on('error', onError);
  return stream(name, {
    write: async (text) => {
      if (!gone) {
        await new Promise<void>((resolve) =>
          process.stdout.write(onTerminal(text), (error) => {
            if (error) onError(error);
            resolve();
          }),
        );
      }
      if (failure !== undefined) throw failure;
      return !gone;
    },
    close: async () => {},
  });
}

function stream(name: string, { write, close }: Pick<OutputFile, 'write' | 'close'>): OutputFile {
  const nothing = (): Promise<void> => Promise.resolve();
  // Nothing of it can be read again, so its stretches are empty; what was written counts all the same.
  let [marked, end] = [0, 0];
  return {
    name,
    part: undefined,
    get marked() {
      return marked;
    },
    write: (text) => {
      end += Buffer.byteLength(text);
      return text.length === 0 ? Promise.resolve(true) : write(text);
    },
    mark: () => {
      marked = end;
      return Promise.resolve({ to: 0, crc: 0 });
    },
    back: nothing,
    crcOf: () => Promise.resolve(0),
    cut: nothing,
    sync: nothing,
    finish: close,
    close,
  };
}

/**
 * Writes a file that is made at once, such as a report.
 * @throws OutputError, what stood under the name staying
 */
export async function writeWholeFile(
  name: string,
  content: string | Uint8Array,
  { clobber = true }: { readonly clobber?: boolean | undefined } = {},
): Promise<void> {
  const file = await openOutputFile(name, { clobber, force: true });
  try {
    await file.write(content);
    await file.finish({ empty: 'replace' });
  } finally {
    await file.back();
    await file.close();
  }
}

/**
 * Takes away what a killed run left beside a file that is whole all the same: its part file and its lock.
 * @throws OutputError where another run writes the file at this moment
 */
export async function clearLeftovers(name: string): Promise<void> {
  const target = await targetOf(name);
  const part = `${target}.part`;
  const found = await Promise.all([part, `${target}.lock`].map((file) => lstat(file).catch(() => undefined)));
  if (found.every((file) => file === undefined)) return;
  const lock = await lockOutput(target);
  try {
    await rm(part, { force: true });
  } finally {
    await lock.release();
  }
}
