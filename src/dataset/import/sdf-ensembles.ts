/** Reads SD files, such as QM9's `gdb9.sdf` and exports of GEOM's RDKit molecules: records of one title in a row. */
import { recordGroups, sameTitle } from '../../chem/io/record-groups.js';
import { readSdf, type SdfRecord } from '../../chem/io/sdf.js';
import type { TextChunks } from '../../chem/io/lines.js';
import type { SourceEnsemble } from './source.js';

export async function* readSdfEnsembles(
  chunks: TextChunks,
  {
    file = 'SDF',
    onSkip = () => {},
  }: { file?: string | undefined; onSkip?: ((reason: string) => void) | undefined } = {},
): AsyncGenerator<SourceEnsemble> {
  const records = readSdf(chunks, { file, onError: (error) => onSkip(error.message) });
  for await (const group of recordGroups(records, belongs)) yield ensembleOf(group, file, onSkip);
}

/** Records without a title stand each for itself. */
function belongs(first: SdfRecord, record: SdfRecord): boolean {
  return record.structure.name !== '' && sameTitle(first, record);
}

function ensembleOf(records: readonly SdfRecord[], file: string, onSkip: (reason: string) => void): SourceEnsemble {
  const { structure, line, index } = records[0];
  const title = structure.name === '' ? `record-${index + 1}` : structure.name;
  const place = `${file}, line ${line} (${title})`;
  const elements = structure.atoms.map(({ element }) => element).join();
  const same = records.flatMap(({ structure: { atoms, coordinates }, fields }) =>
    coordinates && atoms.map(({ element }) => element).join() === elements
      ? [{ coordinates, fields: [...fields] }]
      : [],
  );
  if (same.length < records.length)
    onSkip(`${place}: ${records.length - same.length} records have no coordinates or another atom order`);
  return {
    title,
    place,
    graph: { kind: 'structure', structure },
    conformers: same,
  };
}
