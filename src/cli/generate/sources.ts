/** The molecules that a command line asks for, in order; not parsed yet. */
import { findMolecule } from '../../chem/named-molecules.js';
import { loadNamedMolecules } from '../../chem/named-molecules.node.js';
import { InputError } from '../../chem/io/input-error.js';
import type { InputRecord } from '../../chem/io/input-record.js';
import type { MoleculeInput } from '../worker/tasks.js';
import type { GenerateFlags } from './flags.js';

export interface Source {
  readonly label: string;
  readonly input: MoleculeInput;
  /** What the input says of it beside its name. */
  readonly fields?: ReadonlyMap<string, string>;
}

/** Those that cannot be read come as errors in their place. */
export async function* sourcesOf(
  { smiles = [], molecule = [] }: GenerateFlags,
  records: AsyncIterable<InputRecord> | undefined,
): AsyncGenerator<Source | Error> {
  for (const text of smiles) yield { label: text, input: { kind: 'smiles', smiles: text } };
  if (molecule.length > 0) {
    const known = await loadNamedMolecules();
    for (const name of molecule)
      try {
        const found = findMolecule(known, name);
        yield { label: found.name, input: { kind: 'smiles', smiles: found.smiles, name: found.name } };
      } catch (error) {
        yield error as Error;
      }
  }
  if (!records) return;
  try {
    for await (const record of records) yield record.kind === 'error' ? record.error : sourceOf(record);
  } catch (error) {
    // A file that ends in the middle costs what it lacks, not what it gave.
    if (!(error instanceof InputError)) throw error;
    yield error;
  }
}

function sourceOf(record: Exclude<InputRecord, { kind: 'error' }>): Source {
  const { name, fields, place } = record;
  return {
    label: `${place.file}, line ${place.line}${name ? `, ${name}` : ''}`,
    fields,
    input:
      record.kind === 'smiles'
        ? { kind: 'smiles', smiles: record.smiles, name }
        : { kind: 'structure', structure: record.structure },
  };
}
