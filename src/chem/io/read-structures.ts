/** Reads the structures of a file of any of the formats that hold them, as one stream of records. */
import { molblock } from '../molblock.js';
import type { Structure } from '../structure.js';
import type { InputRecord } from './input-record.js';
import type { TextChunks } from './lines.js';
import { readMol2Items } from './mol2.js';
import { readPdb } from './pdb.js';
import { RecordError } from './record-error.js';
import { readSdfItems } from './sdf.js';
import { readStructureCif } from './structure-cif.js';

export type StructureFormat = 'sdf' | 'mol2' | 'pdb' | 'cif';

interface Read {
  readonly structure: Structure;
  readonly fields: ReadonlyMap<string, string>;
  readonly index: number;
  readonly line: number;
  /** Of an SD record. */
  readonly lines?: readonly string[];
}

/**
 * SD records and MOL2 molecules as they are; of a PDB or mmCIF entry the ligands, with the residues that they consist of
 * in the field RESIDUES; of a dictionary of components each of them.
 */
export async function* readStructures(
  chunks: TextChunks,
  { format, file }: { readonly format: StructureFormat; readonly file: string },
): AsyncGenerator<InputRecord> {
  for await (const item of itemsOf(chunks, { format, file })) {
    if (item instanceof RecordError) {
      yield {
        kind: 'error',
        error: item,
        source: item.text === undefined ? undefined : { kind: 'sdf', text: item.text },
      };
      continue;
    }
    const { structure, fields, index, line, lines } = item;
    const name = structure.name === '' ? undefined : structure.name;
    yield {
      kind: 'structure',
      structure,
      name,
      fields,
      place: { file, index, line, name },
      source: {
        kind: 'sdf',
        text: lines?.join('\n') ?? molblock({ molecule: structure, coordinates: structure.coordinates }),
      },
    };
  }
}

async function* itemsOf(
  chunks: TextChunks,
  { format, file }: { readonly format: StructureFormat; readonly file: string },
): AsyncGenerator<Read | RecordError> {
  switch (format) {
    case 'sdf':
      yield* readSdfItems(chunks, { file });
      return;
    case 'mol2':
      yield* readMol2Items(chunks, { file });
      return;
    case 'pdb': {
      const { ligands, atoms } = await readPdb(chunks);
      if (ligands.length === 0) {
        const problem =
          atoms === 0
            ? 'it holds no atoms: is it a PDB file?'
            : `of its ${atoms} atoms none is of a ligand: chains, water and ions alone`;
        yield new RecordError(problem, { file, index: 0, line: 1 });
      }
      for (const [index, ligand] of ligands.entries()) yield { ...ligand, index, fields: residuesOf(ligand) };
      return;
    }
    case 'cif': {
      let index = 0;
      for await (const item of readStructureCif(chunks)) {
        const place = { file, index: index++, line: item.line };
        yield 'problem' in item
          ? new RecordError(item.problem, { ...place, name: item.name })
          : { ...item, index: place.index, fields: residuesOf(item) };
      }
      if (index === 0)
        yield new RecordError('it defines no component and holds no atoms in mmCIF', { file, index, line: 1 });
    }
  }
}

function residuesOf({ residues }: { readonly residues?: string | undefined }): ReadonlyMap<string, string> {
  return new Map(residues === undefined ? [] : [['RESIDUES', residues]]);
}
