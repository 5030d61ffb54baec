/** Converts molecules of public data sets into the SD records that training and evaluation read. */
import { sdfRecord } from '../../chem/io/write-sdf.js';
import { moleculeFromStructure, parseSmiles } from '../../chem/parse.js';
import type { Molecule } from '../../chem/molecule.js';
import type { RDKitModule } from '../../chem/rdkit.js';
import { placeOnGraph } from './place-on-graph.js';
import type { SourceEnsemble } from './source.js';

export interface ImportCounts {
  molecules: number;
  conformers: number;
  /** Left out: molecules that could not be read, and conformers whose bonds or stereo differ from the graph's. */
  skippedMolecules: number;
  skippedConformers: number;
}

export interface ImportOptions {
  readonly rdkit: RDKitModule;
  readonly ensembles: AsyncIterable<SourceEnsemble>;
  /** Only the first so many conformers of a molecule. GEOM lists the lowest energies first. */
  readonly maxConformers?: number | undefined;
  readonly max?: number | undefined;
  /** Titles or SMILES to keep. */
  readonly keep?: ReadonlySet<string> | undefined;
  readonly onSkip?: ((reason: string) => void) | undefined;
  readonly counts?: ImportCounts | undefined;
}

/**
 * Yields the SD records of one molecule after another, as one text each: all hydrogens explicit, one title, the
 * isomeric SMILES in `SMILES`, skeleton atoms first.
 */
export async function* importEnsembles({
  rdkit,
  ensembles,
  maxConformers = Infinity,
  max = Infinity,
  keep,
  onSkip = () => {},
  counts = { molecules: 0, conformers: 0, skippedMolecules: 0, skippedConformers: 0 },
}: ImportOptions): AsyncGenerator<string> {
  for await (const ensemble of ensembles) {
    if (counts.molecules >= max) return;
    const { title, place, graph, conformers } = ensemble;
    if (keep && !keep.has(title) && !(graph.kind === 'smiles' && keep.has(graph.smiles))) continue;
    let text = '';
    let kept = 0;
    try {
      const { molecule, orderOf } = prepare(rdkit, ensemble);
      for (const { coordinates, fields } of conformers) {
        if (kept >= maxConformers) break;
        const order = coordinates.every(Number.isFinite) ? orderOf(coordinates) : undefined;
        if (!order) {
          counts.skippedConformers++;
          onSkip(`${place}: a conformer has other bonds or other stereo than ${molecule.smiles}`);
          continue;
        }
        const placed = new Float32Array(coordinates.length);
        order.forEach((row, i) => placed.set(coordinates.subarray(3 * row, 3 * row + 3), 3 * i));
        const others = fields.filter(([name]) => name !== 'SMILES');
        text += sdfRecord({ molecule, coordinates: placed, title, fields: [['SMILES', molecule.smiles], ...others] });
        kept++;
      }
    } catch (error) {
      counts.skippedMolecules++;
      onSkip(`${place}: ${error instanceof Error ? error.message : String(error)}`);
      continue;
    }
    if (kept === 0) {
      counts.skippedMolecules++;
      continue;
    }
    counts.molecules++;
    counts.conformers += kept;
    yield text;
  }
}

function prepare(
  rdkit: RDKitModule,
  { title, graph }: SourceEnsemble,
): { molecule: Molecule; orderOf: (coordinates: Float32Array) => Int32Array | undefined } {
  if (graph.kind === 'smiles') {
    const molecule = parseSmiles(rdkit, graph.smiles, { name: title });
    return { molecule, orderOf: (coordinates) => placeOnGraph(rdkit, molecule, graph.elements, coordinates) };
  }
  const { molecule, order } = moleculeFromStructure(rdkit, graph.structure);
  if (order.includes(-1)) throw new Error('has implicit hydrogens; expected every hydrogen with its coordinates');
  return { molecule, orderOf: () => order };
}
