/** What molflow generate says of a molecule: records with their fields, a summary, a line of JSON. */
import type { ConformerRecord, FieldValue } from '../../chem/io/conformer-record.js';
import { conformerFields } from '../../generation/records.js';
import type { Delivery, Undelivered } from './deliver.js';

type Delivered = Extract<Delivery, { kind: 'conformers' }>;

/** Fields of the input come first; where one has the name of a field of ours, ours is what holds for the conformer. */
export function recordsOf({ source, result, logLikelihoods, isCutShort }: Delivered): ConformerRecord[] {
  return result.conformers.map((conformer, index) => {
    const fields = new Map<string, FieldValue>([...(source.fields ?? []), ...conformerFields(result, conformer)]);
    const likelihood = logLikelihoods.at(index);
    if (likelihood)
      fields
        .set('LOG_LIKELIHOOD', likelihood.logLikelihood.toFixed(3))
        .set('LOG_LIKELIHOOD_DIVERGENCE', likelihood.method);
    if (isCutShort) fields.set('MOLFLOW_TIME_LIMIT', result.report.reason ?? 'the time limit was reached');
    return { molecule: result.molecule, coordinates: conformer.coordinates, fields };
  });
}

export function summary({ source, result: { report, model, seed } }: Delivered): string {
  const { asked, delivered, drawn, stereoRightAtFirst, reason, warnings } = report;
  return [
    `${source.label}: ${delivered} of ${asked} conformers from ${drawn} draws by ${model}, seed ${seed}; stereo right at first in ${(100 * stereoRightAtFirst).toFixed(1)} %`,
    ...(reason ? [`  fewer than asked: ${reason}`] : []),
    ...warnings.map((warning) => `  ${warning}`),
  ].join('\n');
}

export function jsonLine({ source, result, isCutShort }: Delivered): string {
  const { molecule, report, model, seed, conformers } = result;
  return JSON.stringify({
    input: source.label,
    name: molecule.name,
    smiles: molecule.smiles,
    model,
    seed,
    ...report,
    ...(isCutShort && { cutShort: true }),
    conformers: conformers.map(({ draw, stereoVerified, assigned, rmsdToFirst, energy, relativeEnergy }) => ({
      draw,
      stereoVerified,
      assigned,
      rmsdToFirst,
      energy,
      relativeEnergy,
    })),
  });
}

export function failureLine(
  { source, message, code }: Undelivered,
  { json = false }: { readonly json?: boolean },
): string {
  const input = source?.label ?? '';
  const whole = input === '' ? message : `${input}: ${message}`;
  return json ? JSON.stringify({ input, error: whole, code }) : `molflow: ${whole}`;
}
