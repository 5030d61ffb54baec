/** The bytes of a file, or nothing where there is none. */
import { readFile } from 'node:fs/promises';

/** @throws Error where the file exists but cannot be read: that must not pass for a missing file. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
