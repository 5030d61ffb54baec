/**
 * Writes conformers as the models of a PDB entry (format 3.3): the atoms in each model, the bonds (CONECT) once, after the
 * last.
 */

import { adjacency } from '../adjacency.js';
import { elementSymbol } from '../elements.js';
import type { MolblockAtom } from '../molblock.js';
import { checkRecord, oneLine, type ConformerRecord } from './conformer-record.js';

const RESIDUE = 'UNL';
/** The widest x, y or z that eight columns with three decimals hold. */
const LARGEST = 9999.9995;
const SMALLEST = -999.9995;
const LARGEST_SERIAL = 99999;
const LARGEST_MODEL = 9999;

/**
 * The entry of one molecule: its title, the data fields as REMARK 6 (free text), a model for each record, the bonds, END.
 * Fields that not all models have alike name their model.
 * @throws RangeError for coordinates that are not finite, do not fit the atoms or the columns, too many atoms or models, or too many bonds of an atom
 */
export function pdbEntry(records: readonly ConformerRecord[]): string {
  const [{ molecule, title = molecule.name ?? '' }] = records;
  return [
    header(title),
    remarks(records),
    ...records.map((record, i) => model(record, i + 1)),
    bondsOf(molecule),
    'END\n',
  ].join('');
}

/** The title, wrapped as the format asks. */
function header(title: string): string {
  const pieces = oneLine(title).match(/.{1,68}/gu) ?? [];
  return pieces.map((piece, i) => `TITLE   ${i === 0 ? '  ' : `${String(i + 1).padStart(2)} `}${piece}\n`).join('');
}

function remarks(records: readonly ConformerRecord[]): string {
  const fields = records.map(({ fields = [] }) => new Map([...fields].map(([name, value]) => [name, String(value)])));
  const names = [...new Set(fields.flatMap((own) => [...own.keys()]))];
  const common = names.filter((name) => fields.every((own) => own.get(name) === fields[0].get(name)));
  const lines = [
    ...common.map((name) => `${name}: ${fields[0].get(name)}`),
    ...fields.flatMap((own, i) =>
      [...own].filter(([name]) => !common.includes(name)).map(([name, value]) => `MODEL ${i + 1} ${name}: ${value}`),
    ),
  ];
  return lines.map((line) => `REMARK   6 ${oneLine(line)}\n`).join('');
}

function model(record: ConformerRecord, number: number): string {
  checkRecord(record);
  const { molecule, coordinates } = record;
  if (molecule.atoms.length > LARGEST_SERIAL || number > LARGEST_MODEL) {
    throw new RangeError(
      `PDB holds ${LARGEST_SERIAL} atoms and ${LARGEST_MODEL} models; ${molecule.atoms.length} atoms in model ${number} arrived: write SDF`,
    );
  }
  const names = atomNames(molecule.atoms);
  let text = `MODEL     ${String(number).padStart(4)}\n`;
  molecule.atoms.forEach((atom, i) => {
    const xyz = [0, 1, 2].map((axis) => column(coordinates[3 * i + axis])).join('');
    const serial = String(i + 1).padStart(5);
    const symbol = elementSymbol(atom.element).toUpperCase().padStart(2);
    text += `HETATM${serial} ${names[i]} ${RESIDUE} A   1    ${xyz}  1.00  0.00          ${symbol}${chargeText(atom.charge)}\n`;
  });
  return `${text}ENDMDL\n`;
}

/** CONECT lines of all bonds, the multiple ones repeated as is the custom. */
function bondsOf({ atoms, bonds }: ConformerRecord['molecule']): string {
  const repeated = bonds.flatMap((bond) =>
    Array.from({ length: bond.order === 2 || bond.order === 3 ? bond.order : 1 }, () => bond),
  );
  let text = '';
  adjacency(atoms.length, repeated).forEach((list, atom) => {
    list.sort((left, right) => left - right);
    for (let from = 0; from < list.length; from += 4) {
      text += `CONECT${[atom, ...list.slice(from, from + 4)].map((i) => String(i + 1).padStart(5)).join('')}\n`;
    }
  });
  return text;
}

/** Names of four columns: the element and a number, in base 36 where decimals do not fit; unique up to some 30 000. */
function atomNames(atoms: readonly MolblockAtom[]): string[] {
  const counts = new Map<number, number>();
  return atoms.map(({ element }) => {
    const symbol = elementSymbol(element).toUpperCase();
    const count = (counts.get(element) ?? 0) + 1;
    counts.set(element, count);
    const width = 4 - symbol.length;
    const decimal = String(count);
    // Letters first, so that the base-36 names do not meet the decimal ones.
    const beyond = (10 * 36 ** (width - 1) + count - 10 ** width).toString(36).toUpperCase();
    const number = decimal.length <= width ? decimal : beyond.slice(-width);
    const name = symbol.length === 1 && number.length < width ? ` ${symbol}${number}` : symbol + number;
    return name.padEnd(4);
  });
}

function column(value: number): string {
  if (value >= LARGEST || value <= SMALLEST) {
    throw new RangeError(
      `a coordinate of ${value} Å does not fit the columns of PDB (${SMALLEST} to ${LARGEST}): write SDF`,
    );
  }
  return value.toFixed(3).padStart(8);
}

function chargeText(charge: number): string {
  return charge === 0 ? '' : `${Math.min(9, Math.abs(charge))}${charge > 0 ? '+' : '-'}`;
}
