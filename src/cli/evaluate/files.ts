/** Reads the SD files that evaluate compares. */
import { openText } from '../../chem/io/open.node.js';
import { readSdf } from '../../chem/io/sdf.js';
import { gatherConformers, type ConformerSet } from '../../evaluation/conformer-sets.js';

export type ConformersByTitle = ReadonlyMap<string, readonly ConformerSet[]>;

export interface ConformerFile {
  readonly conformers: ConformersByTitle;
  /** Records that could not be read, as messages. */
  readonly unreadable: readonly string[];
}

export async function readConformerFile(
  file: string,
  { max, titles }: { max?: number | undefined; titles?: ReadonlySet<string> | undefined } = {},
): Promise<ConformerFile> {
  const unreadable: string[] = [];
  const records = readSdf(await openText(file), { file, onError: (error) => unreadable.push(error.message) });
  return { conformers: await gatherConformers(records, { max, titles }), unreadable };
}
