/** Records in a row that hold one molecule, as far as their atoms and bonds tell. */
import { withoutFailureFields } from '../../chem/io/failed-records.js';
import { InputError } from '../../chem/io/input-error.js';
import { createDrawNumbers } from '../../generation/refine-structures.js';
import { keyOf } from '../output-flags.js';
import type { BadRecord, InputRecord, StructureRecord } from '../../chem/io/input-record.js';

/** Conformers of one molecule, or a record that cannot be read, or what is wrong with the file. */
export interface Group {
  /** In the file, from 0. */
  readonly index: number;
  /** What tells it from another group; none of the end of a file, of which a later run may find more. */
  readonly key: string | undefined;
  readonly of: readonly GroupedRecord[] | BadRecord | InputError;
  /** Its own output, where each molecule has one. */
  readonly file?: string;
}

export interface GroupedRecord extends StructureRecord {
  /** With the seed it identifies the draw. */
  readonly draw: number;
}

/** Records that are held at a time. */
export const MOST_TOGETHER = 64;

export interface GroupsOptions {
  /** A group is all that goes into one file: records of one title, however many. */
  readonly whole?: boolean;
}

/** In the order of the file. */
export async function* groupsOf(
  records: AsyncIterable<InputRecord>,
  { whole = false }: GroupsOptions = {},
): AsyncGenerator<Group> {
  let index = 0;
  for await (const of of groupedRecords(records, whole)) yield { index: index++, key: keyOfGroup(of), of };
}

function keyOfGroup(of: Group['of']): string | undefined {
  if (of instanceof Error) return undefined;
  if ('error' in of) return keyOf(of.source?.text ?? `a record at line ${of.error.place.line}`);
  return keyOf(of.map(({ source }) => source.text).join('\n$$$$\n'));
}

async function* groupedRecords(records: AsyncIterable<InputRecord>, whole: boolean): AsyncGenerator<Group['of']> {
  let group: GroupedRecord[] = [];
  let graph = '';
  let numberOf = createDrawNumbers();
  const isFull = ({ structure }: StructureRecord) =>
    whole ? structure.name !== group[0]?.structure.name : group.length >= MOST_TOGETHER;
  try {
    for await (const record of records) {
      if (record.kind === 'smiles') continue;
      const next = record.kind === 'structure' ? JSON.stringify([record.structure.atoms, record.structure.bonds]) : '';
      if (group.length > 0 && (record.kind !== 'structure' || next !== graph || isFull(record))) {
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
