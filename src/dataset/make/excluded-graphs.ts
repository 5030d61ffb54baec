/** Molecular graphs without stereo and isotopes: what keeps the molecules of a validation file out of training. */
import { readMoleculeFile } from '../../chem/io/read-file.node.js';
import { molblock } from '../../chem/molblock.js';
import { withMol, type RDKitModule } from '../../chem/rdkit.js';

/** The canonical SMILES of the graph alone; undefined where RDKit cannot read the input, a SMILES or a molblock. */
export function graphOf(rdkit: RDKitModule, input: string): string | undefined {
  const flat = withMol(rdkit, input, (mol) => mol?.get_smiles('{"doIsomericSmiles":false}'), {
    details: '{"removeHs":true}',
  });
  // Hydrogens that were explicit only for an isotope or E/Z become implicit.
  return flat === undefined ? undefined : withMol(rdkit, flat, (mol) => mol?.get_smiles('{"doIsomericSmiles":false}'));
}

/**
 * The graphs of the molecules in SMILES or SD files.
 * @throws Error where a record cannot be read: a validation molecule left in training data would falsify later results.
 */
export async function graphsOfFiles(rdkit: RDKitModule, files: readonly string[]): Promise<ReadonlySet<string>> {
  const graphs = new Set<string>();
  for (const file of files)
    for await (const record of await readMoleculeFile(file)) {
      if (record.kind === 'error') throw record.error;
      const input = record.kind === 'smiles' ? record.smiles : molblock({ molecule: record.structure, dimension: 2 });
      const graph = graphOf(rdkit, input);
      if (graph === undefined)
        throw new Error(
          `${file}, line ${record.place.line}: the molecule to exclude cannot be read; correct or remove it`,
        );
      graphs.add(graph);
    }
  return graphs;
}
