/** Reads tables with a SMILES column: comma, semicolon or tab separated, with a header line. */

// The browser build has no `node:` import and runs in Node as well.
import { parse, type CsvError } from 'csv-parse/browser/esm';
import { InputError } from './input-error.js';
import type { InputRecord } from './input-record.js';
import type { TextChunks } from './lines.js';
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

/** A cell larger than this comes of a quotation mark that is never closed. */
const LARGEST_ROW = 1 << 20;

interface Row {
  readonly cells: readonly string[];
  readonly line: number;
  readonly problem?: string | undefined;
}

/**
 * Rows that cannot be read, have no SMILES, or more cells than the header come as error records.
 * @throws InputError where there is no header or no such column, or a quotation mark swallows the file
 */
export async function* readTable(
  chunks: TextChunks,
  { file = 'table', smilesColumn, nameColumn, delimiter }: ReadTableOptions = {},
): AsyncGenerator<InputRecord> {
  let columns: Columns | undefined;
  let index = 0;
  for await (const { cells, line, problem } of readRows(chunks, file, delimiter)) {
    if (columns === undefined) {
      if (problem !== undefined) throw new InputError(`${file}, line ${line}: the header cannot be read: ${problem}`);
      columns = findColumns(cells, { file, smilesColumn, nameColumn });
      continue;
    }
    const { headers, smilesAt, nameAt } = columns;
    const name = (nameAt === undefined ? undefined : cells[nameAt]?.trim()) || undefined;
    const place = { file, index: index++, line, name };
    const smiles = cells[smilesAt]?.trim() ?? '';
    const surplus = cells.slice(headers.length).some((cell) => cell.trim() !== '');
    const trouble =
      problem ??
      (surplus ? `${cells.length} cells, but the header has ${headers.length}; quote a cell that holds the separator` : undefined) ??
      (smiles === '' ? `no SMILES in column "${headers[smilesAt]}"` : undefined);
    if (trouble !== undefined) {
      yield { kind: 'error', error: new RecordError(trouble, place) };
      continue;
    }
    const fields = new Map<string, string>();
    headers.forEach((header, column) => {
      if (column !== smilesAt && column !== nameAt && header !== '') fields.set(header, cells[column] ?? '');
    });
    yield { kind: 'smiles', smiles, name, fields, place };
  }
}

interface Columns {
  readonly headers: readonly string[];
  readonly smilesAt: number;
  readonly nameAt: number | undefined;
}

function findColumns(
  cells: readonly string[],
  { file, smilesColumn, nameColumn }: { file: string; smilesColumn: string | undefined; nameColumn: string | undefined },
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

async function* readRows(chunks: TextChunks, file: string, delimiter: string | undefined): AsyncGenerator<Row> {
  const rows: Row[] = [];
  let parser: ReturnType<typeof parse> | undefined;
  let failure: Error | undefined;
  let head = '';
  const start = (separator: string): ReturnType<typeof parse> => {
    const started = parse({
      bom: true,
      delimiter: separator,
      // Quotation marks within a cell are common in tab-separated files, which seldom quote.
      relax_quotes: separator === '\t',
      relax_column_count: true,
      skip_empty_lines: true,
      skip_records_with_error: true,
      max_record_size: LARGEST_ROW,
      // Rows are taken as they are parsed and dropped from the stream, which so never waits for a reader.
      on_record: (cells: string[], { lines }) => {
        rows.push({ cells, line: lines });
        return null;
      },
      on_skip: (error: CsvError | undefined) => {
        const line = Number(error?.['lines'] ?? 0);
        if (error?.code === 'CSV_MAX_RECORD_SIZE') {
          failure = new InputError(`${file}, line ${line}: a row of over a megabyte; is a quotation mark never closed?`);
        } else rows.push({ cells: [], line, problem: error?.message ?? 'unreadable' });
        return undefined;
      },
    });
    started.on('error', (error: Error) => (failure = error));
    return started;
  };
  const feed = async (text: string): Promise<void> => {
    const target = parser!;
    await new Promise<void>((resolve) => target.write(text, () => resolve()));
    if (failure !== undefined) throw failure;
  };

  for await (const chunk of chunks) {
    if (parser === undefined) {
      head += chunk;
      if (!/[^\s][^]*[\r\n]/.test(head)) continue;
      parser = start(delimiter ?? mostFrequentSeparator(head));
      await feed(head);
    } else await feed(chunk);
    yield* rows.splice(0);
  }
  if (parser === undefined) {
    if (head.trim() === '') return;
    parser = start(delimiter ?? mostFrequentSeparator(head));
    await feed(head);
  }
  const ending = parser;
  await new Promise<void>((resolve) => ending.on('error', () => resolve()).end(() => resolve()));
  if (failure !== undefined) throw failure;
  yield* rows.splice(0);
}

function mostFrequentSeparator(head: string): string {
  const line = head.trim().split(/[\r\n]/)[0]!;
  const count = (separator: string): number => line.split(separator).length - 1;
  return [',', ';', '\t'].reduce((best, next) => (count(next) > count(best) ? next : best));
}
