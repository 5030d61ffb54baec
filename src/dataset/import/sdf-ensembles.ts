/** Reads SD files, such as QM9's `gdb9.sdf` and exports of GEOM's RDKit molecules: records of one title in a row. */
import { readSdf, type SdfRecord } from '../../chem/io/sdf.js';
import type { TextChunks } from '../../chem/io/lines.js';
import type { SourceEnsemble } from './source.js';

export async function* readSdfEnsembles(
  chunks: TextChunks,
  { file = 'SDF', onSkip = () => {} }: { file?: string | undefined; onSkip?: ((reason: string) => void) | undefined } = {},
): AsyncGenerator<SourceEnsemble> {
  let group: SdfRecord[] = [];
  for await (const record of readSdf(chunks, { file, onError: (error) => onSkip(error.message) })) {
    if (group.length > 0 && !belongs(group[0]!, record)) {
      yield ensembleOf(group, file, onSkip);
      group = [];
    }
    group.push(record);
  }
  if (group.length > 0) yield ensembleOf(group, file, onSkip);
}

/** Records without a title stand each for itself. */
function belongs(first: SdfRecord, record: SdfRecord): boolean {
  return record.structure.name !== '' && record.structure.name === first.structure.name;
}

function ensembleOf(records: readonly SdfRecord[], file: string, onSkip: (reason: string) => void): SourceEnsemble {
  const { structure, line, index } = records[0]!;
  const title = structure.name === '' ? `record-${index + 1}` : structure.name;
  const place = `${file}, line ${line} (${title})`;
  const elements = structure.atoms.map(({ element }) => element).join();
  const same = records.filter((record) => record.structure.coordinates && record.structure.atoms.map(({ element }) => element).join() === elements);
  if (same.length < records.length) onSkip(`${place}: ${records.length - same.length} records have no coordinates or another atom order`);
  return {
    title,
    place,
    graph: { kind: 'structure', structure },
    conformers: same.map((record) => ({ coordinates: record.structure.coordinates!, fields: [...record.fields] })),
  };
}
