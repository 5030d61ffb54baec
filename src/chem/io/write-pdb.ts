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

/** The opening lines of an entry: its title, wrapped as the format asks. */
export function pdbHeader(title: string): string {
  const text = oneLine(title);
  const pieces = text.match(/.{1,68}/gu) ?? [];
  return pieces.map((piece, i) => `TITLE   ${i === 0 ? '  ' : `${String(i + 1).padStart(2)} `}${piece}\n`).join('');
}

/**
 * One model, number from 1. Data fields stand before it as REMARK 6 (free text).
 * @throws RangeError for coordinates that are not finite, do not fit the atoms or the columns, too many atoms, or too many bonds of an atom
 */
export function pdbModel(record: ConformerRecord, model: number): string {
  checkRecord(record);
  const { molecule, coordinates, fields = [] } = record;
  if (molecule.atoms.length > LARGEST_SERIAL || model > LARGEST_MODEL) {
    throw new RangeError(
      `PDB holds ${LARGEST_SERIAL} atoms and ${LARGEST_MODEL} models; ${molecule.atoms.length} atoms in model ${model} arrived: write SDF`,
    );
  }
  const names = atomNames(molecule.atoms);
  let text = '';
  for (const [name, value] of fields) text += `REMARK   6 ${oneLine(`${name}: ${value}`)}\n`;
  text += `MODEL     ${String(model).padStart(4)}\n`;
  molecule.atoms.forEach((atom, i) => {
    const xyz = [0, 1, 2].map((axis) => column(coordinates[3 * i + axis])).join('');
    const serial = String(i + 1).padStart(5);
    const symbol = elementSymbol(atom.element).toUpperCase().padStart(2);
    text += `HETATM${serial} ${names[i]} ${RESIDUE} A   1    ${xyz}  1.00  0.00          ${symbol}${chargeText(atom.charge)}\n`;
  });
  return `${text}ENDMDL\n`;
}

/** The line that ends an entry. */
export const PDB_END = 'END\n';

/** CONECT lines of all bonds, the multiple ones repeated as is the custom; they follow the last model. */
export function pdbBonds({ atoms, bonds }: ConformerRecord['molecule']): string {
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
