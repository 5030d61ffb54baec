/** Conformers as file records: what each says of itself, alike from the command, the library and the web app. */
import type { ConformerRecord, FieldValue } from '../chem/io/conformer-record.js';
import { sdfRecord } from '../chem/io/write-sdf.js';
import { inputNumber } from '../chem/match-order.js';
import type { Molecule, StereoAxis } from '../chem/molecule.js';
import { drawName } from '../flow/sampler.js';
import { rowsOf } from '../geometry/move-onto.js';
import type { Conformer, GenerationResult, IsomerResult } from './finish.js';

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
  options: RecordOptions = {},
): ConformerRecord {
  return recordOf(result, conformer, inInputOrder(result.molecule), options);
}

/** All conformers of a result as records. Those of a stereoisomer share one molecule: so the writer of PDB knows where the next begins. */
export function conformerRecords(
  result: GenerationResult,
  optionsOf: (index: number) => RecordOptions = () => ({}),
): ConformerRecord[] {
  let index = 0;
  return (result.isomers ?? [result]).flatMap((isomer) => {
    const ordered = inInputOrder(isomer.molecule);
    return isomer.conformers.map((conformer) => recordOf(isomer, conformer, ordered, optionsOf(index++)));
  });
}

function recordOf(
  result: GenerationResult,
  conformer: Conformer,
  { molecule, order }: Ordered,
  { given = new Map(), likelihood, timeLimit }: RecordOptions,
): ConformerRecord {
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
  const { coordinates } = conformer;
  return {
    molecule,
    coordinates: order ? rowsOf(coordinates, order) : coordinates,
    fields,
  };
}

interface Ordered {
  readonly molecule: ConformerRecord['molecule'];
  /** Which atom of the molecule generated is the i-th of the record; the same one where it is undefined. */
  readonly order?: readonly number[] | undefined;
}

/** Atoms in the order of the input, hydrogens that it implies after them. */
function inInputOrder(molecule: Molecule): Ordered {
  const { atoms, bonds, mapNumbers, name, inputOrder } = molecule;
  if (!inputOrder) return { molecule };
  const rank = (i: number): number => (inputOrder[i] < 0 ? Infinity : inputOrder[i]);
  const order = atoms.map((_, i) => i).sort((i, j) => (rank(i) === rank(j) ? i - j : rank(i) - rank(j)));
  const place = new Int32Array(atoms.length);
  order.forEach((from, to) => (place[from] = to));
  return {
    molecule: {
      name,
      atoms: order.map((i) => atoms[i]),
      bonds: bonds.map((bond) => ({ ...bond, a: place[bond.a], b: place[bond.b] })),
      ...(mapNumbers && { mapNumbers: order.map((i) => mapNumbers[i]) }),
    },
    order,
  };
}

/** The data fields of one conformer, by name. */
export function conformerFields(result: GenerationResult, conformer: Conformer): ReadonlyMap<string, FieldValue> {
  const { molecule, model, phase, seed, forceField = 'MMFF94s', placement } = result;
  const { number: isomer } = result as Partial<IsomerResult>;
  const { axes = [], notes = [] } = molecule;
  const hindered = axes.filter(({ kind }) => kind === 'atropisomer');
  const { draw, energy, relativeEnergy = 0, rmsdToReference } = conformer;
  return new Map<string, FieldValue>([
    ['MOLFLOW_SMILES', conformer.assigned || molecule.smiles],
    ['MOLFLOW_MODEL', model],
    ['MOLFLOW_PHASE', phase],
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
    ...(conformer.unrelaxed === undefined ? [] : ([['MOLFLOW_RELAXED', `no: ${conformer.unrelaxed}`]] as const)),
    ...(isomer === undefined ? [] : ([['MOLFLOW_STEREOISOMER', isomer]] as const)),
    ...(hindered.length > 0 ? ([['MOLFLOW_AXES', axesInWords(molecule, hindered)]] as const) : []),
    ...(rmsdToReference === undefined
      ? []
      : ([
          [placement === 'core' ? 'MOLFLOW_CORE_RMSD' : 'MOLFLOW_RMSD_TO_REFERENCE', rmsdToReference.toFixed(4)],
        ] as const)),
    ...(notes.length > 0 ? ([['MOLFLOW_NOTES', notes.join('\n')]] as const) : []),
  ]);
}

/** The hands of axes that SMILES cannot say, one a line: the dihedral of four atoms, by their numbers in the input. */
function axesInWords(molecule: Molecule, axes: readonly StereoAxis[]): string {
  return axes
    .map(({ a, b, references: [p, q], positive }) => {
      const atoms = [p, a, b, q].map((atom) => inputNumber(molecule, atom)).join('-');
      return `dihedral ${atoms} ${positive ? 'positive' : 'negative'}`;
    })
    .join('\n');
}

/** An SDF of all conformers delivered. */
export function conformerSdf(result: GenerationResult): string {
  return conformerRecords(result).map(sdfRecord).join('');
}
