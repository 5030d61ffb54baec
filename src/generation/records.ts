/** Conformers as file records: what each says of itself, alike from the command, the library and the web app. */
import type { ConformerRecord, FieldValue } from '../chem/io/conformer-record.js';
import { sdfRecord } from '../chem/io/write-sdf.js';
import type { Molecule } from '../chem/molecule.js';
import { drawName } from '../flow/sampler.js';
import type { Conformer, GenerationResult } from './finish.js';

export interface RecordOptions {
  /** Fields that the input gave: they come first. None has our prefix, but for those of our own files, which give way. */
  readonly given?: ReadonlyMap<string, FieldValue> | undefined;
  readonly likelihood?: { readonly logLikelihood: number; readonly method: string } | undefined;
  /** Why the molecule was cut short, where it was. */
  readonly timeLimit?: string | undefined;
}

/** One conformer of a result as a record; docs/fields.md says what its fields are. */
export function conformerRecord(
  result: GenerationResult,
  conformer: Conformer,
  { given = new Map(), likelihood, timeLimit }: RecordOptions = {},
): ConformerRecord {
  const { molecule } = result;
  const { coordinates } = conformer;
  const fields = new Map<string, FieldValue>([
    ...given,
    ...conformerFields(result, conformer),
    ...(likelihood
      ? ([
          ['MOLFLOW_LOG_LIKELIHOOD', likelihood.logLikelihood.toFixed(3)],
          ['MOLFLOW_LOG_LIKELIHOOD_METHOD', likelihood.method],
        ] as const)
      : []),
    ...(timeLimit === undefined ? [] : ([['MOLFLOW_TIME_LIMIT', timeLimit]] as const)),
  ]);
  return { ...inInputOrder(molecule, coordinates), fields };
}

/** Atoms in the order of the input, hydrogens that it implies after them. */
function inInputOrder(
  molecule: Molecule,
  coordinates: Float32Array,
): Pick<ConformerRecord, 'molecule' | 'coordinates'> {
  const { inputOrder } = molecule;
  if (!inputOrder) return { molecule, coordinates };
  let known = reordered.get(molecule);
  if (!known) reordered.set(molecule, (known = reorder(molecule, inputOrder)));
  return {
    molecule: known.molecule,
    coordinates: Float32Array.from(known.order.flatMap((i) => [...coordinates.subarray(3 * i, 3 * i + 3)])),
  };
}

/** One object a molecule: records of one share it. */
const reordered = new WeakMap<Molecule, ReturnType<typeof reorder>>();

function reorder({ atoms, bonds, mapNumbers, name }: Molecule, inputOrder: readonly number[]) {
  const rank = (i: number): number => (inputOrder[i] < 0 ? Infinity : inputOrder[i]);
  const order = atoms.map((_, i) => i).sort((i, j) => (rank(i) === rank(j) ? i - j : rank(i) - rank(j)));
  const place = new Map(order.map((from, to) => [from, to]));
  return {
    molecule: {
      name,
      atoms: order.map((i) => atoms[i]),
      bonds: bonds.map((bond) => ({ ...bond, a: place.get(bond.a)!, b: place.get(bond.b)! })),
      ...(mapNumbers && { mapNumbers: order.map((i) => mapNumbers[i]) }),
    },
    order,
  };
}

/** The data fields of one conformer, by name. */
export function conformerFields(result: GenerationResult, conformer: Conformer): ReadonlyMap<string, FieldValue> {
  const { molecule, model, seed, forceField = 'MMFF94s' } = result;
  const { draw, energy, relativeEnergy = 0 } = conformer;
  return new Map<string, FieldValue>([
    ['MOLFLOW_SMILES', conformer.assigned || molecule.smiles],
    ['MOLFLOW_MODEL', model],
    ['MOLFLOW_SEED', seed],
    ['MOLFLOW_CONFORMER', result.conformers.indexOf(conformer) + 1],
    ['MOLFLOW_DRAW', drawName(draw)],
    ['MOLFLOW_STEREO_VERIFIED', conformer.stereoVerified ? 'yes' : 'no'],
    ['MOLFLOW_RMSD_TO_FIRST', conformer.rmsdToFirst.toFixed(4)],
    ...(energy === undefined
      ? []
      : ([
          [`MOLFLOW_ENERGY_${forceField.toUpperCase()}`, energy.toFixed(4)],
          ['MOLFLOW_RELATIVE_ENERGY', relativeEnergy.toFixed(4)],
        ] as const)),
  ]);
}

/** An SDF of all conformers delivered. */
export function conformerSdf(result: GenerationResult): string {
  return result.conformers.map((conformer) => sdfRecord(conformerRecord(result, conformer))).join('');
}
