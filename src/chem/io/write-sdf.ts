/** Writes one conformer as an SDF record. */

import { molblock } from '../molblock.js';
import { checkRecord, oneLine, type ConformerRecord, type FieldValue } from './conformer-record.js';

/**
 * The record up to and including its `$$$$` line: V2000, or V3000 above 999 atoms. Values of several lines stay so.
 * What would end a value early is softened by one blank: an empty line within it, a line that starts with `$$$$` or
 * looks like the header of a field. Blank lines at its ends are dropped.
 * @throws RangeError for coordinates that are not finite or do not fit the atoms, too many bonds of an atom, or a field without a name
 */
export function sdfRecord(record: ConformerRecord): string {
  checkRecord(record);
  const { molecule, coordinates, title = molecule.name ?? '', fields = [] } = record;
  let text = molblock({ molecule, coordinates, title: oneLine(title) });
  for (const [name, value] of fields) text += field(name, value);
  return `${text}$$$$\n`;
}

function field(name: string, value: FieldValue): string {
  const safeName = oneLine(name).replace(/[<>]/g, '_');
  if (safeName === '') throw new RangeError('a data field needs a name');
  const lines = String(value).split(/\r\n|\n|\r/);
  while (lines.length > 0 && lines[0].trim() === '') lines.shift();
  while (lines.length > 0 && lines[lines.length - 1].trim() === '') lines.pop();
  const safe = lines.map((line) => (line.trim() === '' ? ' ' : /^\$\$\$\$|^>/.test(line) ? ` ${line}` : line));
  return `>  <${safeName}>\n${safe.map((line) => `${line}\n`).join('')}\n`;
}
