/** Writes one conformer as an XYZ frame; a file of several frames is one after the other. */

import { elementSymbol } from '../elements.js';
import { checkRecord, oneLine, type ConformerRecord } from './conformer-record.js';

/**
 * Atom count, comment line, then symbol and coordinates in Å. The comment is the title followed by the data fields as
 * `key=value`, quoted where the value holds blanks.
 * @throws RangeError for coordinates that are not finite or do not fit the atoms, too many bonds of an atom
 */
export function xyzFrame(record: ConformerRecord): string {
  checkRecord(record);
  const { molecule, coordinates, title = molecule.name ?? '', fields = [] } = record;
  const pairs = Array.from(fields, ([name, value]) => {
    const text = oneLine(String(value));
    return `${oneLine(name).replace(/[\s=]/g, '_')}=${/[\s"=]|^$/.test(text) ? JSON.stringify(text) : text}`;
  });
  let frame = `${molecule.atoms.length}\n${[oneLine(title), ...pairs].join(' ').trim()}\n`;
  molecule.atoms.forEach(({ element }, i) => {
    const xyz = [0, 1, 2].map((axis) => coordinates[3 * i + axis].toFixed(5).padStart(12)).join(' ');
    frame += `${elementSymbol(element).padEnd(2)} ${xyz}\n`;
  });
  return frame;
}
