/** The table of conformers as CSV: what the page computes of each, then the data fields of its record. */
import { csvRow } from '../../../src/chem/io/write-csv.js';
import type { StereoMarks } from '../analysis/protocol.js';
import { aboveLowest } from '../data/above-lowest.js';
import type { Entry } from '../data/trajectory.js';
import { ownFields } from './records.js';

const COLUMNS = [
  'name',
  'conformer',
  'energy_mmff94_kcal_mol',
  'relative_energy_kcal_mol',
  'rmsd_to_first_angstrom',
  'rmsd_to_reference_angstrom',
  'stereo',
  'stereoisomer',
];

/** What the page computes of a conformer; undefined or null where it could not. */
interface Computed {
  readonly stereo?: StereoMarks | null | undefined;
  readonly energy?: number | null | undefined;
  readonly toFirst?: number | null | undefined;
  readonly toReference?: number | undefined;
}

/** @param found what is computed of each conformer; a cell is empty where it could not be. */
export function tableOf({ structure, conformers }: Entry, found: readonly Computed[]): string {
  const fields = conformers.map((conformer) => ownFields(conformer.fields));
  const names = [...new Set(fields.flatMap((own) => [...own.keys()]))];
  const { energies } = aboveLowest(found);
  const rows = conformers.map(({ label }, index) => {
    const { energy, toFirst, toReference, stereo } = found[index];
    const marks = [...(stereo?.centres ?? []), ...(stereo?.bonds ?? [])].map(({ cip }) => cip);
    return [
      structure.name,
      label,
      rounded(energy),
      rounded(energies[index]),
      rounded(toFirst),
      rounded(toReference),
      marks.join(' '),
      stereo?.smiles,
      ...names.map((name) => cellOf(fields[index].get(name))),
    ];
  });
  const headers = [...COLUMNS, ...names.map((name) => (COLUMNS.includes(name) ? `${name} (field)` : name))];
  return [headers, ...rows].map(csvRow).join('');
}

function rounded(value: number | null | undefined): number | undefined {
  return typeof value === 'number' ? Number(value.toFixed(4)) : undefined;
}

/** A negative number is no formula: as a number it stays what it is. */
function cellOf(text: string | undefined): string | number | undefined {
  return text !== undefined && /^-\d+(\.\d+)?([eE][-+]?\d+)?$/.test(text) ? Number(text) : text;
}
