/** The conformers of molecules/, each with its molecule and in the order of its atoms. */
import { geometryPlan, type GeometryPlan } from '../src/chem/geometry-plan.js';
import { openText } from '../src/chem/io/open.node.js';
import { recordGroups } from '../src/chem/io/record-groups.js';
import { readSdf } from '../src/chem/io/sdf.js';
import type { Molecule } from '../src/chem/molecule.js';
import { moleculeFromStructure } from '../src/chem/parse.js';
import type { RDKitModule } from '../src/chem/rdkit.js';

export const REFERENCE_FILES = [
  'molecules/reference/drug-ensembles.sdf.gz',
  'molecules/reference/qm9-ensembles.sdf.gz',
  'molecules/training/pubchem-gfn2.sdf.gz',
  'molecules/training/qm9-gfn2.sdf.gz',
  'molecules/training/rare-bonds-gfn2.sdf.gz',
  'molecules/training/classes-gfn2.sdf.gz',
  'molecules/validation/rare-bonds.sdf.gz',
];

export interface ReferenceConformer {
  readonly molecule: Molecule;
  readonly plan: GeometryPlan;
  /** [n,3] Å */
  readonly coordinates: Float32Array;
}

/** Records of one title share the molecule of the first: they have its atoms in its order. */
export async function* referenceConformers(
  rdkit: RDKitModule,
  files: readonly string[],
): AsyncGenerator<ReferenceConformer> {
  for (const file of files) {
    for await (const group of recordGroups(readSdf(await openText(file), { file }))) {
      const { molecule, order } = moleculeFromStructure(rdkit, group[0].structure);
      const plan = geometryPlan(molecule);
      for (const { structure } of group) {
        const coordinates = new Float32Array(3 * order.length);
        order.forEach((from, i) => coordinates.set(structure.coordinates!.subarray(3 * from, 3 * from + 3), 3 * i));
        yield { molecule, plan, coordinates };
      }
    }
  }
}
