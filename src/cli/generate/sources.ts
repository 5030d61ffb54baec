/** The molecules that a command line asks for, in order; not parsed yet. */
import { findMolecule } from '../../chem/named-molecules.js';
import { loadNamedMolecules } from '../../chem/named-molecules.node.js';
import { InputError } from '../../chem/io/input-error.js';
import { withoutFailureFields } from '../../chem/io/failed-records.js';
import type { InputRecord, RecordSource } from '../../chem/io/input-record.js';
import type { MoleculeInput } from '../worker/tasks.js';
import { keyOf } from '../output-flags.js';
import type { GenerateFlags } from './flags.js';

interface Place {
  /** Number among all that are asked for, from 0. */
  readonly index: number;
  /** Line in its file, from 1; 0 where it stands in none. */
  readonly line: number;
  /** As the input has it; undefined where it stands in no file or was too large to be kept. */
  readonly record?: RecordSource | undefined;
  /** What tells it from another molecule at its place. */
  readonly key: string;
}

export interface Source extends Place {
  readonly label: string;
  /** As the input has it. */
  readonly name?: string | undefined;
  readonly input: MoleculeInput;
  /** Its own output, where each molecule has one. */
  readonly file?: string;
  /** What the input says of it beside its name. */
  readonly fields?: ReadonlyMap<string, string>;
}

/** What could not be read. */
export interface Unread extends Place {
  readonly error: Error;
  /** It is the file itself that ends there: what a later run finds in it may differ. */
  readonly isEnd: boolean;
}

/** Those that cannot be read come in their place. */
export async function* sourcesOf(
  { smiles = [], molecule = [] }: GenerateFlags,
  records: AsyncIterable<InputRecord> | undefined,
): AsyncGenerator<Source | Unread> {
  let index = 0;
  const given = (text: string): Place => ({
    index: index++,
    line: 0,
    key: keyOf(text),
    record: { kind: 'smi', text },
  });
  for (const text of smiles) yield { ...given(text), label: text, input: { kind: 'smiles', smiles: text } };
  if (molecule.length > 0) {
    const known = await loadNamedMolecules();
    for (const name of molecule)
      try {
        const { name: label, smiles: text } = findMolecule(known, name);
        yield {
          ...given(`${text} ${label}`),
          label,
          name: label,
          input: { kind: 'smiles', smiles: text, name: label },
        };
      } catch (error) {
        yield { index: index++, line: 0, key: keyOf(name), error: error as Error, isEnd: false };
      }
  }
  if (!records) return;
  let line = 0;
  try {
    for await (const record of records) {
      const { place } = record.kind === 'error' ? record.error : record;
      line = place.line;
      const at: Place = {
        index: index++,
        line,
        record: record.source,
        key: keyOf(record.source?.text ?? `a record at line ${line}`),
      };
      yield record.kind === 'error' ? { ...at, error: record.error, isEnd: false } : { ...at, ...sourceOf(record) };
    }
  } catch (error) {
    // A file that is cut off still gives the records before the cut.
    if (!(error instanceof InputError)) throw error;
    yield { index, line, key: '', error, isEnd: true };
  }
}

function sourceOf(record: Exclude<InputRecord, { kind: 'error' }>): Omit<Source, keyof Place> {
  const { name, fields, place } = record;
  return {
    name,
    label: `${place.file}, line ${place.line}${name ? `, ${name}` : ''}`,
    fields: withoutFailureFields(fields),
    input:
      record.kind === 'smiles'
        ? { kind: 'smiles', smiles: record.smiles, name }
        : { kind: 'structure', structure: record.structure },
  };
}
