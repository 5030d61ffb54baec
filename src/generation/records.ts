/** Conformers as file records: what each says of itself. */
import type { FieldValue } from '../chem/io/conformer-record.js';
import { sdfRecord } from '../chem/io/write-sdf.js';
import type { Conformer, GenerationResult } from './generate.js';

/** The data fields of one conformer, by name. */
export function conformerFields(result: GenerationResult, conformer: Conformer): ReadonlyMap<string, FieldValue> {
  const index = result.conformers.indexOf(conformer);
  return new Map<string, FieldValue>([
    ['SMILES', conformer.assigned || result.molecule.smiles],
    ['MOLFLOW_MODEL', result.model],
    ['MOLFLOW_SEED', result.seed],
    ['CONFORMER', index + 1],
    ['DRAW', `${conformer.draw.conformer}.${conformer.draw.attempt}`],
    ['STEREO_VERIFIED', conformer.stereoVerified ? 'yes' : 'no'],
    ['RMSD_TO_FIRST_ANGSTROM', conformer.rmsdToFirst.toFixed(4)],
    ...(conformer.energy === undefined
      ? []
      : ([
          ['MMFF94_ENERGY_KCAL_MOL', conformer.energy.toFixed(4)],
          ['RELATIVE_ENERGY_KCAL_MOL', (conformer.relativeEnergy ?? 0).toFixed(4)],
        ] as const)),
  ]);
}

/** An SDF of all conformers delivered. */
export function conformerSdf(result: GenerationResult): string {
  return result.conformers
    .map((conformer) =>
      sdfRecord({
        molecule: result.molecule,
        coordinates: conformer.coordinates,
        fields: conformerFields(result, conformer),
      }),
    )
    .join('');
}
