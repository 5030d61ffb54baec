/** Reads ensembles from SD files: records of one molecule stand in a row under one title. */
import { moleculeFromStructure } from '../chem/parse.js';
import type { RDKitModule } from '../chem/rdkit.js';
import { openText } from '../chem/io/open.node.js';
import { readSdf, type SdfRecord } from '../chem/io/sdf.js';
import { stereoAutomorphisms } from '../network/stereo-automorphisms.js';
import type { Ensemble } from './ensemble.js';

export interface ReadEnsemblesOptions {
  readonly rdkit: RDKitModule;
  readonly file: string;
  /** What becomes of a molecule or record that cannot be used; reading goes on after it. */
  readonly onSkip?: (reason: string) => void;
}

/** Yields each ensemble of a file (SDF, plain or gzip) in file order. */
export async function* readEnsembles({ rdkit, file, onSkip = () => {} }: ReadEnsemblesOptions): AsyncGenerator<Ensemble> {
  let group: SdfRecord[] = [];
  const records = readSdf(await openText(file), { file, onError: (error) => onSkip(error.message) });
  for await (const record of records) {
    if (group.length > 0 && record.structure.name !== group[0]!.structure.name) {
      yield* ensembleOf(rdkit, file, group, onSkip);
      group = [];
    }
    group.push(record);
  }
  if (group.length > 0) yield* ensembleOf(rdkit, file, group, onSkip);
}

function* ensembleOf(
  rdkit: RDKitModule,
  file: string,
  records: readonly SdfRecord[],
  onSkip: (reason: string) => void,
): Generator<Ensemble> {
  const first = records[0]!;
  const where = `${file}, line ${first.line}, '${first.structure.name}'`;
  try {
    const { molecule, order } = moleculeFromStructure(rdkit, first.structure);
    if (order.includes(-1)) throw new Error('has implicit hydrogens; an ensemble needs every hydrogen with its coordinates');
    const same = records.filter((record) => {
      if (sameGraph(first, record)) return true;
      onSkip(`${where}: record ${record.index + 1} has another atom order or other bonds than the first of its title`);
      return false;
    });
    const n = molecule.atoms.length;
    const coordinates = new Float32Array(same.length * n * 3);
    same.forEach(({ structure }, k) => {
      if (!structure.coordinates) throw new Error('has no coordinates');
      for (let i = 0; i < n; i++)
        coordinates.set(structure.coordinates.subarray(order[i]! * 3, order[i]! * 3 + 3), (k * n + i) * 3);
    });
    if (!coordinates.every(Number.isFinite)) throw new Error('has a coordinate that is not a number');
    yield {
      molecule,
      forceField: first.fields.has('MMFF94S_ENERGY_HARTREE'),
      coordinates,
      conformers: same.length,
      automorphisms: stereoAutomorphisms(rdkit, molecule),
    };
  } catch (error) {
    onSkip(`${where}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function sameGraph(a: SdfRecord, b: SdfRecord): boolean {
  const [p, q] = [a.structure, b.structure];
  return (
    p.atoms.length === q.atoms.length &&
    p.bonds.length === q.bonds.length &&
    p.atoms.every((atom, i) => atom.element === q.atoms[i]!.element) &&
    p.bonds.every((bond, i) => bond.a === q.bonds[i]!.a && bond.b === q.bonds[i]!.b)
  );
}
