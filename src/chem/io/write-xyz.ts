/** Writes one conformer as a frame of extended XYZ; a file of several frames is one after the other. */

import { elementSymbol } from '../elements.js';
import { checkRecord, oneLine, type ConformerRecord, type FieldValue } from './conformer-record.js';

/**
 * Atom count, comment line, then symbol and coordinates in Å. The comment holds `key=value` pairs alone: the title as
 * `name`, the data fields, and what the columns are.
 * @throws RangeError for coordinates that are not finite or do not fit the atoms, too many bonds of an atom
 */
export function xyzFrame(record: ConformerRecord): string {
  checkRecord(record);
  const { molecule, coordinates, title = molecule.name ?? '', fields = [] } = record;
  const pairs = [...(title === '' ? [] : [['name', title] as const]), ...fields].map(
    ([name, value]) => `${keyOf(name)}=${valueOf(name, value)}`,
  );
  let frame = `${molecule.atoms.length}\n${[...pairs, 'Properties=species:S:1:pos:R:3 pbc="F F F"'].join(' ')}\n`;
  molecule.atoms.forEach(({ element }, i) => {
    const xyz = [0, 1, 2].map((axis) => coordinates[3 * i + axis].toFixed(5).padStart(12)).join(' ');
    frame += `${elementSymbol(element).padEnd(2)} ${xyz}\n`;
  });
  return frame;
}

/** Those that say something of the frame itself. */
const RESERVED = /^(properties|lattice|pbc|time|species|pos)$/i;

function keyOf(name: string): string {
  const key = oneLine(name).replace(/[\s="'\\,{}[\]]/g, '_') || '_';
  return RESERVED.test(key) ? `${key}_` : key;
}

/** Text that looks like a number and is none: slot.attempt. */
const NO_NUMBER: ReadonlySet<string> = new Set(['name', 'MOLFLOW_DRAW']);

/**
 * Numbers as they are, other text quoted. ASE takes quoted text for numbers, too, where it looks so (`"007"`, `"1 2"`,
 * `"T"`): such text has ASE's mark of text that stays.
 */
function valueOf(name: string, value: FieldValue): string {
  if (typeof value === 'boolean') return value ? 'T' : 'F';
  const text = oneLine(String(value));
  if (/^-?(0|[1-9]\d{0,14})(\.\d+)?([eE][+-]?\d+)?$/.test(text) && !NO_NUMBER.has(name)) return text;
  const quoted = quote(text);
  return text !== '' && /^(?:[TF]|true|false|[-+\d.,\seEdDnafinNAFI[\]{}]+|_JSON.*)$/i.test(text)
    ? quote(`_JSON ${JSON.stringify(text)}`)
    : quoted;
}

const quote = (text: string): string => `"${text.replace(/[\\"]/g, '\\$&')}"`;
