/** Reads tables with a SMILES column: comma, semicolon or tab separated, with a header line. */

// The browser build has no `node:` import and runs in Node as well.
import { parse } from 'csv-parse/browser/esm/sync';
import { InputError } from './input-error.js';
import type { InputRecord, RecordSource } from './input-record.js';
import { lineBatches, tooLongProblem, type TextChunks } from './lines.js';
import { RecordError } from './record-error.js';

export interface ReadTableOptions {
  /** Name of the file in messages. */
  readonly file?: string;
  /** Header of the column of SMILES, in any case; by default `smiles`, or the one header that contains it. */
  readonly smilesColumn?: string | undefined;
  /** Header of the column of names, in any case; by default the first of `name`, `title`, `id` and the like. */
  readonly nameColumn?: string | undefined;
  /** What separates the columns; by default what separates most in the header line. */
  readonly delimiter?: ',' | ';' | '\t' | undefined;
}

const NAME_HEADERS = ['name', 'title', 'id', 'compound', 'molecule', 'compound_id', 'molecule_id', 'identifier'];

/** A row of more lines comes of a quotation mark that is never closed. */
const MOST_LINES = 1000;
/** Or of more characters. */
const LARGEST_ROW = 10_000_000;

/** Its `text` as the file has it; undefined where it is too long to be kept. */
type Row = { readonly cells: readonly string[]; readonly line: number } & (
  | { readonly text: string; readonly problem?: string | undefined }
  | { readonly text: undefined; readonly problem: string }
);

/**
 * Rows that cannot be read, have no SMILES, or more cells than the header come as error records.
 * @throws InputError where there is no header or no such column
 */
export async function* readTable(
  chunks: TextChunks,
  { file = 'table', smilesColumn, nameColumn, delimiter }: ReadTableOptions = {},
): AsyncGenerator<InputRecord> {
  let columns: Columns | undefined;
  let header = '';
  let index = 0;
  for await (const { cells, line, text, problem, separator } of readRows(chunks, delimiter)) {
    if (columns === undefined) {
      if (problem !== undefined) throw new InputError(`${file}, line ${line}: the header cannot be read: ${problem}`);
      columns = findColumns(cells, { file, smilesColumn, nameColumn });
      header = text ?? '';
      continue;
    }
    const { headers, smilesAt, nameAt } = columns;
    const name = (nameAt === undefined ? undefined : cells[nameAt]?.trim()) || undefined;
    const place = { file, index: index++, line, name };
    if (text === undefined) {
      yield { kind: 'error', error: new RecordError(problem, place), source: undefined };
      continue;
    }
    const source: RecordSource = {
      kind: 'table',
      text,
      header,
      separator,
      columns: headers.length,
      cells: cells.length,
      smilesAt,
    };
    const smiles = cells[smilesAt]?.trim() ?? '';
    const surplus = cells.slice(headers.length).some((cell) => cell.trim() !== '');
    const trouble =
      problem ??
      (surplus
        ? `${cells.length} cells, but the header has ${headers.length}; quote a cell that holds the separator`
        : undefined) ??
      (smiles === '' ? `no SMILES in column "${headers[smilesAt]}"` : undefined);
    if (trouble !== undefined) {
      yield {
        kind: 'error',
        error: new RecordError(trouble, place),
        source: surplus ? { ...source, cells: 0 } : source,
      };
      continue;
    }
    const fields = new Map<string, string>();
    headers.forEach((header, column) => {
      if (column !== smilesAt && column !== nameAt && header !== '') fields.set(header, cells[column] ?? '');
    });
    yield { kind: 'smiles', smiles, name, fields, place, source };
  }
}

interface Columns {
  readonly headers: readonly string[];
  readonly smilesAt: number;
  readonly nameAt: number | undefined;
}

function findColumns(
  cells: readonly string[],
  {
    file,
    smilesColumn,
    nameColumn,
  }: { file: string; smilesColumn: string | undefined; nameColumn: string | undefined },
): Columns {
  const headers = cells.map((cell) => cell.trim());
  const lower = headers.map((header) => header.toLowerCase());
  const find = (wanted: string): number => {
    const exact = headers.indexOf(wanted);
    return exact >= 0 ? exact : lower.indexOf(wanted.trim().toLowerCase());
  };
  const listed = `its columns are ${headers.map((header) => `"${header}"`).join(', ')}`;

  let smilesAt = find(smilesColumn ?? 'smiles');
  if (smilesAt < 0 && smilesColumn === undefined) {
    const candidates = lower.flatMap((header, column) => (header.includes('smiles') ? [column] : []));
    if (candidates.length > 1) throw new InputError(`${file} has several columns of SMILES: name one; ${listed}`);
    smilesAt = candidates[0] ?? -1;
  }
  if (smilesAt < 0) {
    const wanted = smilesColumn ?? 'smiles';
    throw new InputError(`${file} has no column "${wanted}" (the first line must be a header); ${listed}`);
  }
  let nameAt: number | undefined;
  if (nameColumn !== undefined) {
    nameAt = find(nameColumn);
    if (nameAt < 0) throw new InputError(`${file} has no column "${nameColumn}"; ${listed}`);
  } else nameAt = NAME_HEADERS.map(find).find((column) => column >= 0 && column !== smilesAt);
  return { headers, smilesAt, nameAt };
}

