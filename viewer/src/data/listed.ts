/** Lists of SMILES, whose molecules are to be made. */
import { readMolecules, type InputFormat } from '../../../src/chem/io/read-molecules.js';

export interface Listed {
  readonly smiles: string;
  /** The SMILES where the file gives no name. */
  readonly name: string;
}

/** More are not shown in the page: a library is for the command. */
export const MOST_LISTED = 1000;

/** @throws InputError where a table has no column of SMILES */
export async function readListed(
  text: string,
  { file, format }: { readonly file: string; readonly format: InputFormat },
): Promise<{ listed: Listed[]; problems: string[] }> {
  const listed: Listed[] = [];
  const problems: string[] = [];
  for await (const record of readMolecules([text], { file, format })) {
    if (record.kind === 'error') problems.push(record.error.message);
    if (record.kind !== 'smiles') continue;
    if (listed.length === MOST_LISTED) {
      problems.unshift(
        `The first ${MOST_LISTED.toLocaleString('en')} molecules of ${file} are listed; “molflow generate” makes any number.`,
      );
      break;
    }
    listed.push({ smiles: record.smiles, name: record.name ?? record.smiles });
  }
  return { listed, problems };
}
