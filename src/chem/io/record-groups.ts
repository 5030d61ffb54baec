/** Records of a file that stand in a row and belong together, as the conformers of one molecule do. */
import type { SdfRecord } from './sdf.js';

/** Whether a record has the title of another. */
export const sameTitle = (first: SdfRecord, record: SdfRecord): boolean =>
  record.structure.name === first.structure.name;

/** The records in the order of the file, as lists; a new one begins with each that does not belong to the first of the last. */
export async function* recordGroups(
  records: AsyncIterable<SdfRecord>,
  belongs: (first: SdfRecord, record: SdfRecord) => boolean = sameTitle,
): AsyncGenerator<SdfRecord[]> {
  let group: SdfRecord[] = [];
  for await (const record of records) {
    if (group.length > 0 && !belongs(group[0], record)) {
      yield group;
      group = [];
    }
    group.push(record);
  }
  if (group.length > 0) yield group;
}
