/** What molflow generate says of a molecule: records with their fields, a summary, a line of JSON. */
import type { ConformerRecord } from '../../chem/io/conformer-record.js';
import { printableJson } from '../../files/printable.js';
import { conformerRecords } from '../../generation/records.js';
import { inWords, rateInWords } from '../run-time.js';
import type { Conformer } from '../../generation/finish.js';
import { timeLimitReached } from '../../generation/time-limit-reached.js';
import type { Delivered, Undelivered } from './deliver.js';

export function recordsOf(
  { source, result, logLikelihoods, isCutShort }: Delivered,
  { timeLimit }: { readonly timeLimit: number },
): ConformerRecord[] {
  return conformerRecords(result, (index) => ({
    given: source.fields,
    likelihood: logLikelihoods.at(index),
    timeLimit: isCutShort ? (result.report.reason ?? timeLimitReached(timeLimit)) : undefined,
  }));
}

export function summary(delivered: Delivered, flags: { readonly numConfs?: number }): string {
  const { source, result } = delivered;
  const { isomers } = result;
  const { asked, delivered: count, drawn, stereoRightAtFirst } = result.report;
  return [
    `${shortened(source.label)}: ${count} of ${asked} conformers${isomers ? ` of ${isomers.length} stereoisomers` : ''} from ${drawn} draws by ${result.model}, seed ${result.seed}; stereo right at first in ${(100 * stereoRightAtFirst).toFixed(1)} %`,
    ...notes(delivered, flags),
    ...(isomers ?? []).map(
      ({ molecule: { name, smiles }, report: own }) =>
        `  ${shortened(name)}: ${own.delivered} of ${own.asked}, ${smiles}`,
    ),
  ].join('\n');
}

/** What is remarkable: the default number is a proposal, of which rigid molecules have fewer. */
export function notes(
  { result: { report }, isCutShort }: Delivered,
  { numConfs }: { readonly numConfs?: number },
): string[] {
  const { reason, warnings } = report;
  return [
    ...(reason && (numConfs !== undefined || isCutShort) ? [`  fewer than asked: ${reason}`] : []),
    ...warnings.map((warning) => `  ${warning}`),
  ];
}

/** What came of all molecules together. */
export function closingLine({
  done,
  failed,
  before,
  conformers,
  seconds,
}: {
  readonly done: number;
  readonly failed: number;
  /** Finished by an earlier run. */
  readonly before: number;
  readonly conformers: number;
  readonly seconds: number;
}): string {
  const made = done + failed - before;
  return `${done} of ${done + failed} molecules, ${conformers} conformers, ${failed} failed; ${before > 0 ? `${made} of them now in ` : ''}${inWords(seconds)}${made > 0 ? `, ${rateInWords(made / seconds)}` : ''}`;
}

export function jsonLine({ source, result, isCutShort }: Delivered): string {
  const { molecule, report, model, phase, seed, conformers, isomers } = result;
  return printableJson({
    input: source.label,
    name: molecule.name,
    smiles: molecule.smiles,
    model,
    phase,
    seed,
    ...report,
    ...(isCutShort && { cutShort: true }),
    ...(isomers
      ? {
          isomers: isomers.map((one) => ({
            number: one.number,
            name: one.molecule.name,
            smiles: one.molecule.smiles,
            ...one.report,
            conformers: one.conformers.map(conformerJson),
          })),
        }
      : { conformers: conformers.map(conformerJson) }),
  });
}

const conformerJson = ({ coordinates: _, ...facts }: Conformer) => facts;

export function failureLine(
  { source, message, code }: Undelivered,
  { json = false }: { readonly json?: boolean },
): string {
  const input = 'error' in source ? '' : source.label;
  const whole = (label: string) => (label === '' ? message : `${label}: ${message}`);
  return json ? printableJson({ input, error: whole(input), code }) : `molflow: ${whole(shortened(input))}`;
}

/** A SMILES may be pages long. */
const shortened = (label: string): string => (label.length > 200 ? `${label.slice(0, 199)}…` : label);
