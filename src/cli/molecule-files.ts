/** One file a molecule: how it is called, and that it is whole and takes the place of nothing else. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { compressionOf } from '../files/compression.js';
import { explain, OutputError } from '../files/output-error.js';
import { clearLeftovers, writeWholeFile } from '../files/output-file.js';

/** Whether each molecule gets a file of its own. */
export const isPattern = (out: string): boolean => /\{(name|number)\}/.test(out);

export interface NamedMolecule {
  readonly name: string;
  /** In the file, from 1. */
  readonly number: number;
}

/**
 * Names the files of molecules, to be asked for each in the order of the input: no two are the same, whether or not a
 * file system tells capitals apart.
 * @param pattern a path with {name} or {number}
 */
export function moleculeFileNames(pattern: string): (molecule: NamedMolecule) => string {
  const taken = new Set<string>();
  return ({ name, number }) => {
    const safe =
      name
        .replace(/[^\w.+=@()-]+/gu, '_')
        .replace(/^[.-]/, '_')
        .slice(0, 100) || String(number);
    const named = (text: string) => pattern.replaceAll('{name}', text).replaceAll('{number}', String(number));
    let file = named(safe);
    for (let i = number; taken.has(file.toLowerCase()); i++) file = named(`${safe}-${i}`);
    taken.add(file.toLowerCase());
    return file;
  };
}

/**
 * Makes the folder where it is missing. Without `clobber` a file that is there already stays, and is to be the same.
 * @throws OutputError, also where an unfinished run goes on with a part file of that name
 */
export async function writeMoleculeFile(
  file: string,
  content: string | Uint8Array,
  { clobber }: { readonly clobber: boolean },
): Promise<void> {
  if (existsSync(`${file}.journal`))
    throw new OutputError(
      `cannot write ${file}: ${file}.journal is of a run that writes it; finish that one, or name another folder`,
    );
  if (!clobber) {
    const before = await readFile(file).catch(() => undefined);
    const compression = typeof content === 'string' ? compressionOf(file) : undefined;
    if (before?.equals(compression ? compression.compress(content) : Buffer.from(content))) {
      await clearLeftovers(file);
      return;
    }
  }
  await makeFolder(path.dirname(file));
  await writeWholeFile(file, content, { clobber });
}

/** @throws OutputError */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw explain(error, folder);
  });
}
