/**
 * The list of the records that failed, in the format of the input so that it can be read as one again: each as it came,
 * with why, at which line, and after how long.
 */

import { oneLine } from './conformer-record.js';
import type { RecordSource } from './input-record.js';

/** What says of a record that it failed: columns of a table, data fields of an SD record. */
export const FAILURE_FIELDS = ['MOLFLOW_FAILURE', 'MOLFLOW_FAILURE_LINE', 'MOLFLOW_SECONDS'] as const;

export interface FailedRecord {
  /** Undefined where it is too large to be kept. */
  readonly source: RecordSource | undefined;
  readonly reason: string;
  /** Of the input, from 1; 0 where it came from no file. */
  readonly line: number;
  readonly seconds: number;
}

/**
 * The text of a failed record. A SMILES line follows a comment; a row gets three more columns, and one that could not be
 * cut into cells stands whole in the column of the SMILES; an SD record gets three more fields.
 * @param options.first whether it is the first of its list, which for a table begins with the header
 */
export function failedText(
  { source, reason, line, seconds }: FailedRecord,
  { first }: { readonly first: boolean },
): string {
  const why = oneLine(reason);
  const time = seconds.toFixed(2);
  if (source?.kind === 'table') {
    const { text, header, separator, columns, cells, smilesAt } = source;
    const cell = cellOf(separator);
    const again = FAILURE_FIELDS.every((field) => header.includes(field));
    const cut = (row: string): string => (again ? withoutFailure(row, separator) : row);
    const wanted = again ? columns - FAILURE_FIELDS.length : columns;
    const row =
      cells > 0
        ? cut(text) + separator.repeat(Math.max(0, columns - cells))
        : Array.from({ length: wanted }, (_, i) => (i === smilesAt ? cell(text) : '')).join(separator);
    const added = [why, String(line), time].map(cell).join(separator);
    const head = first ? `${cut(header)}${separator}${FAILURE_FIELDS.join(separator)}\n` : '';
    return `${head}${row}${separator}${added}\n`;
  }
  if (source?.kind === 'sdf') {
    const record = withoutFields(source.text).replace(/\s*$/, '\n');
    const fields = FAILURE_FIELDS.map((name, i) => `>  <${name}>\n${[why, String(line), time][i]}\n\n`);
    return `${record}${/^>/m.test(record) ? '\n' : ''}${fields.join('')}$$$$\n`;
  }
  return `# ${line > 0 ? `line ${line}, ` : ''}${time} s: ${why}\n${source === undefined ? '' : `${source.text}\n`}`;
}

/** The data of a record without those that say how it failed before. */
export function withoutFailureFields(fields: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  if (!FAILURE_FIELDS.some((name) => fields.has(name))) return fields;
  return new Map([...fields].filter(([name]) => !(FAILURE_FIELDS as readonly string[]).includes(name)));
}

/** RFC 4180 for commas and semicolons; tab-separated values are not quoted, so tabs and line ends become blanks. */
const cellOf =
  (separator: string) =>
  (text: string): string => {
    if (separator === '\t') return text.replace(/[\t\r\n]+/g, ' ');
    return text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };

/** A row without its last three cells. */
function withoutFailure(row: string, separator: string): string {
  const cell = separator === '\t' ? '[^\\t]*' : `(?:"(?:[^"]|"")*"|[^"${separator}]*)`;
  return row.replace(new RegExp(`(?:${separator}${cell}){${FAILURE_FIELDS.length}}\\s*$`), '');
}

function withoutFields(record: string): string {
  return record.replace(
    new RegExp(`^>[^\\n]*<(?:${FAILURE_FIELDS.join('|')})>[^\\n]*\\n(?:[^\\n]+\\n)*\\n?`, 'gm'),
    '',
  );
}
