/** Reads the molecules of a file or of standard input. */

import type { InputRecord } from './input-record.js';
import { openText, STDIN_NAME } from './open.node.js';
import { inputFormatOf, readMolecules, type InputFormat } from './read-molecules.js';

export interface ReadMoleculeFileOptions {
  /** By default what the extension says; SMILES for standard input. */
  readonly format?: InputFormat | undefined;
  /** For tables: see readTable. */
  readonly smilesColumn?: string | undefined;
  readonly nameColumn?: string | undefined;
}

/**
 * Opens `path` (`-` is standard input; gzip is recognised by its content) and streams its records.
 * @throws InputError at once where the file cannot be opened or its format is unknown
 */
export async function readMoleculeFile(
  path: string,
  { format = path === '-' ? 'smi' : inputFormatOf(path), smilesColumn, nameColumn }: ReadMoleculeFileOptions = {},
): Promise<AsyncGenerator<InputRecord>> {
  const text = await openText(path);
  return readMolecules(text, { format, file: path === '-' ? STDIN_NAME : path, smilesColumn, nameColumn });
}
