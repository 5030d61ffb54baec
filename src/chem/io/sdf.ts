/** Reads MDL SD files and molfiles, V2000 and V3000, as a stream of records. */

import type { Structure } from '../structure.js';
import { CtabError, readCtab } from './ctab.js';
import { lineBatches, type TextChunks } from './lines.js';
import { RecordError } from './record-error.js';

export interface SdfRecord {
  readonly structure: Structure;
  /**
   * Data fields by name; a value of several lines keeps them, joined by `\n`, without blank lines at its ends.
   * Where a name comes twice, the last one counts.
   */
  readonly fields: ReadonlyMap<string, string>;
  /** Number of the record in the file, from 0; bad records count. */
  readonly index: number;
  /** Line at which the record starts, from 1. */
  readonly line: number;
  /** Its lines, as the file has them, without `$$$$`. */
  readonly lines: readonly string[];
}

export interface ReadSdfOptions {
  /** Name of the file in messages. */
  readonly file?: string;
  /**
   * What becomes of a record that cannot be read: by default its RecordError is thrown, which ends the stream. With a
   * handler that returns, reading goes on with the next record. Handler and records keep the order of the file.
   */
  readonly onError?: (error: RecordError) => void;
}

/** The largest record that is read, in characters. */
export const LARGEST_RECORD = 10_000_000;
const DELIMITER = '$$$$';
/** A field without a name (`>  <>`) is a header, too: its value belongs to no other field. */
const FIELD_HEADER = /^>.*<.*>|^>\s+DT\d+/;

/**
 * Reads the records of an SD file, or the one of a molfile, from chunks of its text of any size. Puts up with any line
 * ends, blank lines around records, data fields of any length, and a missing last `$$$$`.
 * @throws RecordError unless `onError` takes it
 */
export async function* readSdf(
  chunks: TextChunks,
  { file = 'SDF', onError = rethrow }: ReadSdfOptions = {},
): AsyncGenerator<SdfRecord> {
  for await (const item of readSdfItems(chunks, { file })) {
    if (item instanceof RecordError) onError(item);
    else yield item;
  }
}

/** As readSdf, but a record that cannot be read comes as its RecordError in the place of the record. */
export async function* readSdfItems(
  chunks: TextChunks,
  { file = 'SDF' }: { file?: string } = {},
): AsyncGenerator<SdfRecord | RecordError> {
  let pending: string[] = [];
  // Lines and characters of the record at hand, of which a record that is too large keeps the first few lines alone.
  let [count, size, blank] = [0, 0, true];
  let start = 1;
  let index = 0;

  const finish = (closed: boolean): SdfRecord | RecordError => {
    const place = { file, index: index++, line: start };
    const lines = pending;
    const characters = size;
    start += count + 1;
    pending = [];
    [count, size, blank] = [0, 0, true];
    if (characters > LARGEST_RECORD) {
      const problem = `the record has ${characters} characters, and at most ${LARGEST_RECORD} are read`;
      return new RecordError(problem, { ...place, name: lines[0]?.trim().slice(0, 60) });
    }
    const firstText = lines.findIndex((text) => text.trim() !== '');
    if (firstText < 0) return new RecordError('the record is empty', place);
    try {
      return { ...readRecord(lines, closed), index: place.index, line: place.line + strayLines(lines), lines };
    } catch (error) {
      if (!(error instanceof CtabError)) throw error;
      const at = { ...place, line: place.line + error.line, name: lines[firstText].trim() };
      return new RecordError(error.message, at, lines.join('\n'));
    }
  };

  for await (const { lines, tooLong } of lineBatches(chunks, { longest: LARGEST_RECORD })) {
    let from = 0;
    for (let i = 0; i <= lines.length; i++) {
      const line = lines[i];
      const ends = line !== undefined && line.charCodeAt(0) === 36 && line.startsWith(DELIMITER);
      if (!ends && i < lines.length) continue;
      const part = from === 0 && i === lines.length ? lines : lines.slice(from, i);
      let characters = 0;
      for (const each of part) characters += each.length + 1;
      for (const [at, length] of tooLong) if (at >= from && at < i) characters += length - lines[at].length;
      count += part.length;
      size += characters;
      blank &&= part.every((each) => each === '' || each.trim() === '');
      if (size <= LARGEST_RECORD) for (const each of part) pending.push(each);
      else pending = [(pending[0] ?? part[0] ?? '').slice(0, 60)];
      if (ends) yield finish(true);
      from = i + 1;
    }
  }
  if (!blank) yield finish(false);
}

function rethrow(error: RecordError): never {
  throw error;
}

/** Blank lines before the header, whose own first line (the title) may be blank too. */
function strayLines(lines: readonly string[]): number {
  if (lines[0].trim() !== '') return 0;
  const counts = lines.findIndex((line) => /V[23]000\s*$/i.test(line));
  return Math.max(0, counts - 3);
}

function readRecord(lines: readonly string[], closed: boolean): Pick<SdfRecord, 'structure' | 'fields'> {
  const { structure, end } = readCtab(lines, { complete: closed || lines.some((line) => FIELD_HEADER.test(line)) });
  const fields = new Map<string, string>();
  let name: string | undefined;
  let value: string[] = [];
  const keep = (): void => {
    if (name !== undefined) fields.set(name, trimBlank(value));
    value = [];
  };
  for (let i = end; i < lines.length; i++) {
    const line = lines[i];
    // A value that begins like a header stands right below its own header; a header follows a blank line or a value.
    const isFirstOfValue = i > end && name !== undefined && value.length === 0;
    if (line.charCodeAt(0) === 62 && FIELD_HEADER.test(line) && !(isFirstOfValue && isValue(lines, i))) {
      keep();
      name = nameOf(line);
    } else if (name !== undefined) value.push(line);
  }
  keep();
  return { structure, fields };
}

/** A field without a name goes by its place, so that nothing of it is lost. */
function nameOf(header: string): string {
  const named = /<(.+)>/.exec(header)?.[1];
  return named ?? (/<\s*>/.test(header) ? 'UNNAMED' : header.slice(1).trim().split(/\s/)[0]);
}

/** Whether a line like a header, right below another, is that one's value: a blank line follows it, and no value. */
function isValue(lines: readonly string[], at: number): boolean {
  const next = lines[at + 1];
  return next === undefined || next.trim() === '';
}

/** The lines of a value: blank ones within it are kept as empty lines, those at its ends are not. */
function trimBlank(lines: readonly string[]): string {
  let from = 0;
  let to = lines.length;
  while (from < to && lines[from].trim() === '') from++;
  while (to > from && lines[to - 1].trim() === '') to--;
  if (to - from === 1) return lines[from];
  return lines
    .slice(from, to)
    .map((line) => (line.trim() === '' ? '' : line))
    .join('\n');
}
