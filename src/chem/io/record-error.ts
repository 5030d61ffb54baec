/** The error of one bad record in a file of molecules: the records after it can still be read. */

export interface RecordPlace {
  /** The file, as the caller named it. */
  readonly file: string;
  /** Number of the record in the file, from 0. */
  readonly index: number;
  /** Line of the file at which the trouble is, from 1. */
  readonly line: number;
  /** Title of the record, where it was read. */
  readonly name?: string | undefined;
}

export class RecordError extends Error {
  override readonly name = 'RecordError';
  readonly place: RecordPlace;
  /** The record as the file has it, where it was kept. */
  readonly text: string | undefined;

  constructor(problem: string, place: RecordPlace, text?: string) {
    const title = place.name === undefined || place.name === '' ? '' : ` (${place.name.slice(0, 60)})`;
    super(`${place.file}, line ${place.line}, record ${place.index + 1}${title}: ${problem}`);
    this.place = place;
    this.text = text;
  }
}
