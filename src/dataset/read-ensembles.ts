/** Reads ensembles from SD files: records of one molecule stand in a row under one title. */
import { moleculeFromStructure } from '../chem/parse.js';
import type { RDKitModule } from '../chem/rdkit.js';
import { openText } from '../chem/io/open.node.js';
import { recordGroups } from '../chem/io/record-groups.js';
import { readSdf, type SdfRecord } from '../chem/io/sdf.js';
import { createRandom } from '../flow/random.js';
import { PHASES, type Phase } from '../network/phase-names.js';
import { stereoAutomorphisms } from '../network/stereo-automorphisms.js';
import type { Ensemble } from './ensemble.js';

/** Whose minima say so in the name of their energy's field. */
const FORCE_FIELDS = ['MMFF94S', 'GFNFF'];

export interface ReadEnsemblesOptions {
  readonly rdkit: RDKitModule;
  readonly file: string;
  /**
   * Share of the molecules that come a second time with some hydrogens as deuterium: isotopes belong to the skeleton,
   * and without these no skeleton would hold a hydrogen. Which ones is a function of the title alone.
   */
  readonly deuterated?: number;
  /** What becomes of a molecule or record that cannot be used; reading goes on after it. */
  readonly onSkip?: (reason: string) => void;
}

/** Yields each ensemble of a file (SDF, plain or gzip) in file order. */
export async function* readEnsembles({
  rdkit,
  file,
  deuterated = 0,
  onSkip = () => {},
}: ReadEnsemblesOptions): AsyncGenerator<Ensemble> {
  const records = readSdf(await openText(file), { file, onError: (error) => onSkip(error.message) });
  for await (const group of recordGroups(records)) {
    for (const records of byPhase(group, onSkip)) {
      const ensemble = ensembleOf(rdkit, file, records, onSkip);
      if (!ensemble) continue;
      yield ensemble;
      const marked = withDeuterium(records, deuterated);
      const twin = marked && ensembleOf(rdkit, file, marked, onSkip);
      if (twin) yield { ...twin, family: ensemble.family };
    }
  }
}

/** Minima of a molecule in the gas phase and in water are two ensembles. */
function byPhase(group: readonly SdfRecord[], onSkip: (reason: string) => void): SdfRecord[][] {
  const phases = group.map(phaseOf);
  group.forEach(({ index, fields, structure }, i) => {
    if (phases[i] === undefined)
      onSkip(
        `record ${index + 1}, '${structure.name}': PHASE is '${fields.get('PHASE')}'; expected ${PHASES.join(' or ')}`,
      );
  });
  return PHASES.map((phase) => group.filter((_, i) => phases[i] === phase)).filter(({ length }) => length > 0);
}

/** Gas where the record does not say; undefined where it names another phase. */
function phaseOf({ fields }: SdfRecord): Phase | undefined {
  const named = (fields.get('PHASE') ?? 'gas').trim().toLowerCase();
  return PHASES.find((phase) => phase === named);
}

/** The records with one to three hydrogens made deuterium, the same in each; undefined for most titles. */
function withDeuterium(records: readonly SdfRecord[], share: number): SdfRecord[] | undefined {
  const { name, atoms } = records[0].structure;
  const random = createRandom([...name].reduce((hash, c) => (Math.imul(hash, 31) + c.charCodeAt(0)) >>> 0, 7));
  const hydrogens = atoms.flatMap((atom, i) => (atom.element === 1 ? [i] : []));
  if (hydrogens.length === 0 || random.uniform() >= share) return undefined;
  const count = 1 + random.integer(Math.min(3, hydrogens.length));
  const chosen = new Set(Array.from({ length: count }, () => hydrogens[random.integer(hydrogens.length)]));
  const mark = (list: SdfRecord['structure']['atoms']) =>
    list.map((atom, i) => (chosen.has(i) ? { ...atom, isotope: 2 } : atom));
  return records.map((record) => ({
    ...record,
    structure: { ...record.structure, atoms: mark(record.structure.atoms) },
  }));
}

function ensembleOf(
  rdkit: RDKitModule,
  file: string,
  records: readonly SdfRecord[],
  onSkip: (reason: string) => void,
): Ensemble | undefined {
  const first = records[0];
  const where = `${file}, line ${first.line}, '${first.structure.name}'`;
  try {
    const { molecule, order } = moleculeFromStructure(rdkit, first.structure);
    if (order.includes(-1))
      throw new Error('has implicit hydrogens; an ensemble needs every hydrogen with its coordinates');
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
        coordinates.set(structure.coordinates.subarray(order[i] * 3, order[i] * 3 + 3), (k * n + i) * 3);
    });
    if (!coordinates.every(Number.isFinite)) throw new Error('has a coordinate that is not a number');
    return {
      molecule,
      family: molecule.smiles,
      forceField: FORCE_FIELDS.some((name) => first.fields.has(`${name}_ENERGY_HARTREE`)),
      phase: phaseOf(first) ?? 'gas',
      coordinates,
      conformers: same.length,
      automorphisms: stereoAutomorphisms(rdkit, molecule),
    };
  } catch (error) {
    onSkip(`${where}: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

function sameGraph(a: SdfRecord, b: SdfRecord): boolean {
  const [p, q] = [a.structure, b.structure];
  return (
    p.atoms.length === q.atoms.length &&
    p.bonds.length === q.bonds.length &&
    p.atoms.every((atom, i) => atom.element === q.atoms[i].element) &&
    p.bonds.every((bond, i) => bond.a === q.bonds[i].a && bond.b === q.bonds[i].b)
  );
}
