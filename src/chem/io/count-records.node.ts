/** Counts the records of a file of molecules without reading them: enough for a progress bar. */
import { stat } from 'node:fs/promises';
import type { InputFormat } from './read-molecules.js';
import { openText } from './open.node.js';

/** Undefined for what can be read but once, such as a pipe. @throws InputError */
export async function countRecords(path: string, format: InputFormat): Promise<number | undefined> {
  // How many ligands an entry has is known when it is read.
  if (path === '-' || format === 'pdb' || format === 'cif' || !(await stat(path)).isFile()) return undefined;
  let [count, rest] = [0, ''];
  const isRecord =
    format === 'sdf'
      ? (line: string) => line.startsWith('$$$$')
      : format === 'mol2'
        ? (line: string) => line.startsWith('@<TRIPOS>MOLECULE')
        : (line: string) => line.trim() !== '' && !line.startsWith('#');
  for await (const chunk of await openText(path)) {
    const lines = `${rest}${chunk}`.split('\n');
    for (let i = 0; i < lines.length - 1; i++) if (isRecord(lines[i])) count++;
    rest = lines[lines.length - 1];
  }
  if (isRecord(rest)) count++;
  return format === 'csv' || format === 'tsv' ? Math.max(0, count - 1) : count;
}
