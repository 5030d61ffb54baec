/** The molecules of a file of structures: records of equal title and graph in a row are the conformers of one. */
import type { ConformerRecord } from '../../chem/io/conformer-record.js';
import { readMoleculeFile } from '../../chem/io/read-file.node.js';
import { structureFormatOf } from '../../chem/io/read-molecules.js';

/** The conformers of one molecule after another. */
export async function* moleculesOf(
  input: string,
  refuse: (message: string) => void,
): AsyncGenerator<readonly ConformerRecord[]> {
  let molecule: ConformerRecord[] = [];
  let graph = '';
  for await (const record of await readMoleculeFile(input, { format: structureFormatOf(input) })) {
    if (record.kind === 'error') {
      refuse(record.error.message);
      continue;
    }
    if (record.kind === 'smiles') continue;
    const { structure } = record;
    const { coordinates, name } = structure;
    if (structure.ordersUnknown) {
      refuse(`${record.place.file}, line ${record.place.line}: it does not say the orders of its bonds`);
      continue;
    }
    if (!coordinates) {
      refuse(`${record.place.file}, line ${record.place.line}: it has no coordinates`);
      continue;
    }
    const next = JSON.stringify([name, structure.atoms, structure.bonds]);
    if (molecule.length > 0 && next !== graph) {
      yield molecule;
      molecule = [];
    }
    graph = next;
    // They share one molecule object, as the models of a PDB entry do.
    molecule.push({ molecule: molecule[0]?.molecule ?? structure, coordinates, title: name, fields: record.fields });
  }
  if (molecule.length > 0) yield molecule;
}