/**
 * Rows as lines, or several where a quoted cell holds line ends. They are cut here and parsed in batches, so that a
 * stray quotation mark costs its own line and not all that follows.
 */
async function* readRows(
  chunks: TextChunks,
  delimiter: string | undefined,
): AsyncGenerator<Row & { readonly separator: string }> {
  let waiting: readonly string[] = [];
  let firstLine = 1;
  let separator = delimiter;
  function* cut(final: boolean): Generator<Row & { readonly separator: string }> {
    separator ??= separatorOf(waiting);
    if (separator === undefined) {
      firstLine += waiting.length;
      waiting = [];
      return;
    }
    const { rows, used } = cutRows(waiting, { firstLine, separator, final });
    waiting = waiting.slice(used);
    firstLine += used;
    for (const row of rows) yield { ...row, separator };
  }
  for await (const { lines, tooLong } of lineBatches(chunks)) {
    let from = 0;
    for (const [at, length] of tooLong) {
      waiting = waiting.concat(lines.slice(from, at));
      yield* cut(true);
      yield { cells: [], line: firstLine, text: undefined, problem: tooLongProblem(length), separator: ',' };
      firstLine += 1;
      from = at + 1;
    }
    waiting = waiting.concat(lines.slice(from));
    yield* cut(false);
  }
  yield* cut(true);
}

interface CutOptions {
  readonly firstLine: number;
  readonly separator: string;
  /** No more lines follow. */
  readonly final: boolean;
}

function cutRows(lines: readonly string[], { firstLine, separator, final }: CutOptions): { rows: Row[]; used: number } {
  const rows: Row[] = [];
  let simple: { text: string; line: number }[] = [];
  const flush = (): void => {
    for (const row of parseLines(simple, separator)) rows.push(row);
    simple = [];
  };
  let at = 0;
  while (at < lines.length) {
    const end = endOfRow(lines, at, separator);
    if (end === undefined && !final && lines.length - at < MOST_LINES && charactersFrom(lines, at) < LARGEST_ROW) break;
    const line = firstLine + at;
    if (end === at + 1) {
      if (lines[at].trim() !== '') simple.push({ text: lines[at], line });
      at = end;
      continue;
    }
    flush();
    const [row] = end === undefined ? [] : parseLines([{ text: lines.slice(at, end).join('\n'), line }], separator);
    if (end === undefined || row === undefined || row.problem !== undefined) {
      rows.push({
        cells: [],
        line,
        text: lines[at],
        problem: 'a quotation mark that is not closed; double it where it belongs to the text',
      });
      at += 1;
    } else {
      rows.push(row);
      at = end;
    }
  }
  flush();
  return { rows, used: at };
}

const charactersFrom = (lines: readonly string[], at: number): number =>
  lines.slice(at).reduce((sum, line) => sum + line.length, 0);

/** The line after the row that starts at `at`: the first by which every quotation mark is closed. */
function endOfRow(lines: readonly string[], at: number, separator: string): number | undefined {
  // Tab-separated files seldom quote, and use the mark for inches and seconds.
  if (separator === '\t') return at + 1;
  let open = false;
  let size = 0;
  for (let i = at; i < lines.length && i < at + MOST_LINES && size < LARGEST_ROW; i++) {
    size += lines[i].length;
    for (let mark = lines[i].indexOf('"'); mark >= 0; mark = lines[i].indexOf('"', mark + 1)) open = !open;
    if (!open) return i + 1;
  }
  return undefined;
}

/** Parses rows of known extent, all at once where none is bad. */
function parseLines(pieces: readonly { text: string; line: number }[], separator: string): Row[] {
  if (pieces.length === 0) return [];
  try {
    const parsed = parse(pieces.map(({ text }) => text).join('\n'), {
      delimiter: separator,
      record_delimiter: '\n',
      relax_quotes: separator === '\t',
      relax_column_count: true,
    });
    if (parsed.length === pieces.length) return parsed.map((cells, i) => ({ cells, ...pieces[i] }));
    if (pieces.length === 1) return [{ cells: [], ...pieces[0], problem: 'the line does not hold one row' }];
  } catch (error) {
    if (pieces.length === 1) {
      const problem = (error as Error).message.replace(/ at line \d+/g, '');
      return [{ cells: [], ...pieces[0], problem }];
    }
  }
  return pieces.flatMap((piece) => parseLines([piece], separator));
}

function separatorOf(lines: readonly string[]): string | undefined {
  const header = lines.find((line) => line.trim() !== '');
  if (header === undefined) return undefined;
  const count = (separator: string): number => header.split(separator).length - 1;
  return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best));
}
