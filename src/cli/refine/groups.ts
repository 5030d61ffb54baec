/** Records in a row that hold one molecule, as far as their atoms and bonds tell: to be refined together. */
import { withoutFailureFields } from '../../chem/io/failed-records.js';
import { InputError } from '../../chem/io/input-error.js';
import { createDrawNumbers } from '../../generation/refine-structures.js';
import type { BadRecord, InputRecord, StructureRecord } from '../../chem/io/input-record.js';

/** A group, or a record that cannot be read, or what is wrong with the file. */
export type GroupOrError = readonly GroupedRecord[] | BadRecord | InputError;

export interface GroupedRecord extends StructureRecord {
  /** With the seed it identifies the draw. */
  readonly draw: number;
}

/** Records that are held at a time. */
const MOST_TOGETHER = 64;

/** In the order of the file. */
export async function* groupsOf(records: AsyncIterable<InputRecord>): AsyncGenerator<GroupOrError> {
  let group: GroupedRecord[] = [];
  let graph = '';
  let numberOf = createDrawNumbers();
  try {
    for await (const record of records) {
      if (record.kind === 'smiles') continue;
      const next = record.kind === 'structure' ? JSON.stringify([record.structure.atoms, record.structure.bonds]) : '';
      if (group.length > 0 && (next !== graph || group.length >= MOST_TOGETHER)) {
        yield group;
        group = [];
      }
      if (next !== graph) numberOf = createDrawNumbers();
      graph = next;
      if (record.kind === 'structure')
        group.push({ ...record, fields: withoutFailureFields(record.fields), draw: numberOf(record.structure) });
      else yield record;
    }
  } catch (error) {
    // A file that is cut off still gives the records before the cut.
    if (!(error instanceof InputError)) throw error;
    if (group.length > 0) yield group;
    yield error;
    return;
  }
  if (group.length > 0) yield group;
}
